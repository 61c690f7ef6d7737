"""In Chromium an award by draw: named, committed, frozen, entered, opened, drawn, repeated by its page."""

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from marketplace.tenders.models import Award, Draw
from marketplace.tenders.tasks import open_due
from regulation.parties.models import Role
from tests.browser.axe import violations
from tests.browser.hands import enter, goto, press, seal_bid
from tests.factories import tenders, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOOL = str(Path(__file__).parents[2] / "tools" / "draw_secret.py")


def program(*words: str) -> str:
    done = subprocess.run([sys.executable, "-I", *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def name_the_draw(page, tender, witnesses) -> str:
    """The owner names what the witnesses will write; gives the address of the draw."""
    goto(page, f"/tenders/{tender.ref}/choosing/")
    page.locator("main").get_by_role("link", name="Name a draw").click()
    page.wait_for_url("**/draws/new/")
    enter(page, source="witnesses", source_name="各自当场写下的数字")
    known_from = timezone.localtime(timezone.now() + dt.timedelta(hours=1))
    page.locator("[name=known_from]").fill(f"{known_from:%Y-%m-%dT%H:%M:%S}")
    enter(page, witnesses="\n".join(user.email for user in witnesses))
    press(page, "Publish it")
    return re.search(r"/tenders/.*", page.url).group()


def drawn_order(page) -> list[str]:
    return page.locator("section:has(h2:text-is('The order drawn')) li .mono").all_inner_texts()


def test_a_draw_step_by_step_that_its_page_repeats(acting_page, page_of, new_page, tmp_path):
    tender = world.tender(method="random_draw")
    bidder = tenders.agent(tender)
    phone = acting_page(bidder, 390)
    seal_bid(phone, tender, "900")
    for price in ("950.00", "990.00"):
        tenders.bid(tender, price)
    world.close(tender)
    assert open_due() == 1

    owner, colleague = (acting_page(world.member(Role.OWNER, tender.owner)) for _n in range(2))
    witnesses = [world.user() for _n in range(2)]
    address = name_the_draw(owner, tender, witnesses)
    press(owner, "Freeze the list")
    assert "Not enough trustees" in owner.inner_text(".messages")

    trustees = []
    for n, appointed in enumerate(tender.appointments.select_related("trustee__entity")[:2]):
        member = world.member(Role.TRUSTEE, appointed.trustee.entity)
        kept = str(tmp_path / f"secret-{n}")
        page = acting_page(member)
        trustees.append((page, kept))
        goto(page, address)
        enter(page, commitment=program(TOOL, "make", tender.urn, "1", member.user.urn, kept))
        press(page, "Commit")
    visitor = new_page(390)
    goto(visitor, address)
    assert "The list is not frozen yet." in visitor.inner_text("main")
    goto(owner, address)
    press(owner, "Freeze the list")
    goto(trustees[0][0], address)
    assert "Open it here once the public value is on record." in trustees[0][0].inner_text("main")
    seats = [page_of(user, width) for user, width in zip(witnesses, (390, 1440), strict=True)]
    goto(seats[0], address)
    assert seats[0].locator("[name=value]").count() == 0  # not before it may be known

    draw = tenders.known(Draw.objects.get())
    for seat, value in zip(seats, ("77", "13"), strict=True):
        goto(seat, address)
        enter(seat, value=value)
        press(seat, "Enter it")
    assert violations(seats[0]) == []
    for page, kept in trustees:
        goto(page, address)
        enter(page, secret=program(TOOL, "show", kept))
        press(page, "Open it")
    goto(visitor, address)
    assert visitor.locator("#repeat").count() == 0  # nothing is drawn yet
    goto(owner, address)
    press(owner, "Draw")

    goto(visitor, address)
    order = drawn_order(visitor)
    script = visitor.locator("#repeat pre").inner_text()
    assert program("-c", script).split() == order
    assert "77" in script
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="As a file").click()
    assert program(str(download.value.path())).split() == order
    draw.refresh_from_db()
    assert (order, len(order)) == (draw.outcome, 3)
    assert violations(visitor) == []
    goto(seats[0], address)
    press(seats[0], "Put it on record")
    goto(seats[1], address)
    enter(seats[1], objection="写下的是 31")
    press(seats[1], "Put it on record")

    goto(owner, f"/tenders/{tender.ref}/choosing/")
    press(owner, "Evaluate and propose the award")
    goto(colleague, f"/tenders/{tender.ref}/choosing/")
    press(colleague, "Approve and publish the award")
    winner = Award.objects.get().bid.tenderer
    assert winner.credit_code == order[0]
    goto(visitor, f"/tenders/{tender.ref}/choosing/")
    assert winner.name in visitor.inner_text("#award")
    assert visitor.locator("#order tbody tr").first.locator("td").nth(1).inner_text() == winner.name
    goto(visitor, address)
    assert "写下的是 31" in visitor.inner_text("main")
    goto(phone, f"/tenders/{tender.ref}/choosing/")
    place = order.index(bidder.entity.credit_code) + 1
    assert ("Your bid won." if place == 1 else f"{place} of 3") in phone.inner_text("#result")
    assert violations(phone) == []
