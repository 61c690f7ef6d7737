"""A referral that two regulators do not answer in time is marked, once, and shown until they do."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.decoupling.models import Check, OverdueReferral
from regulation.decoupling.operations import decide_determination, note_overdue, propose_determination
from regulation.decoupling.queries import overdue_checks, waiting_checks
from regulation.decoupling.tasks import note_overdue_referrals
from regulation.ledger.models import Entry
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def referral(due: dt.timedelta = dt.timedelta(hours=-1), doubt: str = "d" * 64, **fields: object) -> Check:
    return world.check(outcome="unknown", due_at=NOW + due, doubt_digest=doubt, **fields)


def test_what_is_not_answered_in_time_is_marked_once_a_doubt():
    late = referral()
    again = referral(intermediary=late.intermediary, department=late.department)
    referral(due=dt.timedelta(hours=1), doubt="e" * 64)
    assert (note_overdue(at=NOW), note_overdue(at=NOW)) == (1, 0)
    made = OverdueReferral.objects.get()
    assert made.check_made == again, "the newest of the doubt"
    assert Entry.objects.get(kind="decoupling.referral_overdue").subject == again.urn
    assert list(overdue_checks(NOW)) == [again]
    assert note_overdue_referrals() == 0


def test_a_proposal_nobody_confirmed_is_no_answer_and_a_confirmed_one_is():
    late = referral()
    later = referral(intermediary=late.intermediary, department=late.department)
    answer = propose_determination(check_made=late, outcome="clear", reason="r", by=world.user(), at=NOW)
    assert list(waiting_checks()) == []
    assert list(overdue_checks(NOW)) == [later]
    decide_determination(determination=answer, confirm=True, by=world.user(), at=NOW)
    assert list(overdue_checks(NOW)) == [], "the answer counts for every check of the doubt"
    assert note_overdue(at=NOW) == 0


def test_the_database_keeps_one_mark_a_doubt_and_each_for_ever(as_site_role):
    late = referral()
    note_overdue(at=NOW)
    again = referral(intermediary=late.intermediary, department=late.department)
    with pytest.raises(IntegrityError, match="overdue_once_a_doubt"), transaction.atomic():
        OverdueReferral.objects.create(
            check_made=again,
            intermediary=late.intermediary,
            department=late.department,
            doubt_digest="d" * 64,
        )
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        OverdueReferral.objects.update(noted_at=NOW)


@pytest.mark.parametrize("language", ["", "/en"])
def test_regulators_see_it_on_desk_list_and_check(language, sign_in):
    late = referral()
    note_overdue(at=NOW)
    client = sign_in(world.member(Role.REGULATOR))
    desk = client.get(f"{language}/desk/").content.decode()
    assert ("Referrals that are overdue" if language else "逾期未答复的审查") in desk
    assert late.intermediary.name in desk
    page = client.get(f"{language}/checks/?waiting=overdue").content.decode()
    assert f"/checks/{late.ref}/" in page
    assert ("overdue" if language else "逾期") in page
    check = client.get(f"{language}/checks/{late.ref}/").content.decode()
    assert ("The answer did not come in time" if language else "未按期答复") in check


def test_the_overdue_list_takes_the_same_queries_for_any_number(sign_in, assert_flat):
    numbers = iter(range(100))
    client = sign_in(world.member(Role.REGULATOR))
    assert_flat(client, "/en/checks/?waiting=overdue", lambda: referral(doubt=f"{next(numbers):064}"))
