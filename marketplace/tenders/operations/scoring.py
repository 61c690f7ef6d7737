"""Evaluators: named, recused by the conflict gate, scoring alone, handing in."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from .. import choosing_errors as refused
from ..methods.best_value import outlying
from ..models import Bid, Evaluator, Score, Tender
from ..recusal import tied_to
from ..standing import bids_in_the_running, method_of
from .marking import is_being_evaluated


def _scored_tender(tender: Tender) -> Tender:
    """The tender, locked; refused unless it is scored and being evaluated."""
    locked = Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)
    if method_of(locked).needs != "scores" or not is_being_evaluated(locked):
        raise refused.NotThisMethod
    return locked


@transaction.atomic
def name_evaluator(*, tender: Tender, user: User, by: User, at: dt.datetime) -> Evaluator:
    """Put somebody on the panel. Raises TiedEvaluator, and HandedIn once anybody has."""
    locked = _scored_tender(tender)
    if locked.evaluators.filter(handed_in_at__isnull=False).exists():
        raise refused.HandedIn
    bidders = [bid.tenderer for bid in bids_in_the_running(locked)]
    firm = tied_to(user, bidders, on=timezone.localdate(at))
    if firm is not None:
        raise refused.TiedEvaluator(firm)
    if locked.evaluators.filter(user=user).exists():
        raise refused.NotDecidable
    made = Evaluator.objects.create(tender=locked, user=user, named_by=by, named_at=at)
    record(
        kind="tenders.evaluator_named",
        subject=locked,
        actor=by,
        body={"evaluator": user.urn},
        noticeable=False,
    )
    return made


@transaction.atomic
def recuse(
    *, evaluator: Evaluator, reason: str, by: User, at: dt.datetime, firm: Entity | None = None
) -> Evaluator:
    """Step back, or be taken off the panel; the scores given so far count for nothing."""
    tender = _scored_tender(evaluator.tender)
    locked = Evaluator.objects.select_for_update().get(pk=evaluator.pk)
    if locked.recused_at or locked.handed_in_at:
        raise refused.HandedIn
    if not reason.strip():
        raise refused.SayWhy
    locked.recused_at, locked.recusal_reason, locked.recused_for = at, reason.strip()[:300], firm
    locked.save(update_fields=["recused_at", "recusal_reason", "recused_for"])
    body = {"evaluator": locked.user.urn, "reason": locked.recusal_reason}
    record(kind="tenders.evaluator_recused", subject=tender, actor=by, body=body, noticeable=False)
    return locked


@transaction.atomic
def save_scores(
    *, evaluator: Evaluator, points: Mapping[tuple[int, str], Decimal], by: User, at: dt.datetime
) -> Evaluator:
    """Keep what an evaluator has scored so far: points by bid and criterion. Others do not see it.

    Raises HandedIn, and BadScores for points outside nought to the criterion's weight.
    """
    tender = _scored_tender(evaluator.tender)
    locked = Evaluator.objects.select_for_update().get(pk=evaluator.pk)
    if locked.handed_in_at or locked.recused_at or locked.user_id != by.pk:
        raise refused.HandedIn
    weights = _weights(tender)
    bids = {bid.pk: bid for bid in bids_in_the_running(tender)}
    for (key, criterion), given in points.items():
        if key not in bids or criterion not in weights or not 0 <= given <= weights[criterion]:
            raise refused.BadScores(_outside(bids.get(key), criterion, weights))
        Score.objects.update_or_create(
            evaluator=locked, bid_id=key, criterion=criterion, defaults={"points": given}
        )
    return locked


def _weights(tender: Tender) -> dict[str, Decimal]:
    settings = method_of(tender).clean(tender.method_parameters)
    return {row["name"]: Decimal(row["weight"]) for row in settings["criteria"]}


def _outside(bid: Bid | None, criterion: str, weights: Mapping[str, Decimal]) -> str:
    return _("%(bid)s, %(criterion)s: give nought to %(most)s points.") % {
        "bid": bid.tenderer if bid else "?",
        "criterion": criterion,
        "most": weights.get(criterion, "?"),
    }


@transaction.atomic
def hand_in(*, evaluator: Evaluator, remark: str, by: User, at: dt.datetime) -> Evaluator:
    """Fix one's scores: every bid by every criterion. The entry commits to them without telling them."""
    tender = _scored_tender(evaluator.tender)
    locked = Evaluator.objects.select_for_update().get(pk=evaluator.pk)
    if locked.handed_in_at or locked.recused_at or locked.user_id != by.pk:
        raise refused.HandedIn
    firm = tied_to(by, [bid.tenderer for bid in bids_in_the_running(tender)], on=timezone.localdate(at))
    if firm is not None:
        raise refused.TiedEvaluator(firm)
    wanted = {(bid.pk, name) for bid in bids_in_the_running(tender) for name in _weights(tender)}
    given = {(s.bid_id, s.criterion): s.points for s in locked.scores.all()}
    if wanted - set(given):
        raise refused.BadScores(_("%(n)d points are missing.") % {"n": len(wanted - set(given))})
    locked.handed_in_at, locked.remark = at, remark.strip()
    locked.save(update_fields=["handed_in_at", "remark"])
    body = {"evaluator": by.urn, "scores": [[b, c, str(p)] for (b, c), p in sorted(given.items())]}
    record(kind="tenders.scores_handed_in", subject=tender, actor=by, body=body, noticeable=False)
    return locked


def outliers(tender: Tender) -> dict[int, set[int]]:
    """By bid the evaluators (keys) whose total is far off the panel's median."""
    settings = method_of(tender).clean(tender.method_parameters)
    totals: dict[int, dict[int, Decimal]] = {}
    scores = Score.objects.filter(evaluator__tender=tender, evaluator__recused_at__isnull=True)
    for bid, who, points in scores.values_list("bid_id", "evaluator_id", "points"):
        row = totals.setdefault(bid, {})
        row[who] = row.get(who, Decimal(0)) + points
    return {bid: outlying(row, share=Decimal(settings["outlier"])) for bid, row in totals.items()}
