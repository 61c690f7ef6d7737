"""What a zone has had assessed: two people, the database's promises, and what a need check makes of it."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties.queries import region_and_parents
from regulation.registry import errors
from regulation.registry.models import ZoneAssessment
from regulation.registry.operations import (
    Assessed,
    draft_assessment,
    end_assessment,
    publish_assessment,
    return_assessment,
    revise_assessment,
    withdraw_assessment,
)
from regulation.registry.queries import (
    assessments_ending,
    changed_by,
    facts_for,
    returned_notes,
    zones_with_counts,
)
from tests.factories.registry import (
    ApprovalFactory,
    AssessmentDraftFactory,
    AssessmentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    ZoneFactory,
    region,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 6, 1)
LINE = ["511602", "511600", "510000", "000000"]


def period(start, end=None):
    return DateRange(start, end, "[)")


def said(**changes):
    values = {
        "zone": ZoneFactory(),
        "service": ServiceFactory(),
        "report": "报告",
        "effect": "waived",
        "provision": ProvisionFactory(),
        "source": "来源",
        "start": TODAY,
    }
    return Assessed(**{**values, **changes})


def verdict(approval, zone, *, on):
    (facts,) = facts_for(
        approvals=[approval], region=approval.region, on=on, zone=zone, zone_said=True, answers={}
    )[approval.pk]
    return facts.cover


def test_a_draft_changes_nothing_and_a_published_one_does():
    ruling = RulingFactory(approval=ApprovalFactory(), necessity="mandatory")
    draft = AssessmentDraftFactory(service=ruling.service, valid=period(TODAY, TODAY + 10 * DAY))
    on = ruling.approval, draft.zone
    assert verdict(*on, on=TODAY) == "outside"
    publish_assessment(assessment=draft, by=UserFactory(), at=timezone.now())
    assert verdict(*on, on=TODAY) == "waived"
    assert verdict(*on, on=TODAY + 9 * DAY) == "waived"
    assert verdict(*on, on=TODAY + 10 * DAY) == "outside"  # the day it ends is no longer in it
    assert verdict(*on, on=TODAY - DAY) == "outside"
    assert verdict(ruling.approval, ZoneFactory(), on=TODAY) == "outside"


def test_the_author_does_not_publish():
    draft = AssessmentDraftFactory()
    with pytest.raises(errors.SamePersonAssessed):
        publish_assessment(assessment=draft, by=draft.author, at=timezone.now())
    assert not ZoneAssessment.objects.published().exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("reviewer", ["nobody", "the author"])
def test_the_database_holds_publication_to_a_second_person(reviewer):
    author = UserFactory()
    with pytest.raises(IntegrityError, match="zone_assessment_published_by_second_person"):
        AssessmentFactory(author=author, reviewer=author if reviewer == "the author" else None)


def test_published_ones_of_a_matter_do_not_overlap_and_drafts_may():
    standing = AssessmentFactory(valid=period(TODAY, TODAY + 10 * DAY))
    same = {"zone": standing.zone, "service": standing.service}
    AssessmentFactory(**same, valid=period(TODAY + 10 * DAY, None))
    AssessmentFactory(zone=standing.zone)
    draft = AssessmentDraftFactory(**same, valid=period(TODAY + 9 * DAY, TODAY + 20 * DAY))
    with pytest.raises(errors.AssessmentOverlaps):
        publish_assessment(assessment=draft, by=UserFactory(), at=timezone.now())
    draft.refresh_from_db()
    assert draft.published_at is None


@pytest.mark.parametrize(
    "change",
    [
        {"effect": "filed"},
        {"report": "另一份"},
        {"published_at": None},
        {"valid": period(TODAY, TODAY + 11 * DAY)},
        {"valid": period(TODAY, None)},
        {"valid": period(TODAY - DAY, TODAY + 5 * DAY)},
        {"valid": period(TODAY + DAY, TODAY + 10 * DAY)},
    ],
)
def test_what_is_published_stands(change):
    found = AssessmentFactory(valid=period(TODAY, TODAY + 10 * DAY))
    with pytest.raises(DatabaseError, match="zone_assessment_published_stands"), transaction.atomic():
        ZoneAssessment.objects.filter(pk=found.pk).update(**change)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        ZoneAssessment.objects.filter(pk=found.pk).delete()
    assert ZoneAssessment.objects.filter(pk=found.pk).update(valid=period(TODAY, TODAY + 5 * DAY)) == 1


def test_drafting_revising_returning_and_publishing_stand_in_the_ledger():
    editor, reviewer = UserFactory(), UserFactory()
    draft = draft_assessment(said=said(), by=editor)
    return_assessment(assessment=draft, note="请写明期限", by=reviewer)
    assert returned_notes([draft]) == {draft.pk: "请写明期限"}
    revise_assessment(assessment=draft, said=said(zone=draft.zone, end=TODAY + DAY), by=editor)
    assert returned_notes([draft]) == {}
    publish_assessment(assessment=draft, by=reviewer, at=timezone.now())
    kinds = [entry.kind.removeprefix("registry.assessment_") for entry in Entry.objects.order_by("pk")]
    assert kinds == ["drafted", "returned", "revised", "published"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"end": TODAY}, errors.AssessmentPeriodEmpty),
        ({"report": " "}, errors.AssessmentIncomplete),
        ({"source": ""}, errors.AssessmentIncomplete),
    ],
)
def test_an_incomplete_assessment_is_refused(changes, refusal):
    with pytest.raises(refusal):
        draft_assessment(said=said(**changes), by=UserFactory())
    assert not ZoneAssessment.objects.exists()


def test_only_the_author_revises_and_withdraws_and_only_a_draft():
    draft, other = AssessmentDraftFactory(), UserFactory()
    with pytest.raises(errors.NotTheAuthor):
        revise_assessment(assessment=draft, said=said(), by=other)
    with pytest.raises(errors.NotTheAuthor):
        withdraw_assessment(assessment=draft, by=other, at=timezone.now())
    withdraw_assessment(assessment=draft, by=draft.author, at=timezone.now())
    with pytest.raises(errors.NotADraft):
        publish_assessment(assessment=draft, by=other, at=timezone.now())


def test_ending_one_early_takes_back_no_day_gone_by():
    found, by = AssessmentFactory(valid=period(TODAY - 5 * DAY, TODAY + 10 * DAY)), UserFactory()
    same = {"assessment": found, "at": TODAY}
    for on, who, why, refusal in (
        (TODAY - DAY, by, "报告撤销", errors.AssessmentEndsTooEarly),
        (TODAY + 10 * DAY, by, "报告撤销", errors.EndOutsidePeriod),
        (TODAY, by, " ", errors.NoteMissing),
        (TODAY, found.author, "报告撤销", errors.SamePersonAssessed),
    ):
        with pytest.raises(refusal):
            end_assessment(**same, on=on, reason=why, by=who)
    with pytest.raises(errors.NotPublished):
        end_assessment(assessment=AssessmentDraftFactory(), on=TODAY, reason="报告撤销", by=by, at=TODAY)
    assert end_assessment(**same, on=TODAY, reason="报告撤销", by=by).valid == period(TODAY - 5 * DAY, TODAY)
    assert Entry.objects.get().kind == "registry.assessment_ended"


def test_editors_are_told_of_what_ends_soon():
    soon = AssessmentFactory(valid=period(TODAY - DAY, TODAY + 30 * DAY))
    AssessmentFactory(valid=period(TODAY - DAY, TODAY + 31 * DAY))
    AssessmentFactory(valid=period(TODAY - DAY, None))
    AssessmentFactory(valid=period(TODAY - 9 * DAY, TODAY))  # has ended
    AssessmentDraftFactory(valid=period(TODAY - DAY, TODAY + DAY))
    assert list(assessments_ending(on=TODAY, within=30)) == [soon]


@pytest.mark.parametrize(
    ("necessity", "effect", "before", "after"),
    [
        ("mandatory", "waived", "mandatory", "area_assessed"),
        ("mandatory", "simplified", "mandatory", "mandatory"),
        ("mandatory", "filed", "mandatory", "optional"),
        ("optional", "waived", "optional", "area_assessed"),
        ("commissioned", "waived", None, None),
        ("abolished", "waived", None, None),
    ],
)
def test_what_an_assessment_changes(necessity, effect, before, after):
    ruling = RulingFactory(necessity=necessity)
    one = AssessmentFactory(service=ruling.service, effect=effect)
    lines = changed_by([one], LINE, on=TODAY)[one.pk]
    assert [(c.before.verdict, c.after.verdict) for c in lines] == ([(before, after)] if before else [])


def test_the_ruling_of_the_zones_own_region_is_the_one_changed():
    above = RulingFactory(necessity="mandatory")
    near = RulingFactory(service=above.service, region=region("511602"), necessity="optional")
    special = RulingFactory(service=above.service, approval=ApprovalFactory(), necessity="optional")
    one = AssessmentFactory(service=above.service)
    assert [c.ruling for c in changed_by([one], LINE, on=TODAY)[one.pk]] == [near]
    away = ZoneFactory(region=region("130200"))
    other = AssessmentFactory(service=above.service, zone=away)
    assert [c.ruling for c in changed_by([other], region_and_parents("130200"), on=TODAY)[other.pk]] == [
        above,
        special,
    ]


def test_a_zone_counts_what_is_valid_on_the_day():
    zone = ZoneFactory()
    AssessmentFactory(zone=zone, valid=period(TODAY, TODAY + DAY))
    AssessmentDraftFactory(zone=zone, valid=period(TODAY, None))
    assert [z.valid_now for z in zones_with_counts(on=TODAY)] == [1]
    assert [z.valid_now for z in zones_with_counts(on=TODAY + DAY)] == [0]
