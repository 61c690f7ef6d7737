"""The way of a file through the screens and the command."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from regulation.parties.exchange.operations import run_import
from regulation.parties.models import Interest, InterestImport, Role, StagedRow
from tests.factories import bods, world

pytestmark = pytest.mark.django_db
NEW = "/en/interests/imports/new/"


def signed_in(*, csrf=False):
    member = world.member(Role.REGULATOR)
    client = Client(enforce_csrf_checks=csrf)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def file(*said, name="a.jsonl"):
    return SimpleUploadedFile(name, bods.lines(*said).getvalue())


def pair(**more):
    return bods.entity("e-1"), bods.entity("e-2"), bods.holding("r-1", "e-1", "e-2", **more)


def brought(client, *said):
    answer = client.post(NEW, {"file": file(*said)})
    assert answer.status_code == 302
    job = InterestImport.objects.latest("pk")
    run_import(pk=job.pk, at=timezone.now())
    return answer.url, job


def test_a_file_is_brought_judged_confirmed_and_written():
    client = signed_in()
    where, job = brought(client, *pair(share=40))
    page = client.get(where).content.decode()
    assert "No fault was found" in page
    assert "Write the changes" in page
    assert client.post(f"{where}confirm/").status_code == 302
    run_import(pk=job.pk, at=timezone.now())
    assert "The import is written" in client.get(where).content.decode()
    assert Interest.objects.count() == 1


def test_a_fault_is_shown_with_its_place_and_nothing_can_be_confirmed():
    client = signed_in()
    where, _job = brought(client, *pair(share=140))
    page = client.get(where).content.decode()
    assert "recordDetails.interests[0].share.exact" in page
    assert "A share lies between 0 and 100." in page
    assert "Write the changes" not in page
    assert client.post(f"{where}confirm/").status_code == 409
    assert "Nothing of this sort" in client.get(f"{where}?severity=left_out").content.decode()


def test_another_regulator_sees_a_report_and_does_not_confirm_it():
    where, _job = brought(signed_in(), *pair())
    other = signed_in()
    assert "Write the changes" not in other.get(where).content.decode()
    assert other.post(f"{where}confirm/").status_code == 409
    assert other.post(f"{where}cancel/").status_code == 302
    assert not StagedRow.objects.exists()


def test_an_upload_without_its_token_is_refused():
    """The view asks for the token itself, because the upload's handler has to be set first."""
    answer = signed_in(csrf=True).post(NEW, {"file": file(*pair())})
    assert answer.status_code == 403
    assert not InterestImport.objects.exists()


def test_an_upload_never_reaches_the_disk(monkeypatch):
    def fail(*args, **kwargs):
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", fail)
    large = SimpleUploadedFile("a.jsonl", b"{" + b" " * 3_000_000 + b"\n")
    assert signed_in().post(NEW, {"file": large}).status_code == 302


def test_what_is_too_large_is_told_and_not_read(monkeypatch):
    for module in ("forms", "views"):
        monkeypatch.setattr(f"regulation.parties.exchange.{module}.MAX_BYTES", 1 << 20)
    large = SimpleUploadedFile("a.jsonl", b"{" + b" " * 1_300_000 + b"}")
    answer = signed_in().post(NEW, {"file": large})
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.content.decode()
    assert not InterestImport.objects.exists()


@pytest.mark.parametrize("name", ["", "a\0b", "长" * 400])
def test_odd_names_and_no_file_are_answered(name):
    posted = {"file": file(*pair(), name=name)} if name else {}
    assert signed_in().post(NEW, posted).status_code in (302, 422)


def test_the_command_reports_and_writes_and_then_changes_nothing(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(bods.lines(*pair(share=40)).getvalue())
    said = io.StringIO()
    call_command("import_bods", str(path), "--dry-run", stdout=said, stderr=said)
    assert "1 interests to state" in said.getvalue()
    assert not Interest.objects.exists()
    call_command("import_bods", str(path), stdout=said, stderr=said)
    assert Interest.objects.count() == 1
    call_command("import_bods", str(path), stdout=said, stderr=said)
    assert Interest.objects.count() == 1
    assert "3 unchanged" in said.getvalue()


def test_the_command_tells_each_fault_and_writes_nothing(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([*pair(share=140), 7]))
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_bods", str(path), stdout=said, stderr=said)
    assert "3: [error]" in said.getvalue()
    assert "4: [error]" in said.getvalue()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_bods", str(tmp_path / "none"), stdout=said, stderr=said)
    path.write_text("[")
    with pytest.raises(CommandError, match="JSON"):
        call_command("import_bods", str(path), stdout=said, stderr=said)
