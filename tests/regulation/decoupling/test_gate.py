"""The gate over real rows: what is stored, what a person may add, and who may see it."""

import datetime as dt
import html
import re

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone, translation
from django.utils.html import escape

from regulation.decoupling import explain
from regulation.decoupling.errors import (
    AlreadyDecided,
    AlreadyProposed,
    NotWaiting,
    ReasonMissing,
    SamePerson,
)
from regulation.decoupling.models import Check, Determination, Gate, Outcome
from regulation.decoupling.operations import check, decide_determination, propose_determination
from regulation.decoupling.queries import gather, public_checks_of, rerun
from regulation.ledger.generation import generation
from regulation.ledger.models import Entry
from regulation.parties.models import Declaration, Entity, Role
from regulation.parties.operations import end_interest
from tests.factories import world

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def pair():
    department, body = world.department(), world.entity("intermediary")
    Declaration.objects.create(entity=body, as_of=world.LONG_AGO)
    return department, body


def run(pair, **fields: object) -> Check:
    department, body = pair
    defaults = {"on": DAY, "gate": Gate.BID, "by": None, "at": timezone.now()}
    return check(intermediary=body, department=department, **defaults | fields)


def tied(pair, **fields: object) -> list:
    department, body = pair
    centre = world.entity("public_institution")
    return [world.interest(department, centre, "affiliation"), world.interest(centre, body, **fields)]


def test_a_check_stores_rule_chain_sources_day_and_digest(pair):
    tied(pair)
    made = run(pair)
    assert (made.outcome, made.rule_code, made.on) == ("conflicted", "affiliated-body", DAY)
    assert [step["kind"] for step in made.chain] == ["affiliation", "setUp"]
    assert all(step["source"] for step in made.chain)
    assert len(made.input_digest) == 64
    entry = Entry.objects.get()
    assert (entry.kind, entry.subject) == ("decoupling.checked", made.urn)


def test_anyone_can_run_a_stored_check_again(pair):
    interests = tied(pair)
    made = run(pair)
    end_interest(interest=interests[0], end=dt.date(2021, 1, 1), by=None, at=timezone.now())
    found, digest_fits = rerun(made)
    assert (found.outcome, digest_fits) == ("conflicted", True)
    assert run(pair).outcome == "clear"


@pytest.mark.parametrize("tier", ["C"])
def test_a_name_alone_never_blocks(pair, tier):
    tied(pair, tier=tier)
    assert run(pair).outcome == "clear"


def test_the_walk_upward_ends_in_a_cycle(pair):
    _, body = pair
    other = world.entity()
    world.interest(other, body)
    world.interest(body, other)
    graph, whole = gather([body], on=DAY)
    assert (len(graph.interests), whole) == (2, True)


def test_an_unknown_waits_for_a_person_until_a_day(pair):
    tied(pair, kind="shareholding")
    at = timezone.now()
    made = run(pair, at=at)
    assert (made.outcome, made.due_at) == ("unknown", at + dt.timedelta(days=5))


def test_two_regulators_decide_an_unknown_as_long_as_the_graph_is_the_same(pair):
    department, body = pair
    tied(pair, kind="shareholding")
    made, one, other, at = run(pair), world.user(), world.user(), timezone.now()
    proposed = propose_determination(check_made=made, outcome=Outcome.CLEAR, reason="查阅章程", by=one, at=at)
    assert run(pair).outcome == "unknown"
    decide_determination(determination=proposed, confirm=True, by=other, at=at)
    assert run(pair).outcome == "clear"
    world.interest(department, world.entity(), "setUp")
    assert run(pair).outcome == "clear", "an interest elsewhere changes nothing"
    world.interest(world.entity(), body, "shareholding")
    assert run(pair).outcome == "clear", "a share that cannot come from the department changes nothing"
    world.interest(department, body, "shareholding")
    assert run(pair).outcome == "unknown", "another doubt needs another answer"


def test_two_regulators_answer_on_their_pages(pair, sign_in):
    """As the site's own role, which may lock no check."""
    tied(pair, kind="shareholding")
    made = run(pair)
    answer, address = {"outcome": "clear", "reason": "查阅章程"}, f"/en/checks/{made.ref}/determine/"
    first, second = world.member(Role.REGULATOR), world.member(Role.REGULATOR)
    page = sign_in(first).post(address, answer, follow=True).content.decode()
    assert "Your answer is on record." in page
    proposed = Determination.objects.get()
    assert proposed.proposed_by == first.user
    decide = f"/en/determinations/{proposed.pk}/decide/"
    sign_in(second).post(decide, {"decision": "confirm"}, follow=True)
    proposed.refresh_from_db()
    assert proposed.confirmed_by == second.user
    assert run(pair).outcome == "clear"


def test_the_proposer_cannot_confirm(pair):
    tied(pair, kind="shareholding")
    one = world.user()
    proposed = propose_determination(
        check_made=run(pair), outcome=Outcome.CLEAR, reason="r", by=one, at=timezone.now()
    )
    with pytest.raises(SamePerson):
        decide_determination(determination=proposed, confirm=True, by=one, at=timezone.now())
    with (
        pytest.raises(IntegrityError, match="determination_confirmed_by_second_person"),
        transaction.atomic(),
    ):
        Determination.objects.filter(pk=proposed.pk).update(confirmed_by=one, confirmed_at=timezone.now())


def test_refusals_of_a_determination_leave_no_trace(pair):
    one, at = world.user(), timezone.now()
    clear = run(pair)
    with pytest.raises(NotWaiting):
        propose_determination(check_made=clear, outcome=Outcome.CLEAR, reason="r", by=one, at=at)
    tied(pair, kind="shareholding")
    unknown = run(pair)
    with pytest.raises(ReasonMissing):
        propose_determination(check_made=unknown, outcome=Outcome.CLEAR, reason="  ", by=one, at=at)
    assert Determination.objects.count() == 0
    assert set(Entry.objects.values_list("kind", flat=True)) == {"decoupling.checked"}


def test_one_answer_stands_and_is_decided_once(pair):
    tied(pair, kind="shareholding")
    made, one, other, at = run(pair), world.user(), world.user(), timezone.now()
    proposed = propose_determination(check_made=made, outcome=Outcome.CLEAR, reason="r", by=one, at=at)
    with pytest.raises(AlreadyProposed):
        propose_determination(check_made=made, outcome=Outcome.CONFLICTED, reason="r", by=other, at=at)
    decide_determination(determination=proposed, confirm=False, by=other, at=at)
    with pytest.raises(AlreadyDecided):
        decide_determination(determination=proposed, confirm=True, by=other, at=at)
    again = propose_determination(check_made=made, outcome=Outcome.CONFLICTED, reason="r", by=one, at=at)
    decide_determination(determination=again, confirm=True, by=other, at=at)
    assert run(pair).outcome == "conflicted"


def test_the_database_refuses_a_conflict_without_its_chain():
    with pytest.raises(IntegrityError, match="check_conflict_shows_rule_and_chain"), transaction.atomic():
        world.check(outcome="conflicted", rule_code="affiliated-body")


def test_the_database_refuses_an_unknown_without_a_deadline():
    with pytest.raises(IntegrityError, match="check_unknown_waits_until_a_day"), transaction.atomic():
        world.check(outcome="unknown")


def test_a_check_cannot_be_altered():
    made = world.check()
    connection.check_constraints()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Check.objects.filter(pk=made.pk).update(outcome="conflicted")


def test_an_agent_sees_its_own_checks_and_nobody_elses(pair, sign_in):
    made = run(pair)
    assert sign_in(world.member(Role.AGENT, pair[1])).get(made.get_absolute_url()).status_code == 200
    assert sign_in(world.member(Role.AGENT)).get(made.get_absolute_url()).status_code == 404
    assert sign_in(world.member(Role.OWNER)).get(made.get_absolute_url()).status_code == 403
    assert sign_in(world.member(Role.REGULATOR)).get(made.get_absolute_url()).status_code == 200


def test_the_regulators_can_do_it_all_on_the_pages(pair, sign_in):
    department, body = pair
    tied(pair, kind="shareholding")
    client = sign_in(world.member(Role.REGULATOR))
    asked = client.post(
        "/en/checks/new/", {"intermediary": body.credit_code, "department": department.name}, follow=True
    )
    made = Check.objects.get()
    assert asked.redirect_chain[-1][0] == f"/en/checks/{made.ref}/"
    client.post(f"/en/checks/{made.ref}/determine/", {"outcome": "clear", "reason": "查阅"})
    determination = Determination.objects.get()
    client.post(f"/en/determinations/{determination.pk}/decide/", {"decision": "confirm"})
    determination.refresh_from_db()
    assert determination.confirmed_at is None, "the proposer cannot"
    second = sign_in(world.member(Role.REGULATOR))
    second.post(f"/en/determinations/{determination.pk}/decide/", {"decision": "confirm"})
    determination.refresh_from_db()
    assert determination.confirmed_at is not None


def test_the_list_of_checks_takes_the_same_queries_for_any_number(sign_in, assert_flat):
    assert_flat(sign_in(world.member(Role.REGULATOR)), "/en/checks/", world.check)


@pytest.mark.parametrize("language", ["", "/en"])
def test_an_entitys_page_names_interests_with_their_sources_but_no_leads(language, pair, client):
    department, body = pair
    world.interest(department, body, "affiliation", source="登记档案")
    world.interest(world.entity(name="同名"), body, "setUp", tier="C", source="仅名称")
    page = client.get(f"{language}/entities/{body.pk}/").content.decode()
    assert "登记档案" in page
    assert "仅名称" not in page


@pytest.mark.parametrize(
    "query", ["?on=x", "?outcome=%00", "?page=-1", "?page=zz", "?text=%00", "?gate=%F0%9F", "?on=9999-99-99"]
)
def test_hostile_parameters_are_no_fault_of_ours(query, sign_in):
    client = sign_in(world.member(Role.REGULATOR))
    assert client.get(f"/en/checks/{query}").status_code == 200


def test_what_one_check_cannot_read_whole_is_unknown_and_never_clear(pair, monkeypatch):
    _, body = pair
    world.interest(world.entity(), body, "shareholding", share_min=1, share_max=1)
    assert run(pair).outcome == "clear"
    monkeypatch.setattr("regulation.decoupling.queries.gathering.MOST_INTERESTS", 1)
    assert run(pair).outcome == "clear"  # exactly as many as are read
    world.interest(world.entity(), body, "shareholding", share_min=1, share_max=1)
    made = run(pair)
    assert (made.outcome, made.reason_code) == ("unknown", "graph_too_large")
    found, digest_fits = rerun(made)
    assert (found.outcome, digest_fits) == ("unknown", True)


@pytest.mark.parametrize(
    ("gate", "public"), [(Gate.INQUIRY, True), (Gate.AWARD, True), (Gate.BID, False), (Gate.DRAW_POOL, False)]
)
def test_what_the_public_reads_of_checks_does_not_tell_who_bids(pair, gate, public):
    assert run(pair, gate=gate) is not None
    assert public_checks_of(pair[1]).exists() is public


@pytest.mark.parametrize(("gate", "turned"), [(Gate.INQUIRY, True), (Gate.BID, False)])
def test_a_check_for_a_bid_leaves_what_is_kept_for_visitors(
    pair, gate, turned, django_capture_on_commit_callbacks
):
    before = generation()
    with django_capture_on_commit_callbacks(execute=True):
        run(pair, gate=gate)
    assert (generation() != before) is turned


@pytest.fixture
def kin_of_the_head(pair):
    """The legal representative's brother is a leading member of the department."""
    department, body = pair
    head, brother = world.person(name="演示甲"), world.person(name="演示乙")
    world.interest(head, body, "legalRepresentative", source="演示甲的登记")
    world.interest(head, brother, "closeKin", source="演示甲与演示乙系兄弟")
    world.interest(brother, department, "official", rank="leading", post="局长")
    return run(pair)


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_firm_reads_that_there_is_a_personal_tie_and_never_whose(
    language, pair, kin_of_the_head, sign_in
):
    assert kin_of_the_head.rule_code == "kin-of-official"
    page = sign_in(world.member(Role.AGENT, pair[1])).get(f"{language}/checks/{kin_of_the_head.ref}/")
    text = page.content.decode()
    for word in ("演示甲", "演示乙", "兄弟", "局长"):
        assert word not in text, word
    assert ("a natural person" if language else "自然人") in text


@pytest.mark.parametrize("language", ["", "/en"])
def test_everyone_reads_that_a_firm_is_barred_and_never_by_which_relative(
    language, pair, kin_of_the_head, client
):
    assert client.get(f"{language}/decoupling/checks/{kin_of_the_head.ref}/").status_code == 404, (
        "it tells who bids"
    )
    made = run(pair, gate=Gate.INQUIRY)
    text = client.get(f"{language}/decoupling/checks/{made.ref}/").content.decode()
    assert made.rule_code == "kin-of-official"
    for word in ("演示甲", "演示乙", "兄弟", "局长", "近亲属", "close relative", "kin-of-official"):
        assert word not in text, word
    assert all(name in text for name in (pair[0].name, pair[1].name, made.input_digest))
    assert ("A rule on personal ties" if language else "个人关系") in text


def test_the_public_page_of_a_check_names_the_rule_and_the_law_and_the_newest_check(pair, client):
    provision = world.provision(ref="business-environment-43")
    ties = tied(pair)
    made = run(pair, gate=Gate.AWARD)
    text = client.get(f"/en/decoupling/checks/{made.ref}/").content.decode()
    assert escape(explain.rule_title(explain.rule_of(made))) in text
    assert provision.article in text
    assert "This pair was checked again" not in text
    assert ties[0].subject.name not in text, "no chain"
    end_interest(interest=ties[0], end=DAY, by=None, at=timezone.now())
    run(pair, gate=Gate.BID)
    later = run(pair, gate=Gate.INQUIRY)
    text = client.get(f"/en/decoupling/checks/{made.ref}/").content.decode()
    assert f'href="/en/decoupling/checks/{later.ref}/"' in text
    assert str(later.outcome) == "clear"


def test_a_regulators_look_at_people_in_a_check_is_on_record(pair, kin_of_the_head, sign_in):
    one = world.member(Role.REGULATOR)
    text = sign_in(one).get(f"/en/checks/{kin_of_the_head.ref}/").content.decode()
    assert "演示乙" in text
    look = Entry.objects.get(kind="parties.looked")
    assert (look.subject, look.actor) == (kin_of_the_head.urn, one.user)


def test_a_check_without_people_is_looked_at_without_an_entry(pair, sign_in):
    sign_in(world.member(Role.REGULATOR)).get(f"/en/checks/{run(pair).ref}/")
    assert not Entry.objects.filter(kind="parties.looked").exists()


def test_an_agent_lists_its_own_checks_and_nobody_elses(pair, sign_in):
    made, other = run(pair), world.check()
    client = sign_in(world.member(Role.AGENT, pair[1]))
    text = client.get("/en/checks/mine/").content.decode()
    assert f"/checks/{made.ref}/" in text
    assert f"/checks/{other.ref}/" not in text
    assert client.get("/en/checks/mine/?outcome=%00&gate=x&text=%00&page=zz").status_code == 200


def test_the_list_of_own_checks_takes_the_same_queries_for_any_number(pair, sign_in, assert_flat):
    client = sign_in(world.member(Role.AGENT, pair[1]))
    assert_flat(client, "/en/checks/mine/", lambda: world.check(intermediary=pair[1]))


def test_an_answer_without_its_reason_keeps_what_was_chosen_and_names_the_field(pair, sign_in):
    tied(pair, kind="shareholding")
    made = run(pair)
    client = sign_in(world.member(Role.REGULATOR))
    answer = client.post(f"/en/checks/{made.ref}/determine/", {"outcome": "clear", "reason": " "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_reason"' in page
    assert re.search(r'<input[^>]*value="clear"[^>]*checked', page)
    assert not Determination.objects.exists()


def test_what_is_neither_confirmed_nor_rejected_changes_nothing(pair, sign_in):
    tied(pair, kind="shareholding")
    proposed = propose_determination(
        check_made=run(pair), outcome=Outcome.CLEAR, reason="r", by=world.user(), at=timezone.now()
    )
    client = sign_in(world.member(Role.REGULATOR))
    for decision in ({}, {"decision": "perhaps"}):
        page = client.post(f"/en/determinations/{proposed.pk}/decide/", decision, follow=True)
        assert "Choose what to do." in page.content.decode()
    proposed.refresh_from_db()
    assert proposed.rejected_at is proposed.confirmed_at is None


def test_a_pair_is_named_in_either_language_and_names_that_are_near_are_offered(pair, sign_in):
    department, body = pair
    Entity.objects.filter(pk=department.pk).update(name_en="Bureau of Ecology")
    client = sign_in(world.member(Role.REGULATOR))

    def asked(**said):
        pair_of = {"intermediary": body.credit_code, "department": department.name} | said
        return client.post("/en/checks/new/", pair_of)

    assert asked(department="bureau of ecology").status_code == 302
    near = asked(department="Ecology")
    assert near.status_code == 422
    assert "On record: Bureau of Ecology." in near.content.decode()
    world.entity("intermediary", name=body.name)
    several = asked(intermediary=body.name)
    assert several.status_code == 422
    assert "Several entities have this name" in several.content.decode()
    assert Check.objects.count() == 1


def test_a_regulator_is_told_what_a_regulator_can_do_and_the_firm_what_it_can(pair, sign_in):
    tied(pair)
    made = run(pair)
    regulator = sign_in(world.member(Role.REGULATOR)).get(f"/en/checks/{made.ref}/").content.decode()
    assert "You may serve the approvals of other departments" not in regulator
    way = re.search(r'href="(/en/exemptions/new/\?[^"]*)"', regulator)
    form = sign_in(world.member(Role.REGULATOR)).get(html.unescape(way[1])).content.decode()
    assert pair[1].credit_code in form
    assert pair[0].name in form
    firm = sign_in(world.member(Role.AGENT, pair[1])).get(f"/en/checks/{made.ref}/").content.decode()
    assert "You may serve the approvals of other departments" in firm
    assert "/exemptions/new/" not in firm


def test_a_chain_names_bodies_in_the_language_of_the_page(pair, sign_in, django_assert_num_queries):
    tied(pair)
    made = run(pair)
    Entity.objects.filter(pk=pair[0].pk).update(name_en="Bureau of Ecology")
    client = sign_in(world.member(Role.REGULATOR))
    chains = {
        language: client.get(f"{language}/checks/{made.ref}/").content.decode().split('class="chain"')[1]
        for language in ("/en", "")
    }
    assert "Bureau of Ecology" in chains["/en"].split("</ol>")[0]
    assert pair[0].name in chains[""].split("</ol>")[0]
    assert "Bureau of Ecology" not in chains[""].split("</ol>")[0]
    with django_assert_num_queries(0):
        assert explain.names_in([]) == {}
    with translation.override("en"), django_assert_num_queries(1):
        assert explain.names_in(made.chain) == {pair[0].urn: "Bureau of Ecology"}
