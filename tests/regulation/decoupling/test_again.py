"""Stored checks come out the same whatever happened since, and the record tells what was known when."""

import datetime as dt
import io
import itertools
import json
import random

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from regulation.decoupling.models import Check
from regulation.decoupling.operations import check
from regulation.decoupling.queries import gather, regather, rerun
from regulation.parties.models import ContactRecord, Declaration, Entity, Interest, Same
from regulation.parties.operations import end_interest, retract_interest
from tests.factories import world
from tests.regulation.decoupling import naive

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)
MOMENTS = [dt.datetime(2026, 1, n, tzinfo=dt.UTC) for n in range(1, 8)]


def known(interest, start, end=None):
    """Put a statement's knowledge where a test needs it, as the owner."""
    with pgtrigger.ignore(f"{interest._meta.label}:stands_as_stated"):
        type(interest).objects.filter(pk=interest.pk).update(recorded=DateTimeTZRange(start, end, "[)"))


def refs(graph):
    return {int(i.ref.split("/")[1]) for i in graph.interests}


def asked(body, department):
    return check(intermediary=body, department=department, on=DAY, gate="inquiry", by=None, at=timezone.now())


def everything():
    """Department, institution, intermediary; a former official; kin; a merge."""
    department, institution = world.department(), world.entity("public_institution")
    body, copy = world.entity("intermediary"), world.entity("intermediary")
    Declaration.objects.create(entity=body, as_of=world.LONG_AGO)
    official, relative = world.person(), world.person()
    made = [
        world.interest(department, institution, "affiliation"),
        world.interest(institution, copy, "shareholding", share_min=60, share_max=60),
        world.interest(official, department, "official", rank="leading"),
        world.interest(relative, official, "closeKin"),
        world.interest(relative, body, "boardMember"),
    ]
    one, other = sorted((body, copy), key=lambda e: e.pk)
    Same.objects.create(entity=one, other_entity=other, tier="A", reason="one credit code")
    return department, body, made


def test_a_stored_check_is_the_same_bit_for_bit_after_everything_else_changed():
    department, body, made = everything()
    stored = asked(body, department)
    assert (stored.outcome, stored.rule_code) == ("conflicted", "affiliated-body")
    assert {g["rule"] for g in stored.grounds} == {"affiliated-body", "kin-of-official"}
    before = json.dumps([stored.grounds, stored.chain, stored.input_digest], sort_keys=True)
    for interest in made[:3]:
        end_interest(interest=interest, end=dt.date(2021, 1, 1), by=None, at=timezone.now())
    retract_interest(interest=made[4], reason="r", by=None, at=timezone.now())
    Entity.objects.update(name="another name")
    assert asked(body, department).outcome == "clear"
    again = Check.objects.get(pk=stored.pk)
    found, fits = rerun(again)
    assert fits
    assert found.outcome == "conflicted"
    told = [[g.as_json() for g in found.grounds], [i.as_json() for i in found.chain], again.input_digest]
    assert json.dumps(told, sort_keys=True) == before


def test_what_was_known_at_a_moment():
    department, body = world.department(), world.entity("intermediary")
    first = world.interest(department, body, "shareholding", share_min=60, share_max=60)
    known(first, MOMENTS[1], MOMENTS[3])
    corrected = world.interest(department, body, "shareholding", share_min=10, share_max=10)
    known(corrected, MOMENTS[3], MOMENTS[5])
    stated = [set(), {first}, {first}, {corrected}, {corrected}, set(), set()]
    for moment, expected in zip(MOMENTS, stated, strict=True):
        graph, whole = gather([body, department], on=DAY, known_at=moment)
        assert (refs(graph), whole) == ({i.pk for i in expected}, True), moment
    assert gather([body, department], on=DAY)[0].interests == ()


def test_merges_are_known_from_when_to_when():
    department, body, copy, person, twin = (
        world.department(),
        world.entity(),
        world.entity(),
        world.person(),
        world.person(),
    )
    ties = [world.interest(department, copy), world.interest(person, body, "boardMember")]
    ties.append(world.interest(twin, department, "official"))
    for tie in ties:
        known(tie, MOMENTS[0])
    one = Same.objects.create(entity=body, other_entity=copy, tier="A", reason="r")
    known(one, MOMENTS[2], MOMENTS[4])
    two = Same.objects.create(person=person, other_person=twin, tier="B", reason="r")
    known(two, MOMENTS[3])
    lead = Same.objects.create(entity=body, other_entity=world.entity(), tier="C", reason="r")
    known(lead, MOMENTS[0])
    sizes = [len(gather([body, department], on=DAY, known_at=m)[0].interests) for m in MOMENTS[1:6]]
    assert sizes == [1, 2, 3, 2, 2]


def test_people_merged_through_a_third_record_are_one():
    department, body = world.department(), world.entity("intermediary")
    people = [world.person() for _ in range(4)]
    world.interest(people[0], body, "boardMember")
    world.interest(people[3], department, "official")
    for one, other in itertools.pairwise(people):
        Same.objects.create(person=one, other_person=other, tier="A", reason="r")
    made = asked(body, department)
    assert (made.outcome, made.rule_code) == ("conflicted", "serving-official")


def test_an_association_and_what_it_shares_is_read_from_both_sides():
    department, body = world.department(), world.entity("intermediary")
    association, institution = world.entity("industry_association"), world.entity("public_institution")
    world.interest(association, body)
    world.interest(department, institution, "affiliation")
    world.interest(association, institution, "samePremises")
    made = asked(body, department)
    assert (made.outcome, made.rule_code) == ("conflicted", "association-not-separated")


# --- against a closure over all rows -----------------------------------------------------------------------


def closure(roots, day):
    """Keys of the interests a check must read: everything above the roots, found by trying every row."""
    rows = list(Interest.objects.standing().exclude(tier="C"))
    merges = [(f"e{s.entity_id}", f"e{s.other_entity_id}") for s in Same.objects.standing().exclude(tier="C")]
    ends = {
        r.pk: (f"e{r.holder_entity_id}" if r.holder_entity_id else f"p{r.holder_person_id}",
               f"e{r.subject_id}" if r.subject_id else f"p{r.subject_person_id}")
        for r in rows
    }  # fmt: skip
    names = {name for pair in ends.values() for name in pair} | {f"e{r.pk}" for r in roots}
    who = naive.groups(names | {n for pair in merges for n in pair}, merges)
    above = {who[f"e{root.pk}"] for root in roots}
    found = set()
    while True:
        now = {
            r.pk
            for r in rows
            if r.holder_entity_id and r.subject_id and day in Held(r) and who[ends[r.pk][1]] in above
        }
        more = {who[ends[pk][0]] for pk in now}
        if more <= above and now <= found:
            return found
        above |= more
        found |= now


class Held:
    def __init__(self, row):
        self.held = row.held

    def __contains__(self, day):
        lower, upper = self.held.lower, self.held.upper
        return (lower is None or lower <= day) and (upper is None or day < upper)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_read_is_the_closure_over_all_rows(seed):
    chance = random.Random(seed)
    entities = [world.entity() for _ in range(9)]
    for _ in range(14):
        start = dt.date(chance.choice([2020, 2026, 2027]), 1, 1)
        end = chance.choice([None, None, dt.date(2028, 1, 1), DAY])
        world.interest(
            chance.choice(entities),
            chance.choice(entities),
            chance.choice(["setUp", "shareholding"]),
            tier=chance.choice("AABC"),
            held=DateRange(start, end) if not end or start < end else DateRange(start, None),
        )
    for _ in range(3):
        one, other = sorted(chance.sample(entities, 2), key=lambda e: e.pk)
        Same.objects.get_or_create(
            entity=one, other_entity=other, defaults={"tier": chance.choice("ABC"), "reason": "r"}
        )
    roots = chance.sample(entities, 2)
    graph, whole = gather(roots, on=DAY)
    assert whole
    assert refs(graph) == closure(roots, DAY)


# --- ./run manage recheck ----------------------------------------------------------------------------------


def recheck(key):
    out = io.StringIO()
    call_command("recheck", key, stdout=out)
    return out.getvalue()


def test_recheck_says_that_a_check_comes_out_the_same():
    department, body, made = everything()
    stored = asked(body, department)
    end_interest(interest=made[0], end=dt.date(2021, 1, 1), by=None, at=timezone.now())
    known(made[0], MOMENTS[0], stored.known_at + dt.timedelta(hours=1))
    known(Interest.objects.latest("pk"), stored.known_at + dt.timedelta(hours=1))
    told = recheck(stored.pk)
    assert "rules say  conflicted affiliated-body" in told
    assert f"{stored.input_digest} fits" in told
    assert "record     agrees as it was known then" in told


def test_recheck_tells_of_a_record_that_is_not_what_it_was():
    department, body, made = everything()
    stored = asked(body, department)
    known(made[0], stored.known_at + dt.timedelta(hours=1))
    out = io.StringIO()
    with pytest.raises(CommandError, match="not come out the same"):
        call_command("recheck", stored.pk, stdout=out)
    assert f"gone     parties.interest/{made[0].pk}" in out.getvalue()
    assert "DIFFERS" in out.getvalue()


def test_recheck_tells_of_a_digest_that_does_not_fit():
    department, body, _ = everything()
    stored = asked(body, department)
    with pgtrigger.ignore("decoupling.Check:append_only"):
        Check.objects.filter(pk=stored.pk).update(matter=stored.matter | {"declared": False})
    with pytest.raises(CommandError, match="not come out the same"):
        recheck(stored.pk)


@pytest.mark.parametrize("key", [0, -1, 10**30])
def test_recheck_refuses_what_is_no_check(key):
    with pytest.raises(CommandError, match="no check"):
        recheck(key)


@pytest.mark.parametrize("kept", [True, False], ids=["history-kept", "from-before-it-was-kept"])
def test_ties_of_the_register_are_as_they_were_and_told_apart_where_no_history_was_kept(kept):
    department, body = world.department(address="一号"), world.entity("intermediary", address="一号")
    stored = asked(body, department)
    assert stored.rule_code == "shared-with-authority"
    if kept:
        Entity.objects.filter(pk=body.pk).update(address="二号")
    else:  # the address changed before anything kept what it had been
        with pgtrigger.ignore("parties.ContactRecord:stands_as_stated"):
            told = {"address": "二号", "recorded": DateTimeTZRange(None, None)}
            ContactRecord.objects.filter(entity=body).update(**told)
    again = regather(stored)
    assert (again.agrees, len(again.undated)) == (True, 0 if kept else 1)
