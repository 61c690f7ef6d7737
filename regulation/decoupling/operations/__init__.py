"""Writes of the gate: checks, determinations, exemptions, rule packs."""

from ..queries import NOTHING_MORE, About
from .checking import WAITING, check, check_all, foresee
from .determinations import decide_determination, propose_determination
from .earlier import note_earlier_contacts
from .exemptions import decide_exemption, propose_exemption, revoke_exemption
from .packs import propose_pack, publish_pack, reject_pack
from .telling import disclose_checks, note_asked, note_overdue, unseal_checks

__all__ = [
    "NOTHING_MORE",
    "WAITING",
    "About",
    "check",
    "check_all",
    "decide_determination",
    "decide_exemption",
    "disclose_checks",
    "foresee",
    "note_asked",
    "note_earlier_contacts",
    "note_overdue",
    "propose_determination",
    "propose_exemption",
    "propose_pack",
    "publish_pack",
    "reject_pack",
    "revoke_exemption",
    "unseal_checks",
]
