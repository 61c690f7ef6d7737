"""Without competition only on a ground that is in force: the page says so, the database holds it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from marketplace.tenders import errors, operations
from marketplace.tenders.forms import TermsForm
from marketplace.tenders.models import DirectChoiceRule, Ground, Method, Tender
from regulation.parties.models import Region, Role
from tests.factories import world

pytestmark = pytest.mark.django_db
SINCE = dt.date(2026, 1, 1)


def rule(
    ground: Ground, region: Region, *, amount: str = "", ended: dt.date | None = None
) -> DirectChoiceRule:
    return DirectChoiceRule.objects.create(
        ground=ground,
        region=region,
        amount=Decimal(amount) if amount else None,
        in_force=DateRange(SINCE, ended, "[)"),
    )


def draft(ground: str, ceiling: str | None = "90000.00") -> Tender:
    """Passed by its reviewer and not published."""
    world.trustees()
    fields = {
        "method": Method.DIRECT_CHOICE,
        "direct_ground": ground,
        "method_parameters": {"reason": "续做同一储罐的年度检测工作"},
        "ceiling": Decimal(ceiling) if ceiling else None,
        "no_ceiling_reason": "" if ceiling else "无可比价格",
        "closes_at": timezone.now() + dt.timedelta(days=10),
    }
    return world.tender(published_at=None, **fields)


def publish(tender: Tender) -> Tender:
    return operations.publish_tender(tender=world.reviewed(tender), by=world.user(), at=timezone.now())


def shown_list(client, tender: Tender):
    return client.get(f"/en/tenders/{tender.ref}/").context["check_list"]


def past_python(monkeypatch):
    """As if the operation forgot to ask."""
    monkeypatch.setattr(
        "marketplace.tenders.operations.drafting.reviewing.assert_ground", lambda *_a, **_k: None
    )


def test_without_a_rule_nobody_chooses_directly_neither_past_the_operation(monkeypatch):
    tender = draft(Ground.EMERGENCY)
    with pytest.raises(errors.NoDirectChoice):
        operations.submit_tender(tender=tender, by=tender.created_by, at=timezone.now())
    past_python(monkeypatch)
    reviewed = world.reviewed(tender)
    with pytest.raises(IntegrityError, match="tender_direct_choice_has_its_ground"), transaction.atomic():
        operations.publish_tender(tender=reviewed, by=world.user(), at=timezone.now())


@pytest.mark.parametrize(("ceiling", "allowed"), [("99999.99", True), ("100000.00", False), (None, False)])
def test_the_amount_is_exclusive_and_no_ceiling_is_no_small_one(ceiling, allowed, monkeypatch):
    tender = draft(Ground.BELOW, ceiling)
    rule(Ground.BELOW, tender.region, amount="100000.00")
    if allowed:
        assert publish(tender).published_at
        connection.check_constraints()
        return
    with pytest.raises(errors.NoDirectChoice, match=r"below a ceiling of ¥100,000\.00"):
        operations.submit_tender(tender=tender, by=tender.created_by, at=timezone.now())
    past_python(monkeypatch)
    reviewed = world.reviewed(tender)
    with pytest.raises(IntegrityError, match="tender_direct_choice_has_its_ground"), transaction.atomic():
        operations.publish_tender(tender=reviewed, by=world.user(), at=timezone.now())


def test_the_nearest_region_decides_and_a_rule_that_ended_does_not(monkeypatch):
    tender = draft(Ground.BELOW)
    country = Region.objects.get_or_create(code="000000", defaults={"name": "全国", "level": "country"})[0]
    Region.objects.filter(pk=tender.region_id).update(parent=country)
    rule(Ground.BELOW, country, amount="100000.00")
    rule(Ground.BELOW, tender.region, amount="50000.00", ended=timezone.localdate() - dt.timedelta(days=1))
    assert publish(tender).published_at
    connection.check_constraints()
    DirectChoiceRule.objects.filter(region=tender.region).update(in_force=DateRange(SINCE, None, "[)"))
    other = draft(Ground.BELOW)
    Tender.objects.filter(pk=other.pk).update(region=tender.region)
    other.refresh_from_db()
    with pytest.raises(errors.NoDirectChoice):
        operations.submit_tender(tender=other, by=other.created_by, at=timezone.now())
    past_python(monkeypatch)
    reviewed = world.reviewed(other)
    with pytest.raises(IntegrityError, match="tender_direct_choice_has_its_ground"), transaction.atomic():
        operations.publish_tender(tender=reviewed, by=world.user(), at=timezone.now())


def test_no_amendment_lifts_the_ceiling_over_the_amount(monkeypatch):
    tender = draft(Ground.BELOW)
    rule(Ground.BELOW, tender.region, amount="100000.00")
    publish(tender)
    tender.refresh_from_db()
    terms = TermsForm.initial_of(tender)
    del terms["avoided"], terms["invited_firms"]
    wanted = {
        "tender": tender,
        "terms": operations.drafting.Terms(**terms | {"ceiling": Decimal("200000.00")}),
        "avoided": [],
        "reason": "x",
        "by": tender.created_by,
        "at": timezone.now(),
    }
    with pytest.raises(errors.NoDirectChoice):
        operations.amend_tender(**wanted)
    monkeypatch.setattr("marketplace.tenders.operations.amending.assert_ground", lambda *_a, **_k: None)
    with pytest.raises(IntegrityError, match="tender_direct_choice_has_its_ground"), transaction.atomic():
        operations.amend_tender(**wanted)


def test_another_way_to_decide_has_no_ground():
    tender = world.tender(published_at=None)
    with pytest.raises(IntegrityError, match="tender_direct_ground_of_a_direct_choice"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(direct_ground=Ground.SECRET)


def test_the_form_asks_for_the_ground_where_the_owner_chooses_and_the_public_reads_it(client, sign_in):
    tender = draft(Ground.BELOW)
    made = rule(Ground.BELOW, tender.region, amount="100000.00")
    DirectChoiceRule.objects.filter(pk=made.pk).update(note="本平台规则", note_en="A rule of this site.")
    owner = sign_in(world.member(Role.OWNER, tender.owner))
    page = owner.get(f"/en/tenders/{tender.ref}/edit/").content.decode()
    asked = [page.index(f'name="{name}"') for name in ("method", "direct_ground", "parameter_reason")]
    assert asked == sorted(asked) < [page.index('name="closes_at"')]
    missing = "A ground in force for choosing without competition, and a ceiling it allows"
    for ceiling, done in (("200000.00", False), ("90000.00", True)):
        Tender.objects.filter(pk=tender.pk).update(ceiling=ceiling)
        tender.refresh_from_db()
        line = next(x for x in shown_list(owner, tender) if x.words == missing)
        assert (line.done, line.needed) == (done, True)
    publish(tender)
    shown = client.get(f"/en/tenders/{tender.ref}/").content.decode()
    assert "the ceiling is below the amount from which competition is required" in shown
    listed = client.get("/en/tenders/methods/").content.decode()
    assert "¥100,000.00" in listed
    assert "A rule of this site." in listed
    other = world.tender(published_at=None)
    page = (
        sign_in(world.member(Role.OWNER, other.owner)).get(f"/en/tenders/{other.ref}/edit/").content.decode()
    )
    assert 'name="direct_ground"' not in page
