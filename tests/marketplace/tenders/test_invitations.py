"""By invitation: on a ground in force, enough firms that pass the gate, and nobody else bids."""

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from marketplace.tenders import effects, eligibility, errors, operations
from marketplace.tenders.forms import TermsForm
from marketplace.tenders.models import Bid, InvitationRule, Tender
from marketplace.tenders.sealing import PlainBid
from regulation.decoupling.models import Check, Outcome
from regulation.ledger.models import Entry
from regulation.parties.models import Role
from tests.factories import world

pytestmark = pytest.mark.django_db


def rule(least: int = 3, ground: str = "few") -> InvitationRule:
    return InvitationRule.objects.create(
        ground=ground,
        least=least,
        region=world.region("000000", "全国"),
        in_force=world.DateRange(world.LONG_AGO, None),
        note="理由",
        note_en="Few could bid.",
    )


def draft(firms: int = 3, **fields: object) -> Tender:
    """Of an owner's agent, with so many firms invited."""
    world.trustees()
    later = timezone.now() + dt.timedelta(days=9)
    wanted = {"published_at": None, "closes_at": later, "invited": True, "invite_ground": "few"}
    tender = world.tender(**wanted | fields)
    for _n in range(firms):
        invite(tender)
    return tender


def invite(tender: Tender):
    firm = world.intermediary(sells=tender.service).entity
    tender.invitations.create(entity=firm)
    return firm


def public(**fields: object) -> Tender:
    rule()
    held = world.reviewed(draft(**fields))
    made = operations.publish_tender(tender=held, by=world.user(), at=timezone.now())
    connection.check_constraints()
    return made


def bid(tender: Tender, firm) -> Bid:
    plain = PlainBid(Decimal("900.00"), 10)
    return operations.submit_bid(tender=tender, tenderer=firm, bid=plain, by=world.user(), at=timezone.now())


def outsider(tender: Tender):
    return world.intermediary(sells=tender.service).entity


def submit(tender: Tender) -> Tender:
    return operations.submit_tender(tender=tender, by=tender.created_by, at=timezone.now())


def quiet(monkeypatch, *names: str) -> None:
    """As if the operation forgot to ask."""
    for name in names:
        path = f"marketplace.tenders.operations.drafting.reviewing.{name}"
        monkeypatch.setattr(path, lambda *_a, **_k: None)


def test_the_invited_bid_and_nobody_else(monkeypatch):
    tender = public()
    firms = [one.entity for one in tender.invitations.all()]
    assert bid(tender, firms[0]).tenderer == firms[0]
    with pytest.raises(errors.NotInvited):
        bid(tender, outsider(tender))
    conditions = [(label, test) for label, test in eligibility.FIRST if test is not eligibility._invited]
    monkeypatch.setattr(eligibility, "FIRST", tuple(conditions))
    with pytest.raises(errors.NotInvited):  # now the trigger says it
        bid(tender, outsider(tender))
    assert tender.bids.count() == 1


def test_the_database_takes_no_bid_of_a_firm_that_was_not_invited():
    tender = public()
    made = bid(tender, tender.invitations.first().entity)
    fields = {f.name: getattr(made, f.name) for f in Bid._meta.concrete_fields if f.name not in ("id", "ref")}
    with pytest.raises(IntegrityError, match="bid_only_by_the_invited"), transaction.atomic():
        Bid.objects.create(**fields | {"tenderer": outsider(tender), "submitted_at": timezone.now()})


def test_it_is_the_trigger_that_keeps_them_out():
    """The control: with the trigger asleep a bid of a firm that was not invited is stored."""
    tender = public()
    made = bid(tender, tender.invitations.first().entity)
    fields = {f.name: getattr(made, f.name) for f in Bid._meta.concrete_fields if f.name not in ("id", "ref")}
    with pgtrigger.ignore("tenders.Bid:deadline"):
        Bid.objects.create(**fields | {"tenderer": outsider(tender), "submitted_at": timezone.now()})


def test_it_takes_a_ground_in_force_and_as_many_firms_as_the_rule_asks_for():
    tender = draft(firms=2)
    with pytest.raises(errors.NoInvitation):
        submit(tender)
    held = rule(ground="cost")
    with pytest.raises(errors.NoInvitation):
        submit(tender)
    InvitationRule.objects.filter(pk=held.pk).update(ground="few")
    with pytest.raises(errors.TooFewInvited, match="At least 3 firms"):
        submit(tender)
    invite(tender)
    assert submit(tender).submitted_at


@pytest.mark.parametrize(("firms", "with_rule"), [(2, True), (3, False)], ids=["two firms", "no rule"])
def test_the_database_publishes_no_tender_without_enough_firms_or_a_rule(monkeypatch, firms, with_rule):
    if with_rule:
        rule()
    tender = draft(firms)
    quiet(monkeypatch, "assert_invited")
    held = world.reviewed(tender)
    with pytest.raises(IntegrityError, match="tender_invites_enough_that_are_clear"), transaction.atomic():
        operations.publish_tender(tender=held, by=world.user(), at=timezone.now())


def test_a_firm_the_gate_keeps_out_is_not_invited_and_the_check_stays_on_record(monkeypatch):
    rule()
    tender = draft()
    barred = tender.invitations.first().entity
    held = world.reviewed(tender)
    world.interest(tender.department, barred, "setUp")
    with pytest.raises(errors.InvitedBarred, match=barred.name):
        operations.publish_tender(tender=held, by=world.user(), at=timezone.now())
    assert Check.objects.filter(intermediary=barred, outcome=Outcome.CONFLICTED).count() == 1
    tender.refresh_from_db()
    assert tender.published_at is None
    quiet(monkeypatch, "refuse_the_barred")
    with pytest.raises(IntegrityError, match="tender_invites_enough_that_are_clear"), transaction.atomic():
        operations.publish_tender(tender=held, by=world.user(), at=timezone.now())
    assert not Entry.objects.filter(kind="tenders.invited").exists()


def test_a_draft_that_invites_a_tied_firm_is_told_before_it_is_submitted():
    rule()
    tender = draft()
    world.interest(tender.department, tender.invitations.first().entity, "setUp")
    with pytest.raises(errors.InvitedBarred):
        submit(tender)
    assert not Check.objects.exists()


def test_who_is_invited_stands_once_it_is_public():
    tender = public()
    for change in (
        lambda: tender.invitations.first().delete(),
        lambda: tender.invitations.create(entity=outsider(tender)),
        lambda: tender.invitations.update(gate=None),
    ):
        with pytest.raises(IntegrityError, match="tender_invitations_stand"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="tender_published_terms_stand"), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(invited=False, invite_ground="")


def test_nobody_learns_who_is_invited_before_the_opening(client, sign_in):
    member = world.member(Role.OWNER)
    tender = public(owner=member.entity)
    firm = tender.invitations.first().entity
    page = client.get(tender.get_absolute_url()).content.decode()
    assert ("Only invited firms may bid" in page, "Few could bid." in page, firm.name in page) == (
        True,
        True,
        False,
    )
    asked = sign_in(world.member(Role.AGENT, firm)).get(tender.get_absolute_url()).content.decode()
    assert "Your entity is invited" in asked
    other = tender.invitations.last().entity
    assert other.name not in asked
    stranger = sign_in(world.member(Role.AGENT, outsider(tender))).get(tender.get_absolute_url())
    assert "Your entity is not invited" in stranger.content.decode()
    assert firm.name in sign_in(member).get(tender.get_absolute_url()).content.decode()
    bid(tender, firm)
    world.close(tender)
    operations.open_tender(tender=tender, at=timezone.now())
    client.logout()
    page = client.get(tender.get_absolute_url()).content.decode()
    assert other.name in page


def test_the_invited_are_told_by_mail_each_alone_and_on_their_desk(mailoutbox, sign_in):
    tender = public()
    agents = [world.member(Role.AGENT, one.entity) for one in tender.invitations.all()]
    effects.tell_invited(Entry.objects.get(kind="tenders.invited"))
    assert sorted(m.to[0] for m in mailoutbox) == sorted(a.user.email for a in agents)
    assert {len(m.to) + len(m.cc) + len(m.bcc) for m in mailoutbox} == {1}
    desk = sign_in(agents[0]).get(reverse("desk")).content.decode()
    assert "Invitations to bid" in desk
    bid(tender, agents[0].entity)
    assert "Invitations to bid" not in sign_in(agents[0]).get(reverse("desk")).content.decode()


def test_only_the_invited_ask():
    tender = public()
    asked = {"tender": tender, "text": "?", "by": world.user(), "at": timezone.now()}
    assert operations.ask_question(asker=tender.invitations.first().entity, **asked)
    with pytest.raises(errors.NotInvited):
        operations.ask_question(asker=outsider(tender), **asked)


def test_a_copy_invites_the_same_firms():
    tender = public()
    copied = operations.copy_tender(tender=tender, by=tender.created_by, at=timezone.now())
    assert {i.entity_id for i in copied.invitations.all()} == {i.entity_id for i in tender.invitations.all()}
    assert (copied.invited, copied.invite_ground) == (True, "few")
    assert not copied.invitations.filter(gate__isnull=False).exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"invited_firms": "没有这家"}, "invited_firms"),
        ({"invite_ground": ""}, "invite_ground"),
        ({"method": "direct_choice", "direct_ground": "below"}, "invited"),
    ],
    ids=["unknown firm", "no ground", "direct choice"],
)
def test_the_form_names_what_is_wrong(changed, field):
    tender = draft()
    firm = tender.invitations.first().entity
    data = {k: v for k, v in TermsForm.initial_of(tender).items() if v not in (None, [], {})}
    data |= {"closes_at": "2099-01-01T17:00:00", "invited": "yes", "invited_firms": firm.credit_code}
    assert TermsForm(data).is_valid(), TermsForm(data).errors
    form = TermsForm(data | changed)
    assert field in form.errors


def test_the_owner_writes_the_list_in_the_form_and_the_draft_says_what_is_missing(sign_in):
    rule()
    member = world.member(Role.OWNER)
    tender = draft(firms=0, owner=member.entity, created_by=member.user)
    browser = sign_in(member)
    names = [outsider(tender).name for _n in range(3)]
    data = {k: v for k, v in TermsForm.initial_of(tender).items() if v not in (None, [], {})}
    data |= {"closes_at": "2099-01-01T17:00:00", "invited": "yes", "invited_firms": "\n".join(names[:2])}
    edit = reverse("tenders:tender_edit", args=[tender.ref])
    lines = browser.post(edit, data, follow=True).context["check_list"]
    told = {str(line.words): line.done for line in lines}
    assert told["As many invited firms as the rule asks for"] is False
    browser.post(edit, data | {"invited_firms": "\n".join(names)})
    lines = browser.get(tender.get_absolute_url()).context["check_list"]
    assert all(line.done for line in lines if line.needed)
    browser.post(edit, data | {"invited": ""})
    assert not tender.invitations.exists()
