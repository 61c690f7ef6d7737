"""The main job in Chromium: from the home page to the public award notice, in both languages."""

import datetime as dt
import re
import time

import pytest
from django.utils import timezone

from marketplace.directory.demo import BIDDERS
from marketplace.tenders.demo.story import APPROVAL
from marketplace.tenders.demo.world import DOMAIN
from marketplace.tenders.models import Bid, Tender
from marketplace.tenders.operations import approve_award
from marketplace.tenders.tasks import open_due
from tests.factories import world
from tools import trustee as program

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN_FOR = dt.timedelta(seconds=60)
WORDS = {
    "": {
        "find": "查询所需中介",
        "sign_in": "登录",
        "tender": "发起采购",
        "required": "必须",
        "refused": "冲突",
        "won": "中选",
    },
    "/en": {
        "find": "Check what is needed",
        "sign_in": "Sign in",
        "tender": "Open a tender",
        "required": "Required",
        "refused": "Conflicted",
        "won": "Awarded",
    },
}


def sign_in(page, language: str, email: str, password: str) -> None:
    page.goto(f"{language}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main form button[type=submit], main form button:not([type])")
    page.wait_for_url(re.compile("/desk/"))


def bid(page, address: str, price: str) -> None:
    """Through the form: write, look over, seal; who may not bid finds why instead of a form."""
    page.goto(address)
    if page.locator("#bid").count() == 0:
        return
    page.wait_for_selector("#files-field:visible")
    page.fill("input[name=price]", price)
    page.fill("input[name=days]", "20")
    page.click("#bid .actions button")
    page.click("[data-do=seal]")
    page.wait_for_url("**/bids/**")


def trustees_come(folder, site: str) -> None:
    """The three programs, once each, with the stores the demo made."""
    for store in sorted(folder.glob("*/store.json")):
        held = program.Store(store, (store.parent / "passphrase").read_text())
        program.once(held, program.Site(site, held))


@pytest.mark.parametrize("language", ["", "/en"])
def test_from_the_home_page_to_the_award(language, demo, new_page, tmp_path, live_server):
    words = WORDS[language]
    page = new_page()
    page.goto(f"{language}/")
    page.fill("main .need-form input[name=q]", "安全评价报告以及落实情况")
    page.click("main .need-form button")
    page.click(f"main a[href*='approval={APPROVAL}']")
    page.check("main input[name=zone][value=none]")  # the demo has a zone in this region, so it asks
    page.click("main form .actions button")
    page.check("main fieldset input[value=yes]")  # and whether chemicals are handled in a port area
    page.click("main form .actions button")
    assert words["required"] in page.inner_text("main")

    sign_in(page, language, f"enterprise@{DOMAIN}", demo[f"enterprise@{DOMAIN}"])
    page.goto(f"{language}/need/?approval={APPROVAL}&zone=none&skip=1")
    page.click(f"main a:has-text('{words['tender']}')")
    closes = timezone.localtime() + OPEN_FOR
    page.fill("input[name=title]", "旅程采购")
    page.fill("textarea[name=description]", "港区仓库")
    page.fill("input[name=days]", "30")
    page.fill("input[name=ceiling]", "30000")
    page.evaluate(
        "value => document.querySelector('input[name=closes_at]').value = value",
        closes.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    page.fill("input[name=contact]", "0826-0000000")
    page.click("main form .actions button")
    page.click("form[action$='/submit/'] button")
    tender = Tender.objects.get(title="旅程采购")
    for who, act in ((f"enterprise2@{DOMAIN}", "pass"), (f"reviewer@{DOMAIN}", "publish")):
        person = new_page()
        sign_in(person, language, who, demo[who])
        person.goto(f"{language}/tenders/{tender.ref}/")
        person.click(f"form[action$='/{act}/'] button")
    tender.refresh_from_db()
    assert tender.published_at is not None
    address = f"{language}/tenders/{tender.ref}/"

    for number, price in ((1, "21800"), (2, "19600"), (3, "17900")):
        bidder = new_page()
        email = f"intermediary{number}@{DOMAIN}"
        sign_in(bidder, language, email, demo[email])
        bid(bidder, f"{address}bid/", price)
        text = bidder.inner_text("main")
        if number == 3:
            assert words["refused"] in text
            assert "广安区交通运输局" in text or "Guang'an District Transport Bureau" in text
            assert bidder.locator(".chain-link").count() == 3
        else:
            assert bidder.locator(".receipt-code").count() == 1
    assert Bid.objects.filter(tender=tender).count() == 2
    visitor = new_page(390)
    visitor.goto(address)
    assert BIDDERS[0].name not in visitor.content()
    assert BIDDERS[0].name_en not in visitor.content()

    while timezone.now() < tender.closes_at:
        time.sleep(0.1)
    assert open_due() == 0
    trustees_come(tmp_path / "trustees", live_server.url)
    assert open_due() == 1
    page.goto(f"{address}choosing/")
    page.click("form[action$='/award/'] button")
    approve_award(tender=tender, by=world.user(), at=timezone.now())
    visitor.goto(address)
    text = visitor.inner_text("main")
    assert words["won"] in text
    assert "¥19,600.00" in visitor.inner_text("#award")
    assert "¥21,800.00" in text
    assert "17,900" not in text
