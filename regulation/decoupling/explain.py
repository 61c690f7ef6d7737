"""A check in whole sentences, for the page and for refusals."""

from typing import Any

from django.utils.translation import gettext as _

from regulation.parties.models import InterestKind
from regulation.registry.models import Provision

from .models import Check, Outcome
from .rules import NO_DECLARATION, SAME_BODY, SHARE_NOT_STATED, TOO_LARGE


def steps(check: Check) -> list[dict[str, Any]]:
    """The chain for the chain component, from the department down to the intermediary."""
    kinds = dict(InterestKind.choices)
    return [
        {
            "holder": tie["holder_name"],
            "subject": tie["subject_name"],
            "kind": tie["kind"],
            "kind_label": kinds.get(tie["kind"], tie["kind"]),
            "share": _share(tie),
            "start": tie["start"],
            "end": tie["end"],
            "source": tie["source"],
            "is_invented": tie["is_invented"],
        }
        for tie in check.chain
        if tie.get("holder_name")
    ]


def _share(tie: dict[str, Any]) -> str:
    low, high = tie["share_min"], tie["share_max"]
    if low is None:
        return ""
    low, high = (f"{float(value):g}%" for value in (low, high))
    return low if low == high else f"{low}–{high}"


def sentence(check: Check) -> str:
    """What the check says, in one sentence."""
    names = {"intermediary": check.intermediary, "department": check.department}
    if check.reason_code == SAME_BODY:
        return _("%(intermediary)s is the department itself.") % names
    if check.outcome == Outcome.CONFLICTED:
        return _("%(intermediary)s is tied to %(department)s and may not serve its approvals.") % names
    if check.reason_code == SHARE_NOT_STATED:
        return _("A share on the way from %(department)s to %(intermediary)s is not stated.") % names
    if check.reason_code == TOO_LARGE:
        return _("More interests lead to %(intermediary)s than one check can read.") % names
    if check.reason_code == NO_DECLARATION:
        return _("%(intermediary)s has not declared its interests.") % names
    return _("No tie between %(intermediary)s and %(department)s bars it on this day.") % names


def provision_of(check: Check) -> Provision | None:
    """The provision the rule enforces, where the registry holds it."""
    if not check.provision_ref:
        return None
    return Provision.objects.select_related("instrument").filter(ref=check.provision_ref).first()
