"""Awards judged again: four cells, resumable, told once; and the designation leads at its end."""

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.utils import timezone

from marketplace.directory.models import OfferSuspension
from marketplace.tenders.auditing import operations, tasks
from marketplace.tenders.auditing.contests import contests
from marketplace.tenders.auditing.errors import AuditRunning
from marketplace.tenders.auditing.operations import carry_on, start_reaudit
from marketplace.tenders.auditing.queries import judged_again
from marketplace.tenders.life import Act
from marketplace.tenders.models import Award, Bid, DesignationShare, Reaudit, ReauditedAward
from marketplace.tenders.operations import open_tender, submit_bid
from marketplace.tenders.operations.acting import do_act
from marketplace.tenders.sealing import PlainBid
from regulation.decoupling.models import Check, Exemption
from regulation.decoupling.operations import revoke_exemption
from regulation.decoupling.queries import current_pack
from regulation.ledger.models import Entry
from regulation.ledger.operations import record as write_entry
from regulation.ledger.queries import body_of, database_now
from regulation.ledger.tasks import deliver
from regulation.oversight.models import Finding
from regulation.parties.models import Interest, Role
from regulation.parties.operations import retract_interest
from tests.factories import world
from tests.factories.tenders import award_tender

pytestmark = pytest.mark.django_db


def awarded(by=None, **fields) -> Award:
    """A tender won by its only bidder."""
    tender = fields.get("tender") or world.tender(**fields)
    firm = by or world.intermediary(sells=tender.service).entity
    at = timezone.now()
    submit_bid(tender=tender, tenderer=firm, bid=PlainBid(Decimal("900.00"), 10), by=world.user(), at=at)
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    made = award_tender(tender=tender, by=world.user(), at=database_now())
    commit()
    return made


def commit() -> None:
    """What is deferred to the commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def audited(*, batch: int = 100) -> Reaudit:
    made = start_reaudit(by=None, at=database_now())
    while carry_on(pk=made.pk, at=database_now(), batch=batch) == "running":
        pass
    made.refresh_from_db()
    return made


def cells(made: Reaudit) -> tuple[int, int, int, int]:
    return (made.both, made.then_alone, made.now_alone, made.neither)


def learned(award: Award, **fields):
    """An interest of the winner, recorded after the award for a time before it."""
    return world.interest(award.tender.department, award.bid.tenderer, **fields)


def test_an_award_is_judged_by_what_was_known_then_and_what_is_known_now():
    clean, tied = awarded(), awarded()
    learned(tied)
    made = audited()
    assert cells(made) == (0, 0, 1, 1)
    assert (made.done, made.total, made.status) == (2, 2, "done")
    one = ReauditedAward.objects.get(award=tied)
    assert (one.then_outcome, one.now_outcome, one.now_rule) == ("clear", "conflicted", "affiliated-body")
    assert one.now_chain[0]["kind"] == "setUp"
    assert one.then_digest != one.now_digest
    other = ReauditedAward.objects.get(award=clean)
    assert (other.then_outcome, other.now_outcome) == ("clear", "clear")


def test_all_four_cells(monkeypatch):
    """The record at the award said a conflict where the gate was not asked: an award from before the gate."""
    both, then_alone, now_alone, _neither = (awarded() for _n in range(4))
    standing = [learned(one) for one in (both, then_alone)]
    later = database_now()
    with pgtrigger.ignore("tenders.Award:stands", "tenders.Award:needs_a_clear_check"):
        Award.objects.filter(pk__in=[both.pk, then_alone.pk]).update(awarded_at=later)
        commit()
    retract_interest(interest=standing[1], reason="test", by=None, at=database_now())
    learned(now_alone)
    assert cells(audited()) == (1, 1, 1, 1)


def test_a_conflict_known_later_is_told_once_and_becomes_a_finding():
    award = awarded()
    learned(award)
    audited()
    audited()
    entry = Entry.objects.get(kind="decoupling.conflict_found")
    body = body_of(entry)
    assert entry.subject == award.urn
    assert (body["of"], body["closed"], body["rule"]) == (award.urn, True, "affiliated-body")
    assert body["intermediary"] == award.bid.tenderer.urn
    made = Check.objects.get(pk=int(body["check"].rpartition("/")[2]))
    assert (made.outcome, made.on) == ("conflicted", timezone.localdate(award.awarded_at))
    deliver(entry.pk)
    found = Finding.objects.get()
    assert (found.kind, found.entity, found.after_award) == ("award_conflict", award.bid.tenderer, True)
    assert found.evidence["check"] == made.urn


def test_an_award_is_judged_again_with_the_parts_others_had_by_then():
    """Who prepared may not review: the tie between the two firms comes to light after both awards."""
    owner, approval = world.entity(), world.approval()
    facts = {"owner": owner, "approval": approval}
    prepared = awarded(**facts, service=world.service(code="eia-report"))
    reviewed = awarded(**facts, service=world.service(code="eia-technical-review"))
    world.interest(prepared.bid.tenderer, reviewed.bid.tenderer)
    assert cells(audited()) == (0, 0, 1, 1)
    one = ReauditedAward.objects.get(award=reviewed)
    assert (one.now_outcome, one.now_rule) == ("conflicted", "parts-that-exclude")
    assert [tie["kind"] for tie in one.now_chain] == ["part", "setUp"]
    first = ReauditedAward.objects.get(award=prepared)
    assert first.now_outcome == "clear", "when it was made nobody had the other part"


def test_an_award_is_judged_again_over_what_its_gate_was_told():
    """The same matter, so that a difference comes from the record alone; a void bid is no rival."""
    made = awarded()
    with pgtrigger.ignore("tenders.Bid:deadline"):
        void = Bid.objects.create(
            tender=made.tender,
            tenderer=world.intermediary().entity,
            envelope=b"x",
            envelope_digest="void",
            gate=made.bid.gate,
            submitted_by=world.user(),
        )
        Bid.objects.filter(pk=void.pk).update(opened_at=timezone.now(), price=1, days=1, void_reason="x")
    audited()
    assert ReauditedAward.objects.get().then_digest == made.gate.input_digest


def test_an_exemption_revoked_after_the_award_leaves_what_was_done_under_it():
    tender, firm = world.tender(), world.intermediary().entity
    world.interest(tender.department, firm)
    exemption = Exemption.objects.create(
        intermediary=firm,
        department=tender.department,
        kind="statutory",
        provision=world.provision(),
        reason="依法",
        valid=DateRange(world.LONG_AGO, None),
        proposed_by=world.user(),
        confirmed_by=world.user(),
        confirmed_at=database_now(),
    )
    world.offer(firm.intermediary, tender.service)
    award = awarded(by=firm, tender=tender)
    later = award.awarded_at + dt.timedelta(days=2)
    revoke_exemption(exemption=exemption, reason="情况变化", by=world.user(), at=later)
    one = judged_again(award, current_pack(at=later), known_at=award.awarded_at)[0]
    now = judged_again(award, current_pack(at=later), known_at=later + dt.timedelta(days=1))[0]
    assert [(found.outcome, found.reason) for found in (one, now)] == [("clear", exemption.urn)] * 2


def test_an_exemption_granted_after_the_award_was_not_known_then():
    award = awarded()
    interest = learned(award)
    later = award.awarded_at + dt.timedelta(days=2)
    with pgtrigger.ignore("parties.Interest:stands_as_stated"):
        Interest.objects.filter(pk=interest.pk).update(recorded=DateTimeTZRange(world_began(), None))
    Exemption.objects.create(
        intermediary=award.bid.tenderer,
        department=award.tender.department,
        kind="statutory",
        provision=world.provision(),
        reason="依法",
        valid=DateRange(world.LONG_AGO, None),
        proposed_by=world.user(),
        confirmed_by=world.user(),
        confirmed_at=later,
    )
    pack = current_pack(at=later)
    then, now = (judged_again(award, pack, known_at=at)[0].outcome for at in (award.awarded_at, later))
    assert (then, now) == ("conflicted", "clear")


def world_began() -> dt.datetime:
    return dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def test_an_interest_that_began_after_the_award_bars_nothing():
    award = awarded()
    learned(award, held=DateRange(timezone.localdate() + dt.timedelta(days=1), None))
    assert cells(audited()) == (0, 0, 0, 1)


def test_an_audit_goes_on_where_it_stopped(monkeypatch):
    for _n in range(3):
        awarded()
    made = start_reaudit(by=None, at=database_now())
    carry_on(pk=made.pk, at=database_now(), batch=1)

    def killed(*_args, **_fields):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(operations, "_count", killed)
        with pytest.raises(SystemExit), transaction.atomic():
            carry_on(pk=made.pk, at=database_now(), batch=1)
    assert made.awards.count() == 1
    while carry_on(pk=made.pk, at=database_now(), batch=1) == "running":
        pass
    made.refresh_from_db()
    assert (made.done, made.neither, made.awards.count(), len(made.digest)) == (3, 3, 3, 64)
    assert Entry.objects.filter(kind="tenders.reaudited").count() == 1


def test_one_audit_runs_at_a_time():
    made = start_reaudit(by=None, at=database_now())
    with pytest.raises(AuditRunning):
        start_reaudit(by=None, at=database_now())
    with pytest.raises(IntegrityError, match="reaudit_cells_add_up"), transaction.atomic():
        Reaudit.objects.filter(pk=made.pk).update(both=1)
    assert carry_on(pk=made.pk, at=database_now()) == "done"


def test_nightly_once_a_day_and_queued_again_when_a_worker_is_gone(monkeypatch):
    pk = tasks.reaudit_nightly()
    assert pk
    assert tasks.reaudit_nightly() == 0
    queued = []
    with monkeypatch.context() as patch:
        patch.setattr(tasks.carry_reaudit, "delay", queued.append)
        patch.setattr(tasks, "database_now", lambda: timezone.now() + dt.timedelta(minutes=3))
        assert (tasks.resume_reaudits(), queued) == (1, [pk])
    assert tasks.carry_reaudit(pk) == "done"
    assert (tasks.reaudit_nightly(), tasks.resume_reaudits()) == (0, 0)


def test_a_firm_that_always_wins_is_a_lead_and_a_finding(client):
    """Nine tenders of one department with three bidders each, all won by the same firm."""
    approval, service = world.approval(), world.service()
    firm, *rivals = (world.intermediary(sells=service).entity for _n in range(3))
    gate = world.check(intermediary=firm, department=approval.department, gate="award")
    write_entry(kind="decoupling.checked", subject=gate, actor=None, body={})
    for n in range(9):
        tender = world.tender(approval=approval, service=service)
        bids = [
            Bid.objects.create(
                tender=tender,
                tenderer=one,
                envelope=b"x",
                envelope_digest=f"{n}/{one.pk}",
                gate=gate,
                submitted_by=world.user(),
            )
            for one in (firm, *rivals)
        ]
        world.close(tender)
        at = timezone.now()
        do_act(tender, Act.OPEN, kind="tenders.opened", by=None, at=at, body={"bids": []}, opened_at=at)
        tender.bids.update(opened_at=timezone.now(), price=Decimal("900.00"), days=5)
        Award.objects.create(
            tender=tender,
            bid=bids[0],
            price=Decimal("900.00"),
            gate=gate,
            proposed_by=world.user(),
            awarded_by=world.user(),
            standstill_until=timezone.now(),
        )
    made = audited()
    lead = DesignationShare.objects.get()
    assert (lead.firm, lead.department, lead.tenders, lead.wins) == (firm, approval.department, 9, 9)
    assert (lead.expected, lead.p) == (pytest.approx(3.0), pytest.approx(3.0**-9))
    assert made.pairs_tested == 3
    assert lead.q == pytest.approx(3 * 3.0**-9)
    deliver(Entry.objects.get(kind="tenders.designation_found").pk)
    assert Finding.objects.get().kind == "designation"
    client.force_login(world.member(Role.REGULATOR).user)
    page = client.get(f"/en/audits/{made.pk}/leads/").content.decode()
    assert "A lead, not an accusation" in page
    assert "Poisson-binomial" in page
    assert "3 pairs" in page
    with transaction.atomic():
        from regulation.ledger.operations import record

        entry = record(
            kind="tenders.designation_found", subject=made, actor=None, body={"method": "", "leads": []}
        )
    deliver(entry.pk)
    assert Finding.objects.get().cleared_at is not None


def uncontested(approval, service, firm, gate, **fields):
    tender = world.tender(approval=approval, service=service, **fields)
    only = Bid.objects.create(
        tender=tender, tenderer=firm, envelope=b"x", envelope_digest=f"{tender.pk}", gate=gate,
        submitted_by=world.user(),
    )  # fmt: skip
    world.close(tender)
    at = timezone.now()
    do_act(tender, Act.OPEN, kind="tenders.opened", by=None, at=at, body={"bids": []}, opened_at=at)
    tender.bids.update(opened_at=timezone.now(), price=Decimal("900.00"), days=5)
    return Award.objects.create(
        tender=tender, bid=only, price=Decimal("900.00"), gate=gate, proposed_by=world.user(),
        awarded_by=world.user(), standstill_until=timezone.now(),
    )  # fmt: skip


def test_a_firm_that_gets_the_work_without_competition_is_a_lead_too(client):
    """Nine awards with a single bidder, where three more firms offered the service there."""
    approval, service = world.approval(), world.service()
    firm, *_others = (world.intermediary(sells=service).entity for _n in range(4))
    aside, elsewhere = world.intermediary(sells=service), world.intermediary()
    OfferSuspension.objects.create(
        offer=aside.offers.get(), check_made=world.check(), since=timezone.now() - dt.timedelta(days=9)
    )
    world.offer(elsewhere, service, region=world.region("110101", "东城区"))
    gate = world.check(intermediary=firm, department=approval.department, gate="award")
    write_entry(kind="decoupling.checked", subject=gate, actor=None, body={})
    for _n in range(9):
        uncontested(approval, service, firm, gate)
    made = audited()
    lead = DesignationShare.objects.get()
    assert (lead.firm, lead.basis, lead.tenders, lead.wins, lead.uncontested) == (firm, "field", 9, 9, 9)
    assert lead.p == pytest.approx(4.0**-9), (
        "one in four: the offer set aside and the one elsewhere are not in it"
    )
    assert (made.pairs_tested, made.field_pairs_tested, made.uncontested) == (0, 4, 9)
    deliver(Entry.objects.get(kind="tenders.designation_found").pk)
    assert "without competition" in Finding.objects.get().evidence["method"]
    client.force_login(world.member(Role.REGULATOR).user)
    page = client.get(f"/en/audits/{made.pk}/leads/").content.decode()
    assert "9 awards without competition" in page
    assert "100%" in page
    assert firm.name in client.get(f"/en/audits/{made.pk}/leads/?basis=field").content.decode()
    narrowed = client.get(f"/en/audits/{made.pk}/leads/?basis=bidders&text=%00&page=z")
    assert (narrowed.status_code, firm.name in narrowed.content.decode()) == (200, False)


def test_who_lacks_a_certificate_that_was_asked_for_could_not_have_served():
    approval, service = world.approval(), world.service()
    firm, holder, without = (world.intermediary(sells=service) for _n in range(3))
    for one in (firm, holder):
        world.qualification(one, "甲证")
    world.qualification(without, "甲证", valid=DateRange(world.LONG_AGO, dt.date(2021, 1, 1)))
    gate = world.check(intermediary=firm.entity, department=approval.department, gate="award")
    write_entry(kind="decoupling.checked", subject=gate, actor=None, body={})
    uncontested(approval, service, firm.entity, gate, all_of=["甲证"])
    uncontested(approval, service, firm.entity, gate, any_of=["甲证", "乙证"])
    uncontested(approval, service, firm.entity, gate)
    fields = [set(one.field) for one in contests(until=timezone.now())]
    both = {firm.entity_id, holder.entity_id}
    assert fields == [both, both, both | {without.entity_id}]


def test_the_pages_of_audits(client, django_assert_max_num_queries):
    award = awarded()
    learned(award)
    awarded()
    client.force_login(world.member(Role.REGULATOR).user)
    answer = client.post("/en/audits/start/")
    made = Reaudit.objects.get()
    assert answer.url == f"/en/audits/{made.pk}/"
    page = client.get(answer.url).content.decode()
    assert "0/2" in page
    assert 'http-equiv="refresh"' in page
    assert "0/2" in client.get(f"/en/audits/{made.pk}/progress/").content.decode()
    assert client.post("/en/audits/start/").url == answer.url
    carry_on(pk=made.pk, at=database_now())
    assert client.get(f"/en/audits/{made.pk}/progress/").headers["HX-Refresh"] == "true"
    with django_assert_max_num_queries(9):
        assert client.get("/en/audits/").status_code == 200
    with django_assert_max_num_queries(9):
        page = client.get(f"/en/audits/{made.pk}/?cell=now").content.decode()
    assert award.tender.title in page
    assert page.count("<th>As known then</th>") == 1
    assert award.tender.title not in client.get(f"/en/audits/{made.pk}/?cell=neither").content.decode()
    assert client.get(f"/en/audits/{made.pk}/?cell=x&text=%00&page=z").status_code == 200
    text = b"".join(client.get(f"/en/audits/{made.pk}/awards.csv?cell=now").streaming_content).decode()
    assert text.count("affiliated-body") == 1
