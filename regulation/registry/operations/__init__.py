"""Writing the registry. One verb, one transaction, one ledger entry; nothing published is overwritten."""

from .catalogue import save_catalogued
from .drafts import draft_ruling, return_draft, revise_draft, withdraw_draft
from .editions import compile_edition, publish_edition, withdraw_edition
from .following import end_following, start_following, tell_reader
from .measures import Measured, draft_measure, follow_measure, publish_measure, withdraw_measure
from .publishing import note_lapse, publish_ruling, replace_ruling
from .wording import Wording

__all__ = [
    "Measured",
    "Wording",
    "compile_edition",
    "draft_measure",
    "draft_ruling",
    "end_following",
    "follow_measure",
    "note_lapse",
    "publish_edition",
    "publish_measure",
    "publish_ruling",
    "replace_ruling",
    "return_draft",
    "revise_draft",
    "save_catalogued",
    "start_following",
    "tell_reader",
    "withdraw_draft",
    "withdraw_edition",
    "withdraw_measure",
]
