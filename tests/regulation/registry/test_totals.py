"""Sums before and now, without a database: what is not known is never counted as nothing."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from regulation.registry.plan import Facts, Outcome, Row, make_plan
from regulation.registry.totals import Total, services_total, total


@pytest.mark.parametrize(
    ("pairs", "before", "since", "now", "behind"),
    [
        ([(20, 5)], 20, 5, 5, 1),
        ([(20, 5), (4, 4)], 24, 9, 9, 2),
        ([(20, 5), (None, 4)], 20, 5, 9, 1),
        ([(20, 5), (4, None)], 20, 5, None, 1),
        ([(None, 5)], None, None, 5, 0),
        ([(None, None)], None, None, None, 0),
        ([(0, 0)], 0, 0, 0, 1),
        ([], None, None, None, 0),
        ([(Decimal("10.50"), Decimal(0))], Decimal("10.50"), Decimal(0), Decimal(0), 1),
    ],
)
def test_a_sum_stands_only_where_all_of_it_is_known(pairs, before, since, now, behind):
    assert total("trips", pairs) == Total("trips", before, since, now, behind, len(pairs))


def test_a_difference_is_over_the_same_approvals():
    partial = total("papers", [(20, 5), (None, 4)])
    assert partial.partial
    assert partial.difference == -15
    assert not total("papers", [(20, 5)]).partial
    assert total("papers", [(None, 5)]).difference is None


def row(pk, verdict, ruled=None, **outcome):
    ruling = SimpleNamespace(pk=pk, verdict=ruled or verdict) if pk else None
    return Row(Facts(service=f"s{pk}", ruling=ruling), Outcome(verdict, **outcome))


# what the plan says, what held before, services before (None: not on record), services now
SERVICES = [
    ([row(1, "mandatory")], {}, None, 1),
    ([row(1, "optional")], {1: "mandatory"}, 1, 0),
    ([row(1, "mandatory")], {1: "optional"}, 0, 1),
    ([row(1, "lapsed")], {}, 1, 0),
    ([row(1, "lapsed")], {1: "optional"}, 1, 0),
    ([row(1, "area_assessed", "mandatory", by_zone=True)], {}, 1, 0),
    ([row(1, "area_assessed")], {}, None, 0),
    ([row(1, "abolished")], {}, None, 0),
    ([row(1, "abolished")], {1: "mandatory"}, 1, 0),
    ([row(1, "not_applicable", "mandatory")], {1: "mandatory"}, None, 0),
    ([row(None, "none")], {}, None, 0),
    ([row(1, "optional"), row(2, "mandatory"), row(None, "none")], {1: "mandatory"}, 2, 1),
]


@pytest.mark.parametrize(("rows", "earlier", "before", "now"), SERVICES)
def test_services_before_are_what_the_record_says_was_required(rows, earlier, before, now):
    found = services_total(rows, earlier)
    assert (found.before, found.now) == (before, now)


def test_of_no_service_nothing_is_told_of_before():
    assert services_total(make_plan([]).rows, {}).before is None
