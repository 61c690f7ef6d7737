"""The desks of who buys and who sells."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.directory.models import Intermediary
from marketplace.directory.queries import intermediary_of, offers_of, suspended_offers
from marketplace.payments import queries as payments
from marketplace.tenders import boards, standing
from marketplace.tenders import queries as tenders
from marketplace.tenders.access import trusteeship
from marketplace.tenders.life import TAKING, State
from regulation.ledger.queries import database_now
from regulation.oversight import queries as oversight
from regulation.parties.models import Membership, Role

from .choosing import challenges
from .contracts import contracts, opened
from .disputes import disputes
from .interests import declaration, held_about
from .parts import SHOWN, item, section
from .reviews import reviews, sanctions_of


def _money(acting: Membership) -> dict[str, Any]:
    """Payments to begin and transfers to see arrive."""
    due = [
        item(
            c.title,
            c.get_absolute_url(),
            _("Begin the payment; it is held until you accept the work."),
            c.due_on,
        )
        for c in payments.to_pay(acting.entity)[:SHOWN]
    ]
    arriving = [
        item(t.order.charge.title, t.order.charge.get_absolute_url(), _("Say whether the transfer arrived."))
        for t in payments.to_see_arrive(acting.entity)[:SHOWN]
    ]
    ways = [(_("All payments"), reverse("payments:charge_list"))]
    ways.append((_("Monthly statement"), reverse("payments:statement")))
    ways.append((_("Bank statements"), reverse("payments:bank_statement_list")))
    if acting.role == Role.AGENT:
        ways.append((_("Where you are paid"), reverse("payments:account")))
    return section(_("Payments"), arriving + due, _("No payment waits for you."), *ways)


def tenders_to_review(acting: Membership) -> list[dict[str, Any]]:
    """Drafts that wait for a second or third person, whoever looks; nothing where there is none."""
    now = database_now()
    waiting = [
        item(t.title, t.get_absolute_url(), boards.reviewers_next(t.state_at(now)).words)
        for t in boards.to_review(acting, now=now)[:SHOWN]
    ]
    every = (_("Tenders to review"), reverse("tenders:review_list"))
    if not waiting and acting.role != Role.REVIEWER:
        return []
    return [section(_("Tenders to review"), waiting, _("No tender waits for your review."), every)]


def owner(acting: Membership) -> list[dict[str, Any]]:
    now = database_now()
    own = boards.tenders_of(acting.entity)
    new = (_("Announce a tender"), reverse("tenders:tender_new"))
    waiting = [
        item(t.title, t.get_absolute_url(), boards.owners_next(t, State.EVALUATING, waiting=0, now=now).words)
        for t in tenders.tenders_to_award(acting.entity, now=now)[:SHOWN]
    ]
    unsent = [
        item(t.title, t.get_absolute_url(), t.service_names)
        for t in tenders.in_state(own, State.DRAFT, State.RETURNED, now=now)[:SHOWN]
    ]
    running = [
        item(t.title, t.get_absolute_url(), t.service_names, t.closes_at)
        for t in tenders.in_state(own, *TAKING, now=now)[:SHOWN]
    ]
    return [
        *tenders_to_review(acting),
        section(_("To award"), waiting, _("No opened tender waits for your award.")),
        contracts(acting),
        *opened(acting),
        *reviews(acting),
        *disputes(acting),
        challenges(acting),
        section(_("Drafts"), unsent, _("No draft. A tender is public only once you publish it.")),
        section(
            _("Open for bids"),
            running,
            _("None of your tenders is open for bids."),
            (_("My tenders"), reverse("tenders:own_tenders")),
            others=True,
        ),
        _money(acting),
        held_about(acting.entity),
        section(_("Begin something new"), [], "", new),
    ]


def _set_aside(acting: Membership, profile: Intermediary | None) -> list[dict[str, Any]]:
    """Bids and prices that a check keeps out for now."""
    aside = [
        item(s.bid.tender, s.check_made.get_absolute_url(), _("A check set this bid aside: read why."))
        for s in tenders.standing_suspensions(acting.entity)[:SHOWN]
    ]
    prices = suspended_offers(profile)[:SHOWN] if profile is not None else ()
    text = _("A check set this price aside: read why.")
    return aside + [item(s.offer.service, s.check_made.get_absolute_url(), text) for s in prices]


def _to_explain(acting: Membership) -> list[dict[str, Any]]:
    """Prices the bidder is asked about and still may explain; nothing where there is none."""
    text = _("Your price is unusually low: say why it holds.")
    asked = [
        item(low.bid.tender.title, reverse("tenders:choosing", args=[low.bid.tender.ref]), text, low.due_at)
        for low in standing.prices_to_justify(acting.entity, now=database_now())[:SHOWN]
    ]
    return [section(_("Prices to explain"), asked, "")] if asked else []


def _invited(acting: Membership) -> list[dict[str, Any]]:
    """Tenders the firm is invited to; nothing where there is none."""
    asked = [
        item(t.title, t.get_absolute_url(), _("Bid, or let it pass: nobody learns which."), t.closes_at)
        for t in tenders.invitations_to(acting.entity, now=database_now())[:SHOWN]
    ]
    return [section(_("Invitations to bid"), asked, "")] if asked else []


def agent(acting: Membership) -> list[dict[str, Any]]:
    won = [
        item(a.tender.title, a.tender.get_absolute_url(), _("Awarded to you"))
        for a in tenders.awards_of(acting.entity)[:SHOWN]
    ]
    bids = [
        item(b.tender.title, b.get_absolute_url(), b.tender.service_names)
        for b in tenders.bids_of(acting.entity)[:SHOWN]
    ]
    profile, offers = intermediary_of(acting.entity), []
    if profile is not None:
        offers = [
            item(o.service, profile.get_absolute_url(), o.region)
            for o in offers_of(profile, on=timezone.localdate())[:SHOWN]
        ]
    find = (_("Find tenders"), reverse("tenders:tender_list"))
    own = (_("Your public profile"), reverse("directory:own_profile"))
    price = (_("Publish a price"), reverse("directory:offer_new"))
    found = [
        item(f.get_kind_display(), f.get_absolute_url(), f.department or "")
        for f in oversight.findings_about(acting.entity).filter(status="open", cleared_at=None)[:SHOWN]
    ]
    aside = _set_aside(acting, profile)
    checks = (_("Checks of your firm"), reverse("decoupling:own_checks"))
    told = (_("All findings about your firm"), reverse("oversight:own_findings"))
    return [
        *_to_explain(acting),
        declaration(acting.entity),
        section(_("Bids and prices set aside"), aside, _("No bid or price of yours is set aside."), checks),
        section(_("Findings about your firm"), found, _("Nothing was found about your firm."), told),
        *_invited(acting),
        *sanctions_of(profile),
        contracts(acting),
        *reviews(acting),
        *disputes(acting),
        section(_("Won"), won, _("No award yet.")),
        _money(acting),
        section(
            _("Your bids"),
            bids,
            _("You have not bid yet."),
            (_("My bids"), reverse("tenders:own_bids")),
            others=True,
        ),
        section(_("Your prices"), offers, _("You offer nothing at a published price."), own, others=True),
        held_about(acting.entity),
        section(_("Begin something new"), [], "", find, price),
    ]


def practitioner(acting: Membership) -> list[dict[str, Any]]:
    find = (_("Find tenders"), reverse("tenders:tender_list"))
    empty = _("Nothing waits for a practitioner. Bids are made by your intermediary's agent.")
    return [section(_("For you"), [], empty, find)]


def trustee(acting: Membership) -> list[dict[str, Any]]:
    """Tenders whose deadline has passed and that wait for this trustee's shares; whether keys lie ready."""
    desk = (_("Trustee's desk"), reverse("tenders:trustee_desk"))
    held = trusteeship(acting)
    if held is None:
        empty = _("The body you act for is no trustee, so nothing waits for you.")
        return [section(_("Opening bids"), [], empty, desk)]
    now = database_now()
    due = [
        item(
            a.tender.title, desk[1], _("The deadline has passed: hand over your shares."), a.tender.closes_at
        )
        for a in tenders.appointments_due(held, now=now)[:SHOWN]
    ]
    found = [section(_("Opening bids"), due, _("No tender waits for your shares."), desk)]
    if not tenders.spare_keys(held):
        text = _("Without one no tender can be published.")
        found.insert(0, section(_("Keys"), [item(_("No key of yours lies ready"), desk[1], text)], ""))
    return found
