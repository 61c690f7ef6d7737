"""What kind of file some bytes are, by their content. No ORM, no clock, no request."""

import io
import zipfile
from typing import IO

KINDS = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MOST_PARTS = 2_000  # entries of an archive that are looked at


MAGIC = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}
ZIP = b"PK\x03\x04"


def kind_of(content: bytes) -> str | None:
    """A key of KINDS, or None for anything else. A document with macros is something else."""
    return kind_of_stream(io.BytesIO(content))


def kind_of_stream(stream: IO[bytes]) -> str | None:
    """The same of what a seekable stream holds, without reading it whole."""
    stream.seek(0)
    head = stream.read(8)
    if (found := next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)) is not None:
        return found
    return "docx" if head.startswith(ZIP) and holds(stream, "word/document.xml") else None


def holds(stream: IO[bytes], part: str) -> bool:
    """Whether a stream is an office file with this part, and without macros."""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    if len(names) > MOST_PARTS or any(name.lower().endswith("vbaproject.bin") for name in names):
        return False
    return {"[Content_Types].xml", part} <= set(names)


def plain_name(name: str, kind: str) -> str:
    """A file name that is only a name: no path, no control characters, the ending of what it really is."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base.rsplit(".", 1)[0] if c.isprintable() and c not in '<>:"|?*;').strip(" .")
    return f"{kept[:80] or 'file'}.{'jpg' if kind == 'jpeg' else kind}"
