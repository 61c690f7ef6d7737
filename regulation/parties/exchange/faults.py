"""What can be found in a file of interests, each in the reader's language. No ORM."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from .broken import in_words

NUMBER = re.compile(r"(?<!\d)(\d{17}[\dXxＸｘ]|\d{15})(?!\d)")

ERROR, LEFT_OUT, WARNING = "error", "left_out", "warning"

WHAT: dict[str, Any] = {
    "bad_json": _("This line is no JSON: %(detail)s."),
    "number_too_long": _("A number here has too many digits."),
    "not_a_json_number": _("NaN and Infinity are no JSON numbers."),
    "not_an_object": _("This has to be an object."),
    "not_an_array": _("This has to be an array."),
    "not_text": _("This has to be text."),
    "needed": _("This is missing, and the statement needs it."),
    "too_long": _("The text is longer than %(most)s characters."),
    "control": _("The text holds characters that cannot be kept."),
    "identity_number_in_text": _(
        "This text holds an identity number. Numbers are read from identifiers alone, where they are hashed."
    ),
    "bad_statement_id": _("A statement id has 32 to 64 characters."),
    "not_a_choice": _("This is none of the values that are known here."),
    "not_a_day": _("This is not a day of the calendar. Write it as 2026-08-15."),
    "not_a_number": _("This is not a number."),
    "share_out_of_range": _("A share lies between 0 and 100."),
    "share_reversed": _("The least share is larger than the most."),
    "ends_before_start": _("The interest ends before it starts."),
    "bad_credit_code": _("The Unified Social Credit Code is not valid: its check character does not agree."),
    "bad_url": _("This is not a web address."),
    "unknown_region": _("No region has this code."),
    "kin_of_two_people": _("Kinship joins two people; every other interest is held in an entity."),
    "rank_of_officials": _("Only an official has a rank."),
    "no_interests": _("The relationship states no interest. It is kept as an interest of an unknown kind."),
    "too_many_interests": _("A statement has at most %(most)s interests."),
    "unspecified": _("The statement names no party (%(reason)s), so there is nothing to record."),
    "holder_not_told": _(
        "The statement does not say who holds it (%(reason)s). It is kept, and the gate answers “unknown”."
    ),
    "told_now": _(
        "This party is on record as one that is not told. State its interests anew, under another record."
    ),
    "indirect": _("An indirect interest whose parts are stated apart would count twice."),
    "indirect_alone": _("The interest is indirect, and its parts are not stated."),
    "repeated": _("Line %(other)s says the same under this statement id already."),
    "repeated_differs": _("Line %(other)s says something else under the same statement id."),
    "changed_body": _("This statement id was imported already, and said something else."),
    "dangling": _("No record of this name is in the file or on record."),
    "wrong_party": _("The subject of this interest is a person, and it has to be an entity."),
    "party_type_differs": _("This record is a person on record and an entity here, or the other way round."),
    "older": _("A later statement about this record is on record or in this file."),
    "not_on_record": _("There is nothing on record to update or close; the statement is taken as new."),
    "nothing_to_close": _("There is nothing on record to close."),
    "stands_already": _("The record stands already; this statement takes its place."),
    "self_holding": _("The holder holds an interest in itself."),
    "cycle": _("The holder is, through others, held by what it holds."),
    "over_hundred": _("The holdings in this subject add up to %(sum)s per cent."),
    "formula": _(
        "The cell holds a formula. Write its value; put an apostrophe before a text that begins so."
    ),
    "digits_lost": _(
        "The spreadsheet kept this number as a number and lost its last digits. Make the column text and "
        "write it anew."
    ),
    "bad_identity_number": _("This is no resident identity number: its check character does not agree."),
    "share_below_one": _("The share is below 1 per cent. A cell shown as a percentage holds a hundredth."),
    "name_differs": _("The party of this id is called “%(other)s”."),
    "said_before": _(
        "The row says what it said once before, and something else stands by now. It changes nothing; give "
        "it a later day to make it stand again."
    ),
    "kept_as_on_record": _(
        "Who is on record here already is not altered by a file. What differs is not taken over."
    ),
    "name_alone": _("The parties are told by name alone: a lead that no rule reads."),
}


@dataclass(slots=True)
class Fault:
    """One thing found: line, statement, where in it, what stands there, which fault, and what was meant."""

    line: int
    statement_id: str
    path: str
    value: str
    code: str
    severity: str = ERROR
    meant: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def shown(value: object) -> str:
    """What stands there, short, without what cannot be kept, and with every long number covered."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value)[:400])
    return NUMBER.sub("…", text)[:200]


def sentence(code: str, params: dict[str, Any]) -> str:
    """What was found, in the reader's language."""
    return str(WHAT[code]) % (in_words(params) if code == "bad_json" else params)
