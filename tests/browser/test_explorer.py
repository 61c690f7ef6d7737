"""The explorer in Chromium under the site's own content security policy: slider, opened party, picture."""

import datetime as dt
import itertools
import struct

import pytest
from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.decoupling.models import Gate
from regulation.decoupling.operations import check
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now
from regulation.parties.models import Role
from tests.factories import world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def firm():
    firm, holder = world.intermediary().entity, world.entity(name="渠江控股")
    world.interest(holder, firm, "shareholding", held=DateRange(dt.date(2019, 3, 1), None))
    world.interest(world.department(name="住建局"), holder, held=DateRange(dt.date(2021, 5, 1), None))
    return firm


@pytest.fixture
def regulator_at(chromium, live_server, client):
    """A regulator's page of so many pixels, and what its console was told. No policy is set aside."""
    member, contexts = world.member(Role.REGULATOR), []
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def make(width: int, **more):
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, **more
        )
        contexts.append(context)
        address = {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}
        context.add_cookies([address])
        page, told = context.new_page(), []
        page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda failure: told.append(str(failure)))
        return page, told

    yield make
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_slider_opened_party_and_picture(regulator_at, firm, width):
    page, told = regulator_at(width)
    page.goto(f"/en/explorer/entity/{firm.pk}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    slider = page.get_by_label("As held on").and_(page.locator("[type=range]"))
    stops = int(slider.get_attribute("max"))
    assert stops == 1  # the day the holding began, and today
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**on=2019-03-01**")
    assert page.get_by_text("渠江控股").first.is_visible()

    page.goto(f"/en/explorer/entity/{firm.pk}/")
    page.locator(".node-open").click()
    page.wait_for_url("**open=entity-**")
    assert page.locator(".node").count() == 3
    assert page.get_by_role("cell", name="住建局").first.is_visible()

    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the drawing (PNG)").click()
    body = waiting.value.path().read_bytes()
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    drawn = page.locator(".explorer-drawing svg")
    wide, high = struct.unpack(">II", body[16:24])
    assert (wide, high) == (2 * int(drawn.get_attribute("width")), 2 * int(drawn.get_attribute("height")))
    whats = [body_of(e)["what"] for e in Entry.objects.filter(kind="decoupling.explored")]
    assert whats == ["drawing"]  # a picture is a download on record like any other
    assert told == []


def test_without_a_script_the_days_are_links_and_no_button_is_dead(regulator_at, firm):
    page, _told = regulator_at(390, java_script_enabled=False)
    page.goto(f"/en/explorer/entity/{firm.pk}/")
    assert not page.locator("[type=range]").is_visible()
    assert not page.locator("#as-png").is_visible()
    page.get_by_role("link", name="Show 1 more interest").first.click(trial=True)
    page.get_by_role("link", name="Before:").click()
    assert page.get_by_label("As held on").and_(page.locator("[type=date]")).input_value() == "2019-03-01"


def test_from_a_check_to_its_whole_chain(regulator_at):
    department, *between = world.department(), *(world.entity() for _ in range(3))
    firm = world.intermediary().entity
    for above, below in itertools.pairwise([department, *between, firm]):
        world.interest(above, below)
    asked = {"intermediary": firm, "department": department, "on": dt.date(2026, 11, 1)}
    made = check(**asked, gate=Gate.INQUIRY, by=None, at=database_now())
    page, told = regulator_at(1440)
    page.goto(f"/en/checks/{made.ref}/")
    page.get_by_role("link", name="Show around it").click()
    page.get_by_role("link", name="Show the whole chain").click()
    assert page.locator("path.tie-chained").count() == 4
    assert page.get_by_text("4 of the 4 interests of its chain are shown here.").is_visible()
    assert told == []
