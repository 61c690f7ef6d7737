"""Writing the registry. One verb, one transaction, one ledger entry; nothing published is overwritten."""

from .assessments import (
    Assessed,
    draft_assessment,
    end_assessment,
    publish_assessment,
    return_assessment,
    revise_assessment,
    withdraw_assessment,
)
from .catalogue import save_catalogued
from .consultations import answer_comments, file_comment, hide_comment, open_consultation
from .drafts import draft_ruling, return_draft, revise_draft, withdraw_draft
from .editions import compile_edition, publish_edition, withdraw_edition
from .following import end_following, start_following, tell_reader
from .measures import (
    Measured,
    draft_measure,
    follow_measure,
    publish_measure,
    return_measure,
    revise_measure,
    withdraw_measure,
)
from .provisions import Loaded, import_provisions
from .publishing import note_lapse, publish_ruling, replace_ruling
from .searching import compact_cells, rebuild_search
from .wording import Wording
from .workflow import (
    bring_to_public,
    cancel_schedule,
    pass_and_publish,
    pass_review,
    publish_due,
    schedule_publication,
    submit_draft,
)

__all__ = [
    "Assessed",
    "Loaded",
    "Measured",
    "Wording",
    "answer_comments",
    "bring_to_public",
    "cancel_schedule",
    "compact_cells",
    "compile_edition",
    "draft_assessment",
    "draft_measure",
    "draft_ruling",
    "end_assessment",
    "end_following",
    "file_comment",
    "follow_measure",
    "hide_comment",
    "import_provisions",
    "note_lapse",
    "open_consultation",
    "pass_and_publish",
    "pass_review",
    "publish_assessment",
    "publish_due",
    "publish_edition",
    "publish_measure",
    "publish_ruling",
    "rebuild_search",
    "replace_ruling",
    "return_assessment",
    "return_draft",
    "return_measure",
    "revise_assessment",
    "revise_draft",
    "revise_measure",
    "save_catalogued",
    "schedule_publication",
    "start_following",
    "submit_draft",
    "tell_reader",
    "withdraw_assessment",
    "withdraw_draft",
    "withdraw_edition",
    "withdraw_measure",
]
