"""Three more tenders for the demo: one scored and challenged, one drawn, one about to be auctioned."""

import datetime as dt
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulation.ledger.queries import database_now
from regulation.parties.models import User

from .. import draw as pure
from .. import operations
from ..choosing_errors import InputsMissing, NotDecidable
from ..models import Award, Bid, Draw, PublicSource, Tender
from ..standing import bids_in_the_running
from .world import DOMAIN

Tell = Callable[[str, str], None]
KNOWN_AFTER = dt.timedelta(seconds=24)  # the trustees' programs ask every two seconds
PATIENCE = dt.timedelta(seconds=30)
ENOUGH = 2  # trustees that the draw waits for
CRITERIA = (("评价方案", "40", ("36", "33", "30")), ("人员与业绩", "30", ("26", "24", "22")))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tender of this part: its title, way to choose and parameters."""

    title: str
    method: str
    parameters: dict[str, Any]


SCORED = Wanted(
    "三号库区安全评价（演示，综合评分）",
    "best_value",
    {"criteria": "\n".join(f"{name} | {weight}" for name, weight, _points in CRITERIA)},
)
DRAWN = Wanted("四号库区安全评价（演示，随机抽取）", "random_draw", {"trustees": 2})
AUCTIONED = Wanted(
    "五号库区安全评价（演示，多轮竞价）",
    "price_auction",
    {"rounds": 3, "round_seconds": 180, "pause_seconds": 60, "step": "100"},
)
ALL = (SCORED, DRAWN, AUCTIONED)


def who(key: str) -> User:
    return User.objects.get(email=f"{key}@{DOMAIN}")


def play(tell: Tell, tenders: dict[str, Tender], *, wait: Callable[[], None]) -> None:
    """Choose in the three opened tenders, as far as a visitor is to find them."""
    award = _score(tenders[SCORED.method])
    tell(
        _("6. Scored by three evaluators, awarded to %(winner)s by two people")
        % {"winner": award.bid.tenderer},
        f"/tenders/{award.tender.ref}/choosing/",
    )
    challenge = _challenge(award)
    tell(_("7. A bidder challenges the award; the owner answers"), challenge.get_absolute_url())
    draw = _draw(tenders[DRAWN.method], wait=wait)
    if draw.outcome:  # or a program did not open its value in time, and it can still be drawn
        first = {"first": draw.outcome[0]}
        tell(_("8. A draw that anyone can repeat: %(first)s") % first, draw.get_absolute_url())
    auction = _auction(tenders[AUCTIONED.method])
    tell(_("9. A price auction begins in ten minutes"), auction.get_absolute_url())


def _award(tender: Tender) -> Award:
    operations.propose_award(tender=tender, by=who("enterprise"), at=database_now())
    return operations.approve_award(tender=tender, by=who("enterprise2"), at=database_now())


def _score(tender: Tender) -> Award:
    """Three people score alone; the bid that stands first in the list gets the most points."""
    bids = bids_in_the_running(tender)
    at, owner = database_now(), who("enterprise")
    seats = [
        operations.name_evaluator(tender=tender, user=who(key), by=owner, at=at)
        for key in ("enterprise", "enterprise2", "editor")
    ]
    for n, seat in enumerate(seats):
        points = {
            (bid.pk, name): Decimal(given[min(place, len(given) - 1)]) - n
            for place, bid in enumerate(bids)
            for name, _weight, given in CRITERIA
        }
        operations.save_scores(evaluator=seat, points=points, by=seat.user, at=at)
        operations.hand_in(evaluator=seat, remark="", by=seat.user, at=at)
    return _award(tender)


def _challenge(award: Award) -> Any:
    others = Bid.objects.in_the_running().filter(tender=award.tender).exclude(pk=award.bid_id)
    loser = others.order_by("pk")[0]
    made = operations.file_challenge(
        award=award,
        challenger=loser.tenderer,
        grounds="我方评价方案的得分偏低，请说明扣分项。（演示）",
        sought="公布各项评分理由，必要时重新评审。（演示）",
        by=loser.submitted_by,
        at=database_now(),
    )
    return operations.answer_challenge(
        challenge=made,
        upheld=False,
        answer="三名评委分别独立打分，均因现场核查计划未列明频次而扣分，评分无误。（演示）",
        by=who("enterprise"),
        at=database_now(),
    )


def _draw(tender: Tender, *, wait: Callable[[], None]) -> Draw:
    """Named, committed, frozen, known, opened, drawn: the public value is invented and says so.

    The trustees' programs commit and open by themselves; where none runs, two people do it by hand.
    """
    owner = who("enterprise")
    now = database_now()
    draw = operations.name_draw(
        tender=tender,
        source=PublicSource.LOTTERY,
        source_name="双色球 2026133 期（演示）",
        known_from=now + KNOWN_AFTER,
        witnesses=[who("regulator")],
        by=owner,
        at=now,
    )
    held = _committed(draw, now + KNOWN_AFTER / 2, wait=wait)
    draw = operations.freeze_draw(draw=draw, by=owner, at=database_now())
    while database_now() < draw.known_from:
        wait()
    value = {
        "value": "03 07 11 19 26 31 + 08",
        "reference": "演示数值，并非真实开奖结果 invented for the demo",
    }
    operations.enter_value(draw=draw, by=owner, at=database_now(), **value)
    for trustee, secret in held:
        operations.open_secret(draw=draw, secret=secret, by=trustee, at=database_now())
    until = database_now() + PATIENCE
    while draw.secrets.filter(opened_at__isnull=True).exists() and database_now() < until:
        wait()
    with suppress(InputsMissing):
        draw = operations.hold_draw(draw=draw, by=owner, at=database_now())
        operations.confirm_draw(draw=draw, by=who("regulator"), at=database_now())
    return draw


def _committed(draw: Draw, until: dt.datetime, *, wait: Callable[[], None]) -> list[tuple[User, str]]:
    """Wait for the programs; what people committed to in their place, for each person the value."""
    while draw.secrets.count() < ENOUGH and database_now() < until:
        wait()
    held: list[tuple[User, str]] = []
    for trustee in (who("trustee1"), who("trustee2")) if draw.secrets.count() < ENOUGH else ():
        secret = secrets.token_hex(32)
        code = pure.commitment(tender=draw.tender.urn, number=draw.number, trustee=trustee.urn, secret=secret)
        with suppress(NotDecidable):  # its program was first
            operations.commit_secret(draw=draw, commitment=code, by=trustee, at=database_now())
            held.append((trustee, secret))
    return held


def _auction(tender: Tender) -> Any:
    now = database_now()
    later = now + dt.timedelta(minutes=10)
    return operations.start_auction(tender=tender, starts_at=later, by=who("enterprise"), at=now)
