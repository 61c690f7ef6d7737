"""A milestone is disputed, shown for, proposed about, agreed on or withdrawn."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from marketplace.payments.books import to_yuan
from regulation.ledger.operations import record
from regulation.parties.models import User

from ..dispute_errors import (
    AssentedAlready,
    ClaimMissing,
    DisputeClosed,
    NotWhoOpened,
    SplitChanged,
    SplitNotWhole,
)
from ..dispute_queries import standing_proposal
from ..errors import OnePersonOneSide, ReasonMissing
from ..life import Act
from ..models import SPLIT, Assent, Dispute, DisputeFile, Milestone, Outcome, Proposal, Voice
from ..queries import ends_at
from .acting import assert_may, do_act, locked_milestone, said
from .delivering import Kept, looked_at
from .giving_back import moved
from .rules import rule_of
from .settling import settle
from .uploading import spend, whole_files

CLAIM_LIMIT = 4000
AGREED = "各方就节点款项的分配达成一致"


def told_claim(text: str) -> str:
    return text.replace("\0", "").strip()[:CLAIM_LIMIT]


def locked_dispute(dispute: Dispute) -> Dispute:
    """The dispute under the lock of its contract, which is always locked first. Raises DisputeClosed."""
    milestone = locked_milestone(dispute.milestone)
    locked = Dispute.objects.select_for_update(no_key=True, of=("self",)).get(pk=dispute.pk)
    locked.milestone = milestone
    if locked.closed_at is not None:
        raise DisputeClosed
    return locked


def open_dispute(
    *,
    milestone: Milestone,
    side: str,
    claim: str,
    files: "Sequence[UploadedFile[Any]]",
    by: User,
    at: dt.datetime,
    held: Sequence[str] = (),
) -> Dispute:
    """One side disputes a milestone, with what it claims; nothing is accepted or paid while it stands.

    The time to mend or agree is the contract's own; `held` are uploads in parts. Raises NotNow, ClaimMissing,
    FileRefused, UploadGone and PartsMissing.
    """
    seen = Milestone.objects.select_related("contract").get(pk=milestone.pk)
    assert_may(seen, Act.DISPUTE, at=at)  # before files are read
    if not (text := told_claim(claim)):
        raise ClaimMissing
    parts = whole_files(refs=held, contract=seen.contract, by=by)
    kept = looked_at(files, parts) if files or parts else []
    with transaction.atomic():
        locked = locked_milestone(milestone)
        assert_may(locked, Act.DISPUTE, at=at)
        spend(parts)
        made = _about(locked, side=side, claim=text, by=by, at=at)
        _keep(made, side, kept, "", by=by)
        body = {
            "dispute": made.ref,
            "side": side,
            "files": [f.digest for f in kept],
            "cure_until": made.cure_until.isoformat(),
        }
        do_act(
            locked,
            Act.DISPUTE,
            kind="contracts.disputed",
            by=by,
            at=at,
            reason=text,
            body=body,
            disputed_at=at,
        )
        return made


def _about(milestone: Milestone, *, side: str, claim: str, by: User, at: dt.datetime) -> Dispute:
    """A dispute of a locked milestone, with the contract's own time to mend or agree."""
    contract = milestone.contract
    return Dispute.objects.create(
        milestone=milestone,
        rule=rule_of(contract, at=at),
        side=side,
        claim=claim,
        step=milestone.state_at(at),
        opened_by=by,
        opened_at=at,
        cure_until=ends_at(at, contract.rule.cure),
    )


def _keep(dispute: Dispute, side: str, files: Sequence[Kept], note: str, *, by: User) -> None:
    """Files that were not given by the same side before."""
    there = set(dispute.files.filter(side=side).values_list("digest", flat=True))
    for file in files:
        if file.digest in there:
            continue
        row = DisputeFile(
            dispute=dispute,
            side=side,
            name=file.name,
            kind=file.kind,
            size=file.size,
            digest=file.digest,
            scan=file.scan,
            note=said(note),
            given_by=by,
        )
        row.file.save(file.name, file.file, save=False)
        row.save(force_insert=True)
        file.file.close()  # the storage may have moved what lay on the disk


def add_evidence(
    *,
    dispute: Dispute,
    side: str,
    files: "Sequence[UploadedFile[Any]]",
    note: str,
    by: User,
    at: dt.datetime,
    held: Sequence[str] = (),
) -> Dispute:
    """Either side adds files, as long as the dispute stands; `held` are its uploads in parts.

    Raises DisputeClosed, NoFile, FileRefused, UploadGone, PartsMissing.
    """
    parts = whole_files(refs=held, contract=dispute.milestone.contract, by=by)
    kept = looked_at(files, parts)
    with transaction.atomic():
        locked = locked_dispute(dispute)
        spend(parts)
        _keep(locked, side, kept, note, by=by)
        body = {"dispute": locked.ref, "side": side, "files": [f.digest for f in kept]}
        contract = locked.milestone.contract
        record(kind="contracts.dispute_evidence", subject=contract, actor=by, body=body, noticeable=False)
        return locked


def propose_split(
    *, dispute: Dispute, side: str, released_fen: int, note: str, by: User, at: dt.datetime
) -> Proposal:
    """One side says how it would split the money; its newest word replaces every earlier proposal.

    Raises DisputeClosed, and SplitNotWhole below nothing or above the milestone's amount.
    """
    with transaction.atomic():
        locked = locked_dispute(dispute)
        made = put_proposal(locked, Voice(side), released_fen=released_fen, note=note, by=by, at=at)
        Assent.objects.create(proposal=made, side=side, agreed_by=by, agreed_at=at)
        return made


def put_proposal(
    dispute: Dispute, voice: Voice, *, released_fen: int, note: str, by: User, at: dt.datetime
) -> Proposal:
    """The newest word on a locked dispute, in the caller's transaction. Raises SplitNotWhole."""
    whole = dispute.milestone.fen
    if not 0 <= released_fen <= whole:
        raise SplitNotWhole(to_yuan(whole))
    last = standing_proposal(dispute)
    made = Proposal.objects.create(
        dispute=dispute,
        number=last.number + 1 if last else 1,
        side=voice,
        released_fen=released_fen,
        refunded_fen=whole - released_fen,
        note=said(note),
        proposed_by=by,
        proposed_at=at,
    )
    record(
        kind="contracts.split_suggested" if voice is Voice.MEDIATOR else "contracts.split_proposed",
        subject=dispute.milestone.contract,
        actor=by,
        body={"dispute": dispute.ref, "side": str(voice), "number": made.number} | _sums(made),
        noticeable=False,
    )
    return made


def _sums(split: Any) -> dict[str, str]:
    return {"released": str(to_yuan(split.released_fen)), "refunded": str(to_yuan(split.refunded_fen))}


def agree_to_split(*, dispute: Dispute, side: str, number: int, by: User, at: dt.datetime) -> Dispute:
    """A side agrees to the proposal it read, by number; once every side has, it is settled and carried out.

    Raises DisputeClosed, SplitChanged, AssentedAlready, OnePersonOneSide, NotNow.
    """
    with transaction.atomic():
        locked = locked_dispute(dispute)
        held = standing_proposal(locked)
        if held is None or held.number != number:
            raise SplitChanged
        if held.assents.filter(side=side).exists():
            raise AssentedAlready
        _assent(held, side, by=by, at=at)
        contract = locked.milestone.contract
        body = {"dispute": locked.ref, "side": side, "number": number}
        record(kind="contracts.split_agreed", subject=contract, actor=by, body=body, noticeable=False)
        agreed = set(held.assents.values_list("side", flat=True))
        if agreed >= set(contract.sides):
            close(
                locked,
                Outcome.AGREED,
                reason=held.note or AGREED,
                by=by,
                at=at,
                released_fen=held.released_fen,
            )
        return locked


def _assent(proposal: Proposal, side: str, *, by: User, at: dt.datetime) -> None:
    try:
        with transaction.atomic():
            Assent.objects.create(proposal=proposal, side=side, agreed_by=by, agreed_at=at)
    except IntegrityError as refusal:
        if "assent_of_different_people" in str(refusal):
            raise OnePersonOneSide from refusal
        raise


def withdraw_dispute(*, dispute: Dispute, side: str, reason: str, by: User, at: dt.datetime) -> Dispute:
    """Whoever opened it takes it back, with the reason: the milestone goes on where it stood.

    Raises DisputeClosed, NotWhoOpened, ReasonMissing, NotNow.
    """
    with transaction.atomic():
        locked = locked_dispute(dispute)
        if locked.side != side:
            raise NotWhoOpened
        if not (why := said(reason)):
            raise ReasonMissing
        close(locked, Outcome.WITHDRAWN, reason=why, by=by, at=at)
        return locked


def close(
    dispute: Dispute,
    outcome: Outcome,
    *,
    reason: str,
    by: User,
    at: dt.datetime,
    released_fen: int | None = None,
) -> None:
    """End a locked dispute, in the caller's transaction: the milestone goes on, or its money is split.

    Where something is released the milestone counts as accepted, else it is cancelled. Where it goes on, the
    time lost is given back.
    """
    milestone = dispute.milestone
    facts: dict[str, Any] = {}
    body: dict[str, Any] = {"dispute": dispute.ref, "how": str(outcome)}
    if outcome in SPLIT and released_fen is not None:
        facts = {"accepted_at": at} if released_fen else {"cancelled_at": at}
        made = settle(milestone, released_fen=released_fen, by=by, at=at, dispute=dispute)
        body |= _sums(made)
    else:
        given = moved(milestone, since=dispute.opened_at, at=at)
        facts = {"disputed_at": None} | {name: getattr(milestone, name) for name in given}
    dispute.closed_at, dispute.outcome = at, outcome
    dispute.save(update_fields=["closed_at", "outcome"])
    do_act(
        milestone,
        Act.SETTLE,
        kind="contracts.settled",
        by=by,
        at=at,
        reason=reason,
        body=body,
        noticeable=True,
        **facts,
    )
