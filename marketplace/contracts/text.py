"""The standard text with its blanks filled in, and the digest of what is signed. Pure."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import rfc8785

BLANKS = (
    "buyer",
    "seller",
    "payer",
    "department",
    "service",
    "approval",
    "tender",
    "ruling",
    "price",
    "days",
    "sign_by",
    "silence",
    "late",
    "late_cap",
    "cure",
    "decide",
    "grace",
)
"""What a standard text may leave open, each written as {name}."""
_BLANK = re.compile(r"\{([^{}]*)\}")


def unknown_blanks(text: str) -> list[str]:
    """Blanks of a text that nothing fills."""
    return sorted(set(_BLANK.findall(text)) - set(BLANKS))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each {blank} filled in, in one pass: what a value holds is never a blank again.

    Raises KeyError for a blank without a value.
    """
    return _BLANK.sub(lambda found: values[found[1]], text)


def shown_blanks(text: str, names: Mapping[str, str]) -> str:
    """The text with what each blank stands for in its place, as a reader sees an unfilled one."""
    return _BLANK.sub(lambda found: f"〔{names.get(found[1], found[1])}〕", text)


def digest(terms: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of what is signed."""
    return hashlib.sha256(rfc8785.dumps(dict(terms))).hexdigest()


def paragraphs(text: str) -> list[dict[str, str]]:
    """A text as it is printed: each paragraph with the heading that stands before it, if one does."""
    told = []
    for block in text.strip().split("\n\n"):
        heading, _line, body = block.strip().partition("\n")
        told.append({"heading": heading, "body": body} if body else {"heading": "", "body": heading})
    return told
