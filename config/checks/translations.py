"""Whether every visible text has its Chinese, and every msgid is English. Needs no gettext.

Finds texts as makemessages does: Python sources as they are, templates through Django's templatize.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cms", "config", "marketplace", "regulation", "templates")
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
CJK = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
ONE, PLURAL, IN_CONTEXT, PLURAL_IN_CONTEXT = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
SHAPES = {"gettext": ONE, "ngettext": PLURAL, "pgettext": IN_CONTEXT, "npgettext": PLURAL_IN_CONTEXT}
KEYWORDS: dict[str, Any] = {
    name + ending: shape for name, shape in SHAPES.items() for ending in ("", "_lazy", "_noop")
} | {"_": ONE}

Key = tuple[str | None, str]  # context and singular


def texts() -> Iterator[tuple[Key, str]]:
    """Every text to translate, with the place it stands at."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
                for line, key in texts_in(path.read_text(encoding="utf-8"), template=path.suffix != ".py"):
                    yield key, f"{path.relative_to(ROOT)}:{line}"


def texts_in(source: str, *, template: bool) -> Iterator[tuple[int, Key]]:
    """Line, context and singular of each text in one source."""
    if template:  # as calls among blanks, whose indentation means nothing
        source = "\n".join(line.lstrip() for line in templatize(source).splitlines())
    found = extract_python(io.BytesIO(source.encode()), KEYWORDS, (), {"encoding": "utf-8"})
    for line, name, message, _ in found:
        parts: list[Any] = list(message) if isinstance(message, tuple) else [message]
        context = parts.pop(0) if "pgettext" in name else None
        if parts and parts[0]:
            yield line, (context, parts[0])


def faults_of(message: Message | None) -> Iterator[str]:
    """What is wrong with one entry of the Chinese catalogue."""
    strings, ids = (variants(message.string), variants(message.id)) if message else ([], [])
    if message is None or not all(strings):
        yield "has no translation"
        return
    if message.fuzzy:
        yield "is fuzzy"
    allowed = set().union(*map(placeholders, ids))
    needed = set.intersection(*map(placeholders, ids))
    for text in strings:
        if wrong := (placeholders(text) - allowed) | (needed - placeholders(text)):
            yield f"differs in placeholders: {', '.join(sorted(wrong))}"


def variants(text: object) -> list[str]:
    """Singular and plural forms, or the one form there is."""
    return list(text) if isinstance(text, tuple | list) else [str(text)]


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def faults(found: dict[Key, str], catalogue: Catalog) -> Iterator[str]:
    """One line for each text that a reader of Chinese or of English would not see right."""
    for (context, text), place in found.items():
        if CJK.search(text):
            yield f"{place}: msgid is not English: {text!r}"
        for fault in faults_of(catalogue.get(text, context)):
            yield f"{place}: {fault}: {text!r}" + (f" (context {context!r})" if context else "")


def main() -> int:
    found: dict[Key, str] = {}
    for key, place in texts():
        found.setdefault(key, place)
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    lines = list(faults(found, catalogue))
    print("\n".join(lines) or f"{len(found)} texts, all translated")
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
