"""Contracts with their sides, versions and milestones, to whom they may be shown."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from marketplace.tenders.queries import services_in_order
from regulation.parties.models import Entity, Membership, Role

from ..models import Change, Contract, Milestone, Settlement, Signature, Version

SIDES = ("buyer", "seller", "payer")


def with_sides(contracts: QuerySet[Contract]) -> QuerySet[Contract]:
    return contracts.select_related(
        "buyer", "seller", "payer", "department", "service", "approval", "region", "award__tender"
    ).prefetch_related(Prefetch("award__tender__services", services_in_order()))


def contracts_visible_to(membership: Membership | None, *, staff: bool = False) -> QuerySet[Contract]:
    """Signed ones for everyone; the others for their sides and for regulators."""
    own = [membership.entity_id] if membership and membership.role in (Role.OWNER, Role.AGENT) else []
    oversees = staff or bool(membership and membership.role == Role.REGULATOR)
    return with_sides(Contract.objects.visible_to(own, oversees=oversees)).select_related(
        "rule", "wording__service", "ruling", "gate", "suspended_by_check"
    )


def contracts_of(entity: Entity) -> QuerySet[Contract]:
    """What an entity buys, sells or pays, the newest first."""
    return with_sides(Contract.objects.of_sides([entity.pk])).order_by("-pk")


OVER = Q(completed_at__isnull=False) | Q(terminated_at__isnull=False)
"""Contracts whose work is over."""


def awards_over() -> Q:
    """A condition on awards: the work of their contract is over."""
    return Q(Exists(Contract.objects.filter(OVER, award=OuterRef("pk"), signed_at__isnull=False)))


def signed_contracts() -> QuerySet[Contract]:
    """Every signed contract, the newest first, each with the fen `sent_back` by settlements."""
    back = (
        Settlement.objects.filter(milestone__contract=OuterRef("pk")).order_by().values("milestone__contract")
    )
    told = Coalesce(Subquery(back.annotate(n=Sum("refunded_fen")).values("n")), 0)
    return with_sides(Contract.objects.signed()).annotate(sent_back=told).order_by("-signed_at", "-pk")


def running_contracts() -> QuerySet[Contract]:
    """Drawn up or signed, and neither lapsed nor ended nor complete; in order of keys."""
    running = Contract.objects.filter(
        lapsed_at__isnull=True, terminated_at__isnull=True, completed_at__isnull=True
    )
    return running.select_related(
        "award__bid__tenderer", "award__tender__department", "award__tender__owner"
    ).order_by("pk")


def contracts_over(entities: list[int] | None) -> QuerySet[Contract]:
    """Signed contracts whose work is over, of these sellers or of anyone where None; in order of keys."""
    found = Contract.objects.filter(OVER, signed_at__isnull=False)
    found = found if entities is None else found.filter(seller__in=entities)
    return found.select_related(
        "award__bid__tenderer", "award__tender__department", "award__tender__owner"
    ).order_by("pk")


def contract_of(award_pk: int) -> Contract | None:
    return Contract.objects.filter(award=award_pk).first()


def latest_version(contract: Contract) -> Version | None:
    """What lies before the sides, or was signed."""
    return contract.versions.filter(number=contract.version_no).first() if contract.version_no else None


def signatures_of(version: Version | None) -> dict[str, Signature]:
    """By side."""
    if version is None:
        return {}
    return {s.side: s for s in version.signatures.select_related("entity", "signed_by")}


def milestones_of(contract: Contract) -> list[Milestone]:
    return list(contract.milestones.order_by("position"))


def standing_change(contract: Contract) -> Change | None:
    """The change that waits for its answer."""
    waiting = contract.changes.filter(agreed_at__isnull=True, declined_at__isnull=True)
    return waiting.select_related("version").first()


def price_history(contract: Contract) -> list[Version]:
    """The versions that held, the first that was signed before the rest: how the price moved."""
    held = contract.versions.filter(Q(change__agreed_at__isnull=False) | Q(change__isnull=True))
    return list(held.filter(number__lte=contract.version_no).select_related("change").order_by("number"))
