"""The signed paper as a scan: given by one side, confirmed by the others, altered by nobody."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts import errors, operations
from marketplace.contracts.copy_queries import copies_of, latest_copy, stands, waits_for
from marketplace.contracts.models import CopyAnswer, CopyFile, SignedCopy
from marketplace.contracts.queries import latest_version
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from tests.factories import contracts, world
from tests.marketplace.contracts.test_changing import agree, proposed
from tests.marketplace.contracts.test_pages import page, prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return contracts.signed()


def entries(*acts: str) -> int:
    return Entry.objects.filter(kind__in=[f"contracts.copy_{act}" for act in acts]).count()


def test_one_side_gives_it_the_other_confirms_it_and_the_digests_are_on_record(made):
    copy = contracts.copied(made)
    digest = hashlib.sha256(contracts.PAPER).hexdigest()
    assert waits_for(copy, made) == ["seller"]
    assert not stands(copy, made)
    given = body_of(Entry.objects.get(kind="contracts.copy_given"))
    assert (given["files"], given["text"], given["proof"]) == (
        [digest],
        latest_version(made).digest,
        "password",
    )
    contracts.answered(copy, "seller")
    confirmed = latest_copy(copy.version)
    assert stands(confirmed, made)
    assert waits_for(confirmed, made) == []
    assert body_of(Entry.objects.get(kind="contracts.copy_confirmed"))["files"] == [digest]
    with pytest.raises(errors.CopyStands):
        contracts.copied(made)
    assert SignedCopy.objects.count() == entries("given") == 1


def test_where_the_department_pays_both_others_confirm():
    approval, service = world.approval(), world.service()
    commissioned = world.ruling(approval=approval, service=service, necessity="commissioned")
    made = contracts.signed(approval=approval, service=service, ruling=commissioned)
    assert made.sides == ["buyer", "seller", "payer"]
    copy = contracts.copied(made, "seller")
    contracts.answered(copy, "buyer")
    assert waits_for(latest_copy(copy.version), made) == ["payer"]
    contracts.answered(copy, "payer")
    assert stands(latest_copy(copy.version), made)


def test_what_differs_is_said_and_another_copy_follows(made):
    first = contracts.copied(made)
    with pytest.raises(errors.CopyWaits):
        contracts.copied(made)
    with pytest.raises(errors.ReasonMissing):
        contracts.answered(first, "seller", "differs", reason=" ")
    contracts.answered(first, "seller", "differs")
    with pytest.raises(errors.CopyGone):
        contracts.answered(first, "seller")
    second = contracts.copied(made, "seller")
    with pytest.raises(errors.CopyGone):
        contracts.answered(first, "buyer")
    contracts.answered(second, "seller", "taken_back")
    third = contracts.copied(made, "seller")
    contracts.answered(third, "buyer")
    assert [one.number for one in copies_of(made)] == [3, 2, 1]
    assert stands(copies_of(made)[0], made)
    assert entries("given", "differs", "taken_back", "confirmed") == 6


def test_a_changed_contract_takes_a_copy_of_its_new_version(made):
    contracts.answered(contracts.copied(made), "seller")
    proposed(made)
    for side in made.sides:
        agree(made, side)
    contracts.commit()
    made.refresh_from_db()
    assert made.version_no == 2
    assert contracts.copied(made).number == 1
    assert [one.version.number for one in copies_of(made)] == [2, 1]


@pytest.mark.parametrize(
    ("case", "content", "said"),
    [
        ("nothing", None, errors.NoFile),
        ("a workbook", "xlsx", errors.FileRefused),
        ("a program", b"MZ\x90", errors.FileRefused),
        ("empty", b"", errors.FileRefused),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_only_a_scan_is_taken(case, content, said, made):
    from tests.marketplace.contracts.test_delivering import workbook

    body = workbook() if content == "xlsx" else content
    files = [] if body is None else [SimpleUploadedFile("合同.pdf", body)]
    with pytest.raises(said):
        contracts.copied(made, files=files)
    assert not SignedCopy.objects.exists()
    assert not entries("given")


def test_before_it_is_signed_there_is_no_copy():
    with pytest.raises(errors.NothingSigned):
        contracts.copied(contracts.offered())


def test_it_comes_in_parts_too(made, settings):
    settings.UPLOAD_PART = 1000
    who, content = contracts.binder(made, "buyer"), b"%PDF-1.7 " + bytes(2500)
    upload = contracts.begun(made, by=who.user, content=content)
    for number in range(3):
        chunk = content[number * 1000 : (number + 1) * 1000]
        operations.take_part(upload=upload, number=number, content=chunk, at=timezone.now())
    contracts.copied(made, who=who, files=[], held=[upload.ref])
    assert CopyFile.objects.get().digest == hashlib.sha256(content).hexdigest()


def test_nobody_confirms_for_their_own_side_or_for_two(made):
    seller = contracts.binder(made, "seller")
    both = world.Membership.objects.create(
        user=seller.user, entity=made.buyer, role=Role.OWNER, valid=seller.valid
    )
    copy = contracts.copied(made, who=both)
    with pytest.raises(errors.OnePersonOneSide):
        contracts.answered(copy, "seller", who=seller)
    with pytest.raises(errors.NotYourSide):
        contracts.answered(copy, "buyer")
    with pytest.raises(errors.NotYourSide):
        contracts.answered(copy, "seller", "taken_back")
    with pytest.raises(errors.NotYourSide):
        contracts.answered(copy, "seller", who=world.member(Role.AGENT))
    assert not CopyAnswer.objects.exists()


def row(made, **fields):
    who = contracts.binder(made, "buyer")
    told = {"version": latest_version(made), "number": 1, "side": "buyer", "entity": made.buyer}
    return told | {"given_by": who.user, "proof": "password"} | fields


def said(copy, **fields):
    who = contracts.binder(copy.version.contract, "seller")
    told = {"copy": copy, "side": "seller", "entity": who.entity, "said": "confirmed", "said_by": who.user}
    return told | {"proof": "mfa"} | fields


COPIES = {
    "by nobody of the side": (lambda made: {"given_by": world.user()}, "signed_copy_by_who_may_bind"),
    "for another entity": (lambda made: {"entity": made.seller}, "signed_copy_by_who_may_bind"),
    "for a payer that is the buyer": (lambda made: {"side": "payer"}, "signed_copy_by_who_may_bind"),
    "a second one at once": (lambda made: {"number": 2}, "signed_copy_one_at_a_time"),
    "without a proof": (lambda made: {"proof": ""}, "signed_copy_proved_anew"),
}


def refused_copy(made, name, **fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        SignedCopy.objects.create(**row(made, **fields))


def by_nobody_of_the_side(made):
    refused_copy(made, "signed_copy_by_who_may_bind", given_by=world.user())


def a_second_one_at_once(made):
    refused_copy(made, "signed_copy_one_at_a_time", number=2)


@pytest.mark.parametrize("case", COPIES)
def test_the_database_takes_no_copy_of_who_may_not_give_it(case, made):
    told, name = COPIES[case]
    refused_copy(made, name, **told(made))
    SignedCopy.objects.create(**row(made))


def test_the_database_takes_no_copy_of_an_unsigned_contract():
    refused_copy(contracts.offered(), "signed_copy_of_what_is_in_force")


ANSWERS = {
    "by nobody of the side": (lambda copy: {"said_by": world.user()}, "copy_answer_by_who_may_bind"),
    "of the side that gave it": (
        lambda copy: {"side": "buyer", "entity": copy.entity, "said_by": copy.given_by},
        "copy_answer_of_another_side",
    ),
    "another's taken back": (
        lambda copy: {"said": "taken_back", "reason": "错"},
        "copy_answer_of_another_side",
    ),
    "a difference without a word": (lambda copy: {"said": "differs"}, "copy_answer_says_why"),
    "without a proof": (lambda copy: {"proof": "x"}, "copy_answer_proved_anew"),
}


def refused_answer(copy, name, **fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CopyAnswer.objects.create(**said(copy, **fields))


def of_the_side_that_gave_it(copy):
    told, name = ANSWERS["of the side that gave it"]
    refused_answer(copy, name, **told(copy))


@pytest.mark.parametrize("case", ANSWERS)
def test_the_database_takes_no_answer_of_who_may_not_give_it(case, made):
    copy = contracts.copied(made)
    told, name = ANSWERS[case]
    refused_answer(copy, name, **told(copy))
    CopyAnswer.objects.create(**said(copy))


def test_the_database_takes_no_answer_to_what_stands_or_is_taken_back(made):
    copy = contracts.copied(made)
    contracts.answered(copy, "seller")
    buyer = contracts.binder(made, "buyer").user
    back = {"side": "buyer", "entity": made.buyer, "said_by": buyer, "said": "taken_back", "reason": "错"}
    refused_answer(copy, "copy_answer_while_it_waits", **back)


@pytest.mark.parametrize("model", [SignedCopy, CopyFile, CopyAnswer])
def test_nothing_of_it_is_altered_or_removed(model, made):
    contracts.answered(contracts.copied(made), "seller")
    found = model.objects.all()
    for act in (lambda: found.update(id=0), lambda: found._raw_delete(found.db)):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            act()
    assert model.objects.count() == 1


def test_both_sides_do_it_on_their_pages_each_proved_anew(made, sign_in, client):
    buyer, seller = contracts.binder(made, "buyer"), contracts.binder(made, "seller")
    sign_in(buyer)
    assert "Give the signed paper as a scan" in page(client, made.get_absolute_url())
    give, look = (reverse(f"contracts:copy_{name}", args=[made.ref]) for name in ("new", "answer"))
    paper = SimpleUploadedFile("合同扫描件.pdf", contracts.PAPER)
    assert "/reauthenticate/" in client.post(give, {"uploads": [paper]}).url
    assert not SignedCopy.objects.exists()
    prove(client)
    assert client.post(give, {"note": ""}).status_code == 422
    paper.seek(0)
    client.post(give, {"uploads": [paper], "note": "两份原件"})
    copy = SignedCopy.objects.get()
    shown = page(client, made.get_absolute_url())
    assert "Waits for the other side" in shown
    assert "Take the copy back" in shown
    sign_in(seller)
    assert made.award.tender.title in page(client, "/en/desk/")
    assert "Look at it and confirm it" in page(client, made.get_absolute_url())
    assert "/reauthenticate/" in client.get(look).url
    prove(client)
    assert "合同扫描件.pdf" in page(client, look)
    file = reverse("contracts:copy_file", args=[copy.files.get().ref])
    fetched = client.get(file)
    assert fetched["Content-Disposition"].startswith("attachment")
    assert b"".join(fetched.streaming_content) == contracts.PAPER
    for told in ({"answer": "differs", "reason": ""}, {"answer": "taken_back", "reason": "x"}, {}):
        assert client.post(look, {"number": "1"} | told).status_code == 422
    assert not CopyAnswer.objects.exists()
    client.post(look, {"number": "1", "answer": "confirmed"})
    assert CopyAnswer.objects.get().said == "confirmed"
    shown = page(client, made.get_absolute_url())
    assert "Confirmed by every side" in shown
    assert "Signed copy given by the buyer" in shown
    client.logout()
    assert "合同扫描件.pdf" not in page(client, made.get_absolute_url())
    sign_in(world.member(Role.OWNER))
    assert client.get(file).status_code == 404


def test_the_contract_takes_the_same_queries_for_one_copy_and_for_five(made, sign_in, client):
    from tests.marketplace.contracts.test_pages import queries_of

    sign_in(contracts.binder(made, "buyer"))
    contracts.answered(contracts.copied(made), "seller", "differs")
    few = queries_of(client, made.get_absolute_url())
    for _n in range(4):
        contracts.answered(contracts.copied(made), "seller", "differs")
    assert queries_of(client, made.get_absolute_url()) == few
