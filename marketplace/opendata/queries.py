"""What is published of the registry, in a fixed number of queries a batch."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from regulation.registry.models import Approval, Material, Ruling
from regulation.registry.models.ruling import RulingQuerySet
from regulation.registry.queries import bases

BATCH = 500


def published_rulings(*, on: dt.date) -> RulingQuerySet:
    """Published rulings with all that their nodes name, each judged on a day."""
    found = Ruling.objects.published().judged_on(on)
    found = found.select_related("approval", "service", "region", "condition")
    return found.prefetch_related(bases())


def approvals_with_all(
    approvals: Sequence[Approval], *, on: dt.date
) -> Iterator[tuple[Approval, list[Ruling], list[Material]]]:
    """Each approval with the rulings on record that name it, in force on a day, and its papers."""
    rulings: dict[int, list[Ruling]] = defaultdict(list)
    current = published_rulings(on=on).on_record().in_force_on(on)
    for ruling in current.filter(approval__in=approvals).order_by("service", "pk"):
        if ruling.approval_id is not None:
            rulings[ruling.approval_id].append(ruling)
    papers: dict[int, list[Material]] = defaultdict(list)
    for paper in (
        Material.objects.filter(approval__in=approvals).select_related("service").order_by("position")
    ):
        papers[paper.approval_id].append(paper)
    for approval in approvals:
        yield approval, rulings[approval.pk], papers[approval.pk]


def every_approval(*, on: dt.date) -> Iterator[tuple[Approval, list[Ruling], list[Material]]]:
    """All approvals, a batch at a time: memory does not grow with their number."""
    found = Approval.objects.select_related("department__region", "region").order_by("pk")
    rows = found.iterator(chunk_size=BATCH)
    while some := list(islice(rows, BATCH)):
        yield from approvals_with_all(some, on=on)


def general_rulings(*, on: dt.date) -> Iterator[Ruling]:
    """Rulings on record on a service alone, in force on a day."""
    found = published_rulings(on=on).on_record().in_force_on(on).filter(approval=None).order_by("pk")
    yield from found.iterator(chunk_size=BATCH)
