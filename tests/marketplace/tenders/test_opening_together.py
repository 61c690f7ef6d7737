"""An opening asks as much of the database for many bids as for few, but for a constant each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.tenders.models import Suspension
from marketplace.tenders.operations import freeze_draw, open_tender, start_auction
from regulation.decoupling.models import Check, Gate
from regulation.parties.models import EntityKind
from tests.factories import tenders, world

pytestmark = pytest.mark.django_db
EACH = 1  # queries that one more bid may cost at the opening


def opening_of(many, **fields):
    tender = world.tender(**fields)
    for n in range(many):
        tenders.bid(tender, f"{900 + n}.00")
    world.close(tender)
    with CaptureQueriesContext(connection) as asked:
        open_tender(tender=tender, at=timezone.now())
    assert Check.objects.filter(gate=Gate.OPENING, department=tender.department).count() == many
    tender.refresh_from_db()
    return tender, len(asked)


def test_one_more_bid_costs_at_most_a_query():
    few, many = opening_of(2)[1], opening_of(14)[1]
    assert many - few <= 12 * EACH


def test_bids_that_are_tied_to_each_other_are_set_aside_as_before():
    tender = world.tender()
    same = [world.entity(EntityKind.INTERMEDIARY, address="滨江路 1 号") for _ in range(2)]
    bids = [
        tenders.bid(tender, "900.00", by=world.intermediary(sells=tender.service, entity=one).entity)
        for one in same
    ]
    plain = tenders.bid(tender, "950.00")
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    checks = {c.intermediary_id: c for c in Check.objects.filter(gate=Gate.OPENING)}
    assert {checks[bid.tenderer_id].rule_code for bid in bids} == {"bidders-share"}
    assert checks[plain.tenderer_id].outcome == "clear"
    suspended = set(Suspension.objects.values_list("bid", flat=True))
    conflicted = {bid.pk for bid in bids if checks[bid.tenderer_id].outcome == "conflicted"}
    assert suspended == conflicted


def test_the_pool_of_a_draw_and_the_seats_of_an_auction_are_checked_together_too():
    counts = {}
    for many in (2, 9):
        drawn, _ = opening_of(many, method="random_draw", method_parameters={"trustees": 2})
        draw = tenders.named_draw(drawn, name=f"202613{many}")
        tenders.committed(draw)
        with CaptureQueriesContext(connection) as frozen:
            freeze_draw(draw=draw, by=world.user(), at=timezone.now())
        auctioned, _ = opening_of(many, method="price_auction")
        with CaptureQueriesContext(connection) as seated:
            now = timezone.now()
            start_auction(tender=auctioned, starts_at=now, by=world.user(), at=now)
        counts[many] = (len(frozen), len(seated))
    assert counts[2] == counts[9]
