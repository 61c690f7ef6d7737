"""Reads about who is who: merges, and records that may be one."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from ..models import Entity, EntityKind, Interest, Person, Same, Suggestion, Tier


def keys_of_same(keys: Iterable[int], *, people: bool) -> dict[int, int]:
    """For each key the lowest key of the records merged with it, itself where there is none.

    Merges of merges count, in as many queries as the longest chain of them has steps.
    """
    own, other = ("person_id", "other_person_id") if people else ("entity_id", "other_entity_id")
    wanted = set(keys)
    known, edges = set(wanted), set()
    edge = wanted
    while edge:
        found = set(
            Same.objects.standing()
            .exclude(tier=Tier.C)
            .filter(Q(**{f"{own}__in": edge}) | Q(**{f"{other}__in": edge}))
            .values_list(own, other)
        )
        edges |= found
        edge = {key for pair in found for key in pair} - known
        known |= edge
    lowest = {key: key for key in known}
    for _step in range(len(edges)):
        before = dict(lowest)
        for one, two in edges:
            lowest[one] = lowest[two] = min(lowest[one], lowest[two])
        if lowest == before:
            break
    return {key: lowest[key] for key in wanted}


def merges() -> QuerySet[Same]:
    """Every merge, the newest first; the standing ones before those split since."""
    return Same.objects.select_related(
        "entity", "other_entity", "person", "other_person", "made_by", "split_by"
    ).order_by("-pk")


def suggestions() -> QuerySet[Suggestion]:
    """Every suggestion with both of its records."""
    return Suggestion.objects.select_related(
        "entity__region", "other_entity__region", "person", "other_person", "decided_by", "same"
    )


def _firms(people: Iterable[int]) -> dict[int, set[int]]:
    """The entities each of these people holds something in, as far as it is more than a name."""
    found: dict[int, set[int]] = {}
    rows = (
        Interest.objects.standing()
        .filter(holder_person__in=list(people), subject__isnull=False)
        .values_list("holder_person_id", "subject_id")
    )
    for person, firm in rows:
        found.setdefault(person, set()).add(firm)
    return found


def _apart(one: Any, other: Any, names: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    agreeing: list[str] = []
    differing: list[str] = []
    for label, field in names:
        left, right = (_value(getattr(record, field)) for record in (one, other))
        if left and right:
            (agreeing if left == right else differing).append(label)
    return agreeing, differing


def _value(held: Any) -> Any:
    if isinstance(held, bytes | memoryview):
        return bytes(held)
    return "".join(str(held).split()).casefold() if held else ""


PERSON_ATTRIBUTES = (("identity", "identity_digest"), ("birth_month", "birth_month"), ("address", "address"))
ENTITY_ATTRIBUTES = (
    ("credit_code", "credit_code"),
    ("address", "address"),
    ("phone", "phone"),
    ("email", "email"),
    ("account", "account_digest"),
)


def agreement_of_people(pairs: list[tuple[Person, Person]]) -> list[tuple[list[str], list[str]]]:
    """For each pair the attributes that agree beside the name, and those held by both that differ."""
    firms = _firms({person.pk for pair in pairs for person in pair})
    found = []
    for one, other in pairs:
        agreeing, differing = _apart(one, other, PERSON_ATTRIBUTES)
        if firms.get(one.pk, set()) & firms.get(other.pk, set()):
            agreeing.append("firm")
        found.append((agreeing, differing))
    return found


def agreement_of_entities(pairs: list[tuple[Entity, Entity]]) -> list[tuple[list[str], list[str]]]:
    """For each pair the attributes that agree beside the name, and those held by both that differ.

    Departments of two regions differ in their place, however alike their names are.
    """
    found = []
    for one, other in pairs:
        agreeing, differing = _apart(one, other, ENTITY_ATTRIBUTES)
        if EntityKind.DEPARTMENT in (one.kind, other.kind) and one.region_id != other.region_id:
            differing.append("place")
        found.append((agreeing, differing))
    return found
