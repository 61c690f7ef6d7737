"""The pages of payments, as payer, payee, staff and strangers meet them."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from marketplace.payments.models import BankTransfer, PayoutAccount
from marketplace.payments.operations import order_funding, order_refund, order_release
from marketplace.payments.queries import held
from regulation.ledger.models import Entry, ReceiptLink
from regulation.ledger.receipts import receipt_link
from regulation.ledger.tasks import deliver
from regulation.parties.models import Role
from tests.factories import payments, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides():
    payer, agent = world.member(Role.OWNER), world.member(Role.AGENT)
    return payer, agent, payments.a_charge(payer=payer.entity, payee=agent.entity)


def staff(client):
    client.force_login(
        world.user(is_staff=True, is_superuser=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def test_a_payment_from_the_first_button_to_the_workbook(sides, sign_in, client):
    payer, agent, charge = sides
    page = charge.get_absolute_url()
    sign_in(payer)
    assert charge.title in client.get("/en/desk/").content.decode()
    client.post(reverse("payments:fund", args=[charge.ref]))
    order = charge.orders.get()
    told = {"number": "6210-1", "paid_on": timezone.localdate().isoformat()}
    client.post(reverse("payments:transfer_new", args=[order.pk]), told)
    transfer = BankTransfer.objects.get()
    assert (
        "Its receiver has not seen it arrive yet."
        in client.get("/en" + page.removeprefix("/en")).content.decode()
    )
    for step in ("receive", "confirm"):
        staff(client).post(reverse(f"payments:transfer_{step}", args=[transfer.pk]))
    assert held(charge) == 90000
    sign_in(agent)
    answer = client.get(reverse("payments:statement_file"))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [row[4] for row in sheet.iter_rows(min_row=3, values_only=True)] == [-900, 900, -900, 900]
    page = client.get("/en/payments/statement/").content.decode()
    assert "The month together" in page
    assert "All rows, to print" not in page


def test_a_statement_is_read_by_regulators_and_staff_whole_with_its_totals(
    sides, sign_in, client, monkeypatch
):
    payer, agent, charge = sides
    charge_too = payments.a_charge(payer=payer.entity, payee=agent.entity)
    for one in (charge, charge_too):
        payments.transferred(order_funding(charge=one, by=None))
    monkeypatch.setattr("marketplace.payments.views.statements.PAGE", 3)
    way = reverse("payments:statement_of", args=[payer.entity.pk])
    sign_in(world.member(Role.REGULATOR))
    answer = client.get(way)
    assert [len(answer.context["rows"]), len(client.get(way + "?all=1").context["rows"])] == [3, 4]
    assert {one["amount"] for one in answer.context["totals"]} == {-1800, 1800}
    assert (
        reverse("payments:statement_of", args=[agent.entity.pk])
        in client.get(charge.get_absolute_url()).content.decode()
    )
    file = staff(client).get(reverse("payments:statement_file_of", args=[payer.entity.pk]))
    assert load_workbook(io.BytesIO(file.content)).active.max_row == 2 + 4 + 2
    sign_in(payer)
    assert client.get(way).status_code == 403


def test_a_day_to_come_is_refused_in_words_and_nothing_is_recorded(sides, sign_in, client):
    payer, _, charge = sides
    order = order_funding(charge=charge, by=None)
    day = timezone.localdate() + dt.timedelta(days=1)
    sign_in(payer)
    told = {"number": "1", "paid_on": day.isoformat()}
    answer = client.post(f"/en/payments/orders/{order.pk}/transfer/", told, follow=True)
    assert "this day is to come" in answer.content.decode()
    assert not BankTransfer.objects.exists()


def test_a_stranger_does_not_learn_that_there_is_a_payment(sides, sign_in, client):
    *_, charge = sides
    sign_in(world.member(Role.OWNER))
    assert client.get(charge.get_absolute_url()).status_code == 404


def test_an_agent_names_an_account_and_replaces_it(sides, sign_in, client):
    _, agent, _ = sides
    sign_in(agent)
    page = reverse("payments:account")
    for number in ("6222 0000 1111", "6222000022223333"):
        client.post(page, {"holder": "甲", "bank": "乙", "number": number})
    open_, closed = (
        PayoutAccount.objects.filter(closed_at=None),
        PayoutAccount.objects.exclude(closed_at=None),
    )
    assert open_.get().external == "6222000022223333"
    assert closed.count() == 1
    assert client.post(page, {"holder": "甲", "bank": "乙", "number": "12x"}).status_code == 422
    shown = client.get(page).content.decode()
    assert "3333" in shown
    assert "6222000022223333" not in shown


def test_the_account_number_is_shown_to_staff_and_not_to_the_payer(sides, sign_in, client):
    payer, _, charge = sides
    payments.account(charge)
    payments.transferred(order_funding(charge=charge, by=None))
    order_release(charge=charge, fen=1, reason="", by=None)
    sign_in(payer)
    assert "6222000011112222" not in client.get(charge.get_absolute_url()).content.decode()
    assert "6222000011112222" in staff(client).get(charge.get_absolute_url()).content.decode()


def test_the_payer_sees_a_refund_arrive_on_its_desk(sides, sign_in, client):
    payer, _, charge = sides
    payments.transferred(order_funding(charge=charge, by=None))
    order = order_refund(charge=charge, fen=100, reason="", by=None)
    told = {"number": "R-1", "paid_on": timezone.localdate().isoformat()}
    staff(client).post(reverse("payments:transfer_new", args=[order.pk]), told)
    sign_in(payer)
    assert "Say whether the transfer arrived." in client.get("/en/desk/").content.decode()


def test_a_voucher_is_a_download_for_those_who_see_the_payment(sides, sign_in, client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    payer, _, charge = sides
    order = order_funding(charge=charge, by=None)
    sign_in(payer)
    file = SimpleUploadedFile("v.pdf", b"%PDF-1.7 x")
    told = {"number": "1", "paid_on": timezone.localdate().isoformat(), "voucher": file}
    client.post(reverse("payments:transfer_new", args=[order.pk]), told)
    page = reverse("payments:voucher", args=[BankTransfer.objects.get().pk])
    answer = client.get(page)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    sign_in(world.member(Role.AGENT))
    assert client.get(page).status_code == 404


def test_the_lists_are_flat(sides, sign_in, assert_flat, client):
    payer, agent, _ = sides
    sign_in(payer)
    assert_flat(
        client,
        reverse("payments:charge_list"),
        lambda: payments.a_charge(payer=payer.entity, payee=agent.entity),
        limit=10,
    )


def test_the_staffs_list_is_flat(assert_flat, client):
    from marketplace.payments.operations import record_transfer

    def add():
        order = order_funding(charge=payments.a_charge(), by=None)
        record_transfer(
            order=order, number=f"n{order.pk}", paid_on=timezone.localdate(), voucher=None, by=world.user()
        )

    assert_flat(staff(client), reverse("payments:transfer_list"), add, limit=10)


def test_whoever_pays_records_receives_and_confirms_has_a_receipt(sides, sign_in, client):
    """Each of its own act, by the page that follows; and both sides of what moved, which no click records."""
    payer, agent, charge = sides
    page = "/en/payments/" + charge.get_absolute_url().partition("/payments/")[2]
    told = {"number": "6210-7", "paid_on": timezone.localdate().isoformat()}
    said = []
    for kind in ("ordered", "transfer_recorded", "transfer_received", "transfer_confirmed"):
        if kind == "ordered":
            answer = sign_in(payer).post(reverse("payments:fund", args=[charge.ref]), follow=True)
        elif kind == "transfer_recorded":
            order = charge.orders.get()
            answer = client.post(reverse("payments:transfer_new", args=[order.pk]), told, follow=True)
        else:
            step = kind.replace("received", "receive").replace("confirmed", "confirm")
            address = reverse(f"payments:{step}", args=[BankTransfer.objects.get().pk])
            answer = staff(client).post(address, follow=True)
        link = ReceiptLink.objects.get(entry__kind=f"payments.{kind}")
        assert link.holder == link.entry.actor
        assert f'href="{link.get_absolute_url()}"' in answer.content.decode()
        said.append(link)
    moved = Entry.objects.get(kind="payments.funded")
    deliver(moved.pk)
    both = receipt_link(subject=charge, kind="payments.funded")
    for side, own in ((payer, said[:2]), (agent, [])):
        shown = sign_in(side).get(page).content.decode()
        assert [link in own or link == both for link in [*said, both]] == [
            link.get_absolute_url() in shown for link in [*said, both]
        ]
    assert client.get(f"/en/receipts/{both.ref}/").status_code == 200


def test_a_step_that_is_refused_gives_no_receipt(sides, sign_in, client):
    payer, _, charge = sides
    order_funding(charge=charge, by=payer.user)
    sign_in(payer).post(reverse("payments:fund", args=[charge.ref]))
    assert not ReceiptLink.objects.exists()
