"""Many checks over one reading of the record are the checks that each would get alone."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulation.decoupling.models import Check, Determination, Exemption, Gate, Outcome
from regulation.decoupling.operations import About, check, check_all
from regulation.decoupling.operations.checking import WAITING
from regulation.decoupling.queries import regather, rerun
from regulation.ledger.models import Entry, Outstanding
from regulation.ledger.queries import body_of
from regulation.parties.models import EntityKind, Role
from tests.factories import world

pytestmark = pytest.mark.django_db
FIELDS = [f.attname for f in Check._meta.concrete_fields if f.name not in ("id", "ref", "made_at")]


class Rolled(Exception):
    """Undo what an example did."""


def firm(**fields):
    return world.intermediary(**fields).entity


def crowd():
    """A department and bidders of every kind: plain ones, tied to each other, to the department, not told of,
    exempted, merged, beside one who was decided about."""
    department, holding = world.department(), world.entity()
    same = [firm(entity=world.entity(EntityKind.INTERMEDIARY, address="滨江路 1 号")) for _ in range(2)]
    controlled, head = firm(), world.person()
    parent = firm()
    world.interest(parent, controlled, "shareholding", share_min=60, share_max=60)
    pair = [firm(), firm()]
    for one in pair:
        world.interest(head, one, "legalRepresentative")
    colleague = world.person()
    world.interest(colleague, same[0], "practitioner")
    world.interest(colleague, pair[0], "boardMember")
    arm = firm()
    world.interest(department, holding)
    world.interest(holding, arm, "shareholding", share_min=51, share_max=51)
    forgiven, doubtful, undeclared = firm(), firm(), firm(declared=False)
    world.interest(department, forgiven)
    world.interest(department, doubtful, "shareholding")
    regulators = [world.member(Role.REGULATOR).user for _ in range(2)]
    Exemption.objects.create(
        intermediary=forgiven,
        department=department,
        kind="statutory",
        rules=[],
        provision=world.provision(),
        reason="法律另有规定",
        valid=DateRange(world.LONG_AGO, None, "[)"),
        proposed_by=regulators[0],
        confirmed_by=regulators[1],
        confirmed_at=timezone.now() - dt.timedelta(days=1),
    )
    bidders = [*same, controlled, parent, *pair, arm, forgiven, doubtful, undeclared, firm(), firm()]
    return department, bidders, regulators


def told(department, bidders):
    at = timezone.now()
    return {
        "department": department,
        "on": timezone.localdate(at),
        "gate": Gate.OPENING,
        "by": None,
        "at": at,
        "about": About(
            owner=world.entity(),
            service="safety",
            rivals=tuple(bidders),
            agents={one.urn: str(n % 10) for n, one in enumerate(bidders[:11])},
        ),
    }


def alone(bidders, **what):
    """What each check stores when it is made by itself, as if the others were not."""
    stored = []
    for one in bidders:
        try:
            with transaction.atomic():
                made = check(intermediary=one, **what)
                made.refresh_from_db()
                entry = Entry.objects.get(subject=made.urn)
                stored.append(([getattr(made, name) for name in FIELDS], body_of(entry)))
                raise Rolled
        except Rolled:
            pass
    return stored


def test_together_each_check_is_the_one_it_would_be_alone():
    department, bidders, regulators = crowd()
    what = told(department, bidders)
    decided = check(intermediary=bidders[8], **what)
    assert decided.outcome == Outcome.UNKNOWN
    Determination.objects.create(
        check_made=decided,
        outcome="clear",
        reason="股份极小",
        proposed_by=regulators[0],
        confirmed_by=regulators[1],
        confirmed_at=what["at"],
    )
    waiting = check(intermediary=bidders[9], **what | {"at": what["at"] - dt.timedelta(days=2)})
    expected = alone(bidders, **what)
    made = check_all(intermediaries=bidders, **what)
    for one, (fields, body) in zip(made, expected, strict=True):
        stored = Check.objects.get(pk=one.pk)
        assert (stored.ref, stored.made_at) == (one.ref, one.made_at)
        assert [getattr(stored, name) for name in FIELDS] == fields
        assert body_of(Entry.objects.get(subject=one.urn, kind="decoupling.checked")) == body
        _finding, fits = rerun(stored)
        assert fits, "the digest fits what is stored"
        again = regather(stored)
        assert again.agrees
        assert not again.undated
    outcomes = {one.intermediary_id: (one.outcome, one.rule_code, one.reason_code) for one in made}
    found = {outcome for outcome, _rule, _reason in outcomes.values()}
    assert found == {"clear", "conflicted", "unknown"}, outcomes
    assert outcomes[bidders[8].pk][2].startswith("determination/")
    again = next(one for one in made if one.intermediary_id == bidders[9].pk)
    assert again.due_at == waiting.due_at == what["at"] - dt.timedelta(days=2) + WAITING


def test_what_it_asks_of_the_database_does_not_grow_with_the_bidders():
    counts = []
    for many in (1, 2, 12):  # with the first the version of the rules is read and kept in mind
        department = world.department()
        bidders = [firm() for _ in range(many)]
        what = told(department, bidders) | {"about": About(rivals=tuple(bidders))}
        with CaptureQueriesContext(connection) as asked:
            check_all(intermediaries=bidders, **what)
        counts.append(len(asked))
    assert counts[1] == counts[2]
    assert counts[1] <= 7


def test_only_rivals_and_each_once_are_asked_about_together():
    department, bidders = world.department(), [firm(), firm()]
    what = told(department, bidders)
    with pytest.raises(ValueError, match="only rivals"):
        check_all(intermediaries=[firm()], **what)
    with pytest.raises(ValueError, match="each intermediary once"):
        check_all(intermediaries=[bidders[0], bidders[0]], **what)
    assert check_all(intermediaries=[], **what) == []
    assert not Check.objects.exists()


def test_together_too_a_check_of_bidders_that_share_is_told_to_regulators_and_a_clear_one_to_nobody():
    department = world.department()
    bidders = [firm(entity=world.entity(EntityKind.INTERMEDIARY, address="滨江路 1 号")) for _ in range(2)]
    bidders.append(firm())
    made = check_all(intermediaries=bidders, **told(department, bidders))
    shared = {one.urn for one in made if one.rule_code == "bidders-share"}
    owed = Outstanding.objects.filter(entry__kind="decoupling.checked")
    assert shared
    assert set(owed.values_list("entry__subject", flat=True)) == shared
