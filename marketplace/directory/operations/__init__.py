"""Writes to the directory. One verb, one transaction, one ledger entry."""

from .crediting import note_credit
from .listing import (
    GENERAL_RULES,
    end_offer,
    end_qualification,
    publish_offer,
    recheck_offer,
    record_qualification,
    register_intermediary,
    revise_profile,
)
from .sanctioning import (
    decide_sanction,
    end_suspension,
    lift_sanction,
    open_sanction,
    propose_sanction,
    reply_to_sanction,
    return_sanction,
)

__all__ = [
    "GENERAL_RULES",
    "decide_sanction",
    "end_offer",
    "end_qualification",
    "end_suspension",
    "lift_sanction",
    "note_credit",
    "open_sanction",
    "propose_sanction",
    "publish_offer",
    "recheck_offer",
    "record_qualification",
    "register_intermediary",
    "reply_to_sanction",
    "return_sanction",
    "revise_profile",
]
