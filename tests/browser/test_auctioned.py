"""In Chromium an auction in rounds, live: two bidders see each other's prices, not names, to the award."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from marketplace.tenders.models import Auction, AuctionPrice, Award
from marketplace.tenders.tasks import finish_awards, open_due
from regulation.parties.models import Role
from tests.browser.axe import violations
from tests.browser.hands import enter, fits, goto, press, seal_bid
from tests.factories import tenders, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {"rounds": 2, "round_seconds": 3600, "pause_seconds": 60, "step": "10"}
SOON = dt.timedelta(seconds=3)
PATIENCE = 20_000  # ms: what is asked for every two seconds is there long before


def appears(page, text: str) -> None:
    """Without the page being loaded anew."""
    page.locator("#live").get_by_text(text).first.wait_for(timeout=PATIENCE)
    assert page.evaluate("window.stayed") is True


def stay(page, address: str) -> None:
    """Go there, and mark the page, so that one that is loaded anew is found out."""
    goto(page, address)
    page.evaluate("window.stayed = true")


def give(page, price: str) -> None:
    enter(page, price=price)
    press(page, "Give this price")
    page.evaluate("window.stayed = true")


def test_an_auction_is_seen_live_and_goes_on_after_a_broken_line(acting_page, new_page):
    tender = world.tender(method="price_auction", method_parameters=RULES)
    agents = [tenders.agent(tender) for _n in range(2)]
    phone, desk = pages = [acting_page(agents[0], 390), acting_page(agents[1])]
    for page, price in zip(pages, ("1000", "950"), strict=True):
        seal_bid(page, tender, price)
    world.close(tender)
    assert open_due() == 1

    owner, colleague = (acting_page(world.member(Role.OWNER, tender.owner)) for _n in range(2))
    goto(owner, f"/tenders/{tender.ref}/choosing/")
    starts_at = timezone.localtime(timezone.now() + SOON)
    owner.locator("[name=starts_at]").fill(f"{starts_at:%Y-%m-%dT%H:%M:%S}")
    press(owner, "Publish the moment")
    assert "The moment is public" in owner.inner_text(".messages")

    address = f"/tenders/{tender.ref}/auction/"
    watcher = new_page(390)
    for page in (*pages, watcher):
        stay(page, address)
    for page in (*pages, watcher):
        appears(page, "Round 1 of 2")
    assert watcher.locator("main form").count() == 0

    give(phone, "880")
    for page in (desk, watcher):
        appears(page, "¥880.00")
    enter(desk, price="945")  # less than the step below its own last
    press(desk, "Give this price")
    assert "at most ¥940.00" in desk.inner_text(".error-summary")
    assert violations(desk) == []

    stay(desk, address)
    desk.context.set_offline(True)
    desk.get_by_text("The line is broken").wait_for(timeout=PATIENCE)
    give(phone, "860")
    appears(watcher, "¥860.00")
    assert "¥860.00" not in desk.inner_text("#live")
    desk.context.set_offline(False)
    appears(desk, "¥860.00")
    desk.get_by_text("The line is broken").wait_for(state="hidden", timeout=PATIENCE)
    give(desk, "850")
    appears(phone, "¥850.00")
    assert phone.locator("#live tbody tr").first.inner_text().split()[1:3] == [
        re.search(r"You are (\w+)", desk.inner_text("main form")).group(1),
        "¥850.00",
    ]
    for page in (*pages, watcher):  # who stands behind a letter nobody is told
        assert not [one for one in agents if one.entity.name in page.inner_text("main")]
    assert violations(phone) == []
    assert AuctionPrice.objects.count() == 3

    tenders.rounds_over(Auction.objects.get())
    assert finish_awards() == 1
    for page in (*pages, watcher):
        appears(page, agents[1].entity.name)
        assert not page.locator("main form").first.is_visible()
        fits(page)
    assert violations(watcher) == []

    goto(owner, f"/tenders/{tender.ref}/choosing/")
    press(owner, "Evaluate and propose the award")
    goto(colleague, f"/tenders/{tender.ref}/choosing/")
    press(colleague, "Approve and publish the award")
    assert (Award.objects.get().bid.tenderer, str(Award.objects.get().price)) == (agents[1].entity, "850.00")
    goto(watcher, f"/tenders/{tender.ref}/choosing/")
    assert "Awarded at ¥850.00" in watcher.inner_text("main")
    goto(phone, f"/tenders/{tender.ref}/choosing/")
    assert "¥10.00" in phone.inner_text("#result")
