"""Whether an uploaded file may be kept: what it is by its content, and what a scanner says where the operator
has one. Rooms above say how many and how large, and refuse in words of their own.

`FILE_SCANNER` is a command that reads the file on its standard input and ends with 0 where it found nothing,
with 1 where it found something (`clamdscan --fdpass --no-summary -` does). Without one a file is kept as not
scanned, and the page says so.
"""

import hashlib
import io
import shlex
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from .sniff import KINDS as KNOWN
from .sniff import MOST_PARTS, kind_of, plain_name

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


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that may be kept."""

    name: str
    kind: str
    content: bytes
    digest: str
    scan: str


def kind_of_work(content: bytes) -> str | None:
    """A key of KINDS, or None: documents, pictures and workbooks without macros."""
    found = kind_of(content)
    return "xlsx" if found is None and content.startswith(b"PK\x03\x04") and _is_workbook(content) else found


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    if len(names) > MOST_PARTS or any(name.lower().endswith("vbaproject.bin") for name in names):
        return False
    return {"[Content_Types].xml", "xl/workbook.xml"} <= set(names)


def scan(name: str, content: bytes) -> str:
    """ "clean", or "not_scanned" where no scanner is named. Raises UploadRefused where something was found,
    and where a scanner is named but does not answer: nothing is kept unseen then."""
    if not settings.FILE_SCANNER:
        return "not_scanned"
    try:
        done = subprocess.run(
            shlex.split(settings.FILE_SCANNER),
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise UploadRefused(name, _("the scanner does not answer; hand it in again later.")) from failure
    if done.returncode == FOUND:
        raise UploadRefused(name, _("the scanner found something harmful."))
    if done.returncode != 0:
        raise UploadRefused(name, _("the scanner does not answer; hand it in again later."))
    return "clean"


def looked_at(files: "Sequence[UploadedFile[Any]]", *, limit: int, most: int) -> list[Kept]:
    """What may be kept of an upload, the same file once; `limit` is bytes a file, `most` how many at once.

    Raises UploadRefused, naming the file.
    """
    if len(files) > most:
        raise UploadRefused(str(len(files)), _("at most %(n)d files are handed in at once.") % {"n": most})
    kept: dict[str, Kept] = {}
    for file in files:
        name = (file.name or "")[:200]
        if not file.size:
            raise UploadRefused(name, _("the file is empty."))
        if file.size > limit:
            raise UploadRefused(name, _("a file has at most %(n)d MB.") % {"n": limit // MB})
        content = file.read()
        kind = kind_of_work(content)
        if kind is None:
            raise UploadRefused(name, _("hand in PDF, DOCX, XLSX, PNG or JPEG without macros."))
        digest = hashlib.sha256(content).hexdigest()
        kept[digest] = Kept(plain_name(name, kind), kind, content, digest, scan(name, content))
    return list(kept.values())
