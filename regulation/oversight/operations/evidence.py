"""Files that reporters give."""

import datetime as dt
import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from ..errors import BadFile, FileTooLarge, TooManyFiles
from ..models import Evidence, Knock
from ..sniff import kind_of, plain_name

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
KEPT = dt.timedelta(days=1)


def attach_evidence(*, draft: str, files: list[Any]) -> list[Evidence]:
    """Keep uploaded files privately under a draft's token, all or none.

    Raises TooManyFiles, FileTooLarge and BadFile: what a file is decides its content, not its name.
    """
    if Evidence.objects.filter(draft=draft, report=None).count() + len(files) > MOST_FILES:
        raise TooManyFiles
    read = []
    for file in files:
        if file.size > MOST_BYTES:
            raise FileTooLarge
        content = file.read()
        kind = kind_of(content)
        if kind is None:
            raise BadFile
        read.append((plain_name(file.name, kind), kind, content))
    with transaction.atomic():
        return [_keep(draft, *one) for one in read]


def _keep(draft: str, name: str, kind: str, content: bytes) -> Evidence:
    digest = hashlib.sha256(content).hexdigest()
    piece = Evidence(draft=draft, name=name, kind=kind, size=len(content), digest=digest)
    piece.file.save(name, ContentFile(content), save=False)
    piece.save()
    return piece


def detach_evidence(*, draft: str, pk: int) -> None:
    """Remove one file of a draft; what is filed stays."""
    for piece in Evidence.objects.filter(draft=draft, report=None, pk=pk):
        piece.delete()
        piece.file.delete(save=False)


def clear_unfiled_evidence(*, at: dt.datetime) -> int:
    """Remove files whose report was not filed within a day, and old counts; returns how many files."""
    removed = 0
    for piece in Evidence.objects.filter(report=None, uploaded_at__lt=at - KEPT):
        with transaction.atomic():
            gone, _by_model = Evidence.objects.filter(pk=piece.pk, report=None).delete()
        if gone:
            piece.file.delete(save=False)
            removed += 1
    Knock.objects.filter(hour__lt=at - KEPT).delete()
    return removed
