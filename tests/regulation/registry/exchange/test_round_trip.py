"""What is exported and imported again changes nothing: on the real seed, in each format and language."""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from regulation.ledger.models import Entry
from regulation.registry.exchange.operations import confirm_import, run_import, upload_import
from regulation.registry.models import Approval, Import, ImportedRow, Ruling, Service
from regulation.registry.seed import load_seed
from tests.factories.registry import UserFactory

KINDS = {"approvals": Approval, "services": Service, "rulings": Ruling}


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    """The seed, loaded once for this module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield list(load_seed(at=timezone.now()))
        transaction.set_rollback(True)


@pytest.fixture
def seeded(seed, db):
    return seed


def download(client, kind, fmt, language="zh-hans", **filters):
    with override(language):
        response = client.get(reverse("registry:export", args=[kind, fmt]), filters)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def checked(kind, content, by=None):
    job = upload_import(kind=kind, name="file", content=content, by=by or UserFactory())
    run_import(pk=job.pk, at=timezone.now())
    return Import.objects.get(pk=job.pk)


def told(job):
    return [(f.row, f.column, f.value, f.code, f.meant) for f in job.faults.all()]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_export_imported_changes_nothing(seeded, client, kind, fmt, language):
    content = download(client, kind, fmt, language)
    before = Entry.objects.count()
    job = checked(kind, content)
    on_record = Ruling.objects.on_record().count() if kind == "rulings" else KINDS[kind].objects.count()
    assert told(job) == []
    assert (job.state, job.rows, job.new, job.changed, job.unchanged) == (
        "checked",
        on_record,
        0,
        0,
        on_record,
    ), job.sample[:2]
    assert Entry.objects.count() == before + 1  # the upload's own
    assert Entry.objects.latest("pk").kind == "registry.import_uploaded"
    assert not ImportedRow.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_an_import_of_nothing_new_cannot_be_confirmed(seeded, client, kind):
    from regulation.registry.exchange.errors import NotConfirmable

    job = checked(kind, download(client, kind, "csv"))
    with pytest.raises(NotConfirmable):
        confirm_import(job=job, by=job.by)


def test_an_export_into_an_empty_table_gives_the_same_table(seeded, client):
    """All approvals are brought away from what they said and put back by their own export."""
    content = download(client, "approvals", "xlsx")
    was = list(Approval.objects.order_by("ref").values_list("ref", "name", "pinyin", "committed_days"))
    Approval.objects.update(name="改动", committed_days=7, pinyin="x")
    job = checked("approvals", content)
    confirm_import(job=job, by=job.by)
    entries = Entry.objects.count()
    assert run_import(pk=job.pk, at=timezone.now()) == "written"
    assert Entry.objects.count() == entries + 1
    now = list(Approval.objects.order_by("ref").values_list("ref", "name", "pinyin", "committed_days"))
    assert now == was
    assert checked("approvals", content).changed == 0
