"""A contract is drawn up from a final award, by its schedule; the buyer fixes milestones and checklists."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.payments.books import to_fen
from marketplace.tenders.models import Award, Tender
from regulation.ledger.operations import record
from regulation.parties.models import Entity, User
from regulation.registry.models import Necessity, Ruling

from ..errors import AlreadyDrawnUp, DoesNotAddUp, NotFinal, NothingToCheck, NotNow, TooLong
from ..life import Act, State
from ..models import Contract, ContractRule, Milestone, Schedule, Wording
from ..queries import ends_at, rule_for, schedule_for, wording_for
from ..schedule import due_days, split
from ..seed import ensure_terms
from .acting import locked_contract

REF_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no look-alikes


def new_ref(at: dt.datetime) -> str:
    return f"c{at:%y%m%d}-{''.join(secrets.choice(REF_ALPHABET) for _ in range(6))}"


def who_pays(*, ruling: Ruling | None, buyer: Entity, department: Entity) -> Entity:
    """The department where the ruling relied on says it commissions the service (优化营商环境条例 43)."""
    commissioned = ruling is not None and ruling.necessity == Necessity.COMMISSIONED
    return department if commissioned else buyer


@dataclass(frozen=True, slots=True)
class Part:
    """One milestone as it is drawn up: amount in yuan, working days from signing, lines to examine it by."""

    name: str
    amount: Decimal
    days: int
    checklist: tuple[tuple[str, str], ...]
    name_en: str = ""
    lines: list[dict[str, str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lines = [{"text": text, "text_en": text_en} for text, text_en in self.checklist]
        object.__setattr__(self, "lines", lines)


@transaction.atomic
def draw_up_contract(*, award: Award, at: dt.datetime) -> Contract:
    """Make the draft of a contract from a final award: parties, price, days, the milestones of its schedule.

    For several services by the general text and schedule: one made for one of them says nothing of the
    others. The clock of signing began when the award became final. Raises NotFinal and AlreadyDrawnUp.
    """
    if award.final_at is None or award.ended_at is not None:
        raise NotFinal
    rule, wording, schedule = _terms_for(award.tender, on=timezone.localdate(at))
    try:
        with transaction.atomic():
            made = _of_award(award, at=at, rule=rule, wording=wording)
    except IntegrityError as refusal:
        if "contracts_contract_award_id" in str(refusal):
            raise AlreadyDrawnUp from refusal
        raise
    _by_schedule(made, schedule.parts)
    body = {
        "award": award.urn,
        "buyer": made.buyer.urn,
        "seller": made.seller.urn,
        "payer": made.payer.urn,
        "price": str(made.price),
        "sign_by": made.sign_by.isoformat(),
    }
    record(kind="contracts.drawn_up", subject=made, actor=None, body=body, noticeable=False)
    return made


def _terms_for(tender: Tender, *, on: dt.date) -> tuple[ContractRule, Wording, Schedule]:
    """What is in force on a day; where nothing is on record the site's own is put there first."""
    service = tender.service if len(tender.bought) == 1 else None
    if rule_for(tender.region, on=on) is None or wording_for(service, on=on) is None:
        ensure_terms()
    rule, wording = rule_for(tender.region, on=on), wording_for(service, on=on)
    schedule = schedule_for(service, on=on)
    if rule is None or wording is None or schedule is None:
        raise LookupError("no rule, standard text or schedule is in force for this contract")
    return rule, wording, schedule


def _of_award(award: Award, *, at: dt.datetime, rule: ContractRule, wording: Wording) -> Contract:
    """The row of a final award's contract: all that the award and its tender say."""
    tender = award.tender
    return Contract.objects.create(
        ref=new_ref(at),
        award=award,
        buyer=tender.owner,
        seller=award.bid.tenderer,
        payer=who_pays(ruling=tender.ruling, buyer=tender.owner, department=tender.department),
        department=tender.department,
        service=tender.service,
        approval=tender.approval,
        region=tender.region,
        ruling=tender.ruling,
        rule=rule,
        wording=wording,
        price=award.price,
        bid_price=award.price,
        days=award.bid.days or tender.days,
        sign_by=ends_at(award.final_at or at, rule.sign_within),
        is_invented=tender.is_invented,
    )


def _by_schedule(contract: Contract, parts: Sequence[dict[str, Any]]) -> None:
    fen = to_fen(contract.price)
    try:
        amounts = split(fen, [Decimal(part["share"]) for part in parts])
    except ValueError:  # a price of a few fen is paid at once
        parts, amounts = parts[-1:], [fen]
    days = due_days(contract.days, [Decimal(part["days"]) for part in parts])
    Milestone.objects.bulk_create(
        Milestone(
            contract=contract,
            position=n,
            name=part["name"],
            name_en=part["name_en"],
            fen=amount,
            days=until,
            checklist=part["checklist"],
        )
        for n, (part, amount, until) in enumerate(zip(parts, amounts, days, strict=True), start=1)
    )


def checked_parts(parts: Sequence[Part], *, price: Decimal, days: int) -> None:
    """Raises NothingToCheck, TooLong and DoesNotAddUp."""
    whole = all(p.name.strip() and p.amount > 0 and p.days > 0 and p.checklist for p in parts)
    if not parts or not whole:
        raise NothingToCheck
    if max(part.days for part in parts) > days:
        raise TooLong
    if sum(part.amount for part in parts) != price:
        raise DoesNotAddUp


@transaction.atomic
def set_milestones(*, contract: Contract, parts: Sequence[Part], by: User, at: dt.datetime) -> Contract:
    """Replace the milestones of a draft. Raises NotNow, NothingToCheck, TooLong and DoesNotAddUp."""
    locked = locked_contract(contract)
    state = locked.state_at(at)
    if state is not State.DRAFT:
        raise NotNow(Act.OFFER, state)
    checked_parts(parts, price=locked.price, days=locked.days)
    locked.milestones.all().delete()
    Milestone.objects.bulk_create(
        Milestone(
            contract=locked,
            position=n,
            name=part.name.strip(),
            name_en=part.name_en.strip(),
            fen=to_fen(part.amount),
            days=part.days,
            checklist=part.lines,
        )
        for n, part in enumerate(parts, start=1)
    )
    body = {"milestones": [[part.name, str(part.amount), part.days] for part in parts]}
    record(kind="contracts.milestones_set", subject=locked, actor=by, body=body, noticeable=False)
    return locked
