"""Contracts for tests, as plain as they can be."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from marketplace.contracts import operations
from marketplace.contracts.models import (
    Contract,
    CopyAnswer,
    DepartmentGrant,
    Dispute,
    Ending,
    Invoice,
    Mediator,
    Milestone,
    PartialUpload,
    Seat,
    SignedCopy,
)
from marketplace.contracts.queries import charge_of, latest_version
from marketplace.contracts.seed import ensure_terms
from marketplace.payments.models import Charge
from marketplace.payments.operations import order_funding
from marketplace.payments.queries import open_account
from marketplace.tenders.models import Award, Tender
from marketplace.tenders.operations import finalise_award, open_tender
from regulation.parties.models import Declaration, Membership, Role, User
from tests.factories import payments, tenders, world

YEARS = {
    "buyer": Role.OWNER,
    "payer": Role.OWNER,
    "seller": Role.AGENT,
}


def commit() -> None:
    """What is deferred to the commit, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def as_site() -> Iterator[None]:
    """As the site's own role, which owns nothing; what is thrown away at the end takes the role with it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE qinqing_site")
        yield
        commit()
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def final_award(*prices: str, **fields: object) -> Award:
    """An award whose standstill is over."""
    award, _bids = tenders.awarded(*prices, **fields)
    return _final(award)


def _final(award: Award) -> Award:
    commit()
    award = tenders.past(award)
    return finalise_award(award=award, at=timezone.now())


def of_opened(tender: Tender) -> Contract:
    """A draft of the award of a tender that has its bids."""
    world.close(tender)
    open_tender(tender=tender, at=timezone.now())
    return of_award(tenders.award_tender(tender=tender, by=world.user(), at=timezone.now()))


def of_award(award: Award) -> Contract:
    """A draft of an award that may become final."""
    ensure_terms()
    final = award if award.final_at else _final(award)
    made = operations.draw_up_contract(award=final, at=timezone.now())
    commit()
    return made


def drawn_up(*prices: str, **fields: object) -> Contract:
    return of_award(final_award(*prices, **fields))


def offered(contract: Contract | None = None, **fields: object) -> Contract:
    held = contract or drawn_up(**fields)
    operations.offer_contract(contract=held, by=world.user(), at=timezone.now())
    commit()
    held.refresh_from_db()
    return held


def binder(contract: Contract, side: str) -> Membership:
    """Somebody who may bind a side."""
    return world.member(YEARS[side], getattr(contract, side))


def sign(contract: Contract, side: str, **fields: object) -> Membership:
    who = fields.pop("who", None) or binder(contract, side)
    version = latest_version(contract)
    told = {
        "contract": contract,
        "side": side,
        "entity": who.entity,
        "read": version.digest if version else "",
        "proof": "password",
        "by": who.user,
        "at": timezone.now(),
    }
    operations.sign_contract(**told | fields)
    contract.refresh_from_db()
    return who


def signed(contract: Contract | None = None, **fields: object) -> Contract:
    """A contract in force."""
    held = offered(contract, **fields)
    for side in held.sides:
        sign(held, side)
    commit()
    return held


def first(contract: Contract) -> Milestone:
    return contract.milestones.order_by("position")[0]


def out_of_time(contract: Contract) -> Contract:
    """Move the last day of signing into the past, as only the owner of the database can."""
    with pgtrigger.ignore("contracts.Contract:terms_stand"):
        Contract.objects.filter(pk=contract.pk).update(sign_by=timezone.now() - dt.timedelta(seconds=1))
    contract.refresh_from_db()
    return contract


def part(name: str = "成果", amount: str = "900.00", days: int = 5, *lines: str) -> operations.Part:
    return operations.Part(
        name=name,
        amount=Decimal(amount),
        days=days,
        checklist=tuple((line, "") for line in lines or ("齐全",)),
    )


PDF = b"%PDF-1.7 deliverable"


def upload(content: bytes = PDF, name: str = "报告.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def begun(contract: Contract, *, by: User, content: bytes, name: str = "大.pdf") -> PartialUpload:
    """A file of which no part has come."""
    size = settings.UPLOAD_PART
    plan = [hashlib.sha256(content[at : at + size]).hexdigest() for at in range(0, len(content), size)]
    return operations.begin_upload(
        contract=contract, name=name, size=len(content), plan=plan, by=by, at=timezone.now()
    )


def started(milestone: Milestone) -> Milestone:
    return operations.start_milestone(milestone=milestone, by=world.user(), at=timezone.now())


def handed_in(milestone: Milestone, content: bytes = PDF) -> Milestone:
    if milestone.started_at is None:
        started(milestone)
    operations.hand_in_work(
        milestone=milestone, files=[upload(content)], note="", by=world.user(), at=timezone.now()
    )
    commit()
    milestone.refresh_from_db()
    return milestone


def judged(milestone: Milestone, why: str = "") -> list[operations.Judged]:
    return [operations.Judged(met=not why, why=why) for _line in milestone.checklist]


def accepted(milestone: Milestone) -> Milestone:
    operations.accept_work(milestone=milestone, judged=judged(milestone), by=world.user(), at=timezone.now())
    commit()
    milestone.refresh_from_db()
    return milestone


def funded(milestone: Milestone) -> Charge:
    """The milestone's sum is held, and the seller has an account."""
    charge = charge_of(milestone)
    if open_account(charge.payee, charge.provider) is None:
        payments.account(charge)
    payments.transferred(order_funding(charge=charge, by=None))
    commit()
    return charge


def unanswered(milestone: Milestone) -> Milestone:
    """Move the time to answer into the past."""
    Milestone.objects.filter(pk=milestone.pk).update(silence_until=timezone.now() - dt.timedelta(seconds=1))
    milestone.refresh_from_db()
    return milestone


def returned(milestone: Milestone) -> Milestone:
    """Handed in, and returned with reasons."""
    operations.return_work(
        milestone=milestone, judged=judged(milestone, "不齐"), by=world.user(), at=timezone.now()
    )
    commit()
    milestone.refresh_from_db()
    return milestone


def past_mending(milestone: Milestone) -> Milestone:
    """Move the time to mend into the past."""
    with pgtrigger.ignore("contracts.Milestone:facts_in_order"):
        past = timezone.now() - dt.timedelta(seconds=1)
        Milestone.objects.filter(pk=milestone.pk).update(mend_until=past)
    milestone.refresh_from_db()
    return milestone


@dataclass(frozen=True)
class Listed:
    """A mediator on the list, with who it is."""

    membership: Membership
    listed: Mediator


def mediator(declared: bool = True) -> Listed:
    """Somebody on the list of mediators, for a body that has declared its interests, or has not."""
    held = world.member(Role.MEDIATOR)
    if declared:
        Declaration.objects.create(entity=held.entity, as_of=world.LONG_AGO)
    told = {"user": held.user, "body": held.entity, "reason": "调解员", "listed_by": world.user()}
    made = Mediator.objects.create(**told, listed=world.DateRange(world.LONG_AGO, None))
    return Listed(held, made)


def disputed(milestone: Milestone, side: str = "buyer", files: object = (), claim: str = "不合格") -> Dispute:
    """A dispute that stands about a milestone that has begun."""
    made = operations.open_dispute(
        milestone=milestone,
        side=side,
        claim=claim,
        files=list(files),
        by=binder(milestone.contract, side).user,
        at=timezone.now(),
    )
    commit()
    milestone.refresh_from_db()
    return made


def _moved(model: type, pk: int, **moments: dt.datetime) -> None:
    """Move a deadline, as only the owner of the database can."""
    name = {Dispute: "Dispute", Seat: "Seat", Ending: "Ending"}[model]
    with pgtrigger.ignore(f"contracts.{name}:stands"):
        model.objects.filter(pk=pk).update(**moments)


def past_cure(dispute: Dispute) -> Dispute:
    """The time to mend or agree is over."""
    _moved(Dispute, dispute.pk, cure_until=timezone.now() - dt.timedelta(seconds=1))
    dispute.refresh_from_db()
    return dispute


def asked(dispute: Dispute, side: str = "seller") -> Dispute:
    """The time to agree is over and a decision is asked for."""
    past_cure(dispute)
    who = binder(dispute.milestone.contract, side)
    return operations.ask_for_decision(dispute=dispute, side=side, by=who.user, at=timezone.now())


def seated(dispute: Dispute) -> Seat:
    """The next mediator is named."""
    made = operations.name_mediator(dispute=dispute, at=timezone.now())
    commit()
    assert made is not None
    return made


def deciding(dispute: Dispute) -> Seat:
    """Somebody sits, has accepted, and the time to object is over."""
    seat = seated(asked(dispute))
    operations.accept_seat(seat=seat, by=seat.mediator.user, at=timezone.now())
    _moved(Seat, seat.pk, answer_by=timezone.now() - dt.timedelta(seconds=1))
    seat.refresh_from_db()
    return seat


def late(seat: Seat, **moments: dt.datetime) -> Seat:
    """A mediator's time is over."""
    _moved(Seat, seat.pk, **moments)
    seat.refresh_from_db()
    return seat


def past_grace(ending: Ending) -> Ending:
    """The time that a demand gave is over."""
    _moved(Ending, ending.pk, grace_until=timezone.now() - dt.timedelta(seconds=1))
    ending.refresh_from_db()
    return ending


def moved_grace(ending: Ending, until: dt.datetime) -> None:
    _moved(Ending, ending.pk, grace_until=until)


def overdue(milestone: Milestone) -> Milestone:
    """Its day is past."""
    Milestone.objects.filter(pk=milestone.pk).update(due_on=timezone.localdate() - dt.timedelta(days=1))
    milestone.refresh_from_db()
    return milestone


def invoiced(milestone: Milestone, number: str = "12345678", fen: int = 1) -> Invoice:
    """An invoice of the seller, with its file."""
    return operations.record_invoice(
        milestone=milestone,
        number=number,
        code="",
        issued_on=dt.date(2026, 1, 1),
        fen=fen,
        file=upload(name="发票.pdf"),
        by=world.user(),
        at=timezone.now(),
    )


PAPER = b"%PDF-1.7 signed paper"


def copied(contract: Contract, side: str = "buyer", **fields: object) -> SignedCopy:
    """A signed copy one side gave."""
    who = fields.pop("who", None) or binder(contract, side)
    told = {
        "contract": contract,
        "side": side,
        "entity": who.entity,
        "files": [upload(PAPER, "合同扫描件.pdf")],
        "note": "",
        "proof": "password",
        "by": who.user,
        "at": timezone.now(),
    }
    return operations.give_copy(**told | fields)


def answered(copy: SignedCopy, side: str, answer: str = "confirmed", **fields: object) -> CopyAnswer:
    """What a side says of a signed copy."""
    contract = copy.version.contract
    who = fields.pop("who", None) or binder(contract, side)
    told = {
        "contract": contract,
        "number": copy.number,
        "side": side,
        "entity": who.entity,
        "answer": answer,
        "reason": "" if answer == "confirmed" else "缺第三页",
        "proof": "password",
        "by": who.user,
        "at": timezone.now(),
    }
    return operations.answer_copy(**told | fields)


def delivered(contract: Contract | None = None, content: bytes = PDF) -> Milestone:
    """The first milestone of a contract in force, handed in and accepted."""
    return accepted(handed_in(first(contract or signed()), content))


def opened(milestone: Milestone, *, whole: bool = False) -> DepartmentGrant:
    """Its buyer opens it, or all of its contract, to the department."""
    return operations.open_to_department(
        contract=milestone.contract,
        milestone=None if whole else milestone,
        by=binder(milestone.contract, "buyer").user,
        at=timezone.now(),
    )


def of_department(contract: Contract) -> Membership:
    """Somebody of the department that decides."""
    return world.member(Role.OWNER, contract.department)
