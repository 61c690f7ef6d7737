"""Counting by the State Council's calendar."""

import datetime as dt

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from regulation.registry.models import CalendarDay
from regulation.registry.queries import working_calendar
from regulation.registry.seed import load
from regulation.registry.seed.files import DataFile
from regulation.registry.seed.tables import working_calendar as load_calendar
from regulation.registry.workdays import DAY, WorkingCalendar

OFF = {dt.date(2026, 10, n): False for n in (1, 2, 5, 6, 7)}
WORKED = {dt.date(2026, 9, 20): True, dt.date(2026, 10, 10): True}
CALENDAR = WorkingCalendar({**OFF, **WORKED}, dt.date(2026, 12, 31))

CASES = [
    # began on, working days, ends on
    ("2026-11-23", 0, "2026-11-23"),
    ("2026-11-23", 1, "2026-11-24"),
    ("2026-11-27", 1, "2026-11-30"),  # over a weekend
    ("2026-09-30", 1, "2026-10-08"),  # over the National Day holiday
    ("2026-10-08", 2, "2026-10-10"),  # a Saturday that is worked
    ("2026-09-18", 1, "2026-09-20"),  # a Sunday that is worked
    ("2026-10-03", 1, "2026-10-08"),  # began on a day off
]


@pytest.mark.parametrize(("began", "count", "ends"), CASES)
def test_a_limit_in_working_days(began, count, ends):
    assert CALENDAR.after(dt.date.fromisoformat(began), count) == dt.date.fromisoformat(ends)


def test_a_limit_is_not_negative():
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.after(dt.date(2026, 1, 1), -1)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 60))
def test_counting_back_gives_the_limit(began, count):
    ends = CALENDAR.after(began, count)
    assert CALENDAR.count(began + DAY, ends + DAY) == count
    assert count == 0 or CALENDAR.is_working(ends)


def test_years_without_a_notice_are_counted_by_weekends_and_said_to_be_so():
    assert CALENDAR.is_certain(dt.date(2026, 12, 31))
    assert not CALENDAR.is_certain(dt.date(2027, 1, 1))
    assert CALENDAR.is_working(dt.date(2027, 1, 1))  # a Friday: the notice is not on record


@pytest.mark.django_db
def test_the_seed_knows_the_national_day_of_2026(django_assert_num_queries):
    load_calendar(DataFile(load.FOLDER, "working_calendar.csv"))
    with django_assert_num_queries(1):
        calendar = working_calendar(since=dt.date(2026, 9, 30))
    assert calendar.after(dt.date(2026, 9, 30), 1) == dt.date(2026, 10, 8)
    assert calendar.known_until == dt.date(2026, 12, 31)


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "working"), [("2026-11-24", True), ("2026-11-28", False)])
def test_only_exceptions_are_stored(day, working):
    with pytest.raises(IntegrityError, match="calendar_day_is_an_exception"):
        CalendarDay.objects.create(day=day, working=working, occasion="测试", source="测试")
