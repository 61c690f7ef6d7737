"""The life of a tender: one table, asked alike by Python, queries and the database; every act on record."""

import datetime as dt
import itertools
import random
import re
from pathlib import Path
from types import SimpleNamespace

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.tenders import errors, life, life_texts, operations
from marketplace.tenders.life import Act, State
from marketplace.tenders.models import Tender, TenderAct
from marketplace.tenders.queries import in_state
from regulation.ledger.models import Entry
from tests.factories import world

HOUR = dt.timedelta(hours=1)
DOCS = Path(__file__).parents[3] / "docs" / "tenders.md"
NOW = dt.datetime(2026, 11, 28, 4, tzinfo=dt.UTC)


def row(**facts: object) -> SimpleNamespace:
    return SimpleNamespace(**dict.fromkeys(life.STATE_FACTS) | facts)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, State.DRAFT),
        ({"submitted_at": NOW}, State.IN_REVIEW),
        ({"returned_at": NOW}, State.RETURNED),
        ({"submitted_at": NOW, "reviewed_at": NOW}, State.REVIEWED),
        ({"published_at": NOW, "closes_at": NOW + HOUR}, State.OPEN),
        ({"published_at": NOW, "closes_at": NOW}, State.CLOSED),
        ({"published_at": NOW, "closes_at": NOW + 2 * HOUR, "opens_at": NOW + HOUR}, State.PUBLISHED),
        ({"published_at": NOW, "closes_at": NOW + 2 * HOUR, "opens_at": NOW}, State.OPEN),
        ({"published_at": NOW, "closes_at": NOW + HOUR, "resumes_at": NOW + HOUR / 2}, State.POSTPONED),
        ({"published_at": NOW, "awarded_at": NOW, "standstill_until": NOW}, State.AWARDED),
        ({"published_at": NOW, "awarded_at": NOW, "standstill_until": NOW + HOUR}, State.STANDSTILL),
        ({"published_at": NOW, "suspended_at": NOW, "awarded_at": NOW}, State.SUSPENDED),
        ({"published_at": NOW, "cancelled_at": NOW, "suspended_at": NOW}, State.CANCELLED),
    ],
    ids=lambda value: str(value) if isinstance(value, State) else "",
)
def test_a_state_follows_from_dated_facts(facts, state):
    assert life.state_of(row(**facts), NOW) == state


def test_every_state_has_words_a_tone_a_way_in_and_every_state_but_the_last_a_way_out():
    for state in State:
        assert state in life_texts.STATE_WORDS
        assert state in life_texts.TONES
    reached = {target for t in life.TRANSITIONS for target in t.targets}
    left = {source for t in life.TRANSITIONS for source in t.sources}
    assert set(State) - reached == set()
    assert set(State) - left == {State.CONTRACTED, State.RETENDERED}
    assert set(life_texts.ACT_WORDS) == set(Act)
    assert {t.who for t in life.TRANSITIONS} == set(life_texts.WHO_WORDS)


def test_the_docs_show_the_table_as_it_is():
    shown = re.search(r"<!-- life -->\n(.*?)<!-- /life -->", DOCS.read_text(encoding="utf-8"), re.S)
    assert shown is not None
    assert shown[1] == life.markdown()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "text"),
    [("tenders_state", life.state_function()), ("tenders_transition", life.transition_function())],
    ids=["state", "transition"],
)
def test_the_database_has_the_functions_that_life_generates(name, text):
    """After a change in life.py, a new migration has to install the functions anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [name])
        assert cursor.fetchone()[0] == text.split("$$")[1]


@pytest.mark.django_db
def test_python_query_and_database_say_the_same_state():
    tender = world.tender()
    chance = random.Random(20261128)
    now = timezone.now()
    bare = dict.fromkeys(life.STATE_FACTS) | {"published_at": now - 5 * HOUR, "closes_at": now + HOUR}
    asked = [bare | facts_of(state, now) for state in State]
    for _n in range(60):
        facts = {column: chance.choice([None, now - HOUR, now + HOUR]) for column in life.STATE_FACTS}
        facts |= {"published_at": chance.choice([None, now - 5 * HOUR]), "closes_at": now + 2 * HOUR}
        if facts["opened_at"]:
            facts |= {"opened_at": now, "closes_at": now - HOUR, "published_at": now - 5 * HOUR}
        asked.append(facts | ({} if facts["opened_at"] else {"awarded_at": None}))
    triggers = [f"tenders.Tender:{t.name}" for t in Tender._meta.triggers if t.name != "told_by_an_act"]
    seen = set()
    for facts in asked:
        for name, value in (facts | {"cancel_reason": "x"}).items():
            setattr(tender, name, value)
        with pgtrigger.ignore(*triggers), transaction.atomic():
            tender.save()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT tenders_state(t, %s) FROM tenders_tender t WHERE id = %s", [now, tender.pk]
                )
                said = cursor.fetchone()[0]
            expected = life.state_of(tender, now)
            assert said == expected
            assert [s for s in State if in_state(Tender.objects.all(), s, now=now).exists()] == [expected]
            seen.add(expected)
            transaction.set_rollback(True)
    assert seen == set(State)


@pytest.mark.django_db
def test_the_database_allows_what_the_table_allows_and_nothing_else():
    asked = list(itertools.product([*Act, ""], State, State))
    values = ",".join(["(%s,%s,%s)"] * len(asked))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a, b, c FROM (VALUES {values}) AS v(a, b, c) WHERE tenders_transition(a, b, c)",
            [str(word) for triple in asked for word in triple],
        )
        said = set(cursor.fetchall())
    table = {(str(a), str(b), str(c)) for a, b, c in life.allowed()}
    assert said == table | {("", b, c) for _a, b, c in table}


def facts_of(state: State, now: dt.datetime) -> dict:
    """What makes a state of a tender that was published and takes bids."""
    past, future = now - HOUR, now + HOUR
    return {
        State.DRAFT: {"published_at": None},
        State.IN_REVIEW: {"published_at": None, "submitted_at": past},
        State.RETURNED: {"published_at": None, "returned_at": past, "return_reason": "x"},
        State.REVIEWED: {"published_at": None, "submitted_at": past, "reviewed_at": past},
        State.PUBLISHED: {"opens_at": future, "closes_at": future + HOUR},
        State.CLARIFYING: {"opens_at": future, "questions_until": future, "closes_at": future + HOUR},
        State.OPEN: {},
        State.CLOSED: {"closes_at": past},
        State.OPENING: {"closes_at": past, "opening_at": past},
        State.EVALUATING: {"closes_at": past, "opened_at": past},
        State.STANDSTILL: {
            "closes_at": past,
            "opened_at": past,
            "awarded_at": past,
            "standstill_until": future,
        },
        State.AWARDED: {"closes_at": past, "opened_at": past, "awarded_at": past},
        State.CONTRACTED: {"closes_at": past, "opened_at": past, "awarded_at": past, "contracted_at": past},
        State.SUSPENDED: {"suspended_at": past, "suspend_reason": "x"},
        State.POSTPONED: {"postponed_at": past, "resumes_at": future, "closes_at": future + HOUR},
        State.CANCELLED: {"cancelled_at": past, "cancel_reason": "x"},
        State.FAILED: {"closes_at": past, "failed_at": past},
        State.VOID: {"void_at": past, "void_reason": "x"},
        State.RETENDERED: {"cancelled_at": past, "cancel_reason": "x", "retendered_at": past},
    }[state]


def in_the_state(state: State) -> Tender:
    """A tender in a state, as only the owner of the database can put it there."""
    now = timezone.now()
    facts = facts_of(state, now)
    published = {"published_at": now - 3 * HOUR}
    more = {"reviewer": world.user()} if state == State.REVIEWED else {}
    made = world.tender(**(published | facts | more))
    assert made.state_at(now) == state
    return made


WHERE = "tender_goes_only_where_it_may"


def refused(tender: Tender, facts: dict) -> str:
    """What the database says of facts put straight into the row; empty where it lets them in."""
    quiet = ("tenders.Tender:published_terms_stand", "tenders.Tender:drafted_by_three")
    try:
        with pgtrigger.ignore(*quiet), transaction.atomic():
            Tender.objects.filter(pk=tender.pk).update(**facts)
            transaction.set_rollback(True)
    except IntegrityError as refusal:
        return str(refusal).partition(":")[0]
    return ""


@pytest.mark.django_db
@pytest.mark.parametrize("source", list(State))
def test_the_database_lets_facts_lead_only_where_the_table_lets_them(source):
    """Each state's facts, put straight into a row in another state: refused unless the table has the pair."""
    pairs = {(was, becomes) for _act, was, becomes in life.allowed()}
    for target in State:
        if target == source:
            continue
        tender, wanted = in_the_state(source), in_the_state(target)
        facts = {name: getattr(wanted, name) for name in life.STATE_FACTS}
        facts |= {"reviewer": world.user(), "publisher": world.user(), "cancel_reason": "x"}
        assert refused(tender, facts) == ("" if (source, target) in pairs else WHERE), (source, target)


@pytest.mark.django_db
def test_a_fact_without_its_act_does_not_pass_the_commit():
    tender = world.tender()
    connection.check_constraints()

    def straight() -> None:
        with transaction.atomic():
            Tender.objects.filter(pk=tender.pk).update(cancelled_at=timezone.now(), cancel_reason="x")
            connection.check_constraints()

    with pytest.raises(IntegrityError, match="tender_told_by_an_act"):
        straight()


@pytest.mark.django_db
def test_an_act_that_is_not_so_is_refused_by_the_database():
    tender = world.tender()
    operations.cancel_tender(tender=tender, reason="x", by=world.user(), at=timezone.now())
    entry = Entry.objects.latest("pk")
    said = {"tender": tender, "at": timezone.now(), "reason": "x", "entry": entry}
    for act, was, becomes in (
        (Act.AWARD, State.OPEN, State.AWARDED),  # no such row in the table
        (Act.ANNUL, State.OPEN, State.VOID),  # in the table, and not what the tender's facts say
    ):
        with pytest.raises(IntegrityError, match="act_is_allowed"), transaction.atomic():
            TenderAct.objects.create(act=act, from_state=was, to_state=becomes, **said)


@pytest.mark.django_db
def test_a_tender_begins_as_a_draft():
    there = world.tender()
    there.pk, there.ref = None, "t-other"
    with pytest.raises(IntegrityError, match="tender_begins_as_a_draft"), transaction.atomic():
        there.save(force_insert=True)


def draft(**fields: object) -> Tender:
    soon = timezone.now() + dt.timedelta(days=4)
    world.trustees()
    return world.tender(published_at=None, closes_at=soon, **fields)


@pytest.mark.django_db
def test_three_people_write_review_and_publish():
    tender, now = draft(), timezone.now()
    writer, second, third = tender.created_by, world.user(), world.user()
    with pytest.raises(errors.NotTheWriter):
        operations.submit_tender(tender=tender, by=second, at=now)
    operations.submit_tender(tender=tender, by=writer, at=now)
    for refused in (operations.pass_tender, operations.publish_tender):
        with pytest.raises((errors.SamePerson, errors.NotNow)):
            refused(tender=tender, by=writer, at=now)
    operations.pass_tender(tender=tender, by=second, at=now)
    with pytest.raises(errors.SamePerson):
        operations.publish_tender(tender=tender, by=second, at=now)
    made = operations.publish_tender(tender=tender, by=third, at=now)
    assert made.state_at(now) == State.OPEN
    told = [(a.act, a.from_state, a.to_state, a.actor) for a in tender.acts.all()]
    assert told == [
        ("submit", "draft", "in_review", writer),
        ("pass_review", "in_review", "reviewed", second),
        ("publish", "reviewed", "open", third),
    ]
    assert [a.entry.kind for a in tender.acts.all()] == [
        "tenders.submitted",
        "tenders.reviewed",
        "tenders.published",
    ]
    connection.check_constraints()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["writer", "reviewer"])
def test_the_database_wants_a_third_person_to_publish(name):
    tender = world.reviewed(draft())
    same = {"writer": tender.created_by, "reviewer": tender.reviewer}[name]
    with pytest.raises(IntegrityError, match="tender_published_by_a_third_person"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(published_at=timezone.now(), publisher=same)


@pytest.mark.django_db
def test_the_database_wants_a_second_person_to_review():
    tender, now = draft(), timezone.now()
    operations.submit_tender(tender=tender, by=tender.created_by, at=now)
    with pytest.raises(IntegrityError, match="tender_reviewed_by_a_second_person"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(reviewed_at=now, reviewer=tender.created_by)


@pytest.mark.django_db
def test_what_is_in_review_stands_until_it_is_back():
    tender, now = draft(), timezone.now()
    operations.submit_tender(tender=tender, by=tender.created_by, at=now)
    with pytest.raises(IntegrityError, match="tender_stands_in_review"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(days=1)
    with pytest.raises(IntegrityError, match="tender_published_terms_stand"), transaction.atomic():
        tender.avoided_units.create(entity=world.entity(), reason="x")
    with pytest.raises(errors.ReasonMissing):
        operations.return_tender(tender=tender, reason=" ", by=world.user(), at=now)
    operations.return_tender(tender=tender, reason="预算依据不足", by=world.user(), at=now)
    tender.refresh_from_db()
    assert (tender.state_at(now), tender.return_reason) == (State.RETURNED, "预算依据不足")
    Tender.objects.filter(pk=tender.pk).update(days=1)
    operations.submit_tender(tender=tender, by=tender.created_by, at=now)
    operations.take_back_tender(tender=tender, by=tender.created_by, at=now)
    tender.refresh_from_db()
    assert tender.state_at(now) == State.DRAFT


@pytest.mark.django_db
def test_a_suspended_tender_takes_no_bid_and_gets_its_time_back():
    tender, now = world.tender(), timezone.now()
    closes, regulator = tender.closes_at, world.user()
    operations.suspend_tender(tender=tender, reason="质疑", by=regulator, at=now)
    tender.refresh_from_db()
    assert not tender.accepts_bids_at(now)
    assert not Tender.objects.accepting_at(now).exists()
    operations.resume_tender(tender=tender, reason="质疑不成立", by=regulator, at=now + HOUR / 2)
    tender.refresh_from_db()
    assert tender.closes_at == closes + HOUR / 2
    assert tender.accepts_bids_at(now)
    connection.check_constraints()


@pytest.mark.django_db
def test_the_database_takes_no_bid_while_the_tender_is_suspended():
    from marketplace.tenders.models import Bid

    tender = world.tender()
    operations.suspend_tender(tender=tender, reason="质疑", by=world.user(), at=timezone.now())
    with pytest.raises(IntegrityError, match="bid_before_the_deadline"), transaction.atomic():
        Bid.objects.create(
            tender=tender,
            tenderer=world.entity(),
            envelope=b"x",
            gate=world.check(),
            submitted_by=world.user(),
            submitted_at=timezone.now(),
        )


@pytest.mark.django_db
def test_a_postponed_tender_gives_bidders_no_less_time():
    tender, now = world.tender(), timezone.now()
    said = {"tender": tender, "reason": "资料更正", "by": tender.created_by, "at": now}
    with pytest.raises(errors.ComesEarlier):
        operations.postpone_tender(resumes_at=now + HOUR, closes_at=now + HOUR * 3 / 2, **said)
    operations.postpone_tender(resumes_at=now + HOUR, closes_at=now + 3 * HOUR, **said)
    tender.refresh_from_db()
    assert tender.state_at(now) == State.POSTPONED
    assert not tender.accepts_bids_at(now)
    assert tender.accepts_bids_at(now + HOUR)
    connection.check_constraints()


@pytest.mark.django_db
def test_a_void_tender_is_tendered_again_by_the_one_that_replaces_it():
    old, now = world.tender(), timezone.now()
    operations.annul_tender(tender=old, reason="质疑成立", by=world.user(), at=now)
    new = world.reviewed(draft(replaces=old, owner=old.owner))
    operations.publish_tender(tender=new, by=world.user(), at=timezone.now())
    old.refresh_from_db()
    assert old.state_at(timezone.now()) == State.RETENDERED
    assert old.replaced_by.get() == new


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state", [State.CANCELLED, State.FAILED, State.VOID, State.RETENDERED, State.CONTRACTED]
)
def test_what_has_ended_is_neither_suspended_nor_cancelled(state):
    tender, now = in_the_state(state), timezone.now()
    before = Entry.objects.count()
    with pytest.raises(errors.NotNow):
        operations.suspend_tender(tender=tender, reason="x", by=world.user(), at=now)
    with pytest.raises(errors.NotCancellable):
        operations.cancel_tender(tender=tender, reason="x", by=world.user(), at=now)
    assert Entry.objects.count() == before
