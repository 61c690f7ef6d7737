"""Writes about persons, entities and interests. One verb, one transaction, one ledger entry."""

from .contacts import note_account, note_contacts
from .contests import (
    answer_contest,
    confirm_contest_answer,
    facts_of,
    file_contest,
    return_contest_answer,
)
from .declarations import declare_interests
from .discrepancies import compare_declaration, note_late
from .drafts import agree_row, drop_draft, drop_row, keep_row, mark_end
from .filing import file_declaration
from .interests import correct_interest, end_interest, interest_body, retract_interest, state_interest
from .looking import note_look
from .mailing import choose_mail, stop_mail, want_mail
from .merging import (
    agreement,
    confirm_suggestion,
    keep_lead,
    merge_records,
    records_of,
    refresh_suggestions,
    reject_suggestion,
    split_records,
)
from .noticing import forget_notices, key_in, mark_read, mark_unread, notify, people_of, today_of
from .people import digest_of_number, see_people
from .registration import grant_membership, register_entity
from .tokens import make_token, note_use, revoke_token

__all__ = [
    "agree_row",
    "agreement",
    "answer_contest",
    "choose_mail",
    "compare_declaration",
    "confirm_contest_answer",
    "confirm_suggestion",
    "correct_interest",
    "declare_interests",
    "digest_of_number",
    "drop_draft",
    "drop_row",
    "end_interest",
    "facts_of",
    "file_contest",
    "file_declaration",
    "forget_notices",
    "grant_membership",
    "interest_body",
    "keep_lead",
    "keep_row",
    "key_in",
    "make_token",
    "mark_end",
    "mark_read",
    "mark_unread",
    "merge_records",
    "note_account",
    "note_contacts",
    "note_late",
    "note_look",
    "note_use",
    "notify",
    "people_of",
    "records_of",
    "refresh_suggestions",
    "register_entity",
    "reject_suggestion",
    "retract_interest",
    "return_contest_answer",
    "revoke_token",
    "see_people",
    "split_records",
    "state_interest",
    "stop_mail",
    "today_of",
    "want_mail",
]
