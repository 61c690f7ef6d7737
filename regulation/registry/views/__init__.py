"""Pages of the registry: need check, lists, rulings, laws, and the editors' desk."""

from .desk import draft_edit, draft_list, draft_new, draft_return, draft_review, draft_withdraw
from .lists import approval, approval_list, area_list, joint_review, service, service_list
from .need import need_check, need_found
from .rulings import comparison, instrument, instrument_list, lapsed_list, provision, requirement, ruling

__all__ = [
    "approval",
    "approval_list",
    "area_list",
    "comparison",
    "draft_edit",
    "draft_list",
    "draft_new",
    "draft_return",
    "draft_review",
    "draft_withdraw",
    "instrument",
    "instrument_list",
    "joint_review",
    "lapsed_list",
    "need_check",
    "need_found",
    "provision",
    "requirement",
    "ruling",
    "service",
    "service_list",
]
