"""The lives of a contract and a milestone: one table each, told alike by Python, database and docs."""

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

from marketplace.contracts import life, life_texts
from marketplace.contracts.life import CONTRACT, MILESTONE, Act, State, Step

DOCS = Path(__file__).parents[3] / "docs" / "contracts.md"
NOW = dt.datetime(2026, 11, 28, 4, tzinfo=dt.UTC)
MACHINES = {"contract": CONTRACT, "milestone": MILESTONE}


@pytest.mark.parametrize(
    ("machine", "facts", "state"),
    [
        (CONTRACT, {}, State.DRAFT),
        (CONTRACT, {"offered_at": NOW}, State.OFFERED),
        (CONTRACT, {"offered_at": NOW, "signed_at": NOW}, State.IN_FORCE),
        (CONTRACT, {"signed_at": NOW, "suspended_at": NOW}, State.SUSPENDED),
        (CONTRACT, {"signed_at": NOW, "completed_at": NOW}, State.COMPLETED),
        (CONTRACT, {"suspended_at": NOW, "terminated_at": NOW}, State.TERMINATED),
        (CONTRACT, {"offered_at": NOW, "lapsed_at": NOW}, State.LAPSED),
        (MILESTONE, {}, Step.PLANNED),
        (MILESTONE, {"started_at": NOW}, Step.STARTED),
        (MILESTONE, {"started_at": NOW, "submitted_at": NOW}, Step.SUBMITTED),
        (MILESTONE, {"started_at": NOW, "returned_at": NOW}, Step.RETURNED),
        (MILESTONE, {"submitted_at": NOW, "returned_at": NOW}, Step.SUBMITTED),
        (MILESTONE, {"submitted_at": NOW, "disputed_at": NOW}, Step.DISPUTED),
        (MILESTONE, {"submitted_at": NOW, "accepted_at": NOW}, Step.ACCEPTED),
        (MILESTONE, {"cancelled_at": NOW}, Step.CANCELLED),
    ],
    ids=lambda value: str(value) if isinstance(value, State | Step) else "",
)
def test_a_state_follows_from_dated_facts(machine, facts, state):
    row = SimpleNamespace(**dict.fromkeys(machine.columns) | facts)
    assert machine.state_of(row, NOW) == state


def test_every_state_has_words_a_tone_a_way_in_and_all_but_ends_a_way_out():
    ends = {State.LAPSED, State.TERMINATED, State.COMPLETED, Step.ACCEPTED, Step.CANCELLED}
    for machine, states in ((CONTRACT, State), (MILESTONE, Step)):
        reached = {target for t in machine.transitions for target in t.targets}
        left = {source for t in machine.transitions for source in t.sources}
        assert set(states) - reached <= {machine.otherwise}
        assert set(states) - left == ends & set(states)
    assert set(life_texts.STATE_WORDS) == set(life_texts.TONES) == set(State)
    assert set(life_texts.STEP_WORDS) == set(life_texts.STEP_TONES) == set(Step)
    assert set(life_texts.ACT_WORDS) == set(Act) == {*CONTRACT.acts, *MILESTONE.acts}


@pytest.mark.parametrize("name", MACHINES)
def test_the_docs_show_the_table_as_it_is(name):
    shown = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", DOCS.read_text(encoding="utf-8"), re.S)
    assert shown is not None
    assert shown[1] == MACHINES[name].markdown()


@pytest.mark.django_db
@pytest.mark.parametrize("name", MACHINES)
def test_the_database_has_the_functions_that_the_table_generates(name):
    """After a change in life.py, a new migration has to install the functions anew."""
    machine = MACHINES[name]
    for ending, text in (("state", machine.state_function()), ("transition", machine.transition_function())):
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"{machine.name}_{ending}"])
            (held,) = cursor.fetchone()
        assert held.strip() == text.split("$$")[1].strip()


def test_an_act_that_the_table_has_not_may_not_be_done():
    for machine in MACHINES.values():
        for act in Act:
            for state in (*State, *Step):
                allowed = any((str(act), str(state)) == (a, b) for a, b, _c in machine.allowed())
                assert machine.may(act, state) == allowed
    assert not life.CONTRACT.may(Act.SIGN, State.DRAFT)
