"""The gate at registration and at the publication of an offer."""

import datetime as dt
from decimal import Decimal

import pytest

from marketplace.directory import errors
from marketplace.directory.models import Intermediary, Offer
from marketplace.directory.operations import publish_offer, register_intermediary
from regulation.decoupling.models import Check
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import EntityKind, Role
from tests.factories import world

pytestmark = pytest.mark.django_db


def publish(of: Intermediary, sells) -> Offer:
    return publish_offer(
        intermediary=of,
        service=sells,
        region=world.region(),
        price_basis="fixed",
        amount=Decimal(100),
        days=5,
        start=dt.date(2024, 1, 1),
        by=None,
    )


def asked(sells, **fields: object):
    """A department whose approval asks for the service by a ruling that names it."""
    approval = world.approval()
    world.ruling(service=sells, approval=approval, **fields)
    return approval.department


def test_registration_notes_the_departments_a_body_may_not_serve_and_lists_it():
    department, body = world.department(), world.entity(EntityKind.INTERMEDIARY)
    world.interest(department, body, "affiliation")
    made = register_intermediary(entity=body, ref="new", by=None)
    check = Check.objects.get()
    assert (check.gate, check.outcome, check.department) == ("registration", "conflicted", department)
    assert body_of(Entry.objects.get(kind="directory.registered"))["checks"] == [check.urn]
    assert made.suspended_at is None


def test_a_department_is_no_intermediary():
    with pytest.raises(errors.NotForDepartments):
        register_intermediary(entity=world.department(), ref="new", by=None)
    assert not Intermediary.objects.exists()


def test_who_has_not_declared_offers_nothing():
    with pytest.raises(errors.NotDeclared):
        publish(world.intermediary(declared=False), world.service())
    assert Offer.objects.count() == Check.objects.count() == 0


def test_an_offer_nobody_there_may_buy_is_refused_and_the_check_kept():
    firm, sells = world.intermediary(), world.service()
    department = asked(sells)
    world.interest(department, firm.entity)
    with pytest.raises(errors.Barred) as refused:
        publish(firm, sells)
    assert refused.value.checks == list(Check.objects.all())
    assert not Offer.objects.exists()


def test_an_offer_somebody_there_may_buy_stands_with_its_checks():
    firm, sells = world.intermediary(), world.service()
    barred, free = asked(sells), asked(sells)
    world.interest(barred, firm.entity)
    publish(firm, sells)
    outcomes = dict(Check.objects.values_list("department", "outcome"))
    assert outcomes == {barred.pk: "conflicted", free.pk: "clear"}
    assert len(body_of(Entry.objects.get(kind="directory.offer_published"))["checks"]) == 2


def test_an_offer_waits_where_nobody_is_settled():
    firm, sells = world.intermediary(), world.service()
    world.interest(asked(sells), firm.entity, "shareholding")
    with pytest.raises(errors.NotSettled):
        publish(firm, sells)
    assert Check.objects.get().due_at is not None


def test_a_service_no_ruling_names_an_approval_for_is_checked_against_those_above():
    firm, sells = world.intermediary(), world.service()
    department = world.department()
    world.interest(department, firm.entity)
    publish(firm, sells)
    assert Check.objects.get().department == department


def test_the_page_says_why_a_price_is_not_published(sign_in):
    firm, sells = world.intermediary(), world.service()
    world.interest(asked(sells), firm.entity)
    client = sign_in(world.member(Role.AGENT, firm.entity))
    page = client.post(
        "/en/directory/own/offers/new/",
        {
            "service": sells.code,
            "region": "511602",
            "price_basis": "fixed",
            "amount": "100",
            "days": "5",
        },
    )
    assert page.status_code == 422
    assert "may not serve" in page.content.decode()
