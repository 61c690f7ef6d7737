"""The signed paper as a scan: one side gives it, the others confirm it or say what differs."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User
from regulation.parties.uploads import Kept

from .. import errors
from ..copy_queries import latest_copy, stands
from ..models import Contract, CopyAnswer, CopyFile, CopySaid, SignedCopy, Version
from ..queries import latest_version
from .acting import locked_contract, said
from .delivering import looked_at
from .uploading import spend, whole_files

SCANS = ("pdf", "png", "jpeg")
KINDS = {
    CopySaid.CONFIRMED: "contracts.copy_confirmed",
    CopySaid.DIFFERS: "contracts.copy_differs",
    CopySaid.TAKEN_BACK: "contracts.copy_taken_back",
}


def _scans(kept: Sequence[Kept]) -> None:
    """Raises FileRefused, naming a file that is no scan."""
    for one in kept:
        if one.kind not in SCANS:
            raise errors.FileRefused(one.name, _("a signed copy is a PDF, PNG or JPEG."))


def _version_to_copy(contract: Contract) -> Version:
    """The version in force. Raises NothingSigned."""
    version = latest_version(contract) if contract.signed_at else None
    if version is None:
        raise errors.NothingSigned
    return version


def give_copy(
    *,
    contract: Contract,
    side: str,
    entity: Entity,
    files: "Sequence[UploadedFile[Any]]",
    note: str,
    proof: str,
    by: User,
    at: dt.datetime,
    held: Sequence[str] = (),
) -> SignedCopy:
    """One side gives the paper that was signed, as a scan of the version in force; the others are to confirm.

    `held` are its uploads in parts, `proof` how the person proved anew who they are. Raises NothingSigned,
    CopyWaits, CopyStands, NotYourSide, NoFile, FileRefused, UploadGone, PartsMissing.
    """
    if side not in contract.sides:
        raise errors.NotYourSide
    parts = whole_files(refs=held, contract=contract, by=by)
    kept = looked_at(files, parts)
    _scans(kept)
    with transaction.atomic():
        locked = locked_contract(contract)
        version = _version_to_copy(locked)
        before = latest_copy(version)
        if before is not None and stands(before, locked):
            raise errors.CopyStands
        if before is not None and all(one.said == CopySaid.CONFIRMED for one in before.answers.all()):
            raise errors.CopyWaits
        spend(parts)
        number = before.number + 1 if before else 1
        told = {"version": version, "number": number, "side": side, "entity": entity, "note": said(note)}
        made = _kept(told | {"given_by": by, "proof": proof, "given_at": at}, kept)
        body = {
            "version": version.number,
            "text": version.digest,
            "number": number,
            "side": side,
            "files": [one.digest for one in kept],
            "proof": proof,
        }
        record(kind="contracts.copy_given", subject=locked, actor=by, body=body, noticeable=False)
        return made


def _kept(told: dict[str, Any], files: Sequence[Kept]) -> SignedCopy:
    """The copy with its files. Raises NotYourSide and CopyWaits."""
    try:
        with transaction.atomic():
            made = SignedCopy.objects.create(**told)
    except IntegrityError as refusal:
        for name, meant in (
            ("signed_copy_by_who_may_bind", errors.NotYourSide),
            ("signed_copy_one_at_a_time", errors.CopyWaits),
            ("signed_copy_once_a_number", errors.CopyWaits),
        ):
            if name in str(refusal):
                raise meant from refusal
        raise
    for file in files:
        row = CopyFile(
            copy=made, name=file.name, kind=file.kind, size=file.size, digest=file.digest, scan=file.scan
        )
        row.file.save(file.name, file.file, save=False)
        row.save(force_insert=True)
        file.file.close()  # the storage may have moved what lay on the disk
    return made


@transaction.atomic
def answer_copy(
    *,
    contract: Contract,
    number: int,
    side: str,
    entity: Entity,
    answer: str,
    reason: str,
    proof: str,
    by: User,
    at: dt.datetime,
) -> CopyAnswer:
    """Another side confirms the copy of that number or says what differs; its own takes it back, with why.

    Raises NothingSigned, CopyGone where another lies there now or nothing waits, NotYourSide,
    OnePersonOneSide, SignedAlready, and ReasonMissing.
    """
    locked = locked_contract(contract)
    version = _version_to_copy(locked)
    copy, why = latest_copy(version), said(reason)
    if copy is None or copy.number != number:
        raise errors.CopyGone
    if answer == CopySaid.CONFIRMED:
        why = ""
    elif not why:
        raise errors.ReasonMissing
    made = _answered(
        copy,
        {"side": side, "entity": entity, "said": answer, "reason": why, "said_by": by, "proof": proof},
        at=at,
    )
    files = [one.digest for one in copy.files.all()]
    body = {"version": version.number, "number": number, "side": side, "files": files, "proof": proof}
    body |= {"reason": why} if why else {}
    record(kind=KINDS[CopySaid(answer)], subject=locked, actor=by, body=body, noticeable=False)
    return made


def _answered(copy: SignedCopy, told: dict[str, Any], *, at: dt.datetime) -> CopyAnswer:
    """Raises CopyGone, NotYourSide, OnePersonOneSide and SignedAlready."""
    try:
        with transaction.atomic():
            return CopyAnswer.objects.create(copy=copy, said_at=at, **told)
    except IntegrityError as refusal:
        own = told["said_by"].pk == copy.given_by_id and told["side"] != copy.side
        for name, meant in (
            ("copy_answer_by_who_may_bind", errors.NotYourSide),
            ("copy_answer_of_another_side", errors.OnePersonOneSide if own else errors.NotYourSide),
            ("copy_answer_while_it_waits", errors.CopyGone),
            ("copy_answer_once_a_side", errors.SignedAlready),
        ):
            if name in str(refusal):
                raise meant from refusal
        raise
