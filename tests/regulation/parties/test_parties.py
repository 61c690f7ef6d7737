"""Identifiers, interests with both time axes, and acting for an entity in sight."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties import errors
from regulation.parties.identifiers import (
    ALPHABET,
    credit_code_check_character,
    identity_digest,
    is_credit_code,
    normal_credit_code,
)
from regulation.parties.models import Declaration, Entity, Interest, Membership, Role
from regulation.parties.operations import end_interest, register_entity, state_interest
from regulation.parties.queries import acting_membership, region_and_parents
from tests.factories import world


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91110108551385082Q", True),
        ("91110108551385082A", False),
        ("91110108551385082", False),
        ("91110108551385082QQ", False),
        ("9111010855138508IQ", False),
        ("", False),
    ],
)
def test_a_credit_code_has_its_check_character(code, valid):
    assert is_credit_code(code) is valid


def test_a_credit_code_may_begin_with_a_letter():
    body = "Y1511602123456789"
    assert is_credit_code(body + credit_code_check_character(body))


def test_every_single_wrong_character_is_noticed():
    code = "91110108551385082Q"
    for place in range(18):
        for other in set(ALPHABET) - {code[place]}:
            assert not is_credit_code(code[:place] + other + code[place + 1 :])


def test_a_code_is_read_as_people_type_it():
    assert normal_credit_code(" 9111-0108 ５５１３８５０８２ｑ ") == "91110108551385082Q"


def test_an_identity_number_is_kept_only_under_a_key():
    one = identity_digest("11010519491231002X", key=b"a")
    assert one == identity_digest("11010519491231002x ", key=b"a")
    assert one != identity_digest("11010519491231002X", key=b"b")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refusal", "code"),
    [(errors.BadCreditCode, "91110108551385082A"), (errors.AlreadyRegistered, "91110108551385082q")],
)
def test_an_entity_is_not_registered_with_a_bad_code_or_twice(refusal, code):
    register_entity(kind="enterprise", name="甲", credit_code="91110108551385082Q", by=None)
    with pytest.raises(refusal):
        register_entity(kind="enterprise", name="乙", credit_code=code, by=None)
    assert Entity.objects.count() == Entry.objects.count() == 1


@pytest.mark.django_db
def test_an_ended_interest_leaves_what_was_said_before_on_record():
    made = state_interest(
        holder=world.entity(),
        subject=world.entity(),
        kind="shareholding",
        start=dt.date(2020, 1, 1),
        share=(Decimal(60), Decimal(60)),
        source="章程",
        by=None,
    )
    at = timezone.now() + dt.timedelta(seconds=1)
    ended = end_interest(interest=made, end=dt.date(2024, 1, 1), by=None, at=at)
    made.refresh_from_db()
    assert made.recorded.upper == at
    assert made.held.upper is None
    assert ended.held.upper == dt.date(2024, 1, 1)
    assert list(Interest.objects.standing()) == [ended]
    with pytest.raises(errors.InterestEnded):
        end_interest(interest=made, end=dt.date(2024, 1, 1), by=None, at=at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refusal", "fields"),
    [
        (errors.SourceMissing, {"source": " "}),
        (errors.EndsBeforeStart, {"start": dt.date(2024, 1, 1), "end": dt.date(2024, 1, 1)}),
    ],
)
def test_an_interest_without_source_or_time_is_not_stated(refusal, fields):
    facts = {"kind": "setUp", "start": None, "source": "s", "by": None} | fields
    with pytest.raises(refusal):
        state_interest(holder=world.entity(), subject=world.entity(), **facts)
    assert Interest.objects.count() == Entry.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("interest_share_is_a_percent_range", {"share_min": 60, "share_max": 50}),
        ("interest_share_is_a_percent_range", {"share_min": 60, "share_max": 101}),
        ("interest_share_is_a_percent_range", {"share_min": 60, "share_max": None}),
        ("interest_names_its_source", {"source": ""}),
        ("interest_has_one_holder", {"holder_entity": None}),
    ],
)
def test_the_database_refuses_an_unsound_interest(constraint, fields):
    facts = {"holder_entity": world.entity(), "subject": world.entity(), "kind": "setUp", "source": "s"}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Interest.objects.create(**facts | {"tier": "A", "held": DateRange(None, None)} | fields)


@pytest.mark.django_db
def test_a_region_leads_to_its_parents_nearest_first():
    world.region("511602")
    assert region_and_parents("511602") == ["511602", "511600", "510000", "000000"]
    assert region_and_parents("999999") == ["000000"]


@pytest.mark.django_db
def test_one_acts_by_the_membership_chosen_as_long_as_it_is_held():
    first = world.member(Role.OWNER)
    second = Membership.objects.create(
        user=first.user, entity=world.entity(), role=Role.AGENT, valid=DateRange(world.LONG_AGO, None)
    )
    assert acting_membership(user=first.user, chosen=None) == first
    assert acting_membership(user=first.user, chosen=second.pk) == second
    second.valid = DateRange(world.LONG_AGO, timezone.localdate())
    second.save()
    assert acting_membership(user=first.user, chosen=second.pk) == first


@pytest.mark.django_db
def test_a_user_switches_in_sight_and_never_into_anothers_name(sign_in):
    first = world.member(Role.OWNER)
    second = Membership.objects.create(
        user=first.user, entity=world.entity(), role=Role.AGENT, valid=DateRange(world.LONG_AGO, None)
    )
    other = world.member(Role.REGULATOR)
    client = sign_in(first)
    page = client.post("/en/account/switch/", {"membership": second.pk}, follow=True)
    assert second.entity.name in page.content.decode()
    for wrong in (other.pk, "x", ""):
        assert client.post("/en/account/switch/", {"membership": wrong}).status_code == 400
    assert client.get("/en/checks/").status_code == 403


@pytest.mark.django_db
def test_only_an_agent_declares_interests(sign_in):
    sign_in(world.member(Role.OWNER)).post("/en/account/declare/")
    assert Declaration.objects.count() == 0
    firm = world.intermediary(declared=False).entity
    sign_in(world.member(Role.AGENT, firm)).post("/en/account/declare/")
    assert Declaration.objects.get().entity == firm
