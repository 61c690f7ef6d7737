"""A report filed without an account is put with one afterwards, by whoever has number and code, once."""

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.oversight import errors, operations, queries
from regulation.oversight.models import Outcome, Report
from regulation.parties.models import Role
from tests.factories import world
from tests.factories.oversight import answered, filed, regulator, report

pytestmark = pytest.mark.django_db


def keep(made, by):
    return operations.keep_report(report=made, by=by, at=timezone.now())


def opens(client, made):
    """Give number and code, as on the page."""
    said = {"ref": made.report.ref, "code": made.code}
    assert client.post(reverse("oversight:follow"), said).status_code == 302


def test_from_number_and_code_to_the_desk(client):
    made, user = filed(), world.user()
    opens(client, made)
    page = client.get(made.report.status_url).content.decode()
    assert f"?next={made.report.status_url}" in page
    client.force_login(user)  # the session goes on, as it does through the page of signing in
    opens(client, made)
    answer = client.post(reverse("oversight:keep", args=[made.report.ref]), follow=True)
    assert answer.status_code == 200
    assert list(queries.reports_of(user)) == [made.report]
    client.logout()
    client.force_login(user)  # another session: neither number nor code
    assert client.get(made.report.status_url).status_code == 200
    assert 'action="' + reverse("oversight:keep", args=[made.report.ref]) not in answer.content.decode()


def test_without_the_code_it_is_not_there(client):
    made = report()
    client.force_login(world.user())
    assert client.post(reverse("oversight:keep", args=[made.ref])).status_code == 404
    assert Report.objects.get(pk=made.pk).reporter is None


def test_who_is_not_signed_in_is_led_to_sign_in(client):
    made = filed()
    opens(client, made)
    answer = client.post(reverse("oversight:keep", args=[made.report.ref]))
    assert answer.status_code == 302
    assert "next=" in answer.url
    assert Report.objects.get().reporter is None


def test_a_clerk_who_entered_it_cannot_but_the_person_can():
    clerk = world.member(Role.EDITOR)
    made = report(assisted_by=clerk.user, counter=clerk.entity)
    with pytest.raises(errors.HandledByYou):
        keep(made, clerk.user)
    with pytest.raises(IntegrityError, match="report_assisted_is_not_the_clerks_own"), transaction.atomic():
        Report.objects.update(reporter=clerk.user)
    assert keep(made, world.user()).reporter_id


def test_it_goes_to_one_account_for_good():
    made, first, second = report(), world.user(), world.user()
    keep(made, first)
    with pytest.raises(errors.KeptAlready):
        keep(made, second)
    for other in (second, None):
        with pytest.raises(IntegrityError, match="report_stands_as_filed"), transaction.atomic():
            Report.objects.update(reporter=other)
    assert Report.objects.get().reporter == first


@pytest.mark.parametrize("hand", ["took it", "proposed the answer", "confirmed the answer"])
def test_an_official_who_had_it_in_hand_cannot_make_it_their_own(hand):
    taker, second = regulator(), regulator()
    made = report()
    if hand == "took it":
        operations.take_report(report=made, by=taker, at=timezone.now())
    else:
        answered(made, outcome=Outcome.UPHELD, by=taker, second=second)
    user = second if hand == "confirmed the answer" else taker
    with pytest.raises(errors.HandledByYou):
        keep(made, user)
    with pytest.raises(IntegrityError, match="report_not_handled_by_who_filed_it"), transaction.atomic():
        Report.objects.update(reporter=user)


def test_whose_it_is_now_does_not_handle_it():
    made, mine = report(), regulator()
    keep(made, mine)
    with pytest.raises(errors.OwnReport):
        operations.take_report(report=made, by=mine, at=timezone.now())


def test_the_ledger_learns_that_it_was_done_and_not_by_whom():
    made, user = report(), world.user()
    keep(made, user)
    entry = Entry.objects.get(kind="oversight.report_kept")
    assert entry.actor is None
    assert set(body_of(entry)) == {"report", "at"}


@pytest.mark.django_db(transaction=True)
def test_two_accounts_at_once_take_turns(elsewhere):
    made, user = report(), world.user()
    with transaction.atomic():
        Report.objects.select_for_update(no_key=True).get(pk=made.pk)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(keep, made, user)
    assert Report.objects.get().reporter is None
