"""Pages of the registry: need check, lists, rulings, laws, and the editors' desk."""

from .assessments import (
    assessment_edit,
    assessment_end,
    assessment_list,
    assessment_new,
    assessment_return,
    assessment_review,
    assessment_withdraw,
)
from .consultations import (
    comment_hide,
    consultation,
    consultation_answer,
    consultation_list,
    consultation_new,
)
from .delegations import delegation_list
from .desk import draft_edit, draft_find, draft_list, draft_new, draft_return, draft_review, draft_withdraw
from .editions import edition, edition_difference, edition_file, list_index, list_series
from .editions_desk import edition_drafts, edition_new, edition_review, edition_withdraw
from .elsewhere import elsewhere, service_regions, standard_list
from .finding import need_found
from .following import (
    changes,
    feed,
    following_end,
    following_list,
    following_start,
    following_stop,
)
from .joint import joint_plan, joint_review_list
from .laws import instrument, instrument_list, instrument_rulings, lapsed_list, provision
from .league import league, league_csv
from .lists import approval, approval_list, area_list, joint_review, service, service_list
from .measures import (
    measure_edit,
    measure_list,
    measure_new,
    measure_return,
    measure_review,
    measure_withdraw,
)
from .need import need_check
from .reported import reported
from .rulings import comparison, requirement, ruling
from .workflow import draft_history, draft_pass, draft_schedule, draft_submit, draft_unschedule
from .zones import zone, zone_list

__all__ = [
    "approval",
    "approval_list",
    "area_list",
    "assessment_edit",
    "assessment_end",
    "assessment_list",
    "assessment_new",
    "assessment_return",
    "assessment_review",
    "assessment_withdraw",
    "changes",
    "comment_hide",
    "comparison",
    "consultation",
    "consultation_answer",
    "consultation_list",
    "consultation_new",
    "delegation_list",
    "draft_edit",
    "draft_find",
    "draft_history",
    "draft_list",
    "draft_new",
    "draft_pass",
    "draft_return",
    "draft_review",
    "draft_schedule",
    "draft_submit",
    "draft_unschedule",
    "draft_withdraw",
    "edition",
    "edition_difference",
    "edition_drafts",
    "edition_file",
    "edition_new",
    "edition_review",
    "edition_withdraw",
    "elsewhere",
    "feed",
    "following_end",
    "following_list",
    "following_start",
    "following_stop",
    "instrument",
    "instrument_list",
    "instrument_rulings",
    "joint_plan",
    "joint_review",
    "joint_review_list",
    "lapsed_list",
    "league",
    "league_csv",
    "list_index",
    "list_series",
    "measure_edit",
    "measure_list",
    "measure_new",
    "measure_return",
    "measure_review",
    "measure_withdraw",
    "need_check",
    "need_found",
    "provision",
    "reported",
    "requirement",
    "ruling",
    "service",
    "service_list",
    "service_regions",
    "standard_list",
    "zone",
    "zone_list",
]
