"""docs/decoupling.md says what the code does: its worked examples are computed, its table is the pack's."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from regulation.decoupling.control import controlled_by, effective_share
from regulation.decoupling.graph import Graph
from regulation.decoupling.rules import NEEDS, PACK, shipped_pack
from tests.regulation.decoupling.test_grounds import tie as between
from tests.regulation.decoupling.test_grounds import told

TEXT = (Path(__file__).parents[3] / "docs" / "decoupling.md").read_text(encoding="utf-8")
HOLDING = re.compile(
    r"(\w+) (holds|votes|sets up|supervises) (?:([\d.]+|\?)(?:–([\d.]+))? % of )?(\w+)( \(\w+\))?"
)
KINDS = {"holds": "shareholding", "votes": "votingRights", "sets up": "setUp", "supervises": "supervision"}


def rows(heading):
    """The table rows below a heading, each a list of cells."""
    part = TEXT.split(f"\n### {heading}\n", 1)[1].split("\n### ")[0].split("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in part.splitlines()
        if line.startswith("| ") and not line.startswith("| example") and not line.startswith("|---")
    ]


def graph(holdings):
    ties = []
    for n, said in enumerate(holdings.split("; ")):
        match = HOLDING.fullmatch(said)
        assert match, said
        holder, verb, least, most, subject, source = match.groups()
        share = None if least in (None, "?") else (Decimal(least), Decimal(most or least))
        names = ({"D": "dept", "I": "body"}.get(name, name.lower()) for name in (holder, subject))
        ties.append(between(*names, KINDS[verb], share, source=source or "", ref=str(n)))
    return ties


def control(ties):
    for certain, word in ((True, "yes"), (False, "perhaps")):
        if "body" in controlled_by(Graph.of(ties), "dept", certain=certain):
            return word
    return "no"


@pytest.mark.parametrize("row", rows("Control"), ids=lambda row: row[0])
def test_worked_examples_of_control(row):
    assert control(graph(row[1])) == row[2]


@pytest.mark.parametrize("row", rows("Effective share"), ids=lambda row: row[0])
def test_worked_examples_of_effective_shares(row):
    found = [effective_share(Graph.of(graph(row[1])), "dept", "body", certain=c) for c in (True, False)]
    assert ["none" if share is None else f"{share:.4f}" for share in found] == row[2:4]


@pytest.mark.parametrize("row", rows("Not stated is not zero"), ids=lambda row: row[0])
def test_worked_examples_of_what_is_not_stated(row):
    there = {"on": dt.date(2016, 1, 1), "regions": ("370000", "000000")}
    words = {"bar": "conflict", "doubt": "two persons look", None: "nothing"}
    ties = graph(row[1])
    found = told("affiliated-body", ties), told("any-share-shandong-2015", ties, **there)
    assert [words[said] for said in found] == row[2:4]


def shown(value):
    if not isinstance(value, list):
        return str(value)
    return " / ".join("+".join(item) if isinstance(item, list) else item for item in value)


def table(pack):
    """The rules as the document shows them."""
    yield "| code | title | provisions | region | in force | gates | outcome | test | parameters |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for rule in pack.rules:
        cells = (
            f"`{rule.code}`",
            f"{rule.title} {rule.title_zh}",
            ", ".join(rule.provisions) or "none found; see the rule's note",
            ", ".join(rule.regions),
            f"{rule.start} – {rule.end or ''}".strip(),
            ", ".join(rule.gates) or "all",
            rule.outcome,
            f"`{rule.test}`",
            ", ".join(f"{name} {shown(value)}" for name, value in rule.parameters.items()) or "–",
        )
        yield f"| {' | '.join(cells)} |"


def test_the_table_of_rules_is_the_packs():
    assert "\n".join(table(shipped_pack(PACK))) in TEXT


def test_every_provision_a_rule_names_is_in_the_registrys_data():
    data = (Path(__file__).parents[3] / "data" / "provisions.csv").read_text(encoding="utf-8")
    known = {line.split(",", 1)[0] for line in data.splitlines()}
    assert {p for rule in shipped_pack(PACK).rules for p in rule.provisions} <= known


def test_the_document_names_every_parameter_a_test_needs():
    assert [name for names in NEEDS.values() for name in names if f"`{name}`" not in TEXT] == []
