"""A lower level may lift or soften a demand, never add or harden one, unless a law for its region says so."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.registry.errors import FollowUpMissing, HarderThanAbove
from regulation.registry.models import BURDEN, Level, Necessity, Ruling
from regulation.registry.operations import publish_ruling, replace_ruling
from regulation.registry.queries import verdict_for
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    region,
)

pytestmark = pytest.mark.django_db


def check_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def publish(draft):
    return publish_ruling(ruling=draft, by=UserFactory(), at=timezone.now())


def law(level=Level.LAW, code="000000"):
    return ProvisionFactory(instrument=InstrumentFactory(level=level, region=region(code)))


@pytest.fixture
def shared_law():
    return law()


@pytest.mark.parametrize("above", Necessity.values)
@pytest.mark.parametrize("below", Necessity.values)
def test_every_pair_of_verdicts(above, below, shared_law):
    up = RulingFactory(necessity=above, provisions=[shared_law])
    low = RulingFactory(service=up.service, region=region("510000"), necessity=below, provisions=[shared_law])
    if BURDEN[below] > BURDEN[above]:
        with pytest.raises(
            IntegrityError, match=f"ruling_not_harder_than_above: ruling {low.pk} above {up.pk}"
        ):
            check_now()
    else:
        check_now()


CASES = [
    # why, the lower ruling's changes, is it refused
    ("a region apart, not below", {"region": "330000", "of": "510000"}, False),
    ("two levels down", {"region": "511602"}, True),
    ("another service", {"other_service": True}, False),
    ("periods that do not touch", {"in_force": (dt.date(2010, 1, 1), dt.date(2020, 1, 1))}, False),
    ("periods that touch by a day", {"in_force": (dt.date(2010, 1, 1), dt.date(2020, 1, 2))}, True),
    ("on an approval, under a general rule", {"paired": True}, True),
    ("a State Council decision of its own", {"law": (Level.STATE_COUNCIL_DECISION, "000000")}, False),
    ("a local regulation of its own", {"law": (Level.LOCAL_REGULATION, "510000")}, True),
    ("a law made for another region", {"law": (Level.ADMINISTRATIVE_REGULATION, "330000")}, True),
    ("a law made for this region", {"law": (Level.ADMINISTRATIVE_REGULATION, "510000")}, False),
]


@pytest.mark.parametrize(("_why", "case", "refused"), CASES, ids=[case[0] for case in CASES])
def test_who_may_ask_for_more(_why, case, refused, shared_law):
    up = RulingFactory(
        necessity="abolished", provisions=[shared_law], region=region(case.get("of", "000000"))
    )
    cited = [shared_law, law(*case["law"])] if "law" in case else [shared_law]
    RulingFactory(
        service=ServiceFactory() if case.get("other_service") else up.service,
        approval=ApprovalFactory() if case.get("paired") else None,
        region=region(case.get("region", "510000")),
        necessity="optional",
        in_force=DateRange(*case.get("in_force", (dt.date(2020, 1, 1), None)), "[)"),
        provisions=cited,
    )
    if refused:
        with pytest.raises(IntegrityError, match="ruling_not_harder_than_above"):
            check_now()
    else:
        check_now()


def test_a_rule_on_the_approval_itself_takes_the_general_ones_place(shared_law):
    general = RulingFactory(necessity="abolished", provisions=[shared_law])
    approval = ApprovalFactory()
    RulingFactory(
        service=general.service, approval=approval, necessity="mandatory", provisions=[shared_law, law()]
    )
    RulingFactory(
        service=general.service,
        approval=approval,
        region=region("510000"),
        necessity="mandatory",
        provisions=[shared_law],
    )
    check_now()


def test_taking_the_law_of_its_own_away_is_refused(shared_law):
    up = RulingFactory(necessity="abolished", provisions=[shared_law])
    own = law()
    low = RulingFactory(
        service=up.service, region=region("510000"), necessity="optional", provisions=[shared_law, own]
    )
    check_now()
    low.bases.filter(provision=own).delete()
    with pytest.raises(IntegrityError, match="ruling_not_harder_than_above"):
        check_now()


def test_drafts_are_not_held_to_it(shared_law):
    up = RulingFactory(necessity="abolished", provisions=[shared_law])
    DraftFactory(service=up.service, region=region("510000"), provisions=[shared_law])
    check_now()


def test_publishing_more_than_above_is_refused_in_words(shared_law):
    up = RulingFactory(necessity="abolished", provisions=[shared_law])
    draft = DraftFactory(service=up.service, region=region("510000"), provisions=[shared_law])
    with pytest.raises(HarderThanAbove) as refusal:
        publish(draft)
    assert str(up) in str(refusal.value)
    draft.refresh_from_db()
    assert draft.published_at is None


def test_lifting_a_demand_above_ends_what_regions_below_ask_beyond_it(shared_law):
    up = RulingFactory(necessity="optional", provisions=[shared_law])
    low = RulingFactory(
        service=up.service, region=region("510000"), necessity="optional", provisions=[shared_law]
    )
    own = RulingFactory(service=up.service, region=region("330000"), necessity="optional", provisions=[law()])
    day = dt.date(2026, 6, 1)
    lifted = DraftFactory(
        service=up.service,
        necessity="abolished",
        in_force=DateRange(day, None, "[)"),
        provisions=[shared_law],
    )
    done = replace_ruling(draft=lifted, by=UserFactory(), at=timezone.now() + dt.timedelta(seconds=1))
    check_now()

    def holds(code, on):
        return verdict_for(approval=None, service=up.service, region=region(code), on=on)

    assert holds("510000", day) == done
    assert holds("510000", day - dt.timedelta(days=1)).necessity == "optional"
    assert holds("330000", day) == own
    low.refresh_from_db()
    assert low.recorded.upper is not None
    said = body_of(Entry.objects.get(kind="registry.ruling_replaced"))
    assert said["ended_below"] == [low.urn]


def test_an_abolition_says_how_the_matter_is_supervised():
    draft = DraftFactory(necessity="abolished", follow_up=" ")
    with pytest.raises(FollowUpMissing):
        publish(draft)
    assert not Ruling.objects.published().exists()


@pytest.mark.parametrize(("days", "kind"), [(30, ""), (None, "working"), (0, "working")])
def test_a_limit_has_a_number_and_a_kind(days, kind):
    with pytest.raises(IntegrityError, match="ruling_days_have_a_kind"):
        RulingFactory(days=days, day_kind=kind)
