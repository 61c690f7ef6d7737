"""A person chooses which mail they get; the way out of each mail works without signing in."""

import datetime as dt

import pytest
from django.core import mail, signing
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.contracts.models import Milestone
from marketplace.contracts.operations import remind
from marketplace.contracts.operations.calendaring import REMINDERS
from marketplace.tenders.telling import ANNOUNCEMENTS
from regulation.ledger.models import Entry
from regulation.parties.mail import KINDS, way_out
from regulation.parties.models import MailStop, Role
from regulation.parties.operations import stop_mail, want_mail
from regulation.parties.queries import stopped_mail
from regulation.registry.operations.following import DIGESTS
from tests.factories import contracts, world

pytestmark = pytest.mark.django_db


def soon(milestone) -> None:
    until = timezone.now() + dt.timedelta(hours=5)
    Milestone.objects.filter(pk=milestone.pk).update(silence_until=until)


@pytest.fixture
def buyer():
    """Somebody of whom an answer is due within the day."""
    made = contracts.signed()
    soon(contracts.handed_in(contracts.first(made)))
    return contracts.binder(made, "buyer").user


def test_each_room_names_what_may_be_left_out():
    assert set(KINDS) == {REMINDERS, ANNOUNCEMENTS, DIGESTS}


def test_the_way_out_in_a_reminder_works_for_whoever_holds_it_without_signing_in(buyer):
    assert remind(user=buyer, at=timezone.now()) == 1
    (sent,) = mail.outbox
    address = sent.extra_headers["List-Unsubscribe"].strip("<>").partition("/account/")[2]
    assert address in sent.body
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get(f"/account/{address}")
    assert page.status_code == 200
    assert stopped_mail(buyer) == set()  # a program that follows links stops nothing
    told = stranger.post(f"/account/{address}", {"List-Unsubscribe": "One-Click"})
    assert (told.status_code, stopped_mail(buyer)) == (200, {REMINDERS})
    soon(Milestone.objects.get(silence_until__isnull=False))  # another moment: it would be told again
    assert remind(user=buyer, at=timezone.now()) == 0
    assert len(mail.outbox) == 1
    stranger.post(f"/account/{address}", {"again": "yes"})
    assert stopped_mail(buyer) == set()
    assert remind(user=buyer, at=timezone.now()) == 1
    kinds = (
        Entry.objects.filter(kind__startswith="parties.mail_").order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == ["parties.mail_stopped", "parties.mail_wanted"]


def test_a_way_out_stops_one_kind_for_one_person():
    one, other = (world.member(Role.AGENT).user for _n in range(2))
    Client().post(reverse("parties:mail_stop", args=[way_out(one.pk, ANNOUNCEMENTS)]))
    assert (stopped_mail(one), stopped_mail(other)) == ({ANNOUNCEMENTS}, set())


@pytest.mark.parametrize("case", ["altered", "of another purpose", "of no kind", "of somebody gone"])
def test_what_is_no_way_out_leads_nowhere(case):
    user = world.user()
    token = {
        "altered": way_out(user.pk, REMINDERS)[:-1] + "x",
        "of another purpose": signing.dumps([user.pk, REMINDERS], salt="registry.following"),
        "of no kind": way_out(user.pk, "tenders.invited"),
        "of somebody gone": way_out(user.pk + 10_000, REMINDERS),
    }[case]
    address = reverse("parties:mail_stop", args=[token])
    assert [Client().get(address).status_code, Client().post(address).status_code] == [404, 404]
    assert not MailStop.objects.exists()


def test_the_account_says_what_is_sent_and_keeps_the_choice(sign_in):
    member = world.member(Role.AGENT)
    client = sign_in(member)
    shown = client.get(reverse("parties:mail")).content.decode()
    assert shown.count(" checked") == 3
    assert "invited to bid" in shown  # what is always sent stands there too
    client.post(reverse("parties:mail"), {"wanted": [DIGESTS]})
    assert stopped_mail(member.user) == {REMINDERS, ANNOUNCEMENTS}
    client.post(reverse("parties:mail"), {"wanted": [DIGESTS, REMINDERS, "made.up"]})
    assert stopped_mail(member.user) == {ANNOUNCEMENTS}


def test_stopping_and_wanting_twice_changes_nothing():
    user = world.user()
    at = timezone.now()
    assert [stop_mail(user=user, kind=DIGESTS, at=at) for _n in range(2)] == [True, False]
    assert [want_mail(user=user, kind=DIGESTS, at=at) for _n in range(2)] == [True, False]
    assert Entry.objects.filter(kind__startswith="parties.mail_").count() == 2


def test_the_database_keeps_one_standing_stop_of_a_kind_and_what_was_said():
    user = world.user()
    stop_mail(user=user, kind=DIGESTS, at=timezone.now())
    with pytest.raises(IntegrityError, match="mail_stop_once_a_kind"), transaction.atomic():
        MailStop.objects.create(user=user, kind=DIGESTS)
    with pytest.raises(IntegrityError, match="mail_stop_stands"), transaction.atomic():
        MailStop.objects.update(kind=REMINDERS)
