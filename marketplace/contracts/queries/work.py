"""What was handed in, and what is on its way."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Sum
from django.db.models.functions import Coalesce

from marketplace.tenders.queries import services_in_order
from regulation.parties.models import User

from ..models import Contract, Invoice, Milestone, PartialUpload, Submission


def register() -> QuerySet[Milestone]:
    """The public register: accepted milestones of signed contracts, the newest first. Never a file."""
    found = Milestone.objects.filter(contract__signed_at__isnull=False, accepted_at__isnull=False)
    found = found.annotate(invoiced=Exists(Invoice.objects.filter(milestone=OuterRef("pk"))))
    found = found.prefetch_related(Prefetch("contract__award__tender__services", services_in_order()))
    return found.select_related(
        "contract__seller",
        "contract__buyer",
        "contract__region",
        "contract__award__tender",
    ).order_by("-accepted_at", "-pk")


def handed_in(milestones: list[Milestone]) -> dict[int, list[Any]]:
    """By milestone what was handed in for it, with files and answers, in three queries for all."""
    found = Submission.objects.filter(milestone__in=milestones).select_related("answer", "submitted_by")
    told: dict[int, list[Any]] = {one.pk: [] for one in milestones}
    for one in found.prefetch_related(Prefetch("files")).order_by("pk"):
        told[one.milestone_id].append(one)
    return told


def uploads_of(user: User, contract: Contract) -> QuerySet[PartialUpload]:
    """What a person has begun to upload for a contract, the newest first, with how many parts came."""
    found = PartialUpload.objects.filter(user=user, contract=contract)
    return found.annotate(came=Count("parts"), bytes=Coalesce(Sum("parts__size"), 0)).order_by("-pk")
