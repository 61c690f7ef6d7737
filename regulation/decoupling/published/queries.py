"""What everyone may read of this room."""

import datetime as dt
import json
from typing import Any

from django.db.models import Count, Max, QuerySet

from regulation.registry.models import Provision

from ..models import Check, Exemption, Gate, Outcome, PackPublication, RulePack
from ..queries import public_checks
from ..rules import PACKS, Pack, Rule


def rules_on(pack: Pack, day: dt.date) -> list[Rule]:
    """The rules of a pack in force on a day, in the pack's order: start <= day < end."""
    return [
        rule
        for rule in pack.rules
        if (rule.start is None or rule.start <= day) and (rule.end is None or day < rule.end)
    ]


def provisions_of(rules: list[Rule]) -> dict[str, Provision]:
    """The provisions that rules cite, by their reference; those the registry does not hold are missing."""
    refs = {ref for rule in rules for ref in rule.provisions}
    return {p.ref: p for p in Provision.objects.filter(ref__in=refs).select_related("instrument__region")}


def publications() -> QuerySet[PackPublication]:
    """Every published pack with `begins`, the last to begin first."""
    return PackPublication.objects.by_start().select_related("pack")


def published_before(version: str) -> str | None:
    """The version that was in use before a published one."""
    versions = list(publications().values_list("pack_id", flat=True))
    if version not in versions:
        return None
    later = versions.index(version) + 1
    return versions[later] if later < len(versions) else None


def pack_body(version: str) -> dict[str, Any] | None:
    """A pack's JSON as it was published, or as the code ships it; None where there is none."""
    published = RulePack.objects.filter(pk=version).first() if "\0" not in version else None
    if published is not None:
        body: dict[str, Any] = published.body
        return body
    return shipped_body(version) if version in shipped_versions() else None


def shipped_versions() -> list[str]:
    """The versions that come with the code, oldest first."""
    return sorted(path.stem for path in PACKS.glob("*.json"))


def shipped_body(version: str) -> dict[str, Any]:
    """The JSON of a pack that comes with the code. Raises FileNotFoundError."""
    body: dict[str, Any] = json.loads((PACKS / f"{version}.json").read_text(encoding="utf-8"))
    return body


def newer_than(check: Check) -> Check | None:
    """The newest public check of the same pair, where it is a later one."""
    pair = public_checks().filter(intermediary=check.intermediary_id, department=check.department_id)
    return pair.filter(pk__gt=check.pk).order_by("-pk").first()


def exemptions_on(day: dt.date) -> QuerySet[Exemption]:
    """The exemptions in force on a day, those that end first at the top."""
    found = Exemption.objects.in_force_on(day)
    return found.select_related("intermediary", "department", "provision__instrument").order_by("valid", "pk")


def counted_checks() -> tuple[list[dict[str, Any]], dt.datetime | None]:
    """Checks by gate and outcome, save those that tell who bids; and when the last was made."""
    rows = (
        public_checks()
        .select_related(None)
        .order_by()
        .values("gate", "outcome")
        .annotate(n=Count("pk"), last=Max("made_at"))
    )
    found = list(rows)
    by_gate: dict[str, dict[str, int]] = {}
    for row in found:
        by_gate.setdefault(row["gate"], {})[row["outcome"]] = row["n"]
    table: list[dict[str, Any]] = [
        {"gate": gate.label, "counts": [by_gate[gate].get(outcome, 0) for outcome in Outcome.values]}
        for gate in Gate
        if gate in by_gate
    ]
    return table, max((row["last"] for row in found), default=None)
