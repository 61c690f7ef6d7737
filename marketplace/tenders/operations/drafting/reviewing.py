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
    Incomplete,
    NotNow,
    NotTheWriter,
    SamePerson,
)
from ...life import Act, may
from ...models import Tender
from ...queries import minimum_bidding
from ..acting import do_act, locked_tender
from ..documents import told_documents
from ..grounds import assert_ground
from ..inviting import assert_invited, barred, check_invited, note_invited, refuse_the_barred
from ..trusteeship import appoint_trustees
from .services import assert_services, services_body

NOBODY: dict[str, Any] = {"reviewed_at": None, "reviewer": None}


def _complete(tender: Tender, *, at: dt.datetime) -> None:
    """Raises what keeps a draft from the public.

    Incomplete, CeilingMissing; of several services TwoPayers, TiedToRequired and KeptApart; by the rules of
    the region ClosesTooSoon, NoDirectChoice, NoInvitation and TooFewInvited.
    """
    if not (tender.title.strip() and tender.description.strip() and tender.days and tender.contact.strip()):
        raise Incomplete
    if tender.ceiling is None and not tender.no_ceiling_reason.strip():
        raise CeilingMissing
    minimum = minimum_bidding(tender.region, on=timezone.localdate(at))
    begins = max(at, tender.opens_at or at)
    if tender.closes_at is None or tender.closes_at - begins < minimum:
        raise ClosesTooSoon(minimum)
    assert_services(tender, at=at)
    assert_ground(tender, ceiling=tender.ceiling, at=at)
    assert_invited(tender, at=at)


@transaction.atomic
def submit_tender(*, tender: Tender, by: User, at: dt.datetime) -> Tender:
    """Whoever wrote a draft hands it to a reviewer, and cannot change it until it is back.

    Raises NotNow, NotTheWriter, CeilingMissing, ClosesTooSoon, NoDirectChoice; of several services TwoPayers,
    TiedToRequired and KeptApart; of one by invitation
    NoInvitation, TooFewInvited and InvitedBarred.
    """
    locked = locked_tender(tender)
    if not may(Act.SUBMIT, locked.state_at(at)):
        raise NotNow(Act.SUBMIT, locked.state_at(at))
    if locked.created_by_id != by.pk:
        raise NotTheWriter
    _complete(locked, at=at)
    refuse_the_barred(barred(locked, at=at))
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


def publish_tender(*, tender: Tender, by: User, at: dt.datetime) -> Tender:
    """A third person makes it public: from `at` its terms stand, and bids are taken until `closes_at`
    (exclusive). One that it replaces is tendered again by that.

    Invited firms are checked at the gate first, in a transaction of their own: what a check finds stays on
    record whatever comes of the tender, so call this outside a transaction.
    Raises AlreadyPublished, NotNow, SamePerson, CeilingMissing, ClosesTooSoon, NoDirectChoice,
    TrusteesMissing; of one by invitation NoInvitation, TooFewInvited and InvitedBarred.
    """
    seen = Tender.objects.get(pk=tender.pk)
    _publishable(seen, by=by, at=at)
    if seen.invited:
        refuse_the_barred(check_invited(tender=seen, by=by, at=at))
    return _publish(seen, by=by, at=at)


def _publishable(tender: Tender, *, by: User, at: dt.datetime) -> None:
    if tender.published_at:
        raise AlreadyPublished
    if not may(Act.PUBLISH, tender.state_at(at)):
        raise NotNow(Act.PUBLISH, tender.state_at(at))
    if by.pk in (tender.created_by_id, tender.reviewer_id):
        raise SamePerson
    _complete(tender, at=at)


@transaction.atomic
def _publish(tender: Tender, *, by: User, at: dt.datetime) -> Tender:
    locked = locked_tender(tender)
    _publishable(locked, by=by, at=at)
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
    note_invited(locked, by=by)
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
        **services_body(tender),
        "department": tender.department.urn,
        "method": tender.method,
        "direct_ground": tender.direct_ground,
        "invite_ground": tender.invite_ground,
        "price_basis": tender.price_basis,
        "base_amount": str(tender.base_amount) if tender.base_amount is not None else None,
        "rates": [str(tender.rate_low), str(tender.rate_high)] if tender.by_rate else None,
        "ceiling": str(tender.ceiling) if tender.ceiling is not None else None,
        "days": tender.days,
        "closes_at": tender.closes_at.isoformat() if tender.closes_at else None,
        "avoided": sorted(unit.entity.urn for unit in avoided),
        "documents": told_documents(tender),
    }


def _replace(replaced: Tender, tender: Tender, *, by: User, at: dt.datetime) -> None:
    old = locked_tender(replaced)
    if may(Act.RETENDER, old.state_at(at)):
        body = {"by": tender.urn}
        do_act(old, Act.RETENDER, kind="tenders.retendered", by=by, at=at, body=body, retendered_at=at)
