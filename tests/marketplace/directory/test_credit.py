"""Credit on record and what follows: history, the order of the list, suspension and removal by two people."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.directory import errors
from marketplace.directory.credit_drawing import drawn
from marketplace.directory.models import CreditRecord, Intermediary, Sanction, SanctionOutcome
from marketplace.directory.operations import (
    decide_sanction,
    lift_sanction,
    note_credit,
    open_sanction,
    propose_sanction,
    reply_to_sanction,
    return_sanction,
)
from marketplace.directory.operations.crediting import Reckoned
from marketplace.directory.queries import consequence_rules, listed, sanctions_to_decide, with_placing
from marketplace.directory.seed import ensure_consequences
from marketplace.directory.tasks import end_suspensions
from marketplace.tenders.errors import NotRegistered
from marketplace.tenders.models import Bid
from regulation.ledger.models import Entry
from regulation.parties.models import Role
from tests.factories import tenders, world

pytestmark = pytest.mark.django_db


def reckoned(level: int | None, score: str | None = None, contracts: int = 3, digest: str = "a") -> Reckoned:
    return Reckoned(level, Decimal(score) if score else None, contracts, 2, digest * 64)


def note(firm: Intermediary, level: int | None, score: str | None = None, digest: str = "a"):
    return note_credit(intermediary=firm, credit=reckoned(level, score, digest=digest), at=timezone.now())


@pytest.fixture(autouse=True)
def rules():
    ensure_consequences()


def removal(firm: Intermediary, kind: str = "remove") -> Sanction:
    rule = consequence_rules(firm.entity.region, on=timezone.localdate())[kind]
    return open_sanction(intermediary=firm, rule=rule, grounds={"complaints": []}, at=timezone.now())


def agent(firm: Intermediary):
    return world.member(Role.AGENT, firm.entity).user


def imposed(sanction: Sanction) -> Sanction:
    reply_to_sanction(sanction=sanction, text="我方说明", by=agent(sanction.intermediary), at=timezone.now())
    propose_sanction(
        sanction=sanction,
        outcome=SanctionOutcome.IMPOSED,
        reason="属实",
        by=world.user(is_staff=True),
        at=timezone.now(),
    )
    return decide_sanction(sanction=sanction, by=world.user(is_staff=True), at=timezone.now())


def test_credit_is_noted_where_it_differs_and_its_history_stays():
    firm = world.intermediary()
    assert note(firm, None, digest="0") is not None
    assert note(firm, 4, "4.23") is not None
    assert note(firm, 4, "4.23") is None
    assert note(firm, 4, "4.23", digest="b") is None
    assert note(firm, 3, "3.50", digest="c") is not None
    firm.refresh_from_db()
    assert (firm.credit_level, firm.credit_score) == (3, Decimal("3.50"))
    assert [one.level for one in firm.credit_records.all()] == [3, 4, None]
    assert Entry.objects.filter(kind="directory.credit_noted").count() == 3
    late = note_credit(
        intermediary=firm,
        credit=reckoned(5, "5.00", digest="d"),
        at=timezone.now() - dt.timedelta(days=1),
    )
    assert late is None


def test_a_firm_nobody_has_reviewed_gets_no_record():
    firm = world.intermediary()
    assert note_credit(intermediary=firm, credit=reckoned(None, contracts=0), at=timezone.now()) is None
    assert not CreditRecord.objects.exists()


def test_the_database_shows_no_credit_but_the_newest_on_record():
    firm = world.intermediary()
    note(firm, 4, "4.23")
    with pytest.raises(IntegrityError, match="intermediary_credit_on_record"), transaction.atomic():
        Intermediary.objects.filter(pk=firm.pk).update(credit_level=5)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        CreditRecord.objects.update(level=5)
    with pytest.raises(IntegrityError, match="credit_level_with_its_score"), transaction.atomic():
        CreditRecord.objects.create(
            intermediary=firm, at=timezone.now(), level=6, score=5, contracts=1, buyers=1, digest="0"
        )


def test_five_stars_are_placed_first_and_the_list_is_sorted_and_filtered_by_credit(client):
    for name, level, score in (("a", None, None), ("b", 5, "4.80"), ("c", 2, "2.10"), ("d", 4, "4.10")):
        firm = world.intermediary()
        firm.entity.name = name * 3
        firm.entity.pinyin = name
        firm.entity.save()
        if level:
            note(firm, level, score)
    placed = with_placing(listed(), on=timezone.localdate()).order_by("placed", "entity__pinyin")
    assert [one.entity.pinyin for one in placed] == ["b", "a", "c", "d"]

    def order(query: str) -> list[str]:
        page = client.get(f"/en/directory/?{query}").content.decode()
        names = ["aaa", "bbb", "ccc", "ddd"]
        return sorted((n for n in names if f">{n}<" in page), key=lambda n: page.index(f">{n}<"))

    assert order("") == ["bbb", "aaa", "ccc", "ddd"]
    assert order("sort=credit") == ["bbb", "ddd", "ccc", "aaa"]
    assert order("sort=name") == ["aaa", "bbb", "ccc", "ddd"]
    assert order("credit=4") == ["bbb", "ddd"]
    assert client.get("/en/directory/?credit=x").status_code == 200


def test_one_star_opens_a_suspension_with_a_right_of_reply():
    firm = world.intermediary()
    note(firm, 1, "1.40")
    sanction = Sanction.objects.get()
    assert (sanction.kind, sanction.reply_until - sanction.opened_at) == ("suspend", dt.timedelta(days=10))
    firm.refresh_from_db()
    assert firm.suspended_at is None
    assert not sanctions_to_decide(world.user(is_staff=True)).exists()
    with pytest.raises(errors.ReplyNotOver), transaction.atomic():
        propose_sanction(
            sanction=sanction,
            outcome=SanctionOutcome.IMPOSED,
            reason="属实",
            by=world.user(is_staff=True),
            at=sanction.reply_until,  # the caller's clock says nothing: the database's does
        )


def test_two_people_of_the_centre_decide_and_nobody_else():
    firm = world.intermediary()
    sanction = removal(firm)
    own = agent(firm)
    with pytest.raises(errors.FirmAlone), transaction.atomic():
        reply_to_sanction(sanction=sanction, text="说明", by=world.user(), at=timezone.now())
    reply_to_sanction(sanction=sanction, text="说明", by=own, at=timezone.now())
    with pytest.raises(errors.RepliedOnce), transaction.atomic():
        reply_to_sanction(sanction=sanction, text="再说明", by=own, at=timezone.now())
    told = {"sanction": sanction, "outcome": SanctionOutcome.IMPOSED, "reason": "属实"}
    own.is_staff = True
    own.save()
    for stranger in (own, world.user()):
        with pytest.raises(errors.CentreAlone), transaction.atomic():
            propose_sanction(by=stranger, at=timezone.now(), **told)
    one, other = world.user(is_staff=True), world.user(is_staff=True)
    with pytest.raises(errors.NothingProposed), transaction.atomic():
        decide_sanction(sanction=sanction, by=other, at=timezone.now())
    propose_sanction(by=one, at=timezone.now(), **told)
    assert list(sanctions_to_decide(one)) == []
    assert list(sanctions_to_decide(other)) == [sanction]
    for act in (decide_sanction, lambda **k: return_sanction(reason="不足", **k)):
        with pytest.raises(errors.SecondPerson), transaction.atomic():
            act(sanction=sanction, by=one, at=timezone.now())
    with pytest.raises(IntegrityError, match="sanction_decided_by_two"), transaction.atomic():
        Sanction.objects.update(decided_by=one, decided_at=timezone.now())
    return_sanction(sanction=sanction, reason="证据不足", by=other, at=timezone.now())
    propose_sanction(by=one, at=timezone.now(), **told)
    decide_sanction(sanction=sanction, by=other, at=timezone.now())
    with pytest.raises(errors.SanctionDecided), transaction.atomic():
        decide_sanction(sanction=sanction, by=other, at=timezone.now())
    with pytest.raises(IntegrityError, match="sanction_stands"), transaction.atomic():
        Sanction.objects.update(outcome="dropped")


def test_an_imposed_sanction_keeps_the_firm_from_bidding_and_listing_until_it_is_lifted():
    tender = world.tender()
    firm = world.intermediary(sells=tender.service)
    sanction = imposed(removal(firm))
    firm.refresh_from_db()
    assert firm.suspended_at is not None
    assert firm not in listed()
    with pytest.raises(NotRegistered), transaction.atomic():
        tenders.bid(tender, "900.00", by=firm.entity)
    with pytest.raises(IntegrityError, match="suspended_while_sanctioned"), transaction.atomic():
        Intermediary.objects.filter(pk=firm.pk).update(suspended_at=None)
    with pytest.raises(errors.ReasonNeeded), transaction.atomic():
        lift_sanction(sanction=sanction, reason=" ", by=world.user(is_staff=True), at=timezone.now())
    lift_sanction(sanction=sanction, reason="信用修复", by=world.user(is_staff=True), at=timezone.now())
    firm.refresh_from_db()
    assert firm.suspended_at is None
    assert tenders.bid(tender, "900.00", by=firm.entity)


def test_the_database_takes_no_bid_of_a_suspended_firm_that_python_let_through(monkeypatch):
    tender = world.tender()
    firm = world.intermediary(sells=tender.service)
    imposed(removal(firm))
    monkeypatch.setattr("marketplace.tenders.operations.bidding.refuse_the_ineligible", lambda **_told: None)
    with pytest.raises(NotRegistered), transaction.atomic():
        tenders.bid(tender, "900.00", by=firm.entity)
    assert not Bid.objects.exists()


def test_a_dropped_sanction_changes_nothing_and_the_same_grounds_open_no_other():
    firm = world.intermediary()
    sanction = removal(firm)
    assert removal(firm) is None
    reply_to_sanction(sanction=sanction, text="说明", by=agent(firm), at=timezone.now())
    propose_sanction(
        sanction=sanction,
        outcome=SanctionOutcome.DROPPED,
        reason="不属实",
        by=world.user(is_staff=True),
        at=timezone.now(),
    )
    decide_sanction(sanction=sanction, by=world.user(is_staff=True), at=timezone.now())
    firm.refresh_from_db()
    assert firm.suspended_at is None
    assert removal(firm) is None


def test_a_suspension_ends_by_itself_and_a_removal_does_not():
    import pgtrigger

    firm, other = world.intermediary(), world.intermediary()
    note(firm, 1, "1.40")
    suspended = imposed(Sanction.objects.get())
    removed = imposed(removal(other))
    assert suspended.until - suspended.decided_at == dt.timedelta(days=180)
    assert removed.until is None
    assert end_suspensions() == 0
    with pgtrigger.ignore("directory.Sanction:stands"):
        Sanction.objects.filter(pk=suspended.pk).update(until=timezone.now() - dt.timedelta(seconds=1))
    assert end_suspensions() == 1
    assert end_suspensions() == 0
    firm.refresh_from_db()
    other.refresh_from_db()
    assert (firm.suspended_at, other.suspended_at is None) == (None, False)


def test_an_intermediarys_page_draws_and_tables_its_credit(client):
    firm = world.intermediary()
    address = f"/en/directory/{firm.ref}/"
    assert "not enough reviews yet" in client.get(address).content.decode()
    note(firm, 4, "4.23")
    page = client.get(address).content.decode()
    assert "4 stars" in page
    assert "eras-bar" in page
    assert "Contracts that counted" in page


def test_the_public_reads_what_was_imposed_and_nothing_that_waits(client, sign_in):
    firm = world.intermediary()
    sanction = removal(firm)
    address = reverse("directory:sanction", args=[sanction.ref])
    assert client.get(address).status_code == 404
    assert sanction.ref not in client.get(reverse("directory:sanction_list")).content.decode()
    sign_in(world.member(Role.AGENT, firm.entity))
    page = client.get(address).content.decode()
    assert 'name="text"' in page
    client.post(reverse("directory:sanction_reply", args=[sanction.ref]), {"text": "我方说明"})
    sanction.refresh_from_db()
    assert sanction.reply == "我方说明"
    first, second = world.user(is_staff=True), world.user(is_staff=True)
    client.force_login(first, backend="django.contrib.auth.backends.ModelBackend")
    assert sanction.ref in client.get(reverse("directory:sanction_list")).content.decode()
    for empty in ({}, {"outcome": "imposed"}):
        client.post(reverse("directory:sanction_propose", args=[sanction.ref]), empty)
        sanction.refresh_from_db()
        assert sanction.proposed_at is None
    client.post(
        reverse("directory:sanction_propose", args=[sanction.ref]), {"outcome": "imposed", "reason": "属实"}
    )
    client.post(reverse("directory:sanction_decide", args=[sanction.ref]))
    sanction.refresh_from_db()
    assert sanction.decided_at is None  # the same person
    client.force_login(second, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("directory:sanction_decide", args=[sanction.ref]))
    client.logout()
    assert "属实" in client.get(address).content.decode()
    assert sanction.ref in client.get(reverse("directory:sanction_list")).content.decode()
    assert (
        reverse("directory:sanction", args=[sanction.ref])
        in client.get(firm.get_absolute_url()).content.decode()
    )


def test_the_list_of_sanctions_is_flat(client, assert_flat):
    assert_flat(client, reverse("directory:sanction_list"), lambda: imposed(removal(world.intermediary())))


def test_a_history_is_drawn_between_its_edges():
    now = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
    steps = [
        (now - dt.timedelta(days=100), None, None),
        (now - dt.timedelta(days=50), 4, Decimal("4.20")),
        (now - dt.timedelta(seconds=1), 2, Decimal("2.00")),
    ]
    told = drawn(steps, now=now)
    assert len(told["bars"]) == 2
    assert all(
        0 <= float(bar["x"]) <= 100 and float(bar["x"]) + float(bar["width"]) <= 101 for bar in told["bars"]
    )
    assert told["bars"][0]["height"] > told["bars"][1]["height"]
    assert drawn([], now=now)["bars"] == []
