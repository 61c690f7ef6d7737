"""Large files come in parts, each checked when it comes; a broken connection loses at most one of them.

Nothing here is on record: a file is once it is handed in, and then its parts are gone. What nobody hands in
is forgotten a day after its last part.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import User
from regulation.parties.uploads import MB

from .. import errors
from ..models import Contract, PartialUpload, UploadPart
from ..parts import fingerprint, is_plan, parts_of
from ..queries import uploads_of
from .acting import said

KEPT = dt.timedelta(days=1)
MOST_BEGUN = 10
AT_ONCE = 200
FOLDER = "parts"


def begin_upload(
    *, contract: Contract, name: str, size: int, plan: Sequence[str], by: User, at: dt.datetime
) -> PartialUpload:
    """Say what will come; the same file of the same person again goes on where it was.

    Raises FileRefused where it is too large or empty, PlanWrong, and TooManyBegun.
    """
    label = said(name)[:200] or "?"
    if size < 1:
        raise errors.FileRefused(label, _("the file is empty."))
    if size > settings.UPLOAD_LARGEST:
        most = settings.UPLOAD_LARGEST // MB
        raise errors.FileRefused(label, _("a file has at most %(n)d MB.") % {"n": most})
    if not is_plan(plan, parts_of(size, settings.UPLOAD_PART)):
        raise errors.PlanWrong
    told = fingerprint(plan)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        found = PartialUpload.objects.filter(contract=contract, user=by, fingerprint=told).first()
        if found is not None:
            PartialUpload.objects.filter(pk=found.pk).update(touched_at=at, name=label)
            return found
        if uploads_of(by, contract).count() >= MOST_BEGUN:
            raise errors.TooManyBegun(MOST_BEGUN)
        return PartialUpload.objects.create(
            contract=contract,
            user=by,
            name=label,
            size=size,
            part_size=settings.UPLOAD_PART,
            plan=list(plan),
            fingerprint=told,
            touched_at=at,
        )


def missing(upload: PartialUpload) -> list[int]:
    """The numbers of the parts that did not come yet."""
    there = set(upload.parts.values_list("number", flat=True))
    return [n for n in range(len(upload.plan)) if n not in there]


def take_part(*, upload: PartialUpload, number: int, content: bytes, at: dt.datetime) -> bool:
    """Keep one part. Whether it is new: the same one again changes nothing.

    Raises PartWrong where it is not the part that was planned, and UploadGone.
    """
    if not 0 <= number < len(upload.plan) or len(content) != upload.size_of(number):
        raise errors.PartWrong
    digest = hashlib.sha256(content).hexdigest()
    if not hmac.compare_digest(digest, upload.plan[number]):
        raise errors.PartWrong
    with transaction.atomic():
        locked = PartialUpload.objects.select_for_update().filter(pk=upload.pk).first()
        if locked is None:
            raise errors.UploadGone
        if locked.parts.filter(number=number).exists():
            return False
        row = UploadPart(upload=locked, number=number, size=len(content), digest=digest)
        row.file.save(str(number), ContentFile(content), save=False)
        row.save(force_insert=True)
        PartialUpload.objects.filter(pk=locked.pk).update(touched_at=at)
    return True


def whole_files(*, refs: Sequence[str], contract: Contract, by: User) -> list[PartialUpload]:
    """Uploads of a person for a contract, by their numbers, each once. Raises UploadGone and PartsMissing."""
    found = {one.ref: one for one in uploads_of(by, contract).filter(ref__in=refs)}
    if set(found) != set(refs):
        raise errors.UploadGone
    for one in found.values():
        if missing(one):
            raise errors.PartsMissing(one.name)
    return list(found.values())


def assembled(upload: PartialUpload) -> TemporaryUploadedFile:
    """The parts together, as a file that a form would have given; on the disk, never whole in memory."""
    whole = TemporaryUploadedFile(upload.name, "application/octet-stream", upload.size, None)
    for part in upload.parts.order_by("number"):
        with part.file.open("rb") as stream:
            for chunk in stream.chunks():
                whole.write(chunk)
    whole.seek(0)
    return whole


def spend(uploads: Iterable[PartialUpload]) -> None:
    """What was handed in leaves no parts behind; in the caller's transaction. Raises UploadGone."""
    for one in uploads:
        if not PartialUpload.objects.select_for_update().filter(pk=one.pk).exists():
            raise errors.UploadGone
        drop_upload(upload=one)


@transaction.atomic
def drop_upload(*, upload: PartialUpload) -> None:
    """Forget an upload and its parts; the files go once that is committed. Twice changes nothing."""
    PartialUpload.objects.select_for_update().filter(pk=upload.pk).first()
    names = list(UploadPart.objects.filter(upload=upload.pk).values_list("file", flat=True))
    PartialUpload.objects.filter(pk=upload.pk).delete()
    transaction.on_commit(partial(_remove, names, upload.ref))


def _remove(names: Sequence[str], ref: str) -> None:
    storage = storages["evidence"]
    for name in names:
        storage.delete(name)
    with suppress(OSError):  # a file that no row names is left in it: the sweep finds it later
        storage.delete(f"{FOLDER}/{ref}")


def sweep_uploads(*, at: dt.datetime) -> int:
    """Forget what got no part for a day, and files of parts that no row names; how many uploads.

    Safe to run twice.
    """
    found = list(PartialUpload.objects.filter(touched_at__lte=at - KEPT)[:AT_ONCE])
    for one in found:
        drop_upload(upload=one)
    storage = storages["evidence"]
    folders = storage.listdir(FOLDER)[0] if storage.exists(FOLDER) else []
    known = set(PartialUpload.objects.values_list("ref", flat=True))
    for ref in sorted(set(folders) - known):
        names = [f"{FOLDER}/{ref}/{name}" for name in storage.listdir(f"{FOLDER}/{ref}")[1]]
        if all(storage.get_modified_time(name) <= at - KEPT for name in names):
            _remove(names, ref)
    return len(found)
