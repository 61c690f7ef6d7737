"""Draft, legal review, publication, schedule, lock: who does which, and what the database refuses."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now
from regulation.registry import errors, tasks
from regulation.registry.comparison import compare
from regulation.registry.models import Necessity, Ruling, RulingBasis, Stage
from regulation.registry.operations import (
    Wording,
    cancel_schedule,
    draft_ruling,
    pass_review,
    publish_due,
    publish_ruling,
    return_draft,
    revise_draft,
    schedule_publication,
    submit_draft,
)
from regulation.registry.queries import (
    last_marked,
    refused_publications,
    scheduled,
    story_of,
    versions_of,
)
from tests.factories.registry import (
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    region,
    reviewed,
)

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(hours=1)


def unreviewed(**fields):
    return DraftFactory(review=False, **fields)


def said(**changes):
    base = {"necessity": Necessity.OPTIONAL, "reason": "您可以自行编制。", "source": "测试来源"}
    return Wording(**{**base, "start": dt.date(2026, 1, 1), **changes})


def revised(draft, **changes):
    return revise_draft(
        ruling=draft, wording=said(**changes), provisions=[ProvisionFactory()], by=draft.author
    )


def refused(name):
    return pytest.raises(IntegrityError, match=name)


def test_a_draft_is_submitted_reviewed_and_only_then_published():
    draft, second = unreviewed(), UserFactory()
    for stage in ("draft", "submitted"):
        assert Ruling.objects.get().stage == stage
        with pytest.raises(errors.NotReviewed):
            publish_ruling(ruling=draft, by=second, at=timezone.now() + SOON)
        if stage == "draft":
            submit_draft(ruling=draft, by=draft.author)
    pass_review(ruling=draft, by=second, at=timezone.now())
    done = publish_ruling(ruling=draft, by=second, at=timezone.now() + SOON)
    assert (done.stage, done.legal_reviewer, done.reviewer) == (Stage.REVIEWED, second, second)


def test_the_author_cannot_review_nor_anyone_submit_for_them():
    draft = unreviewed()
    with pytest.raises(errors.NotTheAuthor):
        submit_draft(ruling=draft, by=UserFactory())
    submit_draft(ruling=draft, by=draft.author)
    with pytest.raises(errors.SubmittedAlready):
        submit_draft(ruling=draft, by=draft.author)
    with pytest.raises(errors.SamePerson):
        pass_review(ruling=draft, by=draft.author, at=timezone.now())


def test_what_is_not_submitted_is_not_reviewed():
    with pytest.raises(errors.NotSubmitted):
        pass_review(ruling=unreviewed(), by=UserFactory(), at=timezone.now())


def test_the_database_refuses_a_review_by_the_author():
    draft = unreviewed()
    submit_draft(ruling=draft, by=draft.author)
    mine = {"stage": "reviewed", "legal_reviewer": draft.author, "reviewed_at": timezone.now()}
    with refused("ruling_reviewed_by_second_person"):
        Ruling.objects.filter(pk=draft.pk).update(**mine)


def test_the_database_refuses_a_review_that_nobody_asked_for():
    signed = {"stage": "reviewed", "legal_reviewer": UserFactory(), "reviewed_at": timezone.now()}
    draft = unreviewed()
    with refused("ruling_review_follows_submission"):
        Ruling.objects.filter(pk=draft.pk).update(**signed)


def test_the_database_refuses_publication_without_review():
    draft = unreviewed()
    with refused("ruling_published_after_review"):
        Ruling.objects.filter(pk=draft.pk).update(reviewer=UserFactory(), published_at=timezone.now())


def test_in_review_the_author_cannot_change_the_draft_until_it_is_returned():
    draft = unreviewed()
    submit_draft(ruling=draft, by=draft.author)
    with pytest.raises(errors.InReview):
        revised(draft)
    for act in (
        lambda: Ruling.objects.filter(pk=draft.pk).update(reason="改过。"),
        lambda: RulingBasis.objects.create(ruling=draft, provision=ProvisionFactory(), position=9),
        lambda: RulingBasis.objects.filter(ruling=draft).delete(),
    ):
        with refused("ruling_locked_in_review"), transaction.atomic():
            act()
    return_draft(ruling=draft, note="请改", by=UserFactory())
    assert revised(draft, reason="改过。").reason == "改过。"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: revised(d, reason="改过。"),
        lambda d: Ruling.objects.filter(pk=d.pk).update(reason="改过。"),
        lambda d: RulingBasis.objects.create(ruling=d, provision=ProvisionFactory(), position=9),
        lambda d: RulingBasis.objects.filter(ruling=d).delete(),
    ],
)
def test_a_change_voids_the_review_and_the_time_of_publication(change):
    draft = DraftFactory()
    now = database_now()
    schedule_publication(ruling=draft, publish_at=now + SOON, by=UserFactory(), at=now)
    change(draft)
    draft.refresh_from_db()
    assert (draft.stage, draft.legal_reviewer, draft.reviewed_at) == (Stage.DRAFT, None, None)
    assert (draft.publish_at, draft.scheduled_by) == (None, None)


def test_a_returned_draft_is_reviewed_anew():
    draft = DraftFactory()
    return_draft(ruling=draft, note="再看", by=UserFactory())
    with pytest.raises(errors.NotReviewed):
        publish_ruling(ruling=draft, by=UserFactory(), at=timezone.now() + SOON)
    assert reviewed(draft).stage == Stage.REVIEWED


def due(draft, **fields):
    """Schedule a draft for the past, as it stands once its time has come."""
    now = database_now()
    terms = {"publish_at": now - dt.timedelta(seconds=1), "by": UserFactory()}
    schedule_publication(ruling=draft, at=now - SOON, **terms | fields)
    return draft


def test_a_scheduled_draft_is_published_once_when_its_time_has_come():
    second, draft = UserFactory(), DraftFactory()
    due(draft, by=second)
    assert tasks.publish_drafts_due() == 1
    assert tasks.publish_drafts_due() == 0
    draft.refresh_from_db()
    assert draft.reviewer == second
    assert Entry.objects.filter(kind="registry.ruling_published").count() == 1


def test_before_its_time_nothing_is_published():
    draft, now = DraftFactory(), database_now()
    schedule_publication(ruling=draft, publish_at=now + SOON, by=UserFactory(), at=now)
    assert tasks.publish_drafts_due() == 0
    assert publish_due(ruling=draft, at=now + SOON - dt.timedelta(microseconds=1)) is False
    assert list(scheduled()) == [draft]
    assert publish_due(ruling=draft, at=now + SOON) is True  # the moment itself is in time


def test_a_scheduled_draft_takes_the_place_of_what_stands():
    standing = RulingFactory()
    draft = due(DraftFactory(service=standing.service, region=standing.region))
    assert tasks.publish_drafts_due() == 1
    assert Ruling.objects.on_record().get() == draft


def test_a_refusal_at_the_set_time_is_noted_once_and_shown():
    cited = ProvisionFactory(instrument=InstrumentFactory(level="local_rule"))
    draft = due(DraftFactory(necessity="mandatory", provisions=[cited]))
    assert tasks.publish_drafts_due() == 0
    assert tasks.publish_drafts_due() == 0
    draft.refresh_from_db()
    assert (draft.publish_at, draft.published_at) == (None, None)
    assert refused_publications([draft]) == {draft.pk: "NoLawfulBasis"}
    with override("en"):
        assert "art. 43" in errors.sentence_of("NoLawfulBasis")
    assert Entry.objects.filter(kind="registry.publication_refused").count() == 1


@pytest.mark.parametrize(
    ("refusal", "act"),
    [
        (errors.SamePerson, lambda d, n: due(d, by=d.author)),
        (
            errors.NotInTheFuture,
            lambda d, n: schedule_publication(ruling=d, publish_at=n, by=UserFactory(), at=n),
        ),
        (
            errors.NotInTheFuture,
            lambda d, n: schedule_publication(
                ruling=d, publish_at=n + dt.timedelta(days=400), by=UserFactory(), at=n
            ),
        ),
        (errors.NotScheduled, lambda d, n: cancel_schedule(ruling=d, by=UserFactory())),
        (errors.NotReviewed, lambda d, n: due(revised(d))),
    ],
)
def test_who_and_what_is_not_scheduled(refusal, act):
    draft = DraftFactory()
    with pytest.raises(refusal):
        act(draft, database_now())


def test_a_time_of_publication_is_taken_back():
    draft = due(DraftFactory())
    cancel_schedule(ruling=draft, by=UserFactory())
    assert tasks.publish_drafts_due() == 0


def test_the_database_refuses_the_authors_own_schedule():
    draft = DraftFactory()
    with refused("ruling_scheduled_by_second_person"):
        Ruling.objects.filter(pk=draft.pk).update(publish_at=timezone.now(), scheduled_by=draft.author)


def test_what_changed_since_a_reviewer_last_looked():
    draft = draft_ruling(
        approval=None,
        service=ServiceFactory(),
        region=region(),
        wording=said(reason="费用由申请人承担。"),
        provisions=[ProvisionFactory()],
        by=UserFactory(),
    )
    assert last_marked(versions_of(draft, story_of(draft)), story_of(draft)) is None
    revised(draft, reason="费用由申请单位承担。")
    return_draft(ruling=draft, note="应由部门承担", by=UserFactory())
    newest = revised(draft, reason="费用由审批部门承担。", days=10, day_kind="working")
    story = story_of(newest)
    versions = versions_of(newest, story)
    assert versions[0].ruling.reason == "费用由申请人承担。"
    looked_at = last_marked(versions, story)
    assert looked_at is not None
    assert looked_at.number == 2
    with override("en"):
        lines = compare(looked_at.ruling, versions[-1].ruling)
    changed = {line.label: (line.old, line.new) for line in lines if line.changed}
    assert changed["One sentence"] == ("费用由申请单位承担。", "费用由审批部门承担。")
    assert changed["Time limit of the service"][0] == ""
    assert "The law behind it" in changed  # another article is cited each time
    assert Ruling.objects.get(pk=draft.pk).reason == "费用由审批部门承担。"
