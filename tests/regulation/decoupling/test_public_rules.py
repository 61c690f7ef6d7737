"""The public page of rules, the packs behind it, and their loading."""

import datetime as dt
import json
import re

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.decoupling.graph import digest_of
from regulation.decoupling.models import Exemption, PackPublication, RulePack
from regulation.decoupling.published.difference import difference
from regulation.decoupling.published.packs import publish_shipped_packs
from regulation.decoupling.queries import current_pack
from regulation.decoupling.rules import PACK, PACKS, read_pack, shipped_pack
from regulation.ledger.models import Entry
from tests.factories import world

pytestmark = pytest.mark.django_db
SHIPPED = sorted(path.stem for path in PACKS.glob("*.json"))


def test_shipped_packs_are_published_once_each_with_an_entry():
    at = timezone.now()
    assert publish_shipped_packs(at=at)
    assert not publish_shipped_packs(at=at)
    assert sorted(RulePack.objects.values_list("pk", flat=True)) == SHIPPED
    assert Entry.objects.filter(kind="decoupling.pack_published").count() == len(SHIPPED)
    assert current_pack(at=at).version == PACK
    assert all(pack.digest == digest_of(pack.body) for pack in RulePack.objects.all())


def test_a_pack_that_people_published_is_not_set_aside_by_a_shipped_one():
    body = json.loads((PACKS / f"{PACK}.json").read_text()) | {"version": "own-1"}
    own = RulePack.objects.create(
        version="own-1", title="t", title_zh="t", body=body, digest=read_pack(body).digest, source="test",
        proposed_by=world.user(),
    )  # fmt: skip
    PackPublication.objects.create(pack=own, published_by=world.user())
    publish_shipped_packs(at=timezone.now())
    assert current_pack(at=timezone.now()).version == "own-1"
    assert RulePack.objects.count() == len(SHIPPED) + 1


def test_the_seed_brings_the_packs():
    from regulation.registry.seed.load import FURTHER

    assert FURTHER["rule packs"](timezone.now())
    assert PackPublication.objects.count() == len(SHIPPED)


def test_the_page_shows_the_rules_of_a_day_with_their_law(client):
    world.provision(ref="business-environment-43")
    page = client.get("/en/decoupling/?on=2026-11-24").content.decode()
    assert 'id="affiliated-body"' in page
    assert 'id="affiliated-assessor-before-2020"' not in page
    assert shipped_pack(PACK).digest in page
    then = client.get("/en/decoupling/?on=2016-01-01").content.decode()
    assert 'id="affiliated-assessor-before-2020"' in then
    assert 'id="affiliated-body"' not in then
    assert "Only in 370000" in then


@pytest.mark.parametrize("day", ["nonsense", "2026-02-30", "%00", "9" * 300, "0000-00-00"])
def test_a_day_that_is_none_is_told(client, day):
    assert client.get(f"/en/decoupling/?on={day}").status_code == 422


def test_checks_that_tell_who_bids_are_not_counted(client):
    for gate in ("bid", "draw_pool", "opening"):
        world.check(gate=gate)
    assert "No check to count yet" in client.get("/en/decoupling/").content.decode()
    world.check(gate="award")
    page = client.get("/en/decoupling/").content.decode()
    assert ">award<" in page
    assert ">bid<" not in page


def test_exemptions_in_force_are_public_with_plan_and_end(client):
    by, second = world.user(), world.user()
    fields = {
        "department": world.department(),
        "kind": "transition",
        "reason": "不公开的理由",
        "proposed_by": by,
    }
    fields |= {"valid": DateRange(dt.date(2026, 1, 1), dt.date(2027, 1, 1)), "plan": "脱钩方案甲"}
    Exemption.objects.create(intermediary=world.entity(name="在册公司"), **fields)
    shown = Exemption.objects.create(
        intermediary=world.entity(name="公示公司"), confirmed_by=second, confirmed_at=timezone.now(), **fields
    )
    page = client.get("/en/decoupling/?on=2026-06-01").content.decode()
    assert "公示公司" in page
    assert "脱钩方案甲" in page
    assert "在册公司" not in page
    assert "不公开的理由" not in page
    assert "公示公司" not in client.get("/en/decoupling/?on=2027-01-01").content.decode()
    assert shown.valid.upper == dt.date(2027, 1, 1)


def test_a_pack_is_downloaded_as_it_was_published(client):
    got = json.loads(client.get(f"/en/decoupling/packs/{PACK}.json").content)
    assert digest_of(got) == shipped_pack(PACK).digest
    for none in ("nonsense", "..", "national-2026.1%00"):
        assert client.get(f"/en/decoupling/packs/{none}.json").status_code == 404


def test_what_a_pack_changed_is_shown(client):
    publish_shipped_packs(at=timezone.now())
    page = client.get("/en/decoupling/packs/national-2026.2/changes/").content.decode()
    assert "serving-official" in page
    assert "2020-01-01" in page
    assert client.get("/en/decoupling/packs/national-2026.1/changes/").status_code == 404


def test_the_difference_of_two_packs():
    found = difference(shipped_pack("national-2026.1"), shipped_pack("national-2026.2"))
    assert "serving-official" in {rule.code for rule in found.added}
    assert not found.removed
    assert [(one.rule.code, one.fields) for one in found.changed] == [
        ("affiliated-body", (("start", None, dt.date(2020, 1, 1)),))
    ]
    same = difference(shipped_pack(PACK), shipped_pack(PACK))
    assert not (same.added)
    assert not (same.removed)
    assert not (same.changed)


def test_parameters_and_regions_are_told_in_words(client):
    world.region("370000", "山东省")
    world.service(code="eia-report", name="环评文件编制", name_en="Environmental assessment report")
    page = client.get("/en/decoupling/?on=2026-11-24").content.decode()
    assert "Control begins above, per cent of shares or votes" in page
    assert "Environmental assessment report" in page
    assert "marine-eia-report" in page, "what the registry does not hold keeps its code"
    assert "Only in 370000 " in client.get("/en/decoupling/?on=2016-01-01").content.decode()
    changes = client.get("/decoupling/packs/national-2026.2/changes/")
    assert changes.status_code == 404, "nothing is published here"


def test_the_difference_of_two_packs_is_told_in_words(client):
    publish_shipped_packs(at=timezone.now())
    page = client.get(f"/en/decoupling/packs/{PACK}/changes/").content.decode()
    assert "Against" in page
    assert not re.search(r"[\[{]&quot;", page), "no JSON"
