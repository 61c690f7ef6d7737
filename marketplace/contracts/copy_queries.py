"""Reads of signed copies."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from regulation.parties.models import Entity

from .models import Contract, CopyAnswer, CopySaid, SignedCopy, Version
from .queries import with_sides


def latest_copy(version: Version | None) -> SignedCopy | None:
    """The newest copy of a version, with its files and answers."""
    if version is None:
        return None
    return _whole(version.copies.all()).order_by("-number").first()


def copies_of(contract: Contract) -> list[SignedCopy]:
    """Every copy of every version, the newest first, in three queries whatever their number."""
    found = SignedCopy.objects.filter(version__contract=contract)
    return list(_whole(found).order_by("-version__number", "-number"))


def copies_to_confirm(entity: Entity) -> QuerySet[Contract]:
    """Contracts with a signed copy that waits for an entity's answer."""
    waiting = SignedCopy.objects.filter(
        ~Exists(CopyAnswer.objects.filter(~Q(said=CopySaid.CONFIRMED), copy=OuterRef("pk"))),
        ~Exists(CopyAnswer.objects.filter(entity=entity, copy=OuterRef("pk"))),
        version__contract=OuterRef("pk"),
        version__number=OuterRef("version_no"),
    ).exclude(entity=entity)
    return with_sides(Contract.objects.of_sides([entity.pk]).filter(Exists(waiting))).order_by("pk")


def _whole(found: QuerySet[SignedCopy]) -> QuerySet[SignedCopy]:
    return found.select_related("version", "entity", "given_by").prefetch_related(
        "files", "answers__entity", "answers__said_by"
    )


def stands(copy: SignedCopy, contract: Contract) -> bool:
    """Whether every side but the one that gave it has confirmed it."""
    confirmed = {one.side for one in copy.answers.all() if one.said == CopySaid.CONFIRMED}
    return set(contract.sides) - {copy.side} <= confirmed


def waits_for(copy: SignedCopy, contract: Contract) -> list[str]:
    """The sides that have yet to answer; of none where it differs, was taken back, or stands."""
    answers = list(copy.answers.all())
    if any(one.said != CopySaid.CONFIRMED for one in answers):
        return []
    said = {one.side for one in answers}
    return [side for side in contract.sides if side != copy.side and side not in said]
