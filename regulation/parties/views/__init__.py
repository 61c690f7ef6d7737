"""The account, declarations, what is held about an entity, contests, and who is who."""

from .account import declare, profile, second_factor, switch
from .contests import contest, contest_answer, contest_decide, contest_file, contest_list, discrepancy_list
from .declarations import (
    declaration,
    declaration_check,
    declaration_draft,
    declaration_drop,
    declaration_end,
    row_agree,
    row_drop,
    row_edit,
    row_new,
)
from .identity import merge_list, merge_split, person, suggestion, suggestion_list
from .inbox import inbox, inbox_read, notice_mark, notice_open
from .interests import contest_new, own_contest, own_interests
from .mail import mail, mail_stop
from .tokens import token_list, token_new, token_revoke

__all__ = [
    "contest",
    "contest_answer",
    "contest_decide",
    "contest_file",
    "contest_list",
    "contest_new",
    "declaration",
    "declaration_check",
    "declaration_draft",
    "declaration_drop",
    "declaration_end",
    "declare",
    "discrepancy_list",
    "inbox",
    "inbox_read",
    "mail",
    "mail_stop",
    "merge_list",
    "merge_split",
    "notice_mark",
    "notice_open",
    "own_contest",
    "own_interests",
    "person",
    "profile",
    "row_agree",
    "row_drop",
    "row_edit",
    "row_new",
    "second_factor",
    "suggestion",
    "suggestion_list",
    "switch",
    "token_list",
    "token_new",
    "token_revoke",
]
