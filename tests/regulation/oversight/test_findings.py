"""Findings: noted once by what other rooms record, closed by people, told to the firm concerned."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from regulation.decoupling.sweeping.operations import carry_on, start_sweep
from regulation.ledger.models import Entry
from regulation.ledger.operations import record
from regulation.ledger.queries import body_of, database_now
from regulation.ledger.tasks import deliver
from regulation.oversight import operations
from regulation.oversight.errors import (
    ClosureWaits,
    FindingClosed,
    NoClosure,
    OwnFirm,
    SamePerson,
    TextMissing,
)
from regulation.oversight.models import Closure, Finding, FindingEvent, FindingKind
from regulation.oversight.operations import Seen, note_finding
from regulation.parties.models import Declaration, Role
from regulation.parties.operations import end_interest
from tests.factories import world

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def tied():
    department, firm = world.department(), world.entity("intermediary")
    Declaration.objects.create(entity=firm, as_of=world.LONG_AGO)
    return world.interest(department, firm)


def sweep() -> Entry:
    """A sweep and its effects; the entry it ends with."""
    made = start_sweep(on=DAY, by=None, at=database_now())
    while carry_on(pk=made.pk, at=database_now()) == "running":
        pass
    entry = Entry.objects.get(kind="decoupling.swept", subject=made.urn)
    deliver(entry.pk)
    return entry


def a_finding(**fields) -> Finding:
    firm = fields.pop("entity", None) or world.entity("intermediary")
    seen = Seen(kind=FindingKind.CONFLICT, entity=firm, department=world.department(), rule="r", **fields)
    return note_finding(seen=seen, at=database_now())


def kinds(finding) -> list[str]:
    return [event.kind for event in finding.events.order_by("pk")]


def test_a_sweep_makes_a_finding_with_chain_and_entry(tied):
    sweep()
    found = Finding.objects.get()
    assert (found.kind, found.entity, found.department) == ("conflict", tied.subject, tied.holder_entity)
    assert found.rule_code == "affiliated-body"
    assert found.evidence["chain"][0]["kind"] == "setUp"
    assert found.first_seen == found.last_seen
    assert found.status == "open"
    assert body_of(Entry.objects.get(kind="oversight.finding_found"))["finding"] == found.ref


def test_the_effect_of_a_sweep_is_the_same_when_it_runs_twice(tied):
    entry = sweep()
    before = Finding.objects.values().get()
    from regulation.oversight.effects import note_swept

    note_swept(entry)
    assert Finding.objects.values().get() == before
    assert FindingEvent.objects.count() == 1


def test_the_next_sweep_moves_last_seen_alone(tied):
    sweep()
    first = Finding.objects.get()
    sweep()
    again = Finding.objects.get()
    assert again.last_seen > first.last_seen
    assert again.first_seen == first.first_seen
    assert kinds(again) == ["found"]


def test_what_a_sweep_no_longer_finds_is_cleared_and_may_come_back(tied):
    sweep()
    end_interest(interest=tied, end=dt.date(2026, 1, 1), by=None, at=timezone.now())
    sweep()
    found = Finding.objects.get()
    assert found.cleared_at is not None
    assert found.status == "open"
    world.interest(tied.holder_entity, tied.subject)
    sweep()
    found.refresh_from_db()
    assert found.cleared_at is None
    assert kinds(found) == ["found", "cleared", "back"]


def test_other_evidence_opens_what_was_explained(tied):
    sweep()
    found = Finding.objects.get()
    operations.explain_finding(finding=found, reason="理由", by=world.user(), at=timezone.now())
    sweep()
    found.refresh_from_db()
    assert found.status == "explained"
    centre = world.entity("public_institution")
    end_interest(interest=tied, end=dt.date(2026, 1, 1), by=None, at=timezone.now())
    world.interest(tied.holder_entity, centre)
    world.interest(centre, tied.subject)
    sweep()
    found.refresh_from_db()
    assert (found.status, found.closure) == ("open", None)
    assert kinds(found) == ["found", "explained", "changed"]


def test_a_recheck_and_a_sweep_tell_of_one_finding(tied):
    made = world.check(
        intermediary=tied.subject, department=tied.holder_entity, gate="recheck", outcome="conflicted",
        rule_code="affiliated-body", chain=[{"holder": "a", "subject": "b"}],
    )  # fmt: skip
    body = {"intermediary": tied.subject.urn, "department": tied.holder_entity.urn, "rule": "affiliated-body"}
    body |= {"check": made.urn, "of": "tenders.tender/t", "closed": False}
    with transaction.atomic():
        entry = record(kind="decoupling.conflict_found", subject=made, actor=None, body=body)
    deliver(entry.pk)
    sweep()
    assert Finding.objects.get().kind == "conflict"


def test_a_conflict_on_something_closed_is_a_finding_of_its_own(tied):
    body = {"intermediary": tied.subject.urn, "department": tied.holder_entity.urn, "rule": "affiliated-body"}
    body |= {"check": "", "of": "tenders.award/1", "closed": True}
    for _n in range(2):
        with transaction.atomic():
            entry = record(kind="decoupling.conflict_found", subject=tied, actor=None, body=body)
        deliver(entry.pk)
    found = Finding.objects.get()
    assert (found.kind, found.subject, found.after_award) == ("award_conflict", "tenders.award/1", True)
    sweep()
    found.refresh_from_db()
    assert found.cleared_at is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("parties.declaration_late", "late_declaration"),
        ("parties.declaration_contradicted", "contradicted"),
    ],
)
def test_declarations_that_are_late_or_contradicted_are_findings(kind, expected):
    firm = world.entity()
    for said in ({"entity": firm.urn, "n": 1}, {"entity": "parties.entity/0"}, {"entity": "x"}, {}):
        with transaction.atomic():
            entry = record(kind=kind, subject=firm, actor=None, body=said)
        deliver(entry.pk)
    assert [f.kind for f in Finding.objects.all()] == [expected]


def test_bidders_that_share_are_a_finding_of_their_own():
    tie = {"holder": "parties.entity/1", "subject": "parties.entity/2", "kind": "sameContact"}
    made = world.check(outcome="unknown", rule_code="bidders-share", chain=[tie], due_at=timezone.now())
    with transaction.atomic():
        entry = record(kind="decoupling.checked", subject=made, actor=None, body={"rule": "bidders-share"})
    deliver(entry.pk)
    assert Finding.objects.get().kind == "bidders_share"


def test_closing_against_a_firm_takes_two():
    found, first, second = a_finding(), world.user(), world.user()
    operations.propose_closure(finding=found, reason="理由", by=first, at=timezone.now())
    with pytest.raises(ClosureWaits):
        operations.explain_finding(finding=found, reason="x", by=second, at=timezone.now())
    with pytest.raises(SamePerson):
        operations.decide_closure(finding=found, confirm=True, by=first, at=timezone.now())
    operations.decide_closure(finding=found, confirm=True, by=second, at=timezone.now())
    found.refresh_from_db()
    assert found.status == "upheld"
    with pytest.raises(FindingClosed):
        operations.explain_finding(finding=found, reason="x", by=second, at=timezone.now())
    with pytest.raises(NoClosure):
        operations.decide_closure(finding=found, confirm=True, by=second, at=timezone.now())
    assert Entry.objects.filter(kind="oversight.finding_upheld", actor=second).count() == 1


def test_the_database_holds_the_second_person_and_the_effect():
    found, by = a_finding(), world.user()
    at = timezone.now()
    fields = {"finding": found, "outcome": "upheld", "reason": "r", "proposed_by": by, "proposed_at": at}
    with pytest.raises(IntegrityError, match="closure_against_a_firm_by_two"), transaction.atomic():
        Closure.objects.create(**fields, effective_at=at, confirmed_by=by)
    with pytest.raises(IntegrityError, match="finding_closed_by_a_decision_alone"), transaction.atomic():
        Finding.objects.filter(pk=found.pk).update(status="upheld")
    waiting = Closure.objects.create(**fields)
    with pytest.raises(IntegrityError, match="finding_closed_in_effect"), transaction.atomic():
        Finding.objects.filter(pk=found.pk).update(status="upheld", closure=waiting)
    explained = Closure.objects.create(**fields | {"outcome": "explained"}, effective_at=at)
    with pytest.raises(IntegrityError, match="finding_closed_in_effect"), transaction.atomic():
        Finding.objects.filter(pk=found.pk).update(status="upheld", closure=explained)
    with pytest.raises(IntegrityError, match="closure_stands"), transaction.atomic():
        Closure.objects.filter(pk=explained.pk).update(reason="another")


def test_a_returned_closure_leaves_the_finding_open():
    found, first, second = a_finding(), world.user(), world.user()
    operations.propose_closure(finding=found, reason="理由", by=first, at=timezone.now())
    with pytest.raises(TextMissing):
        operations.decide_closure(finding=found, confirm=False, by=second, at=timezone.now())
    operations.decide_closure(finding=found, confirm=False, note="不足", by=second, at=timezone.now())
    found.refresh_from_db()
    assert found.status == "open"
    assert kinds(found) == ["found", "proposed", "returned"]


def test_who_acts_for_the_firm_does_not_decide():
    firm = world.entity("intermediary")
    agent = world.member(Role.AGENT, firm).user
    with pytest.raises(OwnFirm):
        operations.explain_finding(finding=a_finding(entity=firm), reason="x", by=agent, at=timezone.now())


def test_the_firm_reads_its_own_and_replies_and_sees_no_person(client):
    firm, official = world.entity("intermediary"), world.person(name="某官员")
    tie = {
        "holder": official.urn, "holder_name": "某官员", "subject": firm.urn, "subject_name": firm.name,
        "kind": "boardMember", "share_min": None, "share_max": None, "start": None, "end": None,
        "source": "s", "is_invented": True, "tier": "A", "ref": "", "rank": "", "post": "",
    }  # fmt: skip
    found = a_finding(entity=firm, evidence={"chain": [tie]})
    agent, stranger = world.member(Role.AGENT, firm), world.member(Role.AGENT)
    client.force_login(agent.user)
    page = client.get(f"/en/findings/{found.ref}/").content.decode()
    assert "某官员" not in page
    assert "a natural person" in page
    assert found.ref in client.get("/en/findings/").content.decode()
    assert client.post(f"/en/findings/{found.ref}/reply/", {"text": " "}).status_code == 422
    client.post(f"/en/findings/{found.ref}/reply/", {"text": "我方说明"})
    client.post(f"/en/findings/{found.ref}/reply/", {"text": "补充"})
    assert kinds(found) == ["found", "replied", "replied"]
    assert not Entry.objects.filter(kind="parties.looked").exists()
    client.force_login(stranger.user)
    assert client.get(f"/en/findings/{found.ref}/").status_code == 404
    regulator = world.member(Role.REGULATOR).user
    client.force_login(regulator)
    page = client.get(f"/en/findings/{found.ref}/").content.decode()
    assert "某官员" in page
    assert "我方说明" in page
    assert Entry.objects.get(kind="parties.looked").actor == regulator


def test_a_lead_is_not_told_to_the_firm(client):
    firm = world.entity("intermediary")
    lead = note_finding(
        seen=Seen(kind=FindingKind.DESIGNATION, entity=firm, evidence={"lead": {}}), at=timezone.now()
    )
    client.force_login(world.member(Role.AGENT, firm).user)
    assert client.get(f"/en/findings/{lead.ref}/").status_code == 404
    assert lead.ref not in client.get("/en/findings/").content.decode()


def test_what_waits_is_not_told_to_the_firm(client):
    firm = world.entity("intermediary")
    found = a_finding(entity=firm)
    operations.propose_closure(finding=found, reason="尚未决定的理由", by=world.user(), at=timezone.now())
    client.force_login(world.member(Role.AGENT, firm).user)
    assert "尚未决定的理由" not in client.get(f"/en/findings/{found.ref}/").content.decode()


def test_regulators_decide_on_the_page(client):
    found = a_finding()
    first, second = world.member(Role.REGULATOR).user, world.member(Role.REGULATOR).user
    address = f"/en/findings/{found.ref}/act/"
    client.force_login(first)
    assert client.post(address, {"act": "propose"}).status_code == 422
    assert client.post(address, {"act": "nonsense"}).status_code == 409
    assert client.post(address, {"act": "propose", "reason": "有据"}).status_code == 302
    assert client.post(address, {"act": "confirm"}).status_code == 409
    client.force_login(second)
    assert client.post(address, {"act": "confirm"}).status_code == 302
    found.refresh_from_db()
    assert found.status == "upheld"


def test_the_list_is_narrowed_paged_and_flat(client, django_assert_max_num_queries):
    for _n in range(21):
        a_finding()
    client.force_login(world.member(Role.REGULATOR).user)
    with django_assert_max_num_queries(8):
        page = client.get("/en/oversight/findings/").content.decode()
    assert page.count('href="/en/findings/') == 20
    some = Finding.objects.first()
    page = client.get(
        f"/en/oversight/findings/?kind=conflict&status=open&seen=no&rule=r&region=511602&text={some.ref}"
    )
    assert page.content.decode().count('href="/en/findings/') == 1
    for bad in ("kind=x", "text=%00", "region=%00", "page=x", "seen=maybe"):
        assert client.get(f"/en/oversight/findings/?{bad}").status_code == 200
    text = b"".join(client.get("/en/oversight/findings/findings.csv?kind=conflict").streaming_content)
    assert text.decode().count("conflict") == 21
