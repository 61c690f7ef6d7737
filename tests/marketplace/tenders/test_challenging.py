"""Challenge and complaint: who, until when, what it holds up, and what follows when it is right."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from marketplace.tenders import choosing_errors as refused
from marketplace.tenders import operations
from marketplace.tenders.limits import Limit, Unit, ends
from marketplace.tenders.lowness import LowRule, abnormally_low
from marketplace.tenders.models import Award, Challenge, TimeLimit
from marketplace.tenders.seed import ensure_rules
from marketplace.tenders.standing import DEFAULT_LIMITS, stage_of
from marketplace.tenders.tasks import finish_awards
from regulation.ledger.receipts import receipt_link
from regulation.parties.models import Role
from regulation.registry.workdays import WorkingCalendar
from tests.factories import tenders, world

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
HOLIDAY = WorkingCalendar({dt.date(2026, 5, 1): False, dt.date(2026, 5, 4): False, dt.date(2026, 5, 9): True})


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        # three days from a Monday end with Thursday
        (dt.datetime(2026, 4, 20, 9), Limit(3, Unit.DAYS), dt.datetime(2026, 4, 24)),
        # from Tuesday 28 April the third day is the holiday of 1 May: then the next working day, Tuesday 5
        (dt.datetime(2026, 4, 28, 23, 59), Limit(3, Unit.DAYS), dt.datetime(2026, 5, 6)),
        # working days skip the holidays and count the Saturday that is worked
        (dt.datetime(2026, 4, 30, 8), Limit(3, Unit.WORKING_DAYS), dt.datetime(2026, 5, 8)),
        (dt.datetime(2026, 5, 8, 8), Limit(1, Unit.WORKING_DAYS), dt.datetime(2026, 5, 10)),
        (dt.datetime(2026, 5, 1, 10), Limit(24, Unit.HOURS), dt.datetime(2026, 5, 2, 10)),
    ],
)
def test_when_a_limit_ends(start, limit, end):
    assert ends(start.replace(tzinfo=SHANGHAI), limit, HOLIDAY) == end.replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("prices", "ceiling", "found"),
    [
        ({1: 300, 2: 900, 3: 950, 4: 1000}, None, {1}),
        ({1: 450, 2: 900, 3: 950}, None, set()),  # half of the next price exactly is not below half
        ({1: 449.99, 2: 900, 3: 950}, None, {1}),
        ({1: 300, 2: 900}, None, set()),
        ({1: 449, 2: 900}, 1000, {1}),
        ({}, 1000, set()),
    ],
)
def test_which_prices_are_abnormally_low(prices, ceiling, found):
    from decimal import Decimal

    rule = LowRule(of_mean=Decimal(50), of_next=Decimal(50), of_ceiling=Decimal(45))
    amounts = {key: Decimal(str(price)) for key, price in prices.items()}
    seen = abnormally_low(amounts, ceiling=Decimal(ceiling) if ceiling else None, rule=rule)
    assert set(seen) == found


pytestmark = pytest.mark.django_db


@pytest.fixture
def filed():
    award, (_won, lost) = tenders.awarded("900.00", "950.00")
    return tenders.challenge(award, lost), award, lost


def now() -> dt.datetime:
    return timezone.now()


def answer(challenge: Challenge, **fields: object) -> Challenge:
    defaults = {"upheld": False, "answer": "评分无误", "by": world.user(), "at": now()}
    return operations.answer_challenge(challenge=challenge, **defaults | fields)


def test_a_challenge_holds_the_award_up_until_it_is_answered(filed):
    challenge, award, _lost = filed
    tenders.past(award)
    assert finish_awards() == 0
    with pytest.raises(DatabaseError, match="award_waits"), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(final_at=now())
    answer(challenge)
    assert finish_awards() == 1


def test_who_may_challenge_and_until_when(filed):
    _challenge, award, lost = filed
    file = {"award": award, "grounds": "g", "sought": "s", "by": world.user(), "at": now()}
    for entity in (lost.tenderer, award.bid.tenderer, world.entity()):
        with pytest.raises(refused.NotConcerned):
            operations.file_challenge(challenger=entity, **file)
    other, (_won, loser) = tenders.awarded()
    for moment, accepted in (
        (other.standstill_until, False),
        (other.standstill_until - dt.timedelta(microseconds=1), True),
    ):
        late = file | {"award": other, "at": moment}
        if accepted:
            operations.file_challenge(challenger=loser.tenderer, **late)
        else:
            with pytest.raises(refused.TooLate):
                operations.file_challenge(challenger=loser.tenderer, **late)
    assert Challenge.objects.count() == 2


def test_an_upheld_challenge_leads_to_another_evaluation(filed):
    challenge, award, _lost = filed
    with pytest.raises(refused.SayWhy):
        answer(challenge, upheld=True)
    answer(challenge, upheld=True, remedy="evaluate")
    award.refresh_from_db()
    award.tender.refresh_from_db()
    assert (award.end_kind, award.tender.awarded_at) == ("challenged", None)
    assert tenders.award_tender(tender=award.tender, by=world.user(), at=now()).pk != award.pk


def test_an_upheld_challenge_may_leave_nothing_standing(filed):
    challenge, award, _lost = filed
    answer(challenge, upheld=True, remedy="void")
    award.tender.refresh_from_db()
    assert (award.tender.award, award.tender.void_at is not None) == (None, True)


def complained(challenge: Challenge) -> Challenge:
    answer(challenge)
    return operations.complain(challenge=challenge, text="答复回避问题", by=world.user(), at=now())


def test_a_complaint_goes_through_two_regulators(filed):
    challenge, award, _lost = filed
    with pytest.raises(refused.TooEarly):
        operations.complain(challenge=challenge, text="早了", by=world.user(), at=now())
    made = complained(challenge)
    tenders.past(award)
    assert finish_awards() == 0
    one, other = world.user(), world.user()
    operations.take_up_complaint(challenge=made, accept=True, reason="属于职权范围", by=one, at=now())
    operations.propose_decision(
        challenge=made, upheld=True, decision="评分计算错误", remedy="evaluate", by=one, at=now()
    )
    with pytest.raises(refused.SameDecider):
        operations.decide_complaint(challenge=made, by=one, at=now())
    done = operations.decide_complaint(challenge=made, by=other, at=now())
    award.refresh_from_db()
    assert (stage_of(done, now=now()), award.end_kind, done.holds_up) == ("decided", "challenged", False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Challenge.objects.update(decision="另一个")


def test_a_complaint_not_taken_up_holds_nothing_up(filed):
    challenge, award, _lost = filed
    made = complained(challenge)
    tenders.past(award)
    operations.take_up_complaint(challenge=made, accept=False, reason="超出范围", by=world.user(), at=now())
    assert finish_awards() == 1


def test_where_no_answer_comes_the_complaint_may_follow_the_day_it_was_due(filed):
    challenge, _award, _lost = filed
    due = challenge.answer_due_at
    assert stage_of(challenge, now=due) == "overdue"
    made = operations.complain(challenge=challenge, text="未答复", by=world.user(), at=due)
    assert made.complaint_due_at > due
    with pytest.raises(refused.NotDecidable):
        answer(challenge)


def test_the_complaint_comes_in_time_or_not_at_all(filed):
    challenge, _award, _lost = filed
    made = answer(challenge)
    with pytest.raises(refused.TooLate):
        operations.complain(challenge=made, text="迟了", by=world.user(), at=made.complaint_due_at)
    with pytest.raises(DatabaseError, match="complaint_in_time"), transaction.atomic():
        Challenge.objects.update(complaint="x", complained_at=made.complaint_due_at)


def test_the_limits_are_dated_data_with_the_law_behind_them(filed):
    world.region()
    assert ensure_rules() == 13
    assert ensure_rules() == 0
    held = {rule.kind: rule.limit for rule in TimeLimit.objects.all()}
    assert held == {str(kind): limit for kind, limit in DEFAULT_LIMITS.items()}
    challenge, award, _lost = filed
    TimeLimit.objects.create(
        region=award.tender.region,
        kind="answer",
        amount=1,
        unit="hours",
        in_force=(timezone.localdate(), None),
    )
    other, (_won, loser) = tenders.awarded(approval=award.tender.approval)
    made = tenders.challenge(other, loser)
    assert made.answer_due_at - made.filed_at == dt.timedelta(hours=1)
    assert challenge.answer_due_at - challenge.filed_at > dt.timedelta(days=2)  # fixed when it began


def test_by_the_pages(filed, client, sign_in):
    challenge, award, lost = filed
    address = f"/en/challenges/{challenge.pk}/"
    assert client.get(address).status_code == 200
    assert client.get("/en/challenges/").status_code == 200
    stranger = sign_in(world.member(Role.OWNER))
    assert stranger.post(f"{address}answer/", {}).status_code == 403
    owner = sign_in(world.member(Role.OWNER, award.tender.owner))
    assert owner.post(f"{address}answer/", {"upheld": "no"}).status_code == 302
    challenge.refresh_from_db()
    assert challenge.answered_at is None
    owner.post(f"{address}answer/", {"upheld": "no", "answer": "评分无误，逐项说明。"})
    agent = sign_in(world.member(Role.AGENT, lost.tenderer))
    told = agent.post(f"{address}complain/", {"text": "不服"}, follow=True).content.decode()
    link = receipt_link(subject=award.tender, kind="tenders.complained")
    assert link.get_absolute_url() in told
    assert agent.get(link.get_absolute_url()).status_code == 200
    for step, data in (
        ("take-up", {"accept": "yes", "reason": "受理"}),
        ("propose", {"upheld": "no", "answer": "驳回"}),
    ):
        sign_in(world.member(Role.REGULATOR)).post(f"{address}{step}/", data)
    sign_in(world.member(Role.REGULATOR)).post(f"{address}decide/", {})
    challenge.refresh_from_db()
    assert challenge.decided_at
    assert "驳回" in client.get(address).content.decode()


def test_whoever_challenges_has_a_receipt(sign_in):
    award, (_won, lost) = tenders.awarded("900.00", "950.00")
    agent = sign_in(world.member(Role.AGENT, lost.tenderer))
    address = f"/en/tenders/{award.tender.ref}/challenge/"
    said = dict.fromkeys(agent.get(address).context["form"].fields, "评分有误")
    told = agent.post(address, said, follow=True).content.decode()
    link = receipt_link(subject=award.tender, kind="tenders.challenged")
    assert link.get_absolute_url() in told
    assert link.entry.commitment.hex()[:4].upper() in agent.get(link.get_absolute_url()).content.decode()
