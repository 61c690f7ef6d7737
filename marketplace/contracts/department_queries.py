"""Reads of what is opened to the department that decides, and of links to deliverables."""

import datetime as dt
from typing import Any

from django.db.models import CharField, Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from marketplace.tenders.queries import services_in_order
from regulation.parties.models import Entity
from regulation.registry.models import Approval

from .models import (
    Contract,
    DeliverableFile,
    DepartmentGrant,
    DepartmentReading,
    Milestone,
    ShareAccess,
    ShareLink,
    Submission,
)


def _standing() -> QuerySet[DepartmentGrant]:
    """Openings that stand for a milestone, for a subquery."""
    found = DepartmentGrant.objects.filter(contract=OuterRef("contract"), ended_at__isnull=True)
    return found.filter(Q(milestone__isnull=True) | Q(milestone=OuterRef("pk")))


def open_to(department: Entity) -> QuerySet[Milestone]:
    """Accepted work for a department's approvals that its buyers have opened to it, the newest first."""
    found = Milestone.objects.filter(contract__department=department, accepted_at__isnull=False)
    found = found.filter(Exists(_standing()))
    found = found.prefetch_related(Prefetch("contract__award__tender__services", services_in_order()))
    return found.select_related(
        "contract__buyer", "contract__seller", "contract__approval", "contract__award__tender"
    ).order_by("-accepted_at", "-pk")


def unread_by(department: Entity) -> QuerySet[Milestone]:
    """What is open to a department and nobody of it has read yet, the newest first."""
    return open_to(department).filter(~Exists(DepartmentReading.objects.filter(milestone=OuterRef("pk"))))


def approvals_open_to(department: Entity) -> QuerySet[Approval]:
    """The approvals for which a department has contracts' work."""
    return Approval.objects.filter(contracts__department=department).distinct().order_by("name", "pk")


def last_files(milestones: list[Milestone]) -> dict[int, list[DeliverableFile]]:
    """By milestone the files of what was handed in last: of accepted work what was accepted. One query."""
    newest = Submission.objects.filter(
        milestone=OuterRef("submission__milestone"), number__gt=OuterRef("submission__number")
    )
    found = DeliverableFile.objects.filter(~Exists(newest), submission__milestone__in=milestones)
    told: dict[int, list[DeliverableFile]] = {one.pk: [] for one in milestones}
    for one in found.select_related("submission").order_by("pk"):
        told[one.submission.milestone_id].append(one)
    return told


def grants_of(contract: Contract) -> list[DepartmentGrant]:
    """Openings of a contract's work that stand: the whole first, then by milestone."""
    found = contract.grants.filter(ended_at__isnull=True).select_related("milestone", "given_by")
    return list(found.order_by(F("milestone__position").asc(nulls_first=True)))


def is_open(milestone: Milestone) -> bool:
    """Whether a milestone's work is open to the department, or will be once it is accepted."""
    standing = DepartmentGrant.objects.filter(contract=milestone.contract_id, ended_at__isnull=True)
    return standing.filter(Q(milestone__isnull=True) | Q(milestone=milestone.pk)).exists()


def accepted_of(contract: Contract) -> list[Milestone]:
    return list(contract.milestones.filter(accepted_at__isnull=False).order_by("position"))


def share_of(token_digest: str, *, now: dt.datetime) -> ShareLink | None:
    """The link of a token, as long as it leads somewhere."""
    found = ShareLink.objects.filter(token_digest=token_digest, ended_at__isnull=True, ends_at__gt=now)
    return found.select_related(
        "milestone__contract__award__tender", "whole__award__tender", "whole__buyer", "whole__seller"
    ).first()


def shares_of(milestone: Milestone) -> QuerySet[ShareLink]:
    """A milestone's own links, the newest first, with how often and when each was read."""
    return _read(milestone.shares.all())


def shares_in(contract: Contract) -> QuerySet[ShareLink]:
    """All links of a contract, its own and its milestones', the newest first."""
    return _read(
        ShareLink.objects.filter(Q(whole=contract) | Q(milestone__contract=contract))
    ).select_related("milestone")


def _read(links: QuerySet[ShareLink]) -> QuerySet[ShareLink]:
    return links.annotate(times=Count("accesses"), last=Max("accesses__at")).order_by("-pk")


def readings_of(contract: Contract) -> QuerySet[Any, Any]:
    """Who read what of a contract's work and when, the department's people and by links, the newest first.

    Rows with `at`, `who`, `by_link` (filled where it was), `position` and `named`, the file.
    """
    words = {"output_field": CharField()}
    people = DepartmentReading.objects.filter(milestone__contract=contract).values(
        "at",
        who=Coalesce(NullIf(F("reader__name"), Value("")), F("reader__email"), **words),
        by_link=Value("", **words),
        position=F("milestone__position"),
        named=F("file__name"),
    )
    links = ShareAccess.objects.filter(
        Q(link__whole=contract) | Q(link__milestone__contract=contract)
    ).values(
        "at",
        who=F("link__whom"),
        by_link=Value("link", **words),
        position=F("file__submission__milestone__position"),
        named=F("file__name"),
    )
    return people.union(links, all=True).order_by("-at")
