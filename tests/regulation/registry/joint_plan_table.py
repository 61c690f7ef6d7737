"""Joint review plans, one a row: what is asked, and what it has to come to.

START is Friday 2026-09-18. By the test's calendar 1–7 October are off, 27 September and 10 October worked;
2026 is known, later years are not. Stages are those of Tangshan unless the row says otherwise.
Days of each assessment: n working, (n,) days of the calendar, None not on record.
Results: the last day, working days together, one by one, by how many preparation goes over, certain.
"""

import datetime as dt

START = dt.date(2026, 9, 18)
TANGSHAN = (1, 15, 5, 5, 1)

# fmt: off
TABLE = [
    # 21 days of the calendar from 22 September hold 12 working days, 60 hold 41
    # start stages days of each last day together one by one over certain
    (START, TANGSHAN, [], dt.date(2026, 10, 30), 27, 0, 0, True),
    (START, TANGSHAN, [None], dt.date(2026, 10, 30), 27, 27, 0, True),
    (START, TANGSHAN, [None, None, None], dt.date(2026, 10, 30), 27, 81, 0, True),
    (START, TANGSHAN, [10, None], dt.date(2026, 10, 30), 27, 49, 0, True),
    (START, TANGSHAN, [15, 15], dt.date(2026, 10, 30), 27, 54, 0, True),
    (START, TANGSHAN, [16, 3], dt.date(2026, 11, 2), 28, 43, 1, True),
    (START, TANGSHAN, [(21,)], dt.date(2026, 10, 30), 27, 24, 0, True),
    (START, TANGSHAN, [(60,)], dt.date(2026, 12, 7), 53, 53, 26, True),
    (START, (1, 15, None, 5, 1), [10], None, None, None, 0, True),
    (START, (None, 15, 5, 5, 1), [10], None, None, None, 0, True),
    (START, (0, 0, 0, 0, 0), [None], START, 0, 0, 0, True),
    # a start on a day off is not counted any more than another
    (dt.date(2026, 9, 19), TANGSHAN, [None], dt.date(2026, 10, 30), 27, 27, 0, True),
    # into a year whose notice is not on record: weekends alone
    (dt.date(2026, 12, 1), TANGSHAN, [None], dt.date(2027, 1, 7), 27, 27, 0, False),
]
# fmt: on
