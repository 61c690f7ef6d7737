"""Work is begun, handed in, examined by its checklist, accepted or returned once; silence accepts it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from regulation.parties import uploads
from regulation.parties.models import User
from regulation.parties.uploads import Kept

from ..errors import FileRefused, NoFile, NothingUnmet, ReturnedOnce, SilenceNotOver
from ..life import Act
from ..models import Answer, DeliverableFile, Milestone, PartialUpload, Submission
from ..queries import ends_at
from .acting import assert_may, do_act, locked_milestone, said
from .uploading import assembled, spend, whole_files

FILE_LIMIT = 50 * uploads.MB
MOST_FILES = 10
Upload = UploadedFile  # what a form gives


@transaction.atomic
def start_milestone(*, milestone: Milestone, by: User, at: dt.datetime) -> Milestone:
    """The intermediary begins. Raises NotNow."""
    locked = locked_milestone(milestone)
    do_act(locked, Act.START, kind="contracts.started", by=by, at=at, started_at=at)
    return locked


def looked_at(files: "Sequence[UploadedFile[Any]]", parts: Sequence[PartialUpload] = ()) -> list[Kept]:
    """What may be kept of an upload, and of what came in parts; the same file once.

    Raises NoFile and FileRefused, naming the file.
    """
    if not files and not parts:
        raise NoFile
    try:
        if len(files) + len(parts) > MOST_FILES:
            raise uploads.too_many(len(files) + len(parts), MOST_FILES)
        kept = uploads.looked_at(files, limit=FILE_LIMIT, most=MOST_FILES)
        whole = [assembled(one) for one in parts]
        kept += uploads.looked_at(whole, limit=settings.UPLOAD_LARGEST, most=MOST_FILES)
    except uploads.UploadRefused as refused:
        raise FileRefused(refused.name, refused.why) from refused
    return list({one.digest: one for one in kept}.values())


def hand_in_work(
    *,
    milestone: Milestone,
    files: "Sequence[UploadedFile[Any]]",
    note: str,
    by: User,
    at: dt.datetime,
    held: Sequence[str] = (),
) -> Submission:
    """The intermediary hands work in; the buyer's time to answer begins. `held` are its uploads in parts.

    Raises NotNow, NoFile, FileRefused, UploadGone, PartsMissing.
    """
    seen = Milestone.objects.select_related("contract").get(pk=milestone.pk)
    assert_may(seen, Act.SUBMIT, at=at)  # before large files are read
    parts = whole_files(refs=held, contract=seen.contract, by=by)
    kept = looked_at(files, parts)
    with transaction.atomic():
        locked = locked_milestone(milestone)
        assert_may(locked, Act.SUBMIT, at=at)
        spend(parts)
        made = _submission(locked, kept, note, by=by, at=at)
        until = ends_at(at, locked.contract.rule.silence)
        body = {"number": made.number, "files": [f.digest for f in kept], "answer_by": until.isoformat()}
        do_act(
            locked,
            Act.SUBMIT,
            kind="contracts.handed_in",
            by=by,
            at=at,
            body=body,
            submitted_at=at,
            silence_until=until,
        )
        return made


def _submission(
    milestone: Milestone, kept: Sequence[Kept], note: str, *, by: User, at: dt.datetime
) -> Submission:
    made = Submission.objects.create(
        milestone=milestone,
        number=milestone.submissions.count() + 1,
        note=said(note),
        submitted_by=by,
        submitted_at=at,
    )
    for file in kept:
        row = DeliverableFile(
            submission=made,
            name=file.name,
            kind=file.kind,
            size=file.size,
            digest=file.digest,
            scan=file.scan,
        )
        row.file.save(file.name, file.file, save=False)
        row.save(force_insert=True)
        file.file.close()  # the storage may have moved what lay on the disk
    return made


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of the checklist: met or not, and why not."""

    met: bool
    why: str = ""


def _items(milestone: Milestone, judged: Sequence[Judged]) -> list[dict[str, Any]]:
    lines = [line["text"] for line in milestone.checklist]
    return [
        {"text": text, "met": one.met, "why": said(one.why)} for text, one in zip(lines, judged, strict=True)
    ]


@transaction.atomic
def accept_work(
    *, milestone: Milestone, judged: Sequence[Judged], by: User, at: dt.datetime, proof: str = ""
) -> Milestone:
    """The buyer accepts what was handed in; its payment follows. `proof` is how the person proved anew who
    they are. Raises NotNow."""
    locked = locked_milestone(milestone)
    assert_may(locked, Act.ACCEPT, at=at)
    last = locked.submissions.order_by("-number")[0]
    Answer.objects.create(
        submission=last, number=last.number, accepted=True, items=_items(locked, judged), answered_by=by
    )
    facts: dict[str, Any] = {"accepted_at": at, "accepted_by": by}
    body = {"proof": proof} if proof else {}
    do_act(locked, Act.ACCEPT, kind="contracts.accepted", by=by, at=at, body=body, noticeable=True, **facts)
    return locked


@transaction.atomic
def return_work(*, milestone: Milestone, judged: Sequence[Judged], by: User, at: dt.datetime) -> Milestone:
    """The buyer returns it, once, with reasons by line; the time to mend it begins.

    Raises NotNow, ReturnedOnce, NothingUnmet.
    """
    locked = locked_milestone(milestone)
    assert_may(locked, Act.RETURN, at=at)
    last = locked.submissions.order_by("-number")[0]
    if locked.returned_at is not None or last.number > 1:
        raise ReturnedOnce
    items = _items(locked, judged)
    unmet = [item for item in items if not item["met"]]
    if not unmet or not all(item["why"] for item in unmet):
        raise NothingUnmet
    Answer.objects.create(
        submission=last, number=last.number, accepted=False, items=items, answered_by=by, answered_at=at
    )
    until = ends_at(at, locked.contract.rule.cure)
    facts: dict[str, Any] = {"returned_at": at, "submitted_at": None, "silence_until": None}
    facts["mend_until"] = until
    reason = "；".join(f"{item['text']}：{item['why'].rstrip('。.')}" for item in unmet)
    body = {"mend_by": until.isoformat()}
    do_act(locked, Act.RETURN, kind="contracts.returned", by=by, at=at, reason=reason, body=body, **facts)
    return locked


@transaction.atomic
def accept_silent(*, milestone: Milestone, at: dt.datetime) -> Milestone:
    """Nobody answered in time: it counts as accepted. Raises NotNow and SilenceNotOver."""
    locked = locked_milestone(milestone)
    assert_may(locked, Act.ACCEPT_BY_RULE, at=at)
    if locked.silence_until is None or at < locked.silence_until:
        raise SilenceNotOver
    last = locked.submissions.order_by("-number")[0]
    Answer.objects.create(submission=last, number=last.number, accepted=True, answered_at=at)
    facts: dict[str, Any] = {"accepted_at": at}
    do_act(locked, Act.ACCEPT_BY_RULE, kind="contracts.accepted", by=None, at=at, noticeable=True, **facts)
    return locked
