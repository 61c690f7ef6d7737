"""Documents of a tender: taken for what they are, in order with the draft, standing once it is public."""

import base64
import datetime as dt
import hashlib

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import errors, operations
from marketplace.tenders.announced import notices_of
from marketplace.tenders.models import Tender, TenderDocument
from marketplace.tenders.models.document import private_storage
from marketplace.tenders.operations.documents import Changed, documents_looked_at
from marketplace.tenders.operations.drafting import Terms
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 plan"


def file(content: bytes = PDF, name: str = "plan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def draft(**fields: object):
    later = timezone.now() + dt.timedelta(days=9)
    return world.tender(**{"published_at": None, "closes_at": later} | fields)


def handed_in(tender, *files: SimpleUploadedFile) -> list[TenderDocument]:
    return operations.add_documents(
        tender=tender, files=files or (file(),), by=tender.created_by, at=timezone.now()
    )


def public():
    """A public tender with one document."""
    tender = draft()
    handed_in(tender)
    world.trustees()
    held = world.reviewed(tender)
    return operations.publish_tender(tender=held, by=world.user(), at=timezone.now())


def amend(tender, *, changed: Changed, **terms: object):
    said = {n: getattr(tender, n) for n in Terms.__dataclass_fields__} | terms
    return operations.amend_tender(
        tender=tender,
        terms=Terms(**said),
        avoided=[],
        reason="更正",
        by=tender.created_by,
        at=timezone.now(),
        documents=changed,
    )


def test_a_document_is_kept_with_what_it_is_and_its_hash():
    tender = draft()
    [made] = handed_in(tender)
    assert (made.title, made.name, made.kind, made.size) == ("plan", "plan.pdf", "pdf", len(PDF))
    assert made.digest == hashlib.sha256(PDF).hexdigest()
    assert made.file.open("rb").read() == PDF
    entry = Entry.objects.get(kind="tenders.documents_added")
    assert body_of(entry)["documents"][0]["sha256"] == made.digest


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"MZ\x90", "plan.pdf"), (b"", "plan.pdf"), (b"PK\x03\x04 broken", "plan.docx"), (b"<html>", "a.html")],
    ids=["program", "empty", "broken", "page"],
)
def test_what_is_no_document_is_refused_by_name_whatever_it_is_called(content, name):
    tender = draft()
    with pytest.raises(errors.DocumentRefused, match=name):
        handed_in(tender, file(), file(content, name))
    assert not TenderDocument.objects.exists()
    assert not Entry.objects.filter(kind="tenders.documents_added").exists()


def test_a_file_the_scanner_finds_something_in_is_not_kept(settings):
    settings.FILE_SCANNER = "false"
    with pytest.raises(errors.DocumentRefused):
        handed_in(draft())
    assert not TenderDocument.objects.exists()


def test_a_document_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr("marketplace.tenders.operations.documents.DOCUMENT_LIMIT", 4)
    with pytest.raises(errors.DocumentRefused, match=r"plan\.pdf"):
        handed_in(draft())


def test_documents_are_ordered_renamed_replaced_and_removed_in_a_draft(django_capture_on_commit_callbacks):
    tender = draft()
    first, second = handed_in(tender, file(), file(PDF + b"2", "list.pdf"))
    by, at = tender.created_by, timezone.now()
    operations.move_document(document=second, up=True, by=by, at=at)
    operations.rename_document(document=first, title="  总平面图 ", by=by, at=at)
    titles = list(tender.documents.standing().values_list("title", flat=True))
    assert titles == ["list", "总平面图"]
    with django_capture_on_commit_callbacks(execute=True):
        made = operations.replace_document(document=first, file=file(PDF + b"3"), by=by, at=at)
    assert (made.title, made.position) == ("总平面图", 2)
    assert not private_storage().exists(first.file.name)
    with pytest.raises(errors.DocumentThere):
        operations.replace_document(document=second, file=file(PDF + b"3"), by=by, at=at)
    with pytest.raises(errors.NoDocument):
        operations.remove_document(document=first, by=by, at=at)
    operations.remove_document(document=made, by=by, at=at)
    assert list(tender.documents.standing()) == [second]


def test_the_same_file_is_kept_once_and_a_tender_has_a_most(monkeypatch):
    tender = draft()
    handed_in(tender)
    with pytest.raises(errors.DocumentThere):
        handed_in(tender)
    there = tender.documents.get()
    there.pk, there.ref = None, "again"
    with pytest.raises(IntegrityError, match="tender_document_once"), transaction.atomic():
        there.save(force_insert=True)
    monkeypatch.setattr("marketplace.tenders.operations.documents.MOST_DOCUMENTS", 2)
    with pytest.raises(errors.TooManyDocuments):
        handed_in(tender, file(PDF + b"2"), file(PDF + b"3"))
    assert tender.documents.count() == 1


def test_in_review_and_once_public_nothing_changes_but_by_an_amendment():
    tender = draft()
    [made] = handed_in(tender)
    by, at = tender.created_by, timezone.now()
    operations.submit_tender(tender=tender, by=by, at=at)
    with pytest.raises(errors.StandsInReview):
        handed_in(tender, file(PDF + b"2"))
    operations.take_back_tender(tender=tender, by=by, at=at)
    world.trustees()
    operations.publish_tender(tender=world.reviewed(tender), by=world.user(), at=timezone.now())
    for change in (
        lambda: handed_in(tender, file(PDF + b"2")),
        lambda: operations.remove_document(document=made, by=by, at=at),
        lambda: operations.rename_document(document=made, title="x", by=by, at=at),
    ):
        with pytest.raises(errors.AlreadyPublished):
            change()
    entry = Entry.objects.get(kind="tenders.published")
    assert [one["sha256"] for one in body_of(entry)["documents"]] == [made.digest]


def again(document: TenderDocument) -> None:
    document.pk, document.ref, document.digest = None, "again", "0" * 64
    document.save(force_insert=True)


CHANGES = {
    "insert": again,
    "title": lambda one: TenderDocument.objects.filter(pk=one.pk).update(title="x"),
    "content": lambda one: TenderDocument.objects.filter(pk=one.pk).update(digest="0" * 64),
    "drop": lambda one: TenderDocument.objects.filter(pk=one.pk).update(removed_in=1),
    "delete": lambda one: TenderDocument.objects.filter(pk=one.pk).delete(),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_the_database_lets_nothing_of_a_public_tenders_documents_change(change):
    made = public().documents.get()
    with pytest.raises(IntegrityError, match="tender_documents_stand"), transaction.atomic():
        CHANGES[change](made)


@pytest.mark.parametrize("change", list(CHANGES))
def test_it_is_the_trigger_that_holds_them(change):
    """The control: with the trigger asleep every change goes through."""
    made = public().documents.get()
    with pgtrigger.ignore("tenders.TenderDocument:stands_with_its_tender"):
        CHANGES[change](made)


@pytest.mark.django_db(transaction=True)
def test_a_change_of_documents_waits_for_who_holds_the_tender(elsewhere):
    tender = draft()
    [made] = handed_in(tender)
    given = {"document": made, "by": tender.created_by, "at": timezone.now()}
    with transaction.atomic():
        Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)  # as who submits or publishes it
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(operations.remove_document, **given)
        with pytest.raises(OperationalError, match="lock timeout"):  # past the operation, too
            elsewhere(CHANGES["delete"], made)
    elsewhere(operations.remove_document, **given)
    assert not tender.documents.exists()


def test_an_amendment_adds_one_and_says_that_one_holds_no_more():
    tender = public()
    old = tender.documents.get()
    kept = documents_looked_at([file(PDF + b"2", "list.pdf")])
    made = amend(tender, changed=Changed(kept, [old.pk]))
    new = tender.documents.standing().get()
    old.refresh_from_db()
    assert (new.title, new.added_in, old.removed_in) == ("list", 1, 1)
    assert set(made.after) == {"documents"}
    assert (old.digest in made.before["documents"], new.digest in made.after["documents"]) == (True, True)
    assert body_of(Entry.objects.get(kind="tenders.amended"))["after"]["documents"] == new.line
    connection.check_constraints()
    tender.refresh_from_db()
    facts = [str(value) for _label, value in notices_of(tender)[0].facts]
    assert old.line in facts
    assert not any(new.digest in fact for fact in facts)


def test_an_amendment_that_only_repeats_a_document_changes_nothing():
    tender = public()
    with pytest.raises(errors.NothingChanged):
        amend(tender, changed=Changed(documents_looked_at([file()]), []))
    assert tender.documents.count() == 1


def test_a_copy_has_the_documents_that_hold_and_keeps_them_when_the_other_draft_drops_its_own():
    tender = draft()
    [made] = handed_in(tender)
    copied = operations.copy_tender(tender=tender, by=tender.created_by, at=timezone.now())
    operations.remove_document(document=made, by=tender.created_by, at=timezone.now())
    assert [one.file.open("rb").read() for one in copied.documents.all()] == [PDF]


def test_whoever_reads_the_tender_reads_its_documents_and_their_hash(client):
    tender = public()
    made = tender.documents.get()
    page = client.get(tender.get_absolute_url()).content.decode()
    url = reverse("tenders:document", args=[tender.ref, made.ref])
    assert (url in page, made.digest in page) == (True, True)
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(PDF).digest()).decode()}:"
    other = public()
    assert client.get(reverse("tenders:document", args=[other.ref, made.ref])).status_code == 404
    private_storage().delete(made.file.name)
    assert client.get(url).status_code == 404


def test_a_draft_shows_its_documents_to_its_owner_alone(sign_in, client):
    member = world.member(Role.OWNER)
    tender = draft(owner=member.entity, created_by=member.user)
    [made] = handed_in(tender)
    url = reverse("tenders:document", args=[tender.ref, made.ref])
    assert client.get(url).status_code == 404
    assert sign_in(world.member(Role.OWNER)).get(url).status_code == 404
    assert sign_in(member).get(url).status_code == 200


def test_the_owner_hands_in_and_amends_by_the_pages(sign_in):
    member = world.member(Role.OWNER)
    tender = draft(owner=member.entity, created_by=member.user)
    browser = sign_in(member)
    page = reverse("tenders:tender_documents", args=[tender.ref])
    assert browser.post(page, {"uploads": [file(b"MZ")]}).status_code == 422
    assert browser.post(page, {}).status_code == 422
    assert browser.post(page, {"uploads": [file(), file(PDF + b"2", "list.pdf")]}).status_code == 302
    first, second = tender.documents.standing()
    act = lambda name, one: reverse(f"tenders:document_{name}", args=[tender.ref, one.ref])  # noqa: E731
    browser.post(act("move", second), {"to": "up"})
    browser.post(act("rename", first), {"title": "图"})
    browser.post(act("replace", second), {"file": file(PDF + b"3")})
    assert browser.get(page).status_code == 200
    titles = list(tender.documents.standing().values_list("title", flat=True))
    assert titles == ["list", "图"]
    browser.post(act("remove", first))
    assert tender.documents.count() == 1
    held = world.reviewed(tender)
    operations.publish_tender(tender=held, by=world.user(), at=timezone.now())
    assert browser.get(page).status_code == 302
    assert browser.post(act("remove", tender.documents.get())).status_code == 302
    form = browser.get(reverse("tenders:tender_amend", args=[tender.ref]))
    data = {k: v for k, v in form.context["form"].initial.items() if v not in (None, [], {}, False)}
    data |= {
        "closes_at": timezone.localtime(tender.closes_at).strftime("%Y-%m-%dT%H:%M:%S"),
        "reason": "更正",
    }
    old = tender.documents.get()
    answer = browser.post(
        reverse("tenders:tender_amend", args=[tender.ref]),
        data | {"new_documents": [file(PDF + b"4", "new.pdf")], "dropped": [old.pk]},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    assert tender.documents.standing().get().title == "new"
