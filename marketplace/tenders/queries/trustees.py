"""Trustees, their keys, and the tenders and draws that wait for them."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from regulation.parties.models import Membership, Role

from ..models import NEEDED, Appointment, Bid, Draw, DrawSecret, Share, Tender, Trustee
from ..sealing import Key, Unreadable
from ..sealing.shamir import value_at


def standing_trustees() -> QuerySet[Trustee]:
    """Who is appointed to the next tender, in the order of their shares."""
    return Trustee.objects.filter(retired_at__isnull=True).select_related("entity").order_by("pk")


def appointed_to(tender: Tender) -> QuerySet[Appointment]:
    """A tender's trustees with their keys, in the order of their shares."""
    return tender.appointments.select_related("trustee__entity", "key").order_by("position")


def seed_of(bid: Bid) -> bytes:
    """The seed of an opened bid, from the shares its trustees handed over. Raises Unreadable."""
    shares = bid.shares.exclude(value__isnull=True).order_by("appointment__position")
    points = {s.appointment.position: bytes(s.value or b"") for s in shares.select_related("appointment")}
    if bid.opened_at is None or len(points) < NEEDED:
        raise Unreadable
    return value_at(0, dict(list(points.items())[:NEEDED]))


def spare_keys(trustee: Trustee) -> int:
    """How many keys of a trustee lie ready for tenders to come."""
    return trustee.keys.filter(appointment__isnull=True).count()


def appointments_running(trustee: Trustee, *, now: dt.datetime) -> QuerySet[Appointment]:
    """Tenders of a trustee whose bids are still sealed and not due: the one that closes first comes first."""
    running = trustee.appointments.filter(
        tender__closes_at__gt=now,
        tender__cancelled_at__isnull=True,
        tender__failed_at__isnull=True,
        tender__void_at__isnull=True,
    )
    return running.select_related("tender", "key").order_by("tender__closes_at", "pk")


def appointments_due(trustee: Trustee, *, now: dt.datetime) -> QuerySet[Appointment]:
    """Tenders whose deadline has passed and whose bids still wait for this trustee's shares."""
    unanswered = (
        Bid.objects.standing()
        .filter(tender=OuterRef("tender"), opened_at__isnull=True)
        .exclude(shares__appointment__trustee=trustee)
    )
    due = trustee.appointments.filter(
        Exists(unanswered),
        tender__closes_at__lte=now,
        tender__opened_at__isnull=True,
        tender__cancelled_at__isnull=True,
        tender__failed_at__isnull=True,
        tender__void_at__isnull=True,
    )
    return due.select_related("tender", "key").order_by("tender__closes_at", "pk")


def draws_waiting_for(trustee: Trustee) -> QuerySet[Draw]:
    """Draws of a trustee's tenders that want its program: to commit before the freeze, to open after it.

    `committed` says whether it did. One for which somebody of the trustee's committed by hand waits for that
    person, not for the program.
    """
    own = DrawSecret.objects.filter(draw=OuterRef("pk"), program=trustee)
    people = Membership.objects.filter(entity=trustee.entity_id, role=Role.TRUSTEE).values("user")
    by_hand = DrawSecret.objects.filter(draw=OuterRef("pk"), trustee__in=people)
    standing = Draw.objects.filter(
        tender__appointments__trustee=trustee, ended_at__isnull=True, drawn_at__isnull=True
    ).annotate(committed=Exists(own))
    wanted = Q(frozen_at__isnull=True) & ~Exists(by_hand) | Exists(own.filter(opened_at__isnull=True))
    going = {f"tender__{end}__isnull": True for end in ("cancelled_at", "failed_at", "void_at", "awarded_at")}
    return standing.filter(wanted, **going).select_related("tender").order_by("known_from", "pk")


def programs_of(draw: Draw) -> list[Trustee]:
    """The trustees of a draw's tender whose programs commit by themselves and have not yet."""
    done = draw.secrets.filter(program__isnull=False).values("program")
    mine = Trustee.objects.filter(appointments__tender=draw.tender_id, identity__isnull=False)
    return list(mine.exclude(pk__in=done).select_related("entity").order_by("pk"))


def answered_by(trustee: Trustee) -> QuerySet[Appointment]:
    """Tenders this trustee has handed over shares for, the newest first."""
    shares = Share.objects.filter(appointment=OuterRef("pk"))
    return (
        trustee.appointments.filter(Exists(shares))
        .annotate(answered_at=Subquery(shares.order_by("-handed_at").values("handed_at")[:1]))
        .select_related("tender")
        .order_by("-answered_at")
    )


def bids_to_answer(appointment: Appointment, *, now: dt.datetime) -> list[Bid]:
    """The bids of a tender that is due; none before the deadline, so that nobody can count them."""
    tender = appointment.tender
    if tender.closes_at is None or now < tender.closes_at:
        return []
    bids = tender.bids.standing().select_related("tenderer").order_by("ref")
    return list(bids.exclude(shares__appointment=appointment))


def trustee_keys(tender: Tender) -> list[Key]:
    """The public keys bids of this tender are sealed to, in the order of their shares; none, no bid."""
    publics = tender.appointments.order_by("position").values_list("key__public", flat=True)
    return [Key(bytes(public)) for public in publics]
