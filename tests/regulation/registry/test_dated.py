"""Lasting dated addresses, and the pages that compare versions."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from regulation.registry.operations import replace_ruling
from regulation.registry.queries import verdict_for
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    region,
)

pytestmark = pytest.mark.django_db
TURN = dt.date(2024, 1, 1)
FIRST_SAID = timezone.make_aware(dt.datetime(2024, 3, 1, 12))


def said_since(moment, **fields):
    return RulingFactory(
        published_at=moment, recorded=DateTimeTZRange(moment, fields.pop("until", None), "[)"), **fields
    )


def page(client, view, *args):
    return client.get(reverse(f"registry:{view}", args=args))


def test_a_dated_address_goes_on_saying_what_was_said(client):
    corrected_at = timezone.make_aware(dt.datetime(2025, 3, 1, 12))
    old = said_since(FIRST_SAID, until=corrected_at, reason="旧说法")
    new = said_since(corrected_at, service=old.service, region=old.region, reason="新说法")
    assert old.dated_url != new.dated_url
    assert "旧说法" in client.get(old.dated_url).content.decode()
    assert "新说法" in client.get(new.dated_url).content.decode()
    assert "新说法" in client.get(old.place_url).content.decode()
    assert client.get(old.dated_url).context["ruling"] == old


def test_a_version_corrected_within_the_day_is_named_by_its_number(client):
    old = said_since(FIRST_SAID, until=FIRST_SAID + dt.timedelta(hours=1))
    assert old.dated_url == old.get_absolute_url()


def test_the_day_asked_for_decides(client):
    old = RulingFactory(in_force=DateRange(dt.date(2020, 1, 1), TURN, "[)"))
    new = RulingFactory(service=old.service, in_force=DateRange(TURN, None, "[)"))
    place = (old.service.code, old.region_id, "every-approval")
    assert page(client, "requirement_on", *place, dt.date(2023, 12, 31)).context["ruling"] == old
    assert page(client, "requirement_on", *place, TURN).context["ruling"] == new


def test_the_nearest_region_answers_and_the_page_says_so(client):
    national = RulingFactory()
    below = region("511602")
    answer = page(client, "requirement", national.service.code, below.code, "every-approval")
    assert answer.context["ruling"] == national
    assert below.name in answer.content.decode()


def test_where_nothing_was_said_the_page_says_so(client):
    ruling = RulingFactory()
    answer = page(
        client, "requirement_on", ruling.service.code, ruling.region_id, "every-approval", dt.date(1990, 1, 1)
    )
    assert answer.status_code == 404
    assert ruling.service.name in answer.content.decode()


@pytest.mark.parametrize("day", ["2024-02-30", "1900-01-01", "2199-13-01", "0001-01-01", "soon"])
def test_a_day_that_is_none_is_no_address(client, day):
    ruling = RulingFactory()
    assert client.get(f"{ruling.place_url}{day}/").status_code == 404


@pytest.mark.parametrize("gone", ["service", "region", "approval"])
def test_a_place_that_is_none_is_no_address(client, gone):
    ruling = RulingFactory(approval=ApprovalFactory())
    place = {"service": ruling.service.code, "region": ruling.region_id, "approval": ruling.approval.ref}
    assert page(client, "requirement", *(place | {gone: "nothing-of-the-kind"}).values()).status_code == 404


def test_two_versions_word_by_word(client):
    old = RulingFactory(reason="费用由申请人承担。")
    draft = DraftFactory(service=old.service, reason="费用由审批部门承担。")
    new = replace_ruling(draft=draft, by=UserFactory(), at=timezone.now() + dt.timedelta(seconds=1))
    answer = page(client, "comparison", new.pk, old.pk).content.decode()
    assert "<del>申请人</del>" in answer
    assert "<ins>审批部门</ins>" in answer
    assert (
        reverse("registry:comparison", args=[new.pk, old.pk])
        in client.get(new.get_absolute_url()).content.decode()
    )


def test_the_same_service_in_two_regions_can_be_compared(client):
    one = RulingFactory(region=region("330000"))
    other = RulingFactory(service=one.service, region=region("510000"), provisions=[ProvisionFactory()])
    assert page(client, "comparison", one.pk, other.pk).status_code == 200


def test_different_services_and_drafts_are_not_compared(client):
    ruling = RulingFactory()
    other = RulingFactory(service=ServiceFactory())
    draft = DraftFactory(service=ruling.service)
    assert page(client, "comparison", ruling.pk, other.pk).status_code == 404
    assert page(client, "comparison", ruling.pk, draft.pk).status_code == 404


def test_what_the_law_says_of_time_and_price_stands_on_the_page(client):
    ruling = RulingFactory(
        days=30,
        day_kind="working",
        counts_in_clock=False,
        price_regime="guided",
        follow_up="年度抽查",
        risk="留意重复收费",
    )
    shown = client.get(ruling.get_absolute_url()).content.decode()
    for words in ("30 个工作日", "政府指导价", "年度抽查", "留意重复收费"):
        assert words in shown


def test_a_dated_address_takes_six_queries_and_says_what_a_verdict_says(
    client, django_assert_max_num_queries
):
    approval = ApprovalFactory()
    general = RulingFactory(region=region("510000"))
    near = RulingFactory(service=general.service, region=approval.region)
    own = RulingFactory(service=general.service, region=region("510000"), approval=approval)
    for n in range(6):
        RulingFactory(service=general.service, region=region(f"51160{n + 3}"))
    today = timezone.localdate()
    places = {("every-approval", "510000"): general, (approval.ref, "510000"): own}
    places |= {(approval.ref, approval.region_id): near, ("every-approval", "511600"): general}
    for (about, where), answer in places.items():
        address = reverse("registry:requirement_on", args=[general.service.code, where, about, today])
        client.get(address)
        with django_assert_max_num_queries(7 if where == "511600" or answer is near else 6):
            assert client.get(address).context["ruling"] == answer
        asked = approval if about == approval.ref else None
        place = {"service": general.service, "region": region(where), "approval": asked}
        assert verdict_for(**place, on=today) == answer
