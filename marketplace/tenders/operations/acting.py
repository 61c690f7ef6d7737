"""The one way a published fact of a tender changes: an act the table of life.py allows, with its entry."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import life
from ..errors import NotNow, ReasonMissing
from ..models import Tender, TenderAct
from .announcing import announce, announcement

REASON_LIMIT = 600
_REFUSALS = ("tender_goes_only_where_it_may", "tender_published_terms_stand", "act_is_allowed")


def locked_tender(tender: Tender) -> Tender:
    """The row as it stands, held until the caller's transaction ends; key shares of bids go on."""
    return Tender.objects.select_for_update(no_key=True).get(pk=tender.pk)


def asserted(tender: Tender, act: life.Act, *, at: dt.datetime, reason: str = "") -> str:
    """The reason, trimmed. Raises NotNow where the act may not be done at that moment, and ReasonMissing."""
    if not life.may(act, tender.state_at(at)):
        raise NotNow(act, tender.state_at(at))
    said = reason.replace("\0", "").strip()[:REASON_LIMIT]
    if life.ACTS[act].reason and not said:
        raise ReasonMissing
    return said


def do_act(
    tender: Tender,
    act: life.Act,
    *,
    kind: str,
    by: User | None,
    at: dt.datetime,
    reason: str = "",
    body: dict[str, Any] | None = None,
    noticeable: bool = True,
    **facts: Any,
) -> TenderAct:
    """Set `facts` on a tender the caller has locked, and put the act beside it with its entry, and with its
    public notice where it is news to the public.

    To be called in a transaction. Raises NotNow and ReasonMissing; nothing is then written.
    """
    said = asserted(tender, act, at=at, reason=reason)
    was = tender.state_at(at)
    for name, value in facts.items():
        setattr(tender, name, value)
    try:
        with transaction.atomic():
            if facts:
                tender.save(update_fields=list(facts))
            becomes, told = tender.state_at(at), (body or {}) | ({"reason": said} if said else {})
            news = announcement(tender, act, becomes, reason=said, body=told, at=at)
            entry = record(
                kind=kind,
                subject=tender,
                actor=by,
                body=told | ({"notice": news.digest} if news else {}),
                noticeable=noticeable,
            )
            row = {"from_state": was, "to_state": becomes, "at": at, "actor": by, "reason": said}
            made = TenderAct.objects.create(tender=tender, act=act, entry=entry, **row)
            if news:
                announce(news, made)
            return made
    except IntegrityError as refusal:
        if any(name in str(refusal) for name in _REFUSALS):
            raise NotNow(act, was) from refusal
        raise
