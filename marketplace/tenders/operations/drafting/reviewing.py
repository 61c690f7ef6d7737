"""From a written draft to a public tender, through three people's hands."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from regulation.parties.models import User

from ...errors import (
    AlreadyPublished,
    CeilingMissing,
    ClosesTooSoon,
    NotNow,
    NotTheWriter,
    SamePerson,
)
from ...life import Act, may
from ...models import Tender
from ...queries import minimum_bidding
from ..acting import do_act, locked_tender
from ..grounds import assert_ground
from ..trusteeship import appoint_trustees

NOBODY: dict[str, Any] = {"reviewed_at": None, "reviewer": None}


def _complete(tender: Tender, *, at: dt.datetime) -> None:
    """Raises what keeps a draft from the public.

    CeilingMissing; by the rules of the region ClosesTooSoon and NoDirectChoice.
    """
    if tender.ceiling is None and not tender.no_ceiling_reason.strip():
        raise CeilingMissing
    minimum = minimum_bidding(tender.region, on=timezone.localdate(at))
    begins = max(at, tender.opens_at or at)
    if tender.closes_at is None or tender.closes_at - begins < minimum:
        raise ClosesTooSoon(minimum)
    assert_ground(tender, ceiling=tender.ceiling, at=at)


@transaction.atomic
def submit_tender(*, tender: Tender, by: User, at: dt.datetime) -> Tender:
    """Whoever wrote a draft hands it to a reviewer, and cannot change it until it is back.

    Raises NotNow, NotTheWriter, CeilingMissing, ClosesTooSoon and NoDirectChoice.
    """
    locked = locked_tender(tender)
    if not may(Act.SUBMIT, locked.state_at(at)):
        raise NotNow(Act.SUBMIT, locked.state_at(at))
    if locked.created_by_id != by.pk:
        raise NotTheWriter
    _complete(locked, at=at)
    do_act(
        locked,
        Act.SUBMIT,
        kind="tenders.submitted",
        by=by,
        at=at,
        noticeable=False,
        submitted_at=at,
        returned_at=None,
        return_reason="",
    )
    return locked


@transaction.atomic
def take_back_tender(*, tender: Tender, by: User, at: dt.datetime) -> Tender:
    """Whoever wrote it takes it back from review. Raises NotNow and NotTheWriter."""
    locked = locked_tender(tender)
    if locked.created_by_id != by.pk:
        raise NotTheWriter
    facts = {"submitted_at": None, **NOBODY}
    do_act(locked, Act.TAKE_BACK, kind="tenders.taken_back", by=by, at=at, noticeable=False, **facts)
    return locked


@transaction.atomic
def return_tender(*, tender: Tender, reason: str, by: User, at: dt.datetime) -> Tender:
    """A second person gives it back with a reason. Raises NotNow, SamePerson and ReasonMissing."""
    locked = locked_tender(tender)
    if locked.created_by_id == by.pk:
        raise SamePerson
    do_act(
        locked,
        Act.RETURN,
        kind="tenders.returned",
        by=by,
        at=at,
        reason=reason,
        noticeable=False,
        returned_at=at,
        return_reason=reason.strip()[:600],
        submitted_at=None,
        **NOBODY,
    )
    return locked


@transaction.atomic
def pass_tender(*, tender: Tender, by: User, at: dt.datetime) -> Tender:
    """A second person says that it may be published. Raises NotNow and SamePerson."""
    locked = locked_tender(tender)
    if locked.created_by_id == by.pk:
        raise SamePerson
    do_act(
        locked,
        Act.PASS_REVIEW,
        kind="tenders.reviewed",
        by=by,
        at=at,
        noticeable=False,
        reviewed_at=at,
        reviewer=by,
    )
    return locked


@transaction.atomic
def publish_tender(*, tender: Tender, by: User, at: dt.datetime) -> Tender:
    """A third person makes it public: from `at` its terms stand, and bids are taken until `closes_at`
    (exclusive). One that it replaces is tendered again by that.

    Raises AlreadyPublished, NotNow, SamePerson, CeilingMissing, ClosesTooSoon, NoDirectChoice and
    TrusteesMissing.
    """
    locked = locked_tender(tender)
    if locked.published_at:
        raise AlreadyPublished
    if not may(Act.PUBLISH, locked.state_at(at)):
        raise NotNow(Act.PUBLISH, locked.state_at(at))
    if by.pk in (locked.created_by_id, locked.reviewer_id):
        raise SamePerson
    _complete(locked, at=at)
    appoint_trustees(tender=locked, at=at)
    do_act(
        locked,
        Act.PUBLISH,
        kind="tenders.published",
        by=by,
        at=at,
        body=published_body(locked),
        published_at=at,
        publisher=by,
    )
    if locked.replaces is not None:
        _replace(locked.replaces, locked, by=by, at=at)
    return locked


def published_body(tender: Tender) -> dict[str, Any]:
    """What the ledger keeps of the terms."""
    avoided = tender.avoided_units.select_related("entity")
    return {
        "title": tender.title,
        "owner": tender.owner.urn,
        "approval": tender.approval.urn,
        "service": tender.service.urn,
        "department": tender.department.urn,
        "ruling": tender.ruling.urn if tender.ruling else None,
        "method": tender.method,
        "direct_ground": tender.direct_ground,
        "ceiling": str(tender.ceiling) if tender.ceiling is not None else None,
        "days": tender.days,
        "closes_at": tender.closes_at.isoformat() if tender.closes_at else None,
        "avoided": sorted(unit.entity.urn for unit in avoided),
    }


def _replace(replaced: Tender, tender: Tender, *, by: User, at: dt.datetime) -> None:
    old = locked_tender(replaced)
    if may(Act.RETENDER, old.state_at(at)):
        body = {"by": tender.urn}
        do_act(old, Act.RETENDER, kind="tenders.retendered", by=by, at=at, body=body, retendered_at=at)
