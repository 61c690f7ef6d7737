"""Conflict rules, listed as data. Pure: same graph, same matter, same pack, same answer, and the chains that
explain it.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import rfc8785

from .control import Chain
from .graph import BY_SHARE, Graph
from .grounds import FACTS, TESTS
from .matter import Matter
from .untold import untold_holder

PACKS = Path(__file__).parent / "packs"
PACK = "national-2026.3"  # the newest the code ships

CLEAR, CONFLICTED, UNKNOWN = "clear", "conflicted", "unknown"
NO_DECLARATION, SHARE_NOT_STATED, SAME_BODY = "no_declaration", "share_not_stated", "same_body"
TOO_LARGE, REFERRED, EXEMPT = "graph_too_large", "referred", "exempt"
HOLDER_NOT_TOLD = "holder_not_told"
BAR, REFER, WARN = "bar", "refer", "warn"


LOOK_BACK = 3  # years of former posts that a gate reads; a rule may not ask for more
NEEDS = {
    "former-official": ("leading_years", "other_years"),
    "any-tie": ("services", "steps"),
    "owner-ties": ("services",),
    "parts-that-exclude": ("excluding",),
    "buyers-people": ("years",),
    "minority-share": ("at_least",),
}


class BadPack(ValueError):
    """A rule pack that does not say what it must; the message names the rule and the field."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it forbids, the provisions behind it, where, when and at which gates it applies.

    In force [start, end); no `gates` means all of them. `outcome` is bar, refer or warn; `test` names the
    function in `grounds` that finds the chains, `parameters` what it is told.
    """

    code: str
    title: str
    title_zh: str
    provisions: tuple[str, ...]
    regions: tuple[str, ...]
    start: dt.date | None
    end: dt.date | None
    gates: tuple[str, ...]
    outcome: str
    test: str
    parameters: Mapping[str, Any]
    note: str = ""
    note_zh: str = ""

    def applies(self, matter: Matter) -> bool:
        """Whether it is in force on the matter's day, in its region, at its gate."""
        begun = self.start is None or self.start <= matter.on
        going = self.end is None or matter.on < self.end
        there = any(region in matter.regions for region in self.regions)
        return begun and going and there and (not self.gates or matter.gate in self.gates)

    @property
    def facts(self) -> tuple[str, ...]:
        """What it must be told of a tender; without, it finds nothing. Empty where a pair and a day do."""
        return FACTS.get(self.test, ())


@dataclass(frozen=True, slots=True)
class Pack:
    """A version of the rules; what a version says never changes."""

    version: str
    rules: tuple[Rule, ...]
    digest: str

    def rule(self, code: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.code == code), None)


def read_pack(value: Any) -> Pack:
    """A pack from its JSON. Raises BadPack."""
    try:
        version, rules = value["version"], tuple(_rule(item) for item in value["rules"])
    except (KeyError, TypeError) as fault:
        raise BadPack(f"a pack has a version and rules: {fault}") from fault
    codes = [rule.code for rule in rules]
    if len(set(codes)) != len(codes) or not rules:
        raise BadPack("a pack has at least one rule, and each code once")
    return Pack(version, rules, hashlib.sha256(rfc8785.dumps(value)).hexdigest())


def _rule(value: dict[str, Any]) -> Rule:
    code = value.get("code", "")
    if not code or value.get("test") not in TESTS or value.get("outcome") not in (BAR, REFER, WARN):
        raise BadPack(f"rule {code!r}: needs a code, a test of {sorted(TESTS)} and an outcome")
    _fits(code, value["test"], value.get("parameters") or {})
    try:
        days = [dt.date.fromisoformat(value[k]) if value.get(k) else None for k in ("start", "end")]
    except ValueError as fault:
        raise BadPack(f"rule {code!r}: {fault}") from fault
    return Rule(
        code=code,
        title=str(value.get("title") or ""),
        title_zh=str(value.get("title_zh") or ""),
        provisions=tuple(value.get("provisions") or ()),
        regions=tuple(value.get("regions") or ()),
        start=days[0],
        end=days[1],
        gates=tuple(value.get("gates") or ()),
        outcome=value["outcome"],
        test=value["test"],
        parameters=value.get("parameters") or {},
        note=str(value.get("note") or ""),
        note_zh=str(value.get("note_zh") or ""),
    )


def _fits(code: str, test: str, parameters: dict[str, Any]) -> None:
    """Raises BadPack for parameters that the test could not use."""
    missing = [name for name in NEEDS.get(test, ()) if name not in parameters]
    if missing:
        raise BadPack(f"rule {code!r}: needs the parameters {missing}")
    for name in ("threshold", "at_least"):
        try:
            share = Decimal(str(parameters.get(name, 0)))
        except InvalidOperation as fault:
            raise BadPack(f"rule {code!r}: {name} is a per cent") from fault
        if not 0 <= share <= 100:
            raise BadPack(f"rule {code!r}: {name} is a per cent from 0 to 100")
    for name in ("leading_years", "other_years", "years"):
        if name in parameters and parameters[name] not in range(1, LOOK_BACK + 1):
            raise BadPack(f"rule {code!r}: {name} is from 1 to {LOOK_BACK}, as far as a gate reads")


@lru_cache
def shipped_pack(version: str) -> Pack:
    """A pack that comes with the code. Raises FileNotFoundError."""
    return read_pack(json.loads((PACKS / f"{version}.json").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Ground:
    """What one rule found: its outcome for this matter, whether beyond doubt, and the chain."""

    rule: str
    outcome: str
    certain: bool
    chain: Chain
    exemption: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "outcome": self.outcome,
            "certain": self.certain,
            "chain": [interest.as_json() for interest in self.chain],
            "exemption": self.exemption,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules say: outcome, the rule that decided, why, its chain, and every ground there is."""

    outcome: str
    rule: str = ""
    provision: str = ""
    reason: str = ""
    chain: Chain = ()
    grounds: tuple[Ground, ...] = field(default=())


def grounds_of(graph: Graph, matter: Matter, pack: Pack) -> tuple[Ground, ...]:
    """Everything the rules in force find, in the pack's order; exempted grounds are marked, not left out."""
    found: list[Ground] = []
    for rule in pack.rules:
        if not rule.applies(matter):
            continue
        exemption = next((e.ref for e in matter.exempted if not e.rules or rule.code in e.rules), "")
        for hit in TESTS[rule.test](graph, matter, rule.parameters):
            found.append(Ground(rule.code, rule.outcome, hit.certain, hit.chain, exemption))
    return tuple(found)


def judge(graph: Graph, matter: Matter, pack: Pack) -> Finding:
    """Whether the intermediary may serve the authority's approvals on a day (优化营商环境条例 43).

    Conflicted beats unknown, unknown beats clear. A bar beyond doubt conflicts; a bar in doubt and every
    referral leave it to a person; a warning opens the gate and stays on the check. Without a declaration of
    interests nothing is clear, nor where the graph is not whole or a holder is not told.
    """
    found = grounds_of(graph, matter, pack)
    standing = [ground for ground in found if not ground.exemption]
    for ground in standing:
        if ground.outcome == BAR and ground.certain:
            same = graph.party(matter.intermediary) == graph.party(matter.authority)
            return _by(ground, CONFLICTED, SAME_BODY if same else "", pack, found)
    for ground in standing:
        if ground.outcome in (BAR, REFER):
            return _by(ground, UNKNOWN, _why_open(ground), pack, found)
    if not matter.whole:
        return Finding(UNKNOWN, reason=TOO_LARGE, grounds=found)
    if not matter.declared:
        return Finding(UNKNOWN, reason=NO_DECLARATION, grounds=found)
    if somebody := untold_holder(graph, matter):
        return Finding(UNKNOWN, reason=HOLDER_NOT_TOLD, chain=somebody, grounds=found)
    exempt = next((ground for ground in found if ground.exemption), None)
    return Finding(CLEAR, reason=exempt.exemption if exempt else "", grounds=found)


def _why_open(ground: Ground) -> str:
    shares = [
        i for i in ground.chain if i.kind in BY_SHARE and (i.share_min is None or i.share_min != i.share_max)
    ]
    return SHARE_NOT_STATED if shares and not ground.certain else REFERRED


def _by(ground: Ground, outcome: str, reason: str, pack: Pack, found: tuple[Ground, ...]) -> Finding:
    rule = pack.rule(ground.rule)
    provision = rule.provisions[0] if rule and rule.provisions else ""
    return Finding(outcome, ground.rule, provision, reason, ground.chain, found)
