"""Interests of people and between people, and statements nobody may alter."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties import errors
from regulation.parties.models import Interest, Same
from regulation.parties.operations import retract_interest, state_interest
from tests.factories import world

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


def test_a_person_holds_posts_and_has_kin():
    office, one, other = world.department(), world.person(), world.person()
    post = state_interest(
        holder=one,
        subject=office,
        kind="official",
        rank="leading",
        post="局长",
        start=None,
        source="s",
        by=None,
    )
    kin = state_interest(holder=one, subject=other, kind="closeKin", start=None, source="s", by=None)
    assert (post.holder, post.about, kin.about) == (one, office, other)


@pytest.mark.parametrize("kind", ["closeKin", "setUp"])
def test_kin_joins_people_and_nothing_else_does(kind):
    subject = world.entity() if kind == "closeKin" else world.person()
    with pytest.raises(errors.WrongParties):
        state_interest(holder=world.person(), subject=subject, kind=kind, start=None, source="s", by=None)
    with (
        pytest.raises(IntegrityError, match="interest_of_kin_joins_two_people"),
        transaction.atomic(),
    ):
        world.interest(world.person(), subject, kind)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("interest_rank_belongs_to_officials", {"rank": "leading"}),
        ("interest_once_per_statement", {"statement_id": "s-1"}),
        ("interest_one_standing_per_record", {"record_id": "r-1"}),
    ],
)
def test_the_database_refuses_what_a_statement_cannot_say(constraint, fields):
    world.interest(world.entity(), world.entity(), statement_id="s-1", record_id="r-1")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        world.interest(world.entity(), world.entity(), **fields)


@pytest.mark.parametrize("field", ["share_min", "source", "tier"])
def test_a_statement_stands_as_stated(field):
    made = world.interest(world.entity(), world.entity(), "shareholding", share_min=1, share_max=60)
    value = {"share_min": 2, "source": "other", "tier": "B"}[field]
    with pytest.raises(IntegrityError, match="interest_stands_as_stated"), transaction.atomic():
        Interest.objects.filter(pk=made.pk).update(**{field: value})
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        Interest.objects.filter(pk=made.pk).delete()


def test_what_was_retracted_is_not_stated_again_or_altered():
    made = world.interest(world.entity(), world.entity())
    with pytest.raises(errors.ReasonMissing):
        retract_interest(interest=made, reason=" ", by=None, at=timezone.now())
    retract_interest(interest=made, reason="登记有误", by=None, at=timezone.now() + SECOND)
    assert not Interest.objects.standing().exists()
    assert Entry.objects.get().kind == "parties.interest_retracted"
    with pytest.raises(errors.InterestEnded):
        retract_interest(interest=made, reason="again", by=None, at=timezone.now())
    with pytest.raises(IntegrityError, match="interest_stands_as_stated"), transaction.atomic():
        Interest.objects.filter(pk=made.pk).update(recorded=DateTimeTZRange(timezone.now(), None))


def test_only_what_joins_entities_and_is_more_than_a_name_is_public():
    body = world.entity()
    shown = world.interest(world.entity(), body)
    world.interest(world.entity(), body, tier="C")
    world.interest(world.person(), body, "legalRepresentative")
    world.interest(world.person(), world.person(), "closeKin")
    assert list(Interest.objects.public()) == [shown]


@pytest.mark.parametrize(
    ("constraint", "reverse", "reason"),
    [("same_names_the_lower_key_first", True, "r"), ("same_gives_its_reason", False, "")],
)
def test_a_merge_names_two_records_once_with_a_reason(constraint, reverse, reason):
    one, other = world.entity(), world.entity()
    pair = (other, one) if reverse else (one, other)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Same.objects.create(entity=pair[0], other_entity=pair[1], tier="A", reason=reason)


def test_a_merge_is_split_and_never_removed():
    one, other = world.person(), world.person()
    made = Same.objects.create(person=one, other_person=other, tier="B", reason="r", agreeing=["birth_month"])
    with pytest.raises(IntegrityError, match="same_people_once"), transaction.atomic():
        Same.objects.create(person=one, other_person=other, tier="A", reason="r")
    with pytest.raises(IntegrityError, match="same_stands_as_stated"), transaction.atomic():
        Same.objects.filter(pk=made.pk).update(reason="other")
    made.recorded = DateTimeTZRange(made.recorded.lower, timezone.now() + SECOND)
    made.save(update_fields=["recorded"])
    assert not Same.objects.standing().exists()
    Same.objects.create(person=one, other_person=other, tier="A", reason="again")
