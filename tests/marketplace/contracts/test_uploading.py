"""Large files come in parts: checked one by one, gone on with, handed in whole, forgotten after a day."""

import datetime as dt
import hashlib
import json
import sys

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts import errors, operations
from marketplace.contracts.models import DeliverableFile, DisputeFile, Invoice, PartialUpload, UploadPart
from marketplace.contracts.parts import fingerprint, is_plan, parts_of
from marketplace.contracts.tasks import sweep_begun_uploads
from regulation.parties.models import Role
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db
STORAGE = storages["evidence"]
WORK = b"%PDF-1.7 " + bytes(range(256)) * 20  # 5,129 bytes: six parts


@pytest.fixture(autouse=True)
def small_parts(settings):
    settings.UPLOAD_PART, settings.UPLOAD_LARGEST = 1000, 100_000
    for name in stored():
        STORAGE.delete(name)


@pytest.fixture
def milestone():
    return contracts.started(contracts.first(contracts.signed()))


@pytest.fixture
def agent(milestone):
    return contracts.binder(milestone.contract, "seller")


def now():
    return timezone.now()


def plan_of(content: bytes) -> list[str]:
    size = settings.UPLOAD_PART
    return [hashlib.sha256(content[at : at + size]).hexdigest() for at in range(0, len(content), size)]


def part(number: int, content: bytes = WORK) -> bytes:
    return content[number * 1000 : (number + 1) * 1000]


def sent(upload: PartialUpload, *numbers: int) -> None:
    for number in numbers or range(len(upload.plan)):
        operations.take_part(upload=upload, number=number, content=part(number), at=now())


def stored() -> list[str]:
    """Files of parts that lie in the storage."""
    folders = STORAGE.listdir("parts")[0] if STORAGE.exists("parts") else []
    return [f"parts/{one}/{name}" for one in folders for name in STORAGE.listdir(f"parts/{one}")[1]]


def committed():
    """What follows the commit is done too."""
    return TestCase.captureOnCommitCallbacks(execute=True)


def hand_in(milestone, agent, *refs: str):
    return operations.hand_in_work(
        milestone=milestone, files=[], held=list(refs), note="", by=agent.user, at=now()
    )


def test_the_pure_plan():
    assert [parts_of(size, 1000) for size in (1, 1000, 1001)] == [1, 1, 2]
    assert is_plan(plan_of(WORK), 6)
    for wrong in ([*plan_of(WORK)[:-1], "x"], plan_of(WORK)[:-1], [*plan_of(WORK)[:-1], None]):
        assert not is_plan(wrong, 6)
    assert fingerprint(["a", "b"]) != fingerprint(["b", "a"])


def test_a_file_comes_in_any_order_goes_on_after_a_break_and_is_handed_in_whole(milestone, agent):
    upload = contracts.begun(milestone.contract, by=agent.user, content=WORK, name="报告.pdf")
    sent(upload, 3, 0)
    again = contracts.begun(milestone.contract, by=agent.user, content=WORK, name="报告.pdf")
    assert again.pk == upload.pk
    assert operations.missing(again) == [1, 2, 4, 5]
    with pytest.raises(errors.PartsMissing):
        hand_in(milestone, agent, upload.ref)
    sent(upload, 1, 2, 4, 5)
    sent(upload, 1)  # the same part once more changes nothing
    assert UploadPart.objects.count() == 6
    with committed():
        hand_in(milestone, agent, upload.ref)
    contracts.commit()
    (file,) = DeliverableFile.objects.all()
    assert (file.name, file.kind, file.size) == ("报告.pdf", "pdf", len(WORK))
    assert file.digest == hashlib.sha256(WORK).hexdigest()
    with file.file.open("rb") as stream:
        assert stream.read() == WORK
    assert not PartialUpload.objects.exists()


def test_nothing_is_left_in_the_storage_once_it_is_handed_in(milestone, agent):
    upload = contracts.begun(milestone.contract, by=agent.user, content=WORK)
    sent(upload)
    assert len(stored()) == 6
    with committed():
        hand_in(milestone, agent, upload.ref)
    assert stored() == []


@pytest.mark.parametrize(
    ("case", "number", "content"),
    [
        ("other bytes", 0, b"x" * 1000),
        ("too short", 0, WORK[:999]),
        ("too long", 0, WORK[:1001]),
        ("of another place", 1, WORK[:1000]),
        ("beyond the end", 6, b"x"),
        ("before the beginning", -1, WORK[:1000]),
    ],
)
def test_a_part_that_was_not_told_of_is_refused(case, number, content, milestone, agent):
    upload = contracts.begun(milestone.contract, by=agent.user, content=WORK)
    with pytest.raises(errors.PartWrong):
        operations.take_part(upload=upload, number=number, content=content, at=now())
    assert not UploadPart.objects.exists()
    assert stored() == []


def test_the_database_keeps_only_parts_as_planned(milestone, agent):
    upload = contracts.begun(milestone.contract, by=agent.user, content=WORK)
    plan = upload.plan
    for wrong in ({"digest": "0" * 64}, {"number": 1}, {"number": 6}, {"size": 999}):
        row = {"upload": upload, "number": 0, "size": 1000, "digest": plan[0], "file": "x"} | wrong
        with pytest.raises(IntegrityError, match="upload_part_as_planned"), transaction.atomic():
            UploadPart.objects.create(**row)
    UploadPart.objects.create(upload=upload, number=5, size=129, digest=plan[5], file="x")


@pytest.mark.parametrize("case", ["too large", "empty", "a plan of another size", "no digests"])
def test_what_cannot_be_taken_is_refused_before_a_byte_is_sent(case, milestone, agent):
    told = {"name": "a.pdf", "size": len(WORK), "plan": plan_of(WORK)}
    told |= {
        "too large": {"size": 100_001},
        "empty": {"size": 0, "plan": []},
        "a plan of another size": {"plan": plan_of(WORK)[:-1]},
        "no digests": {"plan": ["x"] * 6},
    }[case]
    with pytest.raises((errors.FileRefused, errors.PlanWrong)):
        operations.begin_upload(contract=milestone.contract, by=agent.user, at=now(), **told)
    assert not PartialUpload.objects.exists()


def test_at_most_ten_are_begun_at_a_time(milestone, agent):
    for n in range(10):
        contracts.begun(milestone.contract, by=agent.user, content=WORK + bytes([n]))
    with pytest.raises(errors.TooManyBegun):
        contracts.begun(milestone.contract, by=agent.user, content=WORK)
    contracts.begun(milestone.contract, by=agent.user, content=WORK + b"\x00")  # one of the ten goes on


def test_the_rules_on_kinds_and_the_scanner_hold_for_the_whole(milestone, agent, settings):
    macros = contracts.begun(milestone.contract, by=agent.user, content=b"MZ" + WORK)
    for number in range(6):
        operations.take_part(upload=macros, number=number, content=part(number, b"MZ" + WORK), at=now())
    with pytest.raises(errors.FileRefused):
        hand_in(milestone, agent, macros.ref)
    upload = contracts.begun(milestone.contract, by=agent.user, content=WORK)
    sent(upload)
    command = "import sys; sys.exit(1 if len(sys.stdin.buffer.read()) == {} else 0)"
    settings.FILE_SCANNER = f"{sys.executable} -c '{command.format(len(WORK))}'"
    with pytest.raises(errors.FileRefused, match="harmful"):
        hand_in(milestone, agent, upload.ref)
    assert not DeliverableFile.objects.exists()
    assert PartialUpload.objects.count() == 2  # they may still be removed, or handed in elsewhere
    settings.FILE_SCANNER = f"{sys.executable} -c '{command.format(0)}'"
    hand_in(milestone, agent, upload.ref)
    assert DeliverableFile.objects.get().scan == "clean"


def test_parts_are_their_persons_alone(milestone, agent, client):
    upload = contracts.begun(milestone.contract, by=agent.user, content=WORK)
    sent(upload)
    other = contracts.binder(milestone.contract, "seller")
    with pytest.raises(errors.UploadGone):
        hand_in(milestone, other, upload.ref)
    elsewhere = contracts.started(contracts.first(contracts.signed()))
    with pytest.raises(errors.UploadGone):
        hand_in(elsewhere, agent, upload.ref)


def test_evidence_of_a_dispute_comes_in_parts_too(milestone, agent):
    dispute = contracts.disputed(milestone, side="seller")
    upload = contracts.begun(milestone.contract, by=agent.user, content=WORK)
    sent(upload)
    operations.add_evidence(
        dispute=dispute, side="seller", files=[], held=[upload.ref], note="", by=agent.user, at=now()
    )
    assert DisputeFile.objects.get().size == len(WORK)
    assert not PartialUpload.objects.exists()


def test_what_nobody_goes_on_with_is_forgotten_after_a_day(milestone, agent):
    old, young = (
        contracts.begun(milestone.contract, by=agent.user, content=WORK + tail) for tail in (b"", b"x")
    )
    sent(old)
    stray = STORAGE.save("parts/nobodys/0", ContentFile(b"x"))
    PartialUpload.objects.filter(pk=old.pk).update(touched_at=now() - dt.timedelta(hours=24, seconds=1))
    with committed():
        assert sweep_begun_uploads() == 1
    assert list(PartialUpload.objects.all()) == [young]
    assert stored() == [stray]  # it is young: whoever wrote it may be about to commit
    with committed():
        assert operations.sweep_uploads(at=now() + dt.timedelta(days=2)) == 1
    assert stored() == []


def test_the_pages_take_parts_and_say_what_is_missing(milestone, agent, sign_in):
    client = sign_in(agent)
    told = {"name": "a.pdf", "size": len(WORK), "parts": plan_of(WORK)}
    address = reverse("contracts:upload_new", args=[milestone.contract.ref])
    begun = client.post(address, json.dumps(told), content_type="application/json")
    assert begun.status_code == 201
    ref = begun.json()["ref"]
    assert begun.json() == {"ref": ref, "part": 1000, "of": 6, "missing": [0, 1, 2, 3, 4, 5]}

    def send(number: int, content: bytes):
        where = reverse("contracts:upload_part", args=[ref, number])
        return client.post(where, content, content_type="application/octet-stream")

    assert [send(0, part(0)).status_code for _n in range(2)] == [201, 200]
    assert send(1, b"x" * 1000).status_code == 422
    assert send(1, b"x" * 1001).status_code == 413
    assert client.get(reverse("contracts:upload", args=[ref])).json()["missing"] == [1, 2, 3, 4, 5]
    shown = client.get(reverse("contracts:milestone", args=[milestone.contract.ref, 1])).content.decode()
    assert "a.pdf" in shown
    for number in range(1, 6):
        send(number, part(number))
    where = reverse("contracts:hand_in", args=[milestone.contract.ref, 1])
    client.post(where, {"held": ref, "note": ""})
    assert DeliverableFile.objects.get().size == len(WORK)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"name": 1}', b'{"name":"a","size":true,"parts":[]}'])
def test_what_is_no_plan_is_answered_and_not_an_error(body, milestone, agent, sign_in):
    address = reverse("contracts:upload_new", args=[milestone.contract.ref])
    answer = sign_in(agent).post(address, body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["said"]


def test_whoever_began_it_removes_it_and_nobody_else(milestone, agent, sign_in):
    upload = contracts.begun(milestone.contract, by=agent.user, content=WORK)
    address = reverse("contracts:upload_drop", args=[upload.ref])
    assert sign_in(world.member(Role.AGENT, milestone.contract.seller)).post(address).status_code == 404
    assert PartialUpload.objects.exists()
    assert sign_in(agent).post(address).status_code == 302
    assert not PartialUpload.objects.exists()


def test_an_invoice_and_the_evidence_a_dispute_begins_with_come_in_parts_too(milestone, agent, sign_in):
    client = sign_in(agent)
    refs = []
    for tail in (b"", b"x"):
        upload = contracts.begun(milestone.contract, by=agent.user, content=WORK + tail)
        for number in range(6):
            operations.take_part(upload=upload, number=number, content=part(number, WORK + tail), at=now())
        refs.append(upload.ref)
    where = reverse("contracts:invoice", args=[milestone.contract.ref, 1])
    told = {"number": "12345678", "code": "", "issued_on": "2026-01-05", "amount": "1.00"}
    client.post(where, told | {"held": refs[0]})
    assert Invoice.objects.get().file_digest == hashlib.sha256(WORK).hexdigest()
    client.post(where, told | {"number": "87654321", "held": refs[0]})  # it is spent
    assert Invoice.objects.count() == 1
    where = reverse("contracts:dispute_new", args=[milestone.contract.ref, 1])
    client.post(where, {"claim": "不合格", "held": refs[1]})
    assert DisputeFile.objects.get().digest == hashlib.sha256(WORK + b"x").hexdigest()
    assert not PartialUpload.objects.exists()
