"""In Chromium, as two regulators: sweep, exempt, merge; import a file with a fault and without."""

import datetime as dt
import json

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.decoupling.models import SweepStatus
from regulation.decoupling.published.queries import shipped_body
from regulation.decoupling.rules import PACK
from regulation.decoupling.sweeping.operations import carry_on
from regulation.ledger.queries import database_now
from regulation.parties.exchange.operations import run_import
from regulation.parties.models import Interest, InterestImport, Role, Same, Suggestion
from regulation.parties.tasks import refresh_suggestions
from tests.browser.axe import violations
from tests.browser.hands import enter, press
from tests.factories import bods, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_regulators_sweep_exempt_and_merge(acting_page):
    department, firm = world.department(name="某局"), world.intermediary().entity
    world.interest(department, firm)
    one, other = (acting_page(world.member(Role.REGULATOR)) for _n in range(2))
    one.goto("/en/sweeps/")
    press(one, "Sweep now")
    key = int(one.url.rstrip("/").rpartition("/")[2])
    while carry_on(pk=key, at=database_now()) == SweepStatus.RUNNING:
        pass
    one.reload()
    assert one.get_by_text(firm.name).first.is_visible()
    assert violations(one) == []

    one.goto("/en/exemptions/new/")
    end = (dt.date.today() + dt.timedelta(days=90)).isoformat()
    enter(one, intermediary=firm.credit_code, department=department.name, kind="transition")
    enter(one, start="2026-01-01", end=end, reason="脱钩过渡期", plan="年底前转让股权")
    one.locator("main form").last.locator("button").last.click()
    one.wait_for_url("**/exemptions/*/")
    other.goto(one.url)
    other.locator("button[value=confirm]").click()
    other.wait_for_load_state()
    other.goto("/en/exemptions/")
    assert other.get_by_text(firm.name).first.is_visible()

    twins = [world.person(name="欧阳甲", birth_month="1980-02", address="青田路1号") for _n in range(2)]
    world.interest(twins[0], firm, "shareholding", share_min=5, share_max=5)
    refresh_suggestions()
    one.goto(Suggestion.objects.get().get_absolute_url())
    one.fill("[name=reason]", "出生年月与住址一致")
    one.locator("button[value=merge]").click()
    one.wait_for_load_state()
    assert Same.objects.get().recorded.upper is None
    one.goto(f"/en/explorer/person/{twins[1].pk}/")
    assert one.get_by_text("2 records, one party").first.is_visible()
    assert one.get_by_text(firm.name).first.is_visible()


def test_a_file_of_interests_with_a_fault_and_without(acting_page):
    page = acting_page(world.member(Role.REGULATOR))

    def upload(*said):
        body = "\n".join(json.dumps(one, ensure_ascii=False) for one in said).encode()
        page.goto("/en/interests/imports/new/")
        file = {"name": "a.jsonl", "mimeType": "application/x-ndjson", "buffer": body}
        page.set_input_files("[name=file]", file)
        page.locator("main form").last.locator("button").last.click()
        page.wait_for_url("**/imports/*/")
        run_import(pk=InterestImport.objects.latest("pk").pk, at=database_now())
        page.reload()

    firms = [bods.entity(f"e-{n}", name=f"某公司{n}") for n in range(2)]
    upload(*firms, bods.holding("r-1", "e-0", "e-9", share=30))
    assert page.get_by_text("e-9").first.is_visible()  # who is not there is named
    assert page.get_by_role("button", name="Write").count() == 0
    assert violations(page) == []
    upload(*firms, bods.holding("r-1", "e-0", "e-1", share=30))
    page.locator("form[action$='/confirm/'] button").click()
    page.wait_for_load_state()
    run_import(pk=InterestImport.objects.latest("pk").pk, at=database_now())
    assert Interest.objects.get().share_max == 30
    page.reload()
    assert page.get_by_text("The import is written").first.is_visible()


def test_a_firm_declares_on_a_phone_contests_a_row_and_is_answered(acting_page):
    """The site, not the browser, says what is wrong with a field; nothing counts before it is filed."""
    firm = world.intermediary(declared=False).entity
    stated = world.interest(
        world.entity(name="某集团公司"), firm, kind="shareholding", share_min=30, share_max=30
    )
    agent = acting_page(world.member(Role.AGENT, firm), width=390)
    agent.goto("/en/account/declaration/")
    agent.get_by_role("link", name="Owner", exact=False).first.click()
    agent.wait_for_url("**/declaration/add/owner/")
    enter(agent, kind="shareholding", holder="person", name="演示人员甲", birth_month="1980-05")
    enter(agent, share_how="exact", least="160", start="2020-01-01", source="公司章程")
    press(agent, "Put it into the draft")
    assert agent.get_by_role("alert").get_by_text("less than or equal to 100").is_visible()
    assert violations(agent) == []
    assert agent.locator("[name=name]").input_value() == "演示人员甲"
    enter(agent, least="60")
    press(agent, "Put it into the draft")
    assert not Interest.objects.filter(declared_by=firm).exists()
    agent.get_by_role("link", name="Look it through and file it").click()
    press(agent, "File the declaration: this is all we have")
    assert str(Interest.objects.get(declared_by=firm).share_min) == "60.0000"

    agent.goto("/en/account/interests/")
    row = agent.locator("main li.card").filter(has_text="某集团公司")
    row.get_by_role("link", name="Contest it").click()
    press(agent, "File the contest")
    assert agent.get_by_role("alert").is_visible()
    enter(agent, wrong="股权已转让", right="自2025年起不再持有", document="转让协议")
    press(agent, "File the contest")
    contest = agent.url

    regulator = acting_page(world.member(Role.REGULATOR))
    regulator.goto("/en/contests/")
    regulator.locator("main").get_by_role("link", name=firm.name).first.click()
    enter(regulator, remedy="retract", reason="转让协议属实")
    press(regulator, "Give the answer")
    stated.refresh_from_db()
    assert stated.recorded.upper is not None
    agent.goto(contest)
    assert agent.get_by_text("转让协议属实").is_visible()
    assert violations(agent) == []


def pack_file(version: str, **said: object) -> dict:
    """The pack in use with another version and, where it is told, another first rule; as an upload."""
    body = shipped_body(PACK)
    body |= {"version": version, "rules": [body["rules"][0] | said, *body["rules"][1:]]}
    return {"name": "pack.json", "mimeType": "application/json", "buffer": json.dumps(body).encode()}


def test_two_regulators_bring_in_a_version_of_the_rules_and_ask_about_another_day(acting_page):
    world.region("370000", "山东省")
    for ref in {ref for rule in shipped_body(PACK)["rules"] for ref in rule["provisions"]}:
        world.provision(ref=ref)
    department, firm = world.department(name="某局"), world.intermediary().entity
    world.interest(department, firm, held=DateRange(world.LONG_AGO, dt.date(2026, 1, 1)))
    one, other = acting_page(world.member(Role.REGULATOR)), acting_page(world.member(Role.REGULATOR), 390)
    one.goto("/en/packs/new/")
    one.set_input_files("main [name=file]", pack_file("own-1", outcome="no", regions=["99"]))
    press(one, "Check and propose")
    assert one.get_by_role("cell", name="outcome", exact=True).is_visible()
    assert violations(one) == []
    one.set_input_files("main [name=file]", pack_file("own-1", outcome="refer"))
    press(one, "Check and propose")
    one.get_by_role(
        "cell", name="two regulators decide", exact=True
    ).wait_for()  # what changes, before and after
    assert violations(one) == []

    other.goto("/en/desk/")
    other.get_by_role("link", name="own-1").first.click()
    press(other, "Publish this version")
    assert other.get_by_text("in use", exact=True).first.is_visible()
    assert violations(other) == []
    other.goto("/en/packs/")
    assert violations(other) == []

    one.goto("/en/checks/new/")
    enter(one, intermediary=firm.credit_code, department=department.name, on="2025-12-31")
    press(one, "Run the check")
    assert one.get_by_role("heading", name="What the rules say").is_visible()
    assert violations(one) == []
