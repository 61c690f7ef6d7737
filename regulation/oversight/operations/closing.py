"""What people do with a finding: the firm replies, a regulator explains or proposes, a second one decides."""

import datetime as dt

from django.db import transaction

from regulation.parties.models import User

from ..errors import ClosureWaits, FindingClosed, NoClosure, OwnFirm, SamePerson, TextMissing
from ..models import Closure, Finding, FindingEventKind, FindingStatus
from ..queries import own_departments
from .noting import _tell

MOST_TEXT = 4000


def _locked(finding: Finding) -> Finding:
    return Finding.objects.select_for_update(no_key=True).get(pk=finding.pk)


def _said(text: str) -> str:
    if not text.strip():
        raise TextMissing
    return text.strip()[:MOST_TEXT]


def _stand_apart(finding: Finding, *, by: User) -> None:
    """Raises OwnFirm to who acts, or acted, for the firm or the department concerned."""
    concerned = [key for key in (finding.entity_id, finding.department_id) if key]
    if own_departments(by.pk).filter(entity__in=concerned).exists():
        raise OwnFirm


@transaction.atomic
def reply_to_finding(*, finding: Finding, text: str, by: User, at: dt.datetime) -> Finding:
    """The firm says what it has to say; the reply stays beside the finding. Raises TextMissing."""
    held = _locked(finding)
    _tell(held, FindingEventKind.REPLIED, actor=by, at=at, text=_said(text))
    return held


@transaction.atomic
def explain_finding(*, finding: Finding, reason: str, by: User, at: dt.datetime) -> Finding:
    """A regulator finds nothing wrong, and says why.

    Raises FindingClosed, ClosureWaits, TextMissing, OwnFirm.
    """
    held = _may_close(finding, by=by)
    closure = Closure.objects.create(
        finding=held,
        outcome=FindingStatus.EXPLAINED,
        reason=_said(reason),
        proposed_by=by,
        proposed_at=at,
        effective_at=at,
    )
    return _close(held, closure, by=by, at=at)


@transaction.atomic
def propose_closure(*, finding: Finding, reason: str, by: User, at: dt.datetime) -> Closure:
    """A regulator proposes to close a finding against the firm; a second one decides.

    Raises FindingClosed, ClosureWaits, TextMissing, OwnFirm.
    """
    held = _may_close(finding, by=by)
    closure = Closure.objects.create(
        finding=held, outcome=FindingStatus.UPHELD, reason=_said(reason), proposed_by=by, proposed_at=at
    )
    _tell(held, FindingEventKind.PROPOSED, actor=by, at=at, text=closure.reason, closure=closure.urn)
    return closure


@transaction.atomic
def decide_closure(*, finding: Finding, confirm: bool, note: str = "", by: User, at: dt.datetime) -> Finding:
    """The second regulator confirms, or returns it with a note.

    Raises NoClosure, SamePerson, OwnFirm, and TextMissing for a return without a note.
    """
    held = _locked(finding)
    waiting = held.closures.filter(effective_at=None, returned_at=None).first()
    if waiting is None:
        raise NoClosure
    if waiting.proposed_by_id == by.pk:
        raise SamePerson
    _stand_apart(held, by=by)
    if confirm:
        waiting.confirmed_by, waiting.effective_at = by, at
        waiting.save(update_fields=["confirmed_by", "effective_at"])
        return _close(held, waiting, by=by, at=at)
    said = _said(note)
    waiting.returned_at = at
    waiting.save(update_fields=["returned_at"])
    _tell(held, FindingEventKind.RETURNED, actor=by, at=at, text=said, closure=waiting.urn)
    return held


def _may_close(finding: Finding, *, by: User) -> Finding:
    held = _locked(finding)
    if held.status != FindingStatus.OPEN:
        raise FindingClosed
    if held.closures.filter(effective_at=None, returned_at=None).exists():
        raise ClosureWaits
    _stand_apart(held, by=by)
    return held


def _close(finding: Finding, closure: Closure, *, by: User, at: dt.datetime) -> Finding:
    finding.status, finding.closure = closure.outcome, closure
    finding.save(update_fields=["status", "closure"])
    _tell(
        finding, FindingEventKind(closure.outcome), actor=by, at=at, text=closure.reason, closure=closure.urn
    )
    return finding
