"""A draft on its way to the record: filed whole, or not at all."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ..errors import NothingToDeclare, RowGone
from ..models import Declaration, DeclarationDraft, Entity, EntityKind, InterestKind, Person, User
from ..queries import stated_by, stated_of
from ..rows import AGREED, KIN, OFFICIAL
from .declarations import declare_whole
from .interests import end_interest, state_interest
from .people import declared_person
from .registration import register_entity


@transaction.atomic
def file_declaration(*, entity: Entity, by: User, at: dt.datetime) -> Declaration:
    """File the entity's draft whole: state what is new, end what ended, and freeze what then stands.

    Raises NothingToDeclare without a draft that says something, RowGone, NumberAndNameDiffer and what
    `state_interest` raises; then nothing is written and the draft stays.
    """
    draft = DeclarationDraft.objects.select_for_update().filter(entity=entity).first()
    if draft is None or not (draft.rows or draft.ends):
        raise NothingToDeclare
    as_of = timezone.localdate(at)
    changed = _end_rows(entity, draft, by=by, at=at) + _Rows(entity, draft, by).state()
    draft.delete()
    return declare_whole(entity, stated_by(entity), as_of=as_of, by=by, at=at, changed=changed)


def _end_rows(entity: Entity, draft: DeclarationDraft, *, by: User, at: dt.datetime) -> list[dt.date]:
    days = []
    for key, day in draft.ends.items():
        interest = stated_by(entity).filter(pk=int(key)).first()
        if interest is None:
            raise RowGone
        days.append(dt.date.fromisoformat(day))
        end_interest(interest=interest, end=days[-1], by=by, at=at)
    return days


class _Rows:
    """The rows of a draft on their way to the record: holders first, then what hangs on them."""

    def __init__(self, entity: Entity, draft: DeclarationDraft, by: User) -> None:
        self.entity, self.draft, self.by = entity, draft, by
        self.people: dict[str, tuple[Person, str]] = {}

    def state(self) -> list[dt.date]:
        """State every row; returns the days on which what they tell began."""
        later = (OFFICIAL, KIN)
        ordered = sorted(enumerate(self.draft.rows, start=1), key=lambda row: row[1]["sort"] in later)
        return [day for number, row in ordered for day in self._state(number, row)]

    def _state(self, number: int, row: dict[str, Any]) -> list[dt.date]:
        if row["sort"] == AGREED:
            self._agree(row["interest"])
            return []
        start, end = (dt.date.fromisoformat(row[name]) if row[name] else None for name in ("start", "end"))
        shared = {
            "start": start,
            "end": end,
            "source": row["source"],
            "source_url": row["url"],
            "declared_by": self.entity,
            "by": self.by,
            "is_invented": self.entity.is_invented,
        }
        if row["sort"] == OFFICIAL:
            person, tier = self._who(row["who"])
            self._office(person, tier, row, shared)
        elif row["sort"] == KIN:
            own, _tier = self._who(row["who"])
            relative, tier = self._person(number, row)
            state_interest(
                holder=relative,
                subject=own,
                kind=InterestKind.CLOSE_KIN,
                tier=tier,
                **shared | {"start": None, "end": None},
            )
            self._office(relative, tier, row, shared)
        else:
            holder, tier = self._holder(number, row)
            share = (Decimal(row["share"][0]), Decimal(row["share"][1])) if row["share"] else None
            state_interest(
                holder=holder,
                subject=self.entity,
                kind=row["kind"],
                share=share,
                post=row["post"],
                tier=tier,
                **shared,
            )
        return [day for day in (start, end) if day]

    def _office(self, person: Person, tier: str, row: dict[str, Any], shared: dict[str, Any]) -> None:
        department = Entity.objects.departments().filter(pk=row["department"]).first()
        if department is None:
            raise RowGone
        state_interest(
            holder=person,
            subject=department,
            kind=InterestKind.OFFICIAL,
            post=row["post"],
            rank=row["rank"],
            tier=tier,
            **shared,
        )

    def _agree(self, key: int) -> None:
        other = stated_of(self.entity).filter(pk=key).first()
        holder = other.holder if other else None
        if other is None or holder is None:
            raise RowGone
        share = None
        if other.share_min is not None and other.share_max is not None:
            share = (other.share_min, other.share_max)
        state_interest(
            holder=holder,
            subject=self.entity,
            kind=other.kind,
            start=other.held.lower,
            end=other.held.upper,
            share=share,
            post=other.post,
            tier=other.tier,
            source=other.source,
            source_url=other.source_url,
            declared_by=self.entity,
            by=self.by,
            is_invented=other.is_invented,
        )

    def _holder(self, number: int, row: dict[str, Any]) -> tuple[Entity | Person, str]:
        if row["person"]:
            return self._person(number, row)
        if row["entity"]:
            there = Entity.objects.filter(pk=row["entity"]).first()
        else:
            there = Entity.objects.filter(credit_code=row["code"]).first() if row["code"] else None
        if row["entity"] and there is None:
            raise RowGone
        return there or register_entity(
            kind=EntityKind.ENTERPRISE,
            name=row["name"],
            credit_code=row["code"] or None,
            source=row["source"],
            is_invented=self.entity.is_invented,
            by=self.by,
        ), "A"

    def _person(self, number: int, row: dict[str, Any]) -> tuple[Person, str]:
        found = declared_person(
            entity=self.entity,
            name=row["name"],
            birth_month=row["birth_month"],
            digest=bytes.fromhex(row["identity"]) if row["identity"] else None,
            row=number,
            is_invented=self.entity.is_invented,
        )
        self.people[f"r:{row['key']}"] = found
        return found

    def _who(self, token: str) -> tuple[Person, str]:
        """One of the firm's people: of a row of this draft, or of what it declared before."""
        if token in self.people:
            return self.people[token]
        sort, _colon, key = token.partition(":")
        if sort == "p":
            own = stated_by(self.entity).filter(holder_person=int(key)).first()
            if own is not None and own.holder_person is not None:
                return own.holder_person, own.tier
        raise RowGone
