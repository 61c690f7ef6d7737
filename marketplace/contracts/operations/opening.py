"""The buyer opens accepted work to the department that decides, and ends that; who reads it is on record."""

import datetime as dt

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import User

from .. import errors
from ..models import Contract, DeliverableFile, DepartmentGrant, DepartmentReading, Milestone


@transaction.atomic
def open_to_department(
    *, contract: Contract, milestone: Milestone | None, by: User, at: dt.datetime
) -> DepartmentGrant:
    """Let the department read a milestone once it is accepted, or without one all work of the contract.

    Raises NotToBeOpened where there is no department but the buyer, or nothing is signed, and OpenAlready.
    """
    try:
        with transaction.atomic():
            made = DepartmentGrant.objects.create(
                contract=contract, milestone=milestone, given_by=by, given_at=at
            )
    except IntegrityError as refusal:
        if "department_grant_one_stands" in str(refusal):
            raise errors.OpenAlready from refusal
        if "department_grant_by_the_buyer" in str(refusal):
            raise errors.NotToBeOpened from refusal
        raise
    body = {"department": contract.department.urn, "whole": milestone is None} | _which(milestone)
    record(kind="contracts.department_opened", subject=contract, actor=by, body=body, noticeable=False)
    return made


def _which(milestone: Milestone | None) -> dict[str, object]:
    return {"milestone": milestone.position, "name": milestone.name} if milestone else {}


@transaction.atomic
def close_to_department(*, grant: DepartmentGrant, by: User, at: dt.datetime) -> DepartmentGrant:
    """The department reads it no longer; what it read stays on record. Raises ClosedAlready."""
    locked = DepartmentGrant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if locked.ended_at is not None:
        raise errors.ClosedAlready
    locked.ended_at, locked.ended_by = at, by
    locked.save(update_fields=["ended_at", "ended_by"])
    contract = locked.contract
    body = {"department": contract.department.urn, "whole": locked.milestone_id is None}
    body |= _which(locked.milestone)
    record(kind="contracts.department_closed", subject=contract, actor=by, body=body, noticeable=False)
    return locked


@transaction.atomic
def note_reading(
    *, milestone: Milestone, file: DeliverableFile | None, by: User, at: dt.datetime
) -> DepartmentReading:
    """Somebody of the department reads what is open to it, or fetches a file. Raises NotOpen."""
    try:
        with transaction.atomic():
            made = DepartmentReading.objects.create(milestone=milestone, file=file, reader=by, at=at)
    except IntegrityError as refusal:
        if "department_reads_what_is_open" in str(refusal):
            raise errors.NotOpen from refusal
        raise
    body = {"file": file.digest if file else ""} | _which(milestone)
    record(
        kind="contracts.department_read", subject=milestone.contract, actor=by, body=body, noticeable=False
    )
    return made
