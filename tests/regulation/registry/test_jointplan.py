"""A joint review plan, by a table, and the drawing of its days."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.registry.drawing import Lane, draw_days
from regulation.registry.jointplan import Limit, Needed, make_joint_plan
from regulation.registry.workdays import WorkingCalendar
from tests.regulation.registry.joint_plan_table import START, TABLE, TANGSHAN

DAY = dt.timedelta(days=1)
KINDS = ("acceptance", "preparation", "review", "approval", "delivery")
OFF = {dt.date(2026, 10, n): False for n in (1, 2, 5, 6, 7)}
CALENDAR = WorkingCalendar(
    OFF | {dt.date(2026, 9, 27): True, dt.date(2026, 10, 10): True}, dt.date(2026, 12, 31)
)


def planned(start=START, stages=TANGSHAN, days=()):
    limits = [Limit(kind, n) for kind, n in zip(KINDS, stages, strict=True)]
    needed = [Needed(n, *((d[0], False) if isinstance(d, tuple) else (d,))) for n, d in enumerate(days)]
    return make_joint_plan(start=start, stages=limits, needed=needed, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("start", "stages", "days", "last", "together", "one_by_one", "over", "certain"), TABLE
)
def test_the_table(start, stages, days, last, together, one_by_one, over, certain):
    plan = planned(start, stages, days)
    assert (plan.end, plan.together, plan.one_by_one) == (last, together, one_by_one)
    assert (plan.stages[1].over, plan.certain) == (over, certain)
    assert plan.unknown == sum(d is None for d in days)


def test_stages_follow_one_another_without_a_gap():
    spans = [one.span for one in planned(days=[10]).stages]
    assert [s.days for s in spans] == list(TANGSHAN)
    assert spans[0].start == dt.date(2026, 9, 21)  # a Monday
    assert all(after.start == CALENDAR.next_working(before.last) for before, after in pairwise(spans))
    assert all(CALENDAR.is_working(s.last) for s in spans)


def test_a_stage_without_a_limit_leaves_what_follows_undated():
    stages = planned(stages=(1, 15, None, 5, 1), days=[10]).stages
    assert [one.span is not None for one in stages] == [True, True, False, False, False]


def test_preparation_begins_when_the_application_is_accepted():
    plan = planned(days=[3, None])
    known, unknown = plan.tracks
    assert known.own.start == plan.stages[1].span.start
    assert CALENDAR.count(known.own.start, known.own.end) == 3
    assert unknown.own is None


@given(
    start=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    days=st.lists(st.one_of(st.none(), st.integers(1, 80)), min_size=1, max_size=8),
)
def test_together_is_never_longer_than_one_by_one_with_all_days_known(start, days):
    plan = planned(start, days=days)
    assert plan.together == CALENDAR.count(start + DAY, plan.end + DAY)
    assert plan.together == 27 + max([0, *(d - 15 for d in days if d)])
    if len(days) > 1 and all(d is None or d <= 15 for d in days):
        assert plan.saved == plan.one_by_one - 27


def test_days_are_drawn_to_scale():
    start = dt.date(2026, 9, 18)
    lane = Lane("编制", ((start, start + 5 * DAY, "slate"), (start + 5 * DAY, start + 10 * DAY, "plum")))
    drawn = draw_days([lane, lane], start=start, end=start + 10 * DAY, off=[(start + DAY, False)])
    assert [(s.x, s.width) for s in drawn.lanes[0].slots] == [(0, 50), (50, 50)]
    assert [lane.y for lane in drawn.lanes] == [0, 34]
    assert [(s.x, s.width, s.tone) for s in drawn.off] == [(10, 10, "weekend")]
    assert [m.label for m in drawn.marks] == ["9-21"]


def test_a_mark_is_not_cut_off_at_the_edge():
    assert max(m.x for m in draw_days([], start=START, end=START + 60 * DAY, off=[]).marks) <= 92


@pytest.mark.parametrize("days", [1, 20, 70, 200, 3000])
def test_marks_leave_room_on_a_phone(days):
    drawn = draw_days([], start=START, end=START + days * DAY, off=[])
    assert len(drawn.marks) <= 12
