"""BODS 0.4 out: valid, without people for the public, and nothing new to whoever it came from."""

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.parties.exchange.exporting import Exporter, as_array, as_lines
from regulation.parties.exchange.operations import run_import, upload_interests
from regulation.parties.exchange.statements import Reader
from regulation.parties.exchange.streaming import statements
from regulation.parties.identifiers import identity_digest
from regulation.parties.models import Entity, Interest, InterestImport, InterestKind, Person, Role, Tier
from regulation.parties.operations import retract_interest, state_interest
from tests.factories import world
from tests.factories.bods_official import official_faults
from tests.factories.bods_schema import faults_of

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 25)


def stated(holder, subject, kind="shareholding", **more):
    more.setdefault("start", dt.date(2015, 1, 1))
    return state_interest(holder=holder, subject=subject, kind=kind, source="登记处", by=None, **more)


def record():
    """One interest of every kind, people, kin, shares exact, ranged and not stated."""
    a, b = world.entity(address="青田路1号", phone="0578-1"), world.entity("intermediary", name_en="Firm")
    office = world.department()
    one = world.person(name="某甲", identity_digest=identity_digest("1", key=b"k"), birth_month="1980-02")
    other = world.person(name="某乙")
    for kind in InterestKind:
        if kind == InterestKind.CLOSE_KIN:
            stated(one, other, kind)
        elif kind == InterestKind.OFFICIAL:
            stated(one, office, kind, post="局长", rank="leading", end=dt.date(2020, 1, 1))
        else:
            stated(a, b, kind, start=None)
    stated(
        a,
        b,
        share=(Decimal("33.3333"), Decimal("33.3334")),
        declared_by=b,
        source_url="https://example.org/1",
    )
    stated(one, b, share=(Decimal(51), Decimal(51)))
    stated(b, a, tier=Tier.C)
    return a, b, one, other


def exported(*, full):
    interests = Interest.objects.standing() if full else Interest.objects.public().standing()
    return list(Exporter(interests, on=DAY, full=full).statements())


@pytest.mark.parametrize("full", [False, True])
def test_every_statement_is_valid(full):
    record()
    said = exported(full=full)
    assert {s["recordType"] for s in said} == (
        {"entity", "person", "relationship"} if full else {"entity", "relationship"}
    )
    assert [fault for s in said for fault in faults_of(s)] == []
    assert official_faults(said) == []
    assert len({s["statementId"] for s in said}) == len(said)


def test_the_restated_schema_refuses_what_is_wrong():
    """The measure itself has to be able to say no."""
    record()
    entity, relation = exported(full=False)[0], exported(full=False)[-1]
    for broken in (
        {**entity, "statementId": "short"},
        {key: value for key, value in entity.items() if key != "recordId"},
        {**entity, "recordType": "thing"},
        {**relation, "recordDetails": {**relation["recordDetails"], "subject": 1}},
        {**relation, "recordDetails": {**relation["recordDetails"], "interests": [{"type": "setUp"}]}},
        {
            **relation,
            "recordDetails": {**relation["recordDetails"], "interests": [{"share": {"exact": 101}}]},
        },
        {**relation, "statementDate": "yesterday"},
    ):
        assert faults_of(broken)
        assert official_faults([broken])
    assert official_faults([entity]) == []


def test_what_anyone_downloads_is_valid_by_the_official_schema(client):
    record()
    array = json.loads(b"".join(client.get("/data/bods.json").streaming_content))
    lines = b"".join(client.get("/data/bods.jsonl").streaming_content).decode().splitlines()
    assert array
    assert official_faults(array) == []
    assert official_faults([json.loads(line) for line in lines]) == []


def test_the_public_reads_no_person_no_kin_and_no_name_alone(client):
    _a, _b, one, other = record()
    for fmt in ("json", "jsonl"):
        answer = client.get(f"/data/bods.{fmt}")
        text = b"".join(answer.streaming_content).decode()
        said = json.loads(text) if fmt == "json" else [json.loads(line) for line in text.splitlines()]
        assert said
        for word in (one.name, other.name, "person", "closeKin", "0578-1", bytes(one.identity_digest).hex()):
            assert word not in text
        kinds = {
            s["recordDetails"].get("qinqing", {}).get("tier")
            for s in said
            if s["recordType"] == "relationship"
        }
        assert "C" not in kinds
    assert client.get("/data/bods.xml").status_code == 404


def test_a_download_by_a_regulator_is_an_entry(client):
    record()
    member = world.member(Role.REGULATOR)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/en/interests/export/")
    text = b"".join(answer.streaming_content).decode()
    assert "某甲" in text
    entry = Entry.objects.get(kind="parties.interests_downloaded")
    assert (entry.actor, entry.subject) == (member.user, member.user.urn)
    assert client.get("/en/interests/export/").status_code == 405


@pytest.mark.parametrize("written", [as_lines, as_array])
def test_what_went_out_changes_nothing_when_it_comes_back(written):
    record()
    out = "".join(written(Exporter(Interest.objects.standing(), on=DAY, full=True).statements()))
    job = upload_interests(name="x", stream=io.BytesIO(out.encode()), by=None, at=timezone.now())
    run_import(pk=job.pk, at=timezone.now())
    job.refresh_from_db()
    assert job.faults_found == 0, list(job.faults.values_list("path", "code", "value"))
    assert (job.stated, job.closed, job.parties_new) == (0, 0, 0)
    assert job.unchanged == job.statements == len(exported(full=True))


def test_what_was_altered_under_our_own_id_is_refused():
    record()
    said = exported(full=True)
    holding = next(s for s in said if s["recordDetails"].get("interests", [{}])[0].get("share"))
    holding["recordDetails"]["interests"][0]["share"] = {"exact": 5}
    out = "".join(as_lines(iter(said)))
    job = upload_interests(name="x", stream=io.BytesIO(out.encode()), by=None, at=timezone.now())
    run_import(pk=job.pk, at=timezone.now())
    assert list(job.faults.values_list("code", flat=True)) == ["changed_body"]


def test_an_old_export_does_not_bring_back_what_was_retracted_since():
    *_parties, one, _other = record()
    said = exported(full=True)
    gone = Interest.objects.filter(holder_person=one, kind="shareholding").get()
    retract_interest(interest=gone, reason="登记有误", by=None, at=timezone.now())
    out = "".join(as_lines(iter(said)))
    job = upload_interests(name="x", stream=io.BytesIO(out.encode()), by=None, at=timezone.now())
    run_import(pk=job.pk, at=timezone.now())
    job.refresh_from_db()
    assert list(job.faults.values_list("code", "severity")) == [("older", "left_out")]
    assert (job.stated, job.closed) == (0, 0)


def test_another_site_reads_the_same_interests():
    """What is read from an export by a site to which its ids are foreign is what stands on record here."""
    record()
    reader = Reader(key=b"k", site="00000000")
    out = io.BytesIO("".join(as_lines(iter(exported(full=True)))).encode())
    read = [row for one in statements(out)[1] for row in reader.read(one.line, one.value)[0]]
    fields = ("kind", "share_min", "share_max", "post", "rank", "source", "source_url")
    here = [
        (*(getattr(i, f) for f in fields), i.held.lower, i.held.upper)
        for i in Interest.objects.order_by("pk")
    ]
    there = [
        (*(getattr(r, f) for f in fields), r.start, r.end) for r in read if r.record_type == "relationship"
    ]
    assert there == here
    people = [(r.name, r.identity_digest, r.birth_month) for r in read if r.record_type == "person"]
    assert people == [
        (p.name, p.identity_digest and bytes(p.identity_digest), p.birth_month)
        for p in Person.objects.order_by("pk")
    ]
    entities = [
        (r.name, r.credit_code or None, r.party_kind, r.region, r.address, r.phone)
        for r in read
        if r.record_type == "entity"
    ]
    assert entities == list(
        Entity.objects.filter(pk__in=[int(r.record_id[-12:]) for r in read if r.record_type == "entity"])
        .order_by("pk").values_list("name", "credit_code", "kind", "region_id", "address", "phone")
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_of_imports_asks_a_fixed_number_of_queries(client, count):
    member = world.member(Role.REGULATOR)
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    InterestImport.objects.bulk_create(
        InterestImport(name=f"{n}", file_digest="0", by=member.user) for n in range(count)
    )
    client.get("/en/interests/imports/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/en/interests/imports/").status_code == 200
    assert len(queries) <= 6
