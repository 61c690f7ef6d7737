"""The right of reply: an entity contests what is held about it, a regulator who did not file it answers."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties import errors
from regulation.parties.models import Contest, ContestAnswer, Interest, Remedy, Role
from regulation.parties.operations import (
    answer_contest,
    confirm_contest_answer,
    file_contest,
    retract_interest,
    return_contest_answer,
)
from tests.factories import parties, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return world.entity("intermediary")


@pytest.fixture
def interest(firm):
    return world.interest(
        world.entity(), firm, "shareholding", share_min=Decimal(60), share_max=Decimal(60), source="登记档案"
    )


@pytest.fixture
def regulator():
    return world.member(Role.REGULATOR)


def answer(contest, by, remedy=Remedy.REFUSE, facts=None, reason="理由"):
    return answer_contest(
        contest=contest, remedy=remedy, reason=reason, facts=facts or {}, by=by.user, at=timezone.now()
    )


def in_conflict(interest):
    """A check in force whose chain leads over the interest."""
    return world.check(
        intermediary=interest.subject,
        outcome="conflicted",
        rule_code="x",
        chain=[{"ref": interest.urn, "holder_name": "x"}],
    )


def test_a_contest_has_a_clock_and_an_entry(firm, interest, settings):
    settings.CONTEST_ANSWER_DAYS = 20
    at = timezone.now()
    made = parties.contest(interest, firm, at=at)
    assert made.due_on == timezone.localdate(at) + dt.timedelta(days=20)
    assert Entry.objects.filter(kind="parties.interest_contested", subject=made.urn).count() == 1


def test_only_what_is_about_the_entity_can_be_contested(firm):
    other = world.interest(world.entity(), world.entity())
    with pytest.raises(errors.NotAboutYou):
        parties.contest(other, firm)


def test_a_lead_by_the_name_alone_cannot_be_contested_since_the_firm_does_not_see_it(firm):
    lead = world.interest(world.entity(), firm, tier="C")
    with pytest.raises(errors.NotAboutYou):
        parties.contest(lead, firm)


def test_one_contest_is_open_at_a_time(firm, interest):
    made = parties.contest(interest, firm)
    with pytest.raises(errors.AlreadyContested):
        parties.contest(interest, firm)
    with pytest.raises(IntegrityError, match="contest_one_open_per_interest"), transaction.atomic():
        Contest.objects.create(
            interest=interest, entity=firm, filed_by=made.filed_by, wrong="x", due_on=made.due_on
        )


def test_what_no_longer_stands_cannot_be_contested(firm, interest):
    retract_interest(interest=interest, reason="x", by=None, at=timezone.now())
    with pytest.raises(errors.InterestEnded):
        parties.contest(interest, firm)


def test_who_filed_it_does_not_answer_it(firm, interest, regulator):
    made = parties.contest(interest, firm, by=regulator.user)
    with pytest.raises(errors.OwnContest):
        answer(made, regulator)
    with pytest.raises(IntegrityError, match="not_by_who_filed"), transaction.atomic():
        ContestAnswer.objects.create(
            contest=made, remedy="refuse", reason="x", needs_second=False, proposed_by=regulator.user
        )


def test_who_acts_for_the_entity_does_not_answer_it(firm, interest, regulator):
    made = parties.contest(interest, firm)
    from regulation.parties.models import Membership

    Membership.objects.create(user=regulator.user, entity=firm, role=Role.OWNER, valid=(None, None))
    with pytest.raises(errors.OwnContest):
        answer(made, regulator)


def test_a_refusal_keeps_the_record_and_tells_why(firm, interest, regulator, sign_in):
    made = parties.contest(interest, firm)
    answer(made, regulator, reason="档案无误")
    made.refresh_from_db()
    interest.refresh_from_db()
    assert made.closed_at is not None
    assert interest.recorded.upper is None
    assert Entry.objects.filter(kind="parties.contest_answered", subject=made.urn).count() == 1
    page = sign_in(world.member(Role.OWNER, firm)).get(f"/en/account/contests/{made.pk}/").content.decode()
    assert "档案无误" in page
    with pytest.raises(errors.ContestClosed):
        answer(made, regulator)


def test_an_upheld_contest_takes_the_interest_off(firm, interest, regulator):
    answer(parties.contest(interest, firm), regulator, Remedy.RETRACT)
    interest.refresh_from_db()
    assert interest.recorded.upper is not None
    assert Entry.objects.filter(kind="parties.interest_retracted", subject=interest.urn).count() == 1


def test_an_upheld_contest_states_it_anew_as_corrected(firm, interest, regulator):
    made = parties.contest(interest, firm, document="股东名册")
    answer(made, regulator, Remedy.CORRECT, {"share": ["40", "45"], "start": "2021-01-01"})
    made.refresh_from_db()
    after = made.after
    assert (after.share_min, after.share_max, after.held.lower) == (40, 45, dt.date(2021, 1, 1))
    assert (after.source, after.holder_entity, after.kind) == (
        "股东名册",
        interest.holder_entity,
        interest.kind,
    )
    assert Interest.objects.standing().get(subject=firm) == after
    assert Entry.objects.filter(kind="parties.interest_stated", subject=after.urn).count() == 1


def test_a_correction_corrects_something(firm, interest, regulator):
    with pytest.raises(errors.NothingCorrected):
        answer(parties.contest(interest, firm), regulator, Remedy.CORRECT)


def test_where_a_conflict_rests_on_it_a_second_regulator_confirms(firm, interest, regulator):
    in_conflict(interest)
    made = parties.contest(interest, firm)
    proposed = answer(made, regulator, Remedy.RETRACT)
    interest.refresh_from_db()
    assert proposed.needs_second
    assert interest.recorded.upper is None
    with pytest.raises(errors.SecondPersonNeeded):
        confirm_contest_answer(answer=proposed, by=regulator.user, at=timezone.now())
    with pytest.raises(IntegrityError, match="confirmed_by_second_person"), transaction.atomic():
        ContestAnswer.objects.filter(pk=proposed.pk).update(issued_at=timezone.now())
    with pytest.raises(errors.AnswerWaits):
        answer(made, world.member(Role.REGULATOR))
    confirm_contest_answer(answer=proposed, by=world.member(Role.REGULATOR).user, at=timezone.now())
    interest.refresh_from_db()
    assert interest.recorded.upper is not None


def test_a_conflict_that_a_newer_check_has_cleared_needs_no_second(firm, interest, regulator):
    old = in_conflict(interest)
    world.check(intermediary=firm, department=old.department, outcome="clear")
    assert not answer(parties.contest(interest, firm), regulator).needs_second


def test_a_returned_answer_leaves_the_contest_open(firm, interest, regulator):
    in_conflict(interest)
    made, second = parties.contest(interest, firm), world.user()
    proposed = answer(made, regulator)
    with pytest.raises(errors.ReasonMissing):
        return_contest_answer(answer=proposed, note=" ", by=second, at=timezone.now())
    return_contest_answer(answer=proposed, note="再查", by=second, at=timezone.now())
    assert Contest.objects.open().get() == made
    assert answer(made, regulator).needs_second


def test_a_contest_stands_as_filed(firm, interest):
    made = parties.contest(interest, firm)
    with pytest.raises(IntegrityError, match="contest_stands_as_filed"), transaction.atomic():
        Contest.objects.filter(pk=made.pk).update(wrong="another")


def test_the_public_page_says_since_when_it_is_contested_and_nothing_more(client, firm, interest, regulator):
    made = parties.contest(interest, firm, wrong="秘密的说明")
    page = client.get(f"/en/entities/{firm.pk}/").content.decode()
    assert "contested since" in page
    assert "秘密的说明" not in page
    answer(made, regulator)
    assert "contested since" not in client.get(f"/en/entities/{firm.pk}/").content.decode()


def test_the_pages_file_and_answer(sign_in, firm, interest, regulator, settings, tmp_path):
    agent = world.member(Role.AGENT, firm)
    address = f"/en/account/interests/{interest.pk}/contest/"
    file = SimpleUploadedFile("证明.pdf", b"%PDF-1.7\nx")
    assert sign_in(agent).post(address, {"wrong": "", "files": file}).status_code == 422
    bad = SimpleUploadedFile("证明.pdf", b"MZ")
    assert sign_in(agent).post(address, {"wrong": "有误", "files": bad}).status_code == 422
    assert Contest.objects.count() == 0
    file.seek(0)
    assert sign_in(agent).post(address, {"wrong": "有误", "files": file}).status_code == 302
    made = Contest.objects.get()
    piece = f"/en/contests/{made.pk}/files/{made.files.get().pk}/"
    assert sign_in(world.member(Role.AGENT)).get(piece).status_code == 404
    assert sign_in(agent).get(piece)["X-Content-Type-Options"] == "nosniff"
    client = sign_in(regulator)
    assert made.entity.name in client.get("/en/desk/").content.decode()
    page = client.get(f"/en/contests/{made.pk}/")
    assert page.status_code == 200
    said = {"remedy": "correct", "reason": "属实", "share_how": "range", "least": "50", "most": "40"}
    assert client.post(f"/en/contests/{made.pk}/answer/", said).status_code == 422
    assert client.post(f"/en/contests/{made.pk}/answer/", said | {"most": "55"}).status_code == 302
    assert Interest.objects.standing().get(subject=firm).share_max == 55
    assert "answered" in sign_in(agent).get("/en/desk/").content.decode()


def test_an_overdue_contest_shows_so(sign_in, firm, interest, regulator):
    made = parties.contest(interest, firm, at=timezone.now() - dt.timedelta(days=60))
    assert Contest.objects.overdue(today=timezone.localdate()).get() == made
    assert "overdue" in sign_in(regulator).get("/en/contests/?state=late").content.decode()


def test_an_entity_sees_what_is_about_itself_and_nothing_about_others(sign_in, firm):
    other = world.entity("intermediary", name="别家机构")
    world.interest(world.person(name="别家人员"), other, "boardMember", declared_by=other)
    kin, own = world.person(name="自家亲属"), world.person(name="自家人员")
    world.interest(kin, own, "closeKin", declared_by=firm)
    page = sign_in(world.member(Role.AGENT, firm)).get("/en/account/interests/").content.decode()
    assert "自家亲属" in page
    assert "别家" not in page


def test_lists_are_flat(sign_in, assert_flat, firm, regulator):
    def another():
        parties.contest(world.interest(world.entity(), firm), firm, by=world.user())

    assert_flat(sign_in(regulator), "/en/contests/", another)
    assert_flat(sign_in(world.member(Role.AGENT, firm)), "/en/account/interests/", another)


def test_the_clock_of_a_contest_runs_to_the_end_of_the_day_it_is_due(sign_in):
    member = world.member(Role.AGENT, world.entity("intermediary"))
    interest = world.interest(world.department(), member.entity, "setUp")
    contest = file_contest(
        interest=interest, entity=member.entity, wrong="w", by=member.user, at=timezone.now()
    )
    ends = timezone.localtime(contest.overdue_at)
    assert (ends.date(), ends.hour, ends.minute) == (contest.due_on + dt.timedelta(days=1), 0, 0)
    for address in (contest.get_absolute_url(), contest.desk_url):
        reader = member if address == contest.get_absolute_url() else world.member(Role.REGULATOR)
        assert 'class="clock"' in sign_in(reader).get(address).content.decode()


def test_a_decision_that_is_none_and_a_return_without_its_note_leave_the_answer_waiting(sign_in, regulator):
    firm, department = world.entity("intermediary"), world.department()
    interest = world.interest(department, firm, "setUp")
    contest = file_contest(interest=interest, entity=firm, wrong="w", by=world.user(), at=timezone.now())
    waiting = ContestAnswer.objects.create(
        contest=contest, remedy=Remedy.REFUSE, reason="r", needs_second=True, proposed_by=world.user()
    )
    client, address = sign_in(regulator), f"/en/contests/{contest.pk}/decide/"
    for said, status, told in (
        ({"note": "n"}, 409, "Choose what to do."),
        ({"decision": "perhaps", "note": "n"}, 409, "Choose what to do."),
        ({"decision": "return", "note": ""}, 422, 'href="#note_note"'),
        ({"decision": "return", "note": "n" * 501}, 422, 'href="#note_note"'),
    ):
        answered = client.post(address, said)
        assert answered.status_code == status
        assert told in answered.content.decode()
    waiting.refresh_from_db()
    assert (waiting.issued_at, waiting.returned_at) == (None, None)
