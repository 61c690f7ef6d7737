"""What the database itself holds, whoever writes."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from regulation.registry.models import Level, Ruling, RulingBasis
from regulation.registry.operations import publish_ruling
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    UserFactory,
    region,
)

pytestmark = pytest.mark.django_db


def check_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def local_rule():
    return ProvisionFactory(instrument=InstrumentFactory(level=Level.LOCAL_RULE))


@pytest.mark.parametrize("paired", [True, False])
def test_published_rulings_cannot_overlap(paired):
    approval = ApprovalFactory() if paired else None
    standing = RulingFactory(approval=approval)
    with pytest.raises(IntegrityError, match="ruling_one_in_force_at_a_time"):
        RulingFactory(
            approval=approval,
            service=standing.service,
            in_force=DateRange(dt.date(2030, 1, 1), dt.date(2030, 1, 2), "[)"),
        )


def test_rulings_may_touch_and_drafts_may_overlap():
    turn = dt.date(2024, 1, 1)
    first = RulingFactory(in_force=DateRange(dt.date(2020, 1, 1), turn, "[)"))
    RulingFactory(service=first.service, in_force=DateRange(turn, None, "[)"))
    DraftFactory(service=first.service)
    RulingFactory(service=first.service, region=region("510000"))
    RulingFactory(service=first.service, approval=ApprovalFactory())
    assert Ruling.objects.published().count() == 4


@pytest.mark.parametrize("reviewer", ["nobody", "the author"])
def test_publication_needs_a_second_person(reviewer):
    author = UserFactory()
    with pytest.raises(IntegrityError, match="ruling_published_by_second_person"):
        RulingFactory(author=author, reviewer=author if reviewer == "the author" else None)


def test_a_required_ruling_without_a_law_is_refused_at_the_end_of_the_transaction():
    RulingFactory(necessity="mandatory", provisions=[local_rule()])
    with pytest.raises(IntegrityError, match="ruling_mandatory_has_lawful_basis"):
        check_now()


def test_a_required_ruling_without_any_provision_is_refused():
    RulingFactory(necessity="mandatory", provisions=[])
    with pytest.raises(IntegrityError, match="ruling_mandatory_has_lawful_basis"):
        check_now()


def test_a_local_rule_may_lift_a_demand():
    RulingFactory(necessity="abolished", provisions=[local_rule()])
    check_now()
    assert Ruling.objects.published().exists()


def test_the_law_cannot_be_taken_away_from_under_a_required_ruling():
    ruling = RulingFactory(necessity="mandatory")
    check_now()  # from here on each statement is checked at once
    with pytest.raises(IntegrityError, match="ruling_mandatory_has_lawful_basis"):
        RulingBasis.objects.filter(ruling=ruling).delete()


@pytest.mark.parametrize(
    "change",
    [
        {"necessity": "abolished"},
        {"reason": "别的理由"},
        {"in_force": DateRange(dt.date(2021, 1, 1), None, "[)")},
        {"source": "别的来源"},
        {"published_at": None},
        {"payer": "nobody"},
    ],
)
def test_what_is_published_cannot_be_altered(change):
    ruling = RulingFactory()
    with pytest.raises(IntegrityError, match="ruling_published_stands"), transaction.atomic():
        Ruling.objects.filter(pk=ruling.pk).update(**change)
    assert Ruling.objects.filter(pk=ruling.pk, necessity="optional", reason=ruling.reason).exists()


def test_a_closed_record_cannot_be_opened_again():
    ruling = RulingFactory()
    ruling.refresh_from_db()
    start = ruling.recorded.lower
    closed = DateTimeTZRange(start, timezone.now() + dt.timedelta(hours=1), "[)")
    Ruling.objects.filter(pk=ruling.pk).update(recorded=closed)
    with pytest.raises(IntegrityError, match="ruling_published_stands"):
        Ruling.objects.filter(pk=ruling.pk).update(recorded=DateTimeTZRange(start, None, "[)"))


def test_rulings_are_never_removed():
    ruling = RulingFactory()
    with pytest.raises(DatabaseError, match="Cannot delete"):
        Ruling.objects.filter(pk=ruling.pk).delete()


def test_the_sites_own_role_can_publish(as_site_role):
    draft = DraftFactory()
    published = publish_ruling(ruling=draft, by=UserFactory(), at=timezone.now() + dt.timedelta(seconds=5))
    check_now()
    assert published.published_at
