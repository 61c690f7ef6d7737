"""Reads for the gate and its desk."""

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from regulation.parties.models import Entity, Interest, Membership, Role

from ..graph import Graph, digest_of
from ..matter import Matter
from ..models import Check, Determination, Exemption, Gate, Outcome, PackPublication, RulePack, Unsealed
from ..rules import NO_DECLARATION, PACK, TOO_LARGE, Finding, Pack, judge, read_pack, shipped_pack
from .again import regather
from .asking import NOTHING_MORE, About, asked, asked_of_all, exempted, has_declared
from .earlier import earlier_ties
from .gathering import departments_above, gather
from .reaching import CHANGES, reached_by, reached_by_entry, reached_by_merge

__all__ = [
    "CHANGES",
    "NOTHING_MORE",
    "NOT_PUBLIC",
    "About",
    "asked",
    "asked_of_all",
    "checks_in_lists",
    "checks_visible_to",
    "current_pack",
    "departments_above",
    "determined",
    "disclosed_checks",
    "earlier_ties",
    "exempted",
    "exemptions_visible_to",
    "first_due",
    "gather",
    "has_declared",
    "input_digest",
    "overdue_checks",
    "pack_named",
    "proposed_determinations",
    "proposed_exemptions",
    "proposed_packs",
    "public_checks",
    "public_checks_of",
    "reached_by",
    "reached_by_entry",
    "reached_by_merge",
    "regather",
    "rerun",
    "standing_interests",
    "unanswered_checks",
    "waiting_checks",
]

NOT_PUBLIC = (Gate.BID, Gate.DRAW_POOL, Gate.OPENING)  # they tell who bids (招标投标法 22)

kept_packs: dict[str, Pack] = {}  # shipped and published ones: what they say never changes


def current_pack(*, at: dt.datetime) -> Pack:
    """The published pack whose use began last before a moment; where none has, the newest the code ships."""
    version = PackPublication.objects.used_at(at).values_list("pack_id", flat=True).first()
    return pack_named(version or PACK)


def pack_named(version: str) -> Pack:
    """A pack by its version, as published or shipped. Raises FileNotFoundError."""
    if version in kept_packs:
        return kept_packs[version]
    held = RulePack.objects.filter(pk=version).select_related("publication").first()
    pack = read_pack(held.body) if held else shipped_pack(version)
    if held is None or hasattr(held, "publication"):
        kept_packs[version] = pack
    return pack


def proposed_packs() -> QuerySet[RulePack]:
    """Versions of the rules that a second regulator has to publish or turn down, the oldest first."""
    waiting = RulePack.objects.filter(publication__isnull=True, rejection__isnull=True)
    return waiting.select_related("proposed_by").order_by("proposed_at", "pk")


def exemptions_visible_to(acting: Membership | None) -> QuerySet[Exemption]:
    """All for a regulator; for others those that were granted, revoked and ended ones included."""
    found = Exemption.objects.select_related("intermediary", "department", "provision__instrument")
    found = found.select_related("proposed_by", "confirmed_by", "revoked_by").order_by("-pk")
    if acting and acting.role == Role.REGULATOR:
        return found
    return found.filter(confirmed_at__isnull=False)


def proposed_exemptions() -> QuerySet[Exemption]:
    """Exemptions that wait for a second regulator."""
    waiting = Exemption.objects.filter(confirmed_at__isnull=True, rejected_at__isnull=True)
    return waiting.select_related("intermediary", "department", "proposed_by").order_by("pk")


def input_digest(graph: Graph, matter: Matter, pack: Pack) -> str:
    """SHA-256 over everything a check's answer depends on."""
    return graph.digest_with({"matter": matter.as_json(), "pack": pack.digest})


def doubt_digest(finding: Finding, graph: Graph, matter: Matter) -> str:
    """SHA-256 over what left a check open. The answer of two regulators counts while it is the same."""
    complete = matter.declared and matter.whole
    open_grounds = [g.as_json() for g in finding.grounds if not g.exemption and g.outcome != "warn"]
    return digest_of(
        {
            "grounds": open_grounds,
            "declared": matter.declared,
            "whole": matter.whole,
            "graph": "" if complete else graph.digest,
        }
    )


def determined(
    *, department: Entity, doubts: dict[int, str], known_at: dt.datetime | None = None
) -> dict[int, Determination]:
    """The confirmed answers of two regulators by the key of the intermediary, where its doubt (`doubts`, by
    the same key) is still the one they answered; with `known_at` those confirmed by that moment."""
    if not doubts:
        return {}
    found = Determination.objects.filter(
        Q(confirmed_at__lte=known_at) if known_at else Q(),
        check_made__intermediary__in=doubts,
        check_made__department=department,
        check_made__doubt_digest__in=set(doubts.values()),
        confirmed_at__isnull=False,
        rejected_at__isnull=True,
    ).annotate(of=F("check_made__intermediary"), doubt=F("check_made__doubt_digest"))
    return {one.of: one for one in found.order_by("pk") if one.doubt == doubts[one.of]}


def first_due(*, department: Entity, doubts: dict[int, str]) -> dict[int, dt.datetime]:
    """Until when two regulators answer, by the intermediary's key, where the same doubt waits already."""
    if not doubts:
        return {}
    asked_before = Check.objects.filter(
        intermediary__in=doubts, department=department, doubt_digest__in=set(doubts.values())
    ).exclude(due_at=None)
    pair = ("intermediary_id", "doubt_digest")
    firsts = asked_before.order_by(*pair, "pk").distinct(*pair)
    rows = firsts.values_list("intermediary_id", "doubt_digest", "due_at")
    return {key: due for key, doubt, due in rows if doubt == doubts[key] and due is not None}


def rerun(check: Check) -> tuple[Finding, bool]:
    """The rules once more over what a check stored, and whether its digest still fits.

    The answer of persons is no part of it: where they decided, the rules still say unknown.
    """
    graph = Graph.from_json(check.graph)
    if not check.matter:  # the first pack stored the graph alone
        matter = Matter(
            intermediary=check.intermediary.urn,
            authority=check.department.urn,
            on=check.on,
            gate=check.gate,
            declared=check.reason_code != NO_DECLARATION,
            whole=check.reason_code != TOO_LARGE,
        )
        return judge(graph, matter, shipped_pack(check.rule_pack)), digest_of(
            check.graph
        ) == check.input_digest
    matter, pack = Matter.from_json(check.matter), pack_named(check.rule_pack)
    return judge(graph, matter, pack), input_digest(graph, matter, pack) == check.input_digest


def _about_the_same(determinations: QuerySet[Determination]) -> Exists:
    """Whether one of these answers a check or another of the same pair and doubt."""
    same = Q(check_made=OuterRef("pk")) | Q(
        ~Q(check_made__doubt_digest=""),
        check_made__doubt_digest=OuterRef("doubt_digest"),
        check_made__intermediary=OuterRef("intermediary"),
        check_made__department=OuterRef("department"),
    )
    return Exists(determinations.filter(same, rejected_at__isnull=True))


def unanswered_checks() -> QuerySet[Check]:
    """Unknown checks without a confirmed answer over the same doubt; of each doubt the newest one."""
    later = Check.objects.filter(
        ~Q(doubt_digest=""),
        intermediary=OuterRef("intermediary"),
        department=OuterRef("department"),
        doubt_digest=OuterRef("doubt_digest"),
        pk__gt=OuterRef("pk"),
    )
    unknown = Check.objects.filter(~Exists(later), outcome=Outcome.UNKNOWN)
    confirmed = Determination.objects.filter(confirmed_at__isnull=False)
    unanswered = unknown.exclude(_about_the_same(confirmed))
    return unanswered.select_related("intermediary", "department").order_by("due_at", "pk")


def waiting_checks() -> QuerySet[Check]:
    """Those of them that nobody has proposed an answer to, the nearest deadline first."""
    return unanswered_checks().exclude(_about_the_same(Determination.objects.all()))


def overdue_checks(now: dt.datetime) -> QuerySet[Check]:
    """Those whose time to be answered is over, proposed to or not."""
    return unanswered_checks().filter(due_at__lte=now)


def proposed_determinations() -> QuerySet[Determination]:
    """Determinations that wait for a second regulator."""
    waiting = Determination.objects.filter(confirmed_at__isnull=True, rejected_at__isnull=True)
    return waiting.select_related(
        "check_made__intermediary", "check_made__department", "proposed_by"
    ).order_by("pk")


def checks_visible_to(acting: Membership | None) -> QuerySet[Check]:
    """All for a regulator; an intermediary's own for its members; none for others."""
    checks = Check.objects.select_related("intermediary", "department")
    if not acting:
        return checks.none()
    if acting.role == Role.REGULATOR:
        return checks
    return checks.filter(intermediary=acting.entity_id)


def checks_in_lists(acting: Membership | None) -> QuerySet[Check]:
    """Those of `checks_visible_to` that a list may show, but for clear ones at the gate of a sealed bid:
    each would tell of it (招标投标法 22). What kept a bid out, and what waits for a person, is there.
    """
    opened = Exists(Unsealed.objects.filter(of=OuterRef("of")))
    return checks_visible_to(acting).exclude(Q(gate=Gate.BID, outcome=Outcome.CLEAR) & ~opened)


def standing_interests(
    entity: Entity, *, on: dt.date | None = None, known_at: dt.datetime | None = None
) -> QuerySet[Interest]:
    """What the public record says of an entity: standing, tiers A and B, held by or in it.

    With `on`, what was held on that day; with `known_at`, as the record stood at that moment.
    """
    then = Interest.objects.known_at(known_at) if known_at else Interest.objects.standing()
    held = then.filter(held__contains=on) if on else then
    return (
        held.public()
        .filter(Q(subject=entity) | Q(holder_entity=entity))
        .select_related("holder_entity", "subject")
        .order_by("-held", "pk")
    )


def public_checks() -> QuerySet[Check]:
    """The checks anyone may read of: those that told who bids only once they were disclosed."""
    return Check.objects.filter(~Q(gate__in=NOT_PUBLIC) | Q(disclosure__isnull=False)).select_related(
        "intermediary", "department"
    )


def public_checks_of(entity: Entity) -> QuerySet[Check]:
    """The newest check of an intermediary against each department, of those everyone may read of."""
    return (
        public_checks()
        .filter(intermediary=entity)
        .select_related("department")
        .order_by("department_id", "-pk")
        .distinct("department_id")
    )


def disclosed_checks(of: str) -> QuerySet[Check]:
    """The newest check of each bidder for something, of those that became public with its award."""
    told = Check.objects.filter(of=of, disclosure__isnull=False).select_related("intermediary")
    return told.order_by("intermediary_id", "-pk").distinct("intermediary_id")
