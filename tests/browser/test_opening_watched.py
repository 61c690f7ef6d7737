"""In Chromium somebody watches an opening: sealed, waiting, opened with its list, without loading anew."""

import pytest

from marketplace.tenders import watching
from marketplace.tenders.tasks import open_due
from tests.browser.axe import violations
from tests.browser.hands import fits, goto, seal_bid
from tests.factories import tenders, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 20_000  # ms


def test_an_opening_is_watched_from_sealed_to_the_list(acting_page, new_page, monkeypatch):
    monkeypatch.setattr(watching, "SLOWEST", watching.QUICKEST)  # as shortly before the deadline
    tender = world.tender()
    agent = tenders.agent(tender)
    bidder = acting_page(agent, 390)
    seal_bid(bidder, tender, "900")
    bidder.get_by_role("link", name="Watch the opening").click()
    bidder.wait_for_url("**/opening/")
    tenders.bid(tender, "950.00")
    tenders.bid(tender, "99999.00")
    watcher, plain = new_page(), new_page(390, java_script_enabled=False)
    goto(watcher, f"/tenders/{tender.ref}/opening/")
    for page in (bidder, watcher):
        page.evaluate("window.stayed = true")
        assert "The bids are sealed" in page.inner_text("#live")
    assert violations(watcher) == []

    world.close(tender, shares=False)
    for page in (bidder, watcher):
        page.get_by_text("the envelopes are being opened").wait_for(timeout=PATIENCE)
        assert agent.entity.name not in page.inner_text("main")
    assert open_due() == 0  # its trustees have not come
    watcher.context.set_offline(True)
    watcher.get_by_text("The line is broken").wait_for(timeout=PATIENCE)
    world.hand_over_shares(tender)
    assert open_due() == 1
    watcher.context.set_offline(False)
    for page in (bidder, watcher):
        page.get_by_text("3 bids were opened").wait_for(timeout=PATIENCE)
        assert page.evaluate("window.stayed") is True
        assert "1 is void: the price is above the ceiling" in page.inner_text("#live")
        assert page.locator("#live tbody tr").count() == 3
        assert agent.entity.name in page.locator("#live tbody tr").first.inner_text()
        fits(page)
        assert violations(page) == []
    watcher.get_by_text("The line is broken").wait_for(state="hidden", timeout=PATIENCE)

    plain.goto(f"/en/tenders/{tender.ref}/opening/")
    assert "3 bids were opened" in plain.inner_text("main")
