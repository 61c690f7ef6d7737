"""A check in whole sentences, for the page and for refusals."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from regulation.parties.models import Entity, InterestKind
from regulation.registry.models import Provision

from .models import Check, Outcome
from .queries import pack_named
from .rules import HOLDER_NOT_TOLD, NO_DECLARATION, SAME_BODY, SHARE_NOT_STATED, TOO_LARGE, Rule

PSEUDO = {
    "avoided": gettext_lazy("must be avoided by"),
    "sameAgent": gettext_lazy("has the same agent as"),
    "sameAccount": gettext_lazy("has the same payment account as"),
    "part": gettext_lazy("already has a part in the project of"),
}
REGISTER = {
    "address": gettext_lazy("register of entities: address"),
    "phone": gettext_lazy("register of entities: telephone"),
    "e-mail": gettext_lazy("register of entities: e-mail"),
    "account": gettext_lazy("register of entities: payment account"),
}
TENDER = "tenders.tender/"
ENTITY = "parties.entity/"
PERSON = "parties.person/"
KIN_RULE = "kin-of-official"


def steps(
    check: Check, *, whole: bool = False, names: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The chain for the chain component, in the order it is read.

    People are named to those who may see the whole of it (regulators) alone. `names`: see `names_in`.
    """
    return [_step(tie, whole, names or {}) for tie in check.chain if tie.get("holder")]


def ground_steps(
    ground: dict[str, Any], *, whole: bool, names: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The chain of one ground of a check, as `steps`."""
    return [_step(tie, whole, names or {}) for tie in ground["chain"]]


def names_in(ties: Iterable[dict[str, Any]]) -> dict[str, str]:
    """In English the English names that the register has for the bodies of some ties, by URN, read at once:
    a check stores the Chinese ones. In Chinese nothing is read."""
    if get_language() != "en":
        return {}
    urns = {str(tie.get(end, "")) for tie in ties for end in ("holder", "subject")}
    keys = [int(urn.removeprefix(ENTITY)) for urn in urns if urn.startswith(ENTITY)]
    named = Entity.objects.filter(pk__in=keys).exclude(name_en="") if keys else ()
    return {entity.urn: entity.name_en for entity in named}


def _step(tie: dict[str, Any], whole: bool, names: Mapping[str, str]) -> dict[str, Any]:
    kinds = dict(InterestKind.choices) | PSEUDO
    personal = not whole and any(tie[end].startswith(PERSON) for end in ("holder", "subject"))
    kin = personal and tie["kind"] == InterestKind.CLOSE_KIN
    return {
        "holder": names.get(tie["holder"]) or _name(tie, "holder", whole=whole),
        "subject": names.get(tie["subject"]) or _name(tie, "subject", whole=whole),
        "kind": "personal" if kin else tie["kind"],
        "kind_label": _("a personal tie to") if kin else kinds.get(tie["kind"], tie["kind"]),
        "share": _share(tie),
        "start": None if kin else tie["start"],
        "end": None if kin else tie["end"],
        "source": _("held by the regulator") if personal else _source(tie),
        "is_invented": tie["is_invented"],
        "post": tie.get("post", "") if whole else "",
    }


def _source(tie: dict[str, Any]) -> str:
    """Where a tie is read: in the reader's language where this site read it off itself, else as stated."""
    sort, _slash, rest = str(tie.get("ref") or "").partition("/")
    attribute = rest.partition("/")[0]
    if sort in ("register", "earlier") and attribute in REGISTER:
        return str(REGISTER[attribute])
    if sort == "agent":
        return _("the bids: one account sent both")
    if tie["kind"] == "part" and str(tie["source"]).startswith(TENDER):
        return _("tender %(ref)s") % {"ref": tie["source"].removeprefix(TENDER)}
    return str(tie["source"])


def names_people(check: Check) -> bool:
    """Whether the chains of a check lead over people: whoever sees them whole is noted."""
    ties = [*check.chain, *(tie for ground in check.grounds for tie in ground["chain"])]
    return any(str(tie.get(end, "")).startswith(PERSON) for tie in ties for end in ("holder", "subject"))


def _name(tie: dict[str, Any], end: str, *, whole: bool) -> str:
    if tie[end].startswith(PERSON) and not whole:
        return _("a natural person")
    return str(tie[f"{end}_name"] or tie[end])


def _share(tie: dict[str, Any]) -> str:
    low, high = tie["share_min"], tie["share_max"]
    if low is None:
        return ""
    low, high = (f"{float(value):g}%" for value in (low, high))
    return low if low == high else f"{low}–{high}"


def rule_of(check: Check) -> Rule | None:
    """The rule that decided, as its pack has it."""
    return pack_named(check.rule_pack).rule(check.rule_code)


def rule_title(rule: Rule | None) -> str:
    """A rule's title in the reader's language."""
    if rule is None:
        return ""
    return rule.title if get_language() == "en" else rule.title_zh


def public_rule_title(rule: Rule | None) -> str:
    """A rule's title for everyone. That somebody is somebody's relative is not told to all."""
    if rule is not None and rule.test == KIN_RULE:
        return _("A rule on personal ties. Which one, only the firm and the regulators read.")
    return rule_title(rule)


def sentence(check: Check) -> str:
    """What the check says, in one sentence."""
    names = {"intermediary": check.intermediary, "department": check.department}
    if check.reason_code == SAME_BODY:
        return _("%(intermediary)s is the department itself.") % names
    if check.outcome == Outcome.CONFLICTED:
        return _("%(intermediary)s may not serve the approvals of %(department)s.") % names
    if check.outcome == Outcome.CLEAR:
        return _("No tie between %(intermediary)s and %(department)s bars it on this day.") % names
    if check.reason_code == SHARE_NOT_STATED:
        return _("A share on the way from %(department)s to %(intermediary)s is not stated.") % names
    if check.reason_code == TOO_LARGE:
        return _("More interests lead to %(intermediary)s than one check can read.") % names
    if check.reason_code == HOLDER_NOT_TOLD:
        return _("Who holds part of %(intermediary)s is not told; it may be %(department)s.") % names
    if check.reason_code == NO_DECLARATION:
        return _("%(intermediary)s has not declared its interests.") % names
    return _("Two regulators decide whether %(intermediary)s may serve %(department)s.") % names


def provision_of(check: Check) -> Provision | None:
    """The provision the rule enforces, where the registry holds it."""
    if not check.provision_ref:
        return None
    return Provision.objects.select_related("instrument").filter(ref=check.provision_ref).first()
