"""What the clock does: overdue reports are noted once, files that were never filed go."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.oversight import operations, queries, tasks
from regulation.oversight.models import Evidence, Knock
from tests.factories.oversight import PDF, answered, regulator, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Sets the database's clock, as the tasks see it."""

    def at(moment):
        monkeypatch.setattr(tasks, "database_now", lambda: moment)

    return at


def test_overdue_begins_the_day_after_the_last_and_is_noted_once(clock):
    made = report(at=timezone.make_aware(dt.datetime(2026, 3, 2, 9)))
    last = timezone.make_aware(dt.datetime.combine(made.due_on, dt.time(23, 59)))
    clock(last)
    assert tasks.note_overdue() == 0
    clock(last + dt.timedelta(minutes=1))
    assert tasks.note_overdue() == 1
    clock(last + dt.timedelta(days=30))
    assert tasks.note_overdue() == 0
    assert Entry.objects.filter(kind="oversight.report_overdue", subject=made.urn).count() == 1
    operations.take_report(report=made, by=regulator(), at=last)
    assert tasks.note_overdue() == 0


def test_an_overdue_review_is_noted_by_itself(clock):
    at = timezone.make_aware(dt.datetime(2026, 3, 2, 9))
    made = operations.ask_review(report=answered(report(at=at), at=at), text="x", at=at)
    clock(at)
    assert tasks.note_overdue() == 0
    clock(at + dt.timedelta(days=60))
    assert (tasks.note_overdue(), tasks.note_overdue()) == (1, 0)
    assert [e.kind for e in made.events.all()][-1] == "review_overdue"
    assert not queries.overdue_unnoted(today=timezone.localdate()).exists()


def test_files_never_filed_go_after_a_day_and_filed_ones_stay(clock):
    kept = report(files=[PDF]).evidence.get()
    (draft,) = operations.attach_evidence(draft="t", files=[SimpleUploadedFile("a.pdf", PDF)])
    operations.count_knock(address="192.0.2.1", at=timezone.now())
    storage, place = draft.file.storage, draft.file.name
    clock(timezone.now() + dt.timedelta(hours=23))
    assert tasks.clear_unfiled() == 0
    clock(timezone.now() + dt.timedelta(days=2))
    assert (tasks.clear_unfiled(), tasks.clear_unfiled()) == (1, 0)
    assert list(Evidence.objects.all()) == [kept]
    assert not storage.exists(place)
    assert kept.file.storage.exists(kept.file.name)
    assert not Knock.objects.exists()
