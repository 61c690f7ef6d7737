"""What kind of file some bytes are, by their content. No ORM, no clock, no request."""

import io
import zipfile

KINDS = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MOST_PARTS = 2_000  # entries of an archive that are looked at


def kind_of(content: bytes) -> str | None:
    """A key of KINDS, or None for anything else. A document with macros is something else."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "docx" if content.startswith(b"PK\x03\x04") and _is_document(content) else None


def _is_document(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    if len(names) > MOST_PARTS or any(name.lower().endswith("vbaproject.bin") for name in names):
        return False
    return {"[Content_Types].xml", "word/document.xml"} <= set(names)


def plain_name(name: str, kind: str) -> str:
    """A file name that is only a name: no path, no control characters, the ending of what it really is."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base.rsplit(".", 1)[0] if c.isprintable() and c not in '<>:"|?*;').strip(" .")
    return f"{kept[:80] or 'file'}.{'jpg' if kind == 'jpeg' else kind}"
