"""What stops a tender stops its award too, and what an upheld complaint still finds."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from marketplace.tenders import choosing_errors as refused
from marketplace.tenders import operations
from marketplace.tenders.life import State
from marketplace.tenders.models import Award
from marketplace.tenders.tasks import finish_awards
from tests.factories import tenders, world

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def now() -> dt.datetime:
    return timezone.now()


def test_the_award_of_a_suspended_tender_does_not_become_final():
    award, _bids = tenders.awarded()
    tenders.past(award)
    operations.suspend_tender(tender=award.tender, reason="核查", by=world.user(), at=now())
    assert finish_awards() == 0
    with pytest.raises(refused.AwardWaits):
        operations.finalise_award(award=award, at=now())
    with pytest.raises(DatabaseError, match="award_waits"), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(final_at=now())
    operations.resume_tender(tender=award.tender, reason="核查完毕", by=world.user(), at=now())
    assert finish_awards() == 1


def test_time_suspended_is_given_back_to_those_who_may_challenge():
    award, (_won, lost) = tenders.awarded()
    began = now()
    operations.suspend_tender(tender=award.tender, reason="核查", by=world.user(), at=began)
    operations.resume_tender(tender=award.tender, reason="核查完毕", by=world.user(), at=began + HOUR)
    over = award.standstill_until
    award.tender.refresh_from_db()
    assert award.tender.standstill_until == over + HOUR
    with pytest.raises(refused.AwardWaits):
        operations.finalise_award(award=award, at=over)
    file = {"award": award, "challenger": lost.tenderer, "grounds": "g", "sought": "s", "by": world.user()}
    with pytest.raises(refused.TooLate):
        operations.file_challenge(**file, at=over + HOUR)
    assert operations.file_challenge(**file, at=over + HOUR / 2).holds_up


def test_a_void_tender_has_no_award():
    award, _bids = tenders.awarded()
    operations.annul_tender(tender=award.tender, reason="程序违法", by=world.user(), at=now())
    award.refresh_from_db()
    award.tender.refresh_from_db()
    assert (award.end_kind, award.end_reason, award.tender.award) == ("void", "程序违法", None)
    with pytest.raises(DatabaseError, match="award_stands"), transaction.atomic():
        Award.objects.filter(pk=award.pk).update(final_at=now())
    assert finish_awards() == 0


@pytest.mark.parametrize(
    ("remedy", "state"), [("evaluate", State.EVALUATING), ("void", State.VOID)], ids=["evaluate", "void"]
)
def test_regulators_who_suspended_the_tender_may_still_uphold(remedy, state):
    award, (_won, lost) = tenders.awarded()
    made = tenders.challenge(award, lost)
    one, other = world.user(), world.user()
    operations.answer_challenge(challenge=made, upheld=False, answer="评分无误", by=one, at=now())
    operations.complain(challenge=made, text="不服", by=world.user(), at=now())
    operations.suspend_tender(tender=award.tender, reason="投诉", by=one, at=now())
    operations.take_up_complaint(challenge=made, accept=True, reason="受理", by=one, at=now())
    operations.propose_decision(
        challenge=made, upheld=True, decision="评分错误", remedy=remedy, by=one, at=now()
    )
    operations.decide_complaint(challenge=made, by=other, at=now())
    award.refresh_from_db()
    award.tender.refresh_from_db()
    assert (award.end_kind, award.tender.state_at(now())) == ("challenged", state)
