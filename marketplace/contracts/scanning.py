"""Whether a file may be kept: what it is by its content, and what a scanner says where the operator has one.

`FILE_SCANNER` is a command that reads the file on its standard input and ends with 0 where it found nothing,
with 1 where it found something (`clamdscan --fdpass --no-summary -` does). Without one a file is kept as not
scanned, and the page says so.
"""

import io
import shlex
import subprocess
import zipfile

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulation.parties.sniff import KINDS as KNOWN
from regulation.parties.sniff import MOST_PARTS, kind_of

from .errors import FileRefused

KINDS = KNOWN | {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
FOUND = 1
SECONDS = 60


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
    """ "clean", or "not_scanned" where no scanner is named. Raises FileRefused where something was found, and
    where a scanner is named but does not answer: nothing is kept unseen then."""
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
        raise FileRefused(name, _("the scanner does not answer; hand it in again later.")) from failure
    if done.returncode == FOUND:
        raise FileRefused(name, _("the scanner found something harmful."))
    if done.returncode != 0:
        raise FileRefused(name, _("the scanner does not answer; hand it in again later."))
    return "clean"
