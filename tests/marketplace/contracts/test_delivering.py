"""Work handed in, examined by its checklist, accepted, returned once, accepted by silence; read by a link."""

import datetime as dt
import io

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from openpyxl import Workbook

from marketplace.contracts import errors, operations
from marketplace.contracts.department_queries import share_of
from marketplace.contracts.life import Step
from marketplace.contracts.models import (
    Answer,
    DeliverableFile,
    Milestone,
    ShareAccess,
    ShareLink,
    Submission,
)
from marketplace.contracts.operations.sharing import token_digest
from marketplace.contracts.queries import register, to_examine, to_hand_in
from marketplace.contracts.tasks import accept_unanswered
from regulation.ledger.models import Entry
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def milestone() -> Milestone:
    return contracts.first(contracts.signed())


def test_work_is_begun_handed_in_and_accepted_by_its_checklist(milestone):
    assert milestone in to_hand_in(milestone.contract.seller)
    contracts.handed_in(milestone)
    file = DeliverableFile.objects.get()
    assert (file.kind, file.size, file.scan) == ("pdf", len(contracts.PDF), "not_scanned")
    assert len(file.digest) == 64
    assert list(to_examine(milestone.contract.buyer)) == [milestone]
    contracts.accepted(milestone)
    assert milestone.state_at(timezone.now()) is Step.ACCEPTED
    assert [item["met"] for item in Answer.objects.get().items] == [True, True]
    assert list(register()) == [milestone]
    with pytest.raises(errors.NotNow):
        contracts.accepted(milestone)
    with pytest.raises(DatabaseError, match="milestone_accepted_stands"), transaction.atomic():
        Milestone.objects.filter(pk=milestone.pk).update(accepted_at=None)


def test_nothing_is_handed_in_before_it_is_begun_or_signed():
    held = contracts.offered()
    with pytest.raises(errors.NotNow):
        contracts.started(contracts.first(held))
    milestone = contracts.first(contracts.signed())
    with pytest.raises(errors.NotNow):
        operations.hand_in_work(
            milestone=milestone, files=[contracts.upload()], note="", by=world.user(), at=timezone.now()
        )
    assert not Submission.objects.exists()


def workbook() -> bytes:
    held = io.BytesIO()
    Workbook().save(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [
        ("a.pdf", contracts.PDF, True),
        ("a.xlsx", workbook(), True),
        ("a.pdf", b"MZ\x90 program", False),
        ("a.pdf", b"", False),
        ("a.docx", b"PK\x03\x04 broken", False),
    ],
    ids=["pdf", "workbook", "program", "empty", "broken"],
)
def test_a_file_is_taken_for_what_it_is_not_for_its_name(milestone, name, content, taken):
    contracts.started(milestone)
    given = {"files": [contracts.upload(content, name)], "note": "", "by": world.user(), "at": timezone.now()}
    if taken:
        operations.hand_in_work(milestone=milestone, **given)
    else:
        with pytest.raises(errors.FileRefused, match=name):
            operations.hand_in_work(milestone=milestone, **given)
    assert DeliverableFile.objects.count() == Submission.objects.count() == int(taken)
    assert Entry.objects.filter(kind="contracts.handed_in").count() == int(taken)


@pytest.mark.parametrize(("command", "said"), [("true", "clean"), ("false", None), ("no-such-scanner", None)])
def test_a_scanner_is_asked_and_nothing_is_kept_unseen(milestone, settings, command, said):
    settings.FILE_SCANNER = command
    contracts.started(milestone)
    given = {"files": [contracts.upload()], "note": "", "by": world.user(), "at": timezone.now()}
    if said:
        operations.hand_in_work(milestone=milestone, **given)
        assert DeliverableFile.objects.get().scan == said
    else:
        with pytest.raises(errors.FileRefused):
            operations.hand_in_work(milestone=milestone, **given)
        assert not DeliverableFile.objects.exists()


def test_work_is_returned_once_with_reasons_by_line(milestone):
    contracts.handed_in(milestone)
    by, now = world.user(), timezone.now()
    for lines in (contracts.judged(milestone), [operations.Judged(False, " ")] * 2):
        with pytest.raises(errors.NothingUnmet):
            operations.return_work(milestone=milestone, judged=lines, by=by, at=now)
    operations.return_work(milestone=milestone, judged=contracts.judged(milestone, "缺签字"), by=by, at=now)
    contracts.commit()
    milestone.refresh_from_db()
    assert milestone.state_at(timezone.now()) is Step.RETURNED
    contracts.handed_in(milestone, contracts.PDF + b"2")
    with pytest.raises(errors.ReturnedOnce):
        operations.return_work(milestone=milestone, judged=contracts.judged(milestone, "再"), by=by, at=now)
    contracts.accepted(milestone)


def test_the_database_lets_nothing_be_returned_twice(milestone):
    contracts.handed_in(milestone)
    operations.return_work(
        milestone=milestone, judged=contracts.judged(milestone, "缺"), by=world.user(), at=timezone.now()
    )
    contracts.handed_in(milestone, contracts.PDF + b"2")
    second = Submission.objects.get(number=2)
    with pytest.raises(IntegrityError, match="answer_returns_once"), transaction.atomic():
        Answer.objects.create(submission=second, number=2, accepted=False, answered_by=world.user())
    with pytest.raises(IntegrityError, match="submission_at_most_twice"), transaction.atomic():
        Submission.objects.create(milestone=milestone, number=3, submitted_by=world.user())
    with pytest.raises(DatabaseError, match="milestone_returned_once"), transaction.atomic():
        Milestone.objects.filter(pk=milestone.pk).update(returned_at=timezone.now(), submitted_at=None)


def test_silence_accepts_by_rule_and_not_a_moment_earlier(milestone):
    contracts.handed_in(milestone)
    assert accept_unanswered() == 0
    with pytest.raises(errors.SilenceNotOver):
        operations.accept_silent(
            milestone=milestone, at=milestone.silence_until - dt.timedelta(microseconds=1)
        )
    with pytest.raises(DatabaseError, match="milestone_silence_is_over"), transaction.atomic():
        Milestone.objects.filter(pk=milestone.pk).update(accepted_at=timezone.now())
    contracts.unanswered(milestone)
    assert accept_unanswered() == 1
    contracts.commit()
    assert accept_unanswered() == 0
    milestone.refresh_from_db()
    assert milestone.by_rule
    assert Answer.objects.get().answered_by is None


def test_nothing_moves_in_a_suspended_contract_and_the_time_lost_is_given_back(milestone):
    contracts.handed_in(milestone)
    until = milestone.silence_until
    held = milestone.contract
    operations.suspend_contract(contract=held, reason="核查", by=None, at=timezone.now())
    contracts.commit()
    contracts.unanswered(milestone)
    assert accept_unanswered() == 0
    with pytest.raises(errors.NotNow):
        contracts.accepted(milestone)
    Milestone.objects.filter(pk=milestone.pk).update(silence_until=until)
    later = timezone.now() + dt.timedelta(hours=2)
    operations.resume_contract(contract=held, reason="核毕", by=world.user(), at=later)
    milestone.refresh_from_db()
    assert milestone.silence_until > until + dt.timedelta(hours=1)


def test_a_fact_of_a_milestone_without_its_act_is_not_committed(milestone):
    with pytest.raises(IntegrityError, match="milestone_told_by_an_act"), contracts.as_site():
        Milestone.objects.filter(pk=milestone.pk).update(started_at=timezone.now())
    with pytest.raises(DatabaseError, match="milestone_goes_only_where"), contracts.as_site():
        Milestone.objects.filter(pk=milestone.pk).update(
            accepted_at=timezone.now(), accepted_by=world.user(), silence_until=timezone.now()
        )


def test_a_link_ends_by_itself_or_by_hand_and_each_reading_is_on_record(milestone):
    contracts.handed_in(milestone)
    now = timezone.now()
    for days in (0, 91):
        with pytest.raises(errors.ShareTooLong):
            operations.share_work(milestone=milestone, whom="审批窗口", days=days, by=world.user(), at=now)
    link, token = operations.share_work(milestone=milestone, whom="审批窗口", days=7, by=world.user(), at=now)
    assert token not in str(ShareLink.objects.values())
    assert share_of(token_digest(token), now=now) == link
    assert share_of(token_digest(token), now=link.ends_at) is None
    operations.note_access(link=link, file=DeliverableFile.objects.get(), at=now)
    assert ShareAccess.objects.count() == Entry.objects.filter(kind="contracts.share_read").count() == 1
    operations.end_share(link=link, by=world.user(), at=now)
    assert share_of(token_digest(token), now=now) is None
    with pytest.raises(errors.ShareEnded):
        operations.end_share(link=link, by=world.user(), at=now)
