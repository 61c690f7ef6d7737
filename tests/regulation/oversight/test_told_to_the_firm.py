"""What concerns a firm at the gate stands in the inbox of whoever acts for it; a lead in nobody's."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from regulation.decoupling.models import Check, Gate, Outcome
from regulation.decoupling.operations import (
    check,
    decide_determination,
    decide_exemption,
    note_overdue,
    propose_determination,
    propose_exemption,
    revoke_exemption,
)
from regulation.ledger.models import Entry
from regulation.ledger.tasks import deliver
from regulation.oversight.models import Finding, FindingKind
from regulation.oversight.operations import Seen, explain_finding, note_finding
from regulation.parties.models import Declaration, Notice, Remedy, Role
from regulation.parties.operations import answer_contest, compare_declaration, file_contest
from regulation.parties.operations.discrepancies import note_late
from tests.factories import world

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def agent():
    """Whoever acts for an intermediary that has declared its interests."""
    member = world.member(Role.AGENT, world.entity("intermediary"))
    Declaration.objects.create(entity=member.entity, as_of=world.LONG_AGO)
    return member


def told(member) -> list[str]:
    """The kinds of what a member finds in the inbox, once every effect has run, and run again."""
    for _ in range(2):
        for entry in Entry.objects.order_by("pk"):
            deliver(entry.pk)
    return [notice.kind for notice in Notice.objects.filter(user=member.user).order_by("pk")]


def opens(member, sign_in) -> int:
    """Whether the newest notice leads to a page its reader may read."""
    notice = Notice.objects.filter(user=member.user).order_by("-pk")[0]
    client = sign_in(member)
    return client.get(client.get(reverse("parties:notice_open", args=[notice.ref])).url).status_code


def left_open(agent) -> Check:
    department = world.department()
    world.interest(department, agent.entity, "shareholding")
    return check(
        intermediary=agent.entity, department=department, on=timezone.localdate(), gate=Gate.INQUIRY,
        by=None, at=timezone.now() - 30 * DAY,
    )  # fmt: skip


def test_an_answer_to_a_contest_reaches_who_contested(agent, sign_in):
    interest = world.interest(world.department(), agent.entity, "setUp")
    contest = file_contest(
        interest=interest, entity=agent.entity, wrong="w", by=agent.user, at=timezone.now()
    )
    assert told(agent) == []
    answer_contest(
        contest=contest, remedy=Remedy.REFUSE, reason="r", facts={}, by=world.user(), at=timezone.now()
    )
    assert told(agent) == ["parties.contest_answered"]
    assert opens(agent, sign_in) == 200


def test_a_declaration_that_is_late_reaches_the_firm(agent, sign_in):
    note_late(entity=agent.entity, due=timezone.localdate() - DAY, declaration=None, at=timezone.now())
    assert told(agent) == ["parties.declaration_late", "oversight.finding_found"]
    assert opens(agent, sign_in) == 200


def test_the_answer_of_two_regulators_reaches_the_firm_and_that_it_did_not_come(agent, sign_in):
    made = left_open(agent)
    assert note_overdue(at=timezone.now()) == 1
    proposed = propose_determination(
        check_made=made, outcome=Outcome.CLEAR, reason="r", by=world.user(), at=timezone.now()
    )
    assert told(agent) == ["decoupling.referral_overdue"], "what is proposed is told to nobody"
    decide_determination(determination=proposed, confirm=True, by=world.user(), at=timezone.now())
    assert told(agent)[1:] == ["decoupling.determination_confirmed"]
    assert opens(agent, sign_in) == 200


def test_an_exemption_reaches_the_firm_when_it_is_granted_and_when_it_is_revoked(agent, sign_in):
    made = propose_exemption(
        intermediary=agent.entity, department=world.department(), kind="transition",
        start=timezone.localdate(), end=timezone.localdate() + DAY, plan="p", reason="r", by=world.user(),
    )  # fmt: skip
    assert told(agent) == []
    decide_exemption(exemption=made, confirm=True, by=world.user(), at=timezone.now())
    revoke_exemption(exemption=made, reason="r", by=world.user(), at=timezone.now())
    assert told(agent) == ["decoupling.exemption_confirmed", "decoupling.exemption_revoked"]
    assert opens(agent, sign_in) == 200


def test_a_finding_reaches_the_firm_it_is_about_and_a_lead_does_not(agent, sign_in):
    colleague, stranger = world.member(Role.AGENT, agent.entity), world.member(Role.AGENT)
    seen = {"entity": agent.entity, "department": world.department()}
    for kind in (FindingKind.DESIGNATION, FindingKind.EARLIER_CONTACTS):
        note_finding(seen=Seen(kind=kind, **seen), at=timezone.now())
    assert told(agent) == []
    found = note_finding(seen=Seen(kind=FindingKind.UNKNOWN, **seen), at=timezone.now())
    explain_finding(finding=found, reason="r", by=world.user(), at=timezone.now())
    expected = ["oversight.finding_found", "oversight.finding_explained"]
    assert told(agent) == told(colleague) == expected
    assert told(stranger) == []
    assert opens(agent, sign_in) == 200


def test_a_firm_reads_what_its_declaration_leaves_out_and_no_name_of_a_person(agent, sign_in):
    declaration = Declaration.objects.create(
        entity=agent.entity, as_of=timezone.localdate(), digest="d" * 64, contents=[]
    )
    body, somebody = world.entity(name="控股公司"), world.person()
    world.interest(body, agent.entity, "shareholding", share_min=60, share_max=60)
    world.interest(somebody, agent.entity, "boardMember")
    assert len(compare_declaration(declaration=declaration)) == 2
    told(agent)
    found = Finding.objects.get(entity=agent.entity, kind=FindingKind.CONTRADICTED)
    page = sign_in(agent).get(found.get_absolute_url()).content.decode()
    assert page.count("not declared") == 2
    assert "控股公司" in page
    assert somebody.name not in page
    assert reverse("parties:declaration_draft") in page
