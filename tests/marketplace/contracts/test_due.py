"""What is due: on a page, in a calendar at a secret address, and by mail once a deadline."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts import errors, operations
from marketplace.contracts.due import due_for, due_of
from marketplace.contracts.models import CalendarKey, Invoice, Milestone, Reminder
from marketplace.contracts.tasks import remind_people
from regulation.parties.models import Role
from tests.factories import contracts, world
from tests.marketplace.contracts.test_pages import page

pytestmark = pytest.mark.django_db


def kinds(membership) -> set[str]:
    return {one.key.rpartition("-")[0] for one in due_for(membership)}


def test_each_side_is_told_what_waits_for_it_alone():
    made = contracts.offered()
    buyer, seller = contracts.binder(made, "buyer"), contracts.binder(made, "seller")
    assert kinds(buyer) == kinds(seller) == {"sign"}
    for side in made.sides:
        contracts.sign(made, side)
    contracts.commit()
    assert (kinds(buyer), kinds(seller)) == (set(), {"hand-in"})
    milestone = contracts.handed_in(contracts.first(made))
    assert kinds(buyer) == {"examine"}
    dispute = contracts.disputed(milestone)
    assert (kinds(buyer), kinds(seller)) == ({"cure"}, {"cure", "hand-in"})
    listed = contracts.mediator()
    assert kinds(listed.membership) == set()
    contracts.seated(contracts.asked(dispute))
    assert (kinds(listed.membership), kinds(buyer)) == ({"answer"}, set())
    assert kinds(world.member(Role.OWNER)) == set()


def test_the_calendar_is_read_at_its_address_until_it_is_ended_or_made_anew(sign_in, client):
    made = contracts.signed()
    seller = contracts.binder(made, "seller")
    sign_in(seller)
    shown = client.post(reverse("contracts:calendar_new"), follow=True).content.decode()
    old = shown.partition("<code>")[2].partition("</code>")[0].partition("testserver")[2]
    assert made.award.tender.title in page(client, reverse("contracts:calendar"))
    client.logout()
    told = client.get(old).content.decode().replace("\r\n ", "")
    assert told.count("BEGIN:VEVENT") == 3
    assert f"/contracts/{made.ref}/milestones/1/" in told
    new = reverse(
        "contracts:calendar_feed", args=[operations.make_calendar(by=seller.user, at=timezone.now())]
    )
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    sign_in(seller)
    client.post(reverse("contracts:calendar_end"))
    assert client.get(new).status_code == 404
    assert CalendarKey.objects.filter(ended_at__isnull=True).count() == 0
    assert not CalendarKey.objects.filter(token_digest__in=[old, new]).exists()


def test_an_address_leads_nowhere_once_its_person_may_not_sign_in_any_more(client):
    user = world.member(Role.AGENT).user
    address = reverse("contracts:calendar_feed", args=[operations.make_calendar(by=user, at=timezone.now())])
    assert client.get(address).status_code == 200
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(address).status_code == 404


def test_a_person_is_mailed_once_a_deadline_and_again_when_it_moves():
    made = contracts.signed()
    milestone = contracts.handed_in(contracts.first(made))
    buyer = contracts.binder(made, "buyer").user
    soon = timezone.now() + dt.timedelta(hours=5)
    Milestone.objects.filter(pk=milestone.pk).update(silence_until=soon)
    people = {buyer.pk}
    assert operations.remind(user=buyer, at=timezone.now()) == 1
    assert operations.remind(user=buyer, at=timezone.now()) == 0
    (sent,) = mail.outbox
    assert sent.to == [buyer.email]
    assert "silence accepts it" in sent.body
    assert "验收" in sent.body
    Milestone.objects.filter(pk=milestone.pk).update(silence_until=soon + dt.timedelta(hours=1))
    assert remind_people() >= 1  # whoever else acts for the buyer is told too
    assert Reminder.objects.filter(user__in=people).count() == 2
    assert len(due_of(buyer, on=timezone.localdate())) == 1


def test_a_mail_that_cannot_be_sent_leaves_no_reminder(monkeypatch):
    made = contracts.signed()
    milestone = contracts.handed_in(contracts.first(made))
    Milestone.objects.filter(pk=milestone.pk).update(silence_until=timezone.now() + dt.timedelta(hours=5))
    buyer = contracts.binder(made, "buyer").user

    def away(*_args: object, **_named: object) -> None:
        raise OSError("away")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
    with pytest.raises(OSError, match="away"):
        operations.remind(user=buyer, at=timezone.now())
    assert not Reminder.objects.exists()


def test_an_invoice_has_its_file_and_its_number_once_an_issuer():
    first, other = (contracts.first(contracts.signed()) for _n in range(2))
    made = contracts.invoiced(first)
    assert (made.file_name, len(made.file_digest)) == ("发票.pdf", 64)
    contracts.invoiced(other)  # the same number, of another issuer
    with pytest.raises(errors.InvoiceUsed):
        contracts.invoiced(first)
    with pytest.raises(errors.FileRefused):
        operations.record_invoice(
            milestone=first,
            number="87654321",
            code="",
            issued_on=dt.date(2026, 1, 1),
            fen=1,
            file=contracts.upload(b"MZ"),
            by=world.user(),
            at=timezone.now(),
        )
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("case", ["of somebody else", "too much", "too much of what was settled"])
def test_the_database_holds_invoices_to_the_seller_and_to_what_is_charged(case):
    made = contracts.signed()
    milestone = contracts.handed_in(contracts.first(made))
    whole = milestone.fen
    if case == "too much of what was settled":
        dispute = contracts.disputed(milestone)
        people = {side: contracts.binder(made, side).user for side in ("buyer", "seller")}
        now = {"at": timezone.now()}
        operations.propose_split(
            dispute=dispute, side="seller", released_fen=whole // 2, note="", by=people["seller"], **now
        )
        operations.agree_to_split(dispute=dispute, side="buyer", number=1, by=people["buyer"], **now)
        with pytest.raises(errors.InvoiceTooMuch):
            contracts.invoiced(milestone, fen=whole)
    fen = {"too much": whole * 113 // 100 + 1, "too much of what was settled": whole}.get(case, 1)
    issuer = made.buyer if case == "of somebody else" else made.seller
    name = "invoice_of_the_seller" if case == "of somebody else" else "invoice_within_what_is_charged"
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Invoice.objects.create(
            milestone=milestone,
            issuer=issuer,
            number="12345678",
            issued_on=dt.date(2026, 1, 1),
            fen=fen,
            recorded_by=world.user(),
        )


def test_the_register_says_what_is_invoiced(client):
    milestone = contracts.accepted(contracts.handed_in(contracts.first(contracts.signed())))
    assert "invoiced" not in page(client, reverse("contracts:register"))
    contracts.invoiced(milestone)
    assert "invoiced" in page(client, reverse("contracts:register"))
