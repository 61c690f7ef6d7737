"""What a parser says of broken JSON, in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# By how the parser's sentence, or our own, begins.
BROKEN: dict[str, Any] = {
    "Unterminated string": _("a text is not closed"),
    "Invalid control character": _("a text holds a line break or another control character"),
    "Invalid \\": _("a text holds a backslash with nothing it stands for"),
    "Expecting value": _("a value is missing"),
    "Expecting ','": _("a comma is missing"),
    "Expecting ':'": _("a colon is missing"),
    "Expecting property name": _("the name of a field is missing, or not in double quotation marks"),
    "Illegal trailing comma": _("a comma stands before the end"),
    "Extra data": _("something follows the end"),
    "the array is not closed": _("the array is not closed"),
    "expected , or ]": _("a comma or the end of the array is missing"),
    "text after the array": _("something follows the array"),
    "text after the statement": _("something follows the statement"),
    "nested too deeply": _("it is nested too deeply"),
    "a number out of bounds": _("a number is out of bounds"),
}


def in_words(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a fault `bad_json`, with what the parser said put into the reader's language; what
    nobody here has words for stays as it is."""
    return {name: _word(value) if name in ("what", "detail") else value for name, value in params.items()}


def _word(said: object) -> str:
    text = str(said)
    return next((str(words) for begins, words in BROKEN.items() if text.startswith(begins)), text)
