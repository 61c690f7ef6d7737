"""A holder that the source does not tell: kept as somebody, and never clear."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from regulation.decoupling.explain import sentence
from regulation.decoupling.graph import Graph, Interest, Node
from regulation.decoupling.matter import Matter
from regulation.decoupling.models import Gate
from regulation.decoupling.operations import check
from regulation.decoupling.rules import CLEAR, HOLDER_NOT_TOLD, PACK, UNKNOWN, judge, shipped_pack
from regulation.ledger.queries import database_now
from regulation.parties import models
from regulation.parties.exchange.exporting import Exporter
from regulation.parties.exchange.operations import confirm_import, run_import, upload_interests
from regulation.parties.operations import refresh_suggestions
from tests.factories import bods, world

DAY = dt.date(2026, 11, 24)
FIRM, DEPARTMENT, SOMEBODY, MIDDLE = (f"parties.entity/{n}" for n in (1, 2, 3, 4))
NODES = [
    Node(FIRM, "intermediary"),
    Node(DEPARTMENT, "department"),
    Node(SOMEBODY, "untold"),
    Node(MIDDLE, "enterprise"),
]


def judged(*interests):
    matter = Matter(FIRM, DEPARTMENT, DAY, "inquiry", declared=True)
    return judge(Graph.of(interests, NODES), matter, shipped_pack(PACK))


def held(holder, subject, kind="shareholding", share=None, **more):
    value = Decimal(share) if share else None
    return Interest(holder, subject, kind, share_min=value, share_max=value, **more)


@pytest.mark.parametrize(
    ("interests", "outcome"),
    [
        ([], CLEAR),
        ([held(SOMEBODY, FIRM, share="60")], UNKNOWN),
        ([held(SOMEBODY, FIRM)], UNKNOWN),
        ([held(SOMEBODY, MIDDLE, share="3"), held(MIDDLE, FIRM, share="3")], UNKNOWN),
        ([held(SOMEBODY, FIRM, "boardMember")], UNKNOWN),
        ([held(SOMEBODY, FIRM, share="60", end=DAY)], CLEAR),
        ([held(SOMEBODY, MIDDLE, share="60")], CLEAR),
        ([held(MIDDLE, FIRM, share="60")], CLEAR),
    ],
    ids=["nobody", "a share", "not stated", "far above", "a post", "ended", "elsewhere", "somebody told"],
)
def test_somebody_who_is_not_told_leaves_it_open(interests, outcome):
    finding = judged(*interests)
    assert finding.outcome == outcome
    assert finding.reason == (HOLDER_NOT_TOLD if outcome == UNKNOWN else "")
    assert set(finding.chain) == (set(interests) if outcome == UNKNOWN else set())


def written(*said):
    job = upload_interests(name="x.jsonl", stream=bods.lines(*said), by=None, at=timezone.now())
    run_import(pk=job.pk, at=timezone.now())
    job.refresh_from_db()
    assert not job.faults_found, list(job.faults.values_list("line", "path", "code"))
    if job.writes_something:
        confirm_import(job=job, by=None)
        run_import(pk=job.pk, at=timezone.now())
    return job


def asked(firm):
    given = {"intermediary": firm, "department": world.department(), "gate": Gate.INQUIRY}
    return check(**given, on=DAY, by=None, at=database_now())


@pytest.fixture
def firm(db):
    return world.intermediary().entity


def share(firm, *, reason="subjectUnableToConfirmOrIdentifyBeneficialOwner", record="r-1", **more):
    ends = {"reason": reason}, "e-1"
    return [bods.entity("e-1", code=firm.credit_code), bods.holding(record, *ends, share=60, **more)]


def test_an_unspecified_holder_is_kept_and_the_gate_answers_unknown(firm):
    job = written(*share(firm))
    assert list(job.faults.values_list("code", "severity")) == [("holder_not_told", "warning")]
    made = models.Interest.objects.get()
    assert (made.holder.kind, made.tier, made.share_min) == ("untold", "A", 60)
    found = asked(firm)
    assert (found.outcome, found.reason_code) == (UNKNOWN, HOLDER_NOT_TOLD)
    with translation.override("en"):
        assert "is not told" in sentence(found)


def test_it_is_one_somebody_for_each_record_and_the_same_one_again(firm):
    written(*share(firm), bods.holding("r-2", {"reason": "unknown"}, "e-1", share=10))
    again = written(*share(firm, statementDate="2026-02-01", recordStatus="updated")[1:])
    assert again.parties_new == 0
    assert models.Entity.objects.filter(kind="untold").count() == 2
    refresh_suggestions()
    assert not models.Suggestion.objects.exists()  # both have the same name, and are not one


def test_a_holder_told_later_takes_its_place(firm):
    written(*share(firm))
    other = bods.entity("e-2", code=world.entity().credit_code)
    written(
        other, bods.holding("r-1", "e-2", "e-1", share=60, recordStatus="updated", statementDate="2026-02-01")
    )
    assert models.Interest.objects.standing().get().holder.kind == "enterprise"
    found = asked(firm)
    assert found.outcome == CLEAR


@pytest.mark.parametrize("kind", ["anonymousPerson", "unknownPerson"])
def test_a_person_who_is_not_told_is_somebody_too(firm, kind):
    said = bods.person("p-1", details={"personType": kind})
    written(share(firm)[0], said, bods.holding("r-1", "p-1", "e-1", share=60))
    found = asked(firm)
    assert (found.outcome, found.reason_code) == (UNKNOWN, HOLDER_NOT_TOLD)
    now = bods.person("p-1", name="某甲", recordStatus="updated", statementDate="2026-02-01")
    assert list(written(now).faults.values_list("code", "severity")) == [("told_now", "left_out")]


def test_that_there_is_no_owner_is_nothing_to_record(firm):
    job = written(*share(firm, reason="noBeneficialOwners"))
    assert job.left_out == 1
    assert not models.Interest.objects.exists()


def test_it_goes_out_as_unspecified_and_comes_back_unchanged(firm):
    written(*share(firm))
    out = list(Exporter(models.Interest.objects.standing(), on=DAY, full=True).statements())
    details = [one["recordDetails"] for one in out if one["recordType"] == "relationship"]
    assert details[0]["interestedParty"] == {"reason": "subjectUnableToConfirmOrIdentifyBeneficialOwner"}
    assert "untold" not in json.dumps(out)
    job = written(*out)
    assert (job.stated, job.closed, job.parties_new) == (0, 0, 0)
