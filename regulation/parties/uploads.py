"""Whether an uploaded file may be kept: what it is by its content, and what a scanner says where the operator
has one. Rooms above say how many and how large, and refuse in words of their own.

`FILE_SCANNER` is a command that reads the file on its standard input and ends with 0 where it found nothing,
with 1 where it found something (`clamdscan --fdpass --no-summary -` does). Without one a file is kept as not
scanned, and the page says so.
"""

import hashlib
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.utils.translation import gettext_lazy as _

from .sniff import KINDS as KNOWN
from .sniff import holds, kind_of_stream, plain_name

KINDS = KNOWN | {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SCANS = [("clean", _("scanned, nothing found")), ("not_scanned", _("not scanned"))]
FOUND = 1
SECONDS = 60
MB = 1024 * 1024


class UploadRefused(Exception):
    """One file cannot be kept: its name, and why in a sentence."""

    def __init__(self, name: str, why: Any) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why


def too_many(count: int, most: int) -> UploadRefused:
    return UploadRefused(str(count), _("at most %(n)d files are handed in at once.") % {"n": most})


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that may be kept."""

    name: str
    kind: str
    size: int
    digest: str
    scan: str
    file: "UploadedFile[Any]"


def kind_of_work(stream: IO[bytes]) -> str | None:
    """A key of KINDS, or None: documents, pictures and workbooks without macros."""
    found = kind_of_stream(stream)
    return "xlsx" if found is None and holds(stream, "xl/workbook.xml") else found


def scan(name: str, file: "UploadedFile[Any]") -> str:
    """ "clean", or "not_scanned" where no scanner is named. Raises UploadRefused where something was found,
    and where a scanner is named but does not answer: nothing is kept unseen then."""
    if not settings.FILE_SCANNER:
        return "not_scanned"
    try:
        done = _scanned(file)
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise UploadRefused(name, _("the scanner does not answer; hand it in again later.")) from failure
    if done == FOUND:
        raise UploadRefused(name, _("the scanner found something harmful."))
    if done != 0:
        raise UploadRefused(name, _("the scanner does not answer; hand it in again later."))
    return "clean"


def _scanned(file: "UploadedFile[Any]") -> int:
    """How the scanner ends. A large file is on the disk and is never held in memory."""
    command, told = shlex.split(settings.FILE_SCANNER), {"capture_output": True, "timeout": SECONDS}
    if isinstance(file, TemporaryUploadedFile):
        with open(file.temporary_file_path(), "rb") as stream:
            return subprocess.run(command, stdin=stream, check=False, **told).returncode  # type: ignore[call-overload,no-any-return]
    file.seek(0)
    return subprocess.run(command, input=file.read(), check=False, **told).returncode  # type: ignore[call-overload,no-any-return]


def looked_at(files: "Sequence[UploadedFile[Any]]", *, limit: int, most: int) -> list[Kept]:
    """What may be kept of an upload, the same file once; `limit` is bytes a file, `most` how many at once.

    Raises UploadRefused, naming the file.
    """
    if len(files) > most:
        raise too_many(len(files), most)
    kept: dict[str, Kept] = {}
    for file in files:
        name = (file.name or "")[:200]
        if not file.size:
            raise UploadRefused(name, _("the file is empty."))
        if file.size > limit:
            raise UploadRefused(name, _("a file has at most %(n)d MB.") % {"n": limit // MB})
        kind = kind_of_work(file)  # type: ignore[arg-type]
        if kind is None:
            raise UploadRefused(name, _("hand in PDF, DOCX, XLSX, PNG or JPEG without macros."))
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        found = digest.hexdigest()
        kept[found] = Kept(plain_name(name, kind), kind, file.size, found, scan(name, file), file)
    return list(kept.values())
