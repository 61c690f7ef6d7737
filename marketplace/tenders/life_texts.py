"""How states and acts are told to people, and which tone a state's tag has."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .life import Act, State

STATE_WORDS: dict[State, Any] = {
    State.DRAFT: _("Draft"),
    State.IN_REVIEW: _("In review"),
    State.RETURNED: _("Returned"),
    State.REVIEWED: _("Reviewed, to be published"),
    State.PUBLISHED: _("Announced, bidding not begun"),
    State.CLARIFYING: _("Questions may be asked"),
    State.OPEN: _("Open for bids"),
    State.CLOSED: _("Closed, to be opened"),
    State.OPENING: _("Being opened"),
    State.EVALUATING: _("Opened, to be awarded"),
    State.STANDSTILL: _("Award announced, may be challenged"),
    State.AWARDED: _("Awarded"),
    State.CONTRACTED: _("Under contract"),
    State.SUSPENDED: _("Suspended"),
    State.POSTPONED: _("Postponed"),
    State.CANCELLED: _("Cancelled"),
    State.FAILED: _("Failed"),
    State.VOID: pgettext_lazy("tender", "Void"),
    State.RETENDERED: _("Tendered again"),
}
TONES: dict[State, str] = {
    State.DRAFT: "neutral",
    State.IN_REVIEW: "info",
    State.RETURNED: "warn",
    State.REVIEWED: "info",
    State.PUBLISHED: "info",
    State.CLARIFYING: "info",
    State.OPEN: "good",
    State.CLOSED: "warn",
    State.OPENING: "warn",
    State.EVALUATING: "info",
    State.STANDSTILL: "info",
    State.AWARDED: "info",
    State.CONTRACTED: "good",
    State.SUSPENDED: "bad",
    State.POSTPONED: "warn",
    State.CANCELLED: "bad",
    State.FAILED: "bad",
    State.VOID: "bad",
    State.RETENDERED: "neutral",
}
ACT_WORDS: dict[Act, Any] = {
    Act.SUBMIT: _("Submitted for review"),
    Act.TAKE_BACK: _("Taken back from review"),
    Act.RETURN: _("Returned by the reviewer"),
    Act.PASS_REVIEW: _("Passed by the reviewer"),
    Act.PUBLISH: _("Published"),
    Act.AMEND: _("Amended"),
    Act.POSTPONE: _("Postponed"),
    Act.SUSPEND: _("Suspended"),
    Act.RESUME: _("Resumed"),
    Act.BEGIN_OPENING: _("The opening began"),
    Act.OPEN: _("Bids opened"),
    Act.LAPSE: _("Void: it could not be opened"),
    Act.FAIL: _("Failed"),
    Act.AWARD: _("Award published"),
    Act.EVALUATE_AGAIN: _("To be evaluated again"),
    Act.CONTRACT: _("Contract signed"),
    Act.CANCEL: _("Cancelled"),
    Act.ANNUL: _("Declared void"),
    Act.RETENDER: _("Tendered again"),
    Act.PASS_TIME: _("Time passed"),
}
WHO_WORDS: dict[str, Any] = {
    "owner": _("the owner"),
    "reviewer": _("the reviewer"),
    "publisher": _("the publisher"),
    "regulator": _("a regulator"),
    "owner or regulator": _("the owner or a regulator"),
    "owner, regulator, winner or clock": _("the owner, a regulator, the winner or the clock"),
    "trustees": _("the opening"),
    "clock": _("the clock"),
}
FAILURES: dict[str, Any] = {
    "shares_missing": _(
        "Too few trustees came in time, so no bid was opened. The owner may publish it again."
    ),
    "no_bid": _("No bid was submitted."),
    "no_valid_bid": _("No bid that was opened is valid."),
    "nobody_clear": _("No bidder passed the conflict gate."),
}


def failure_words(code: str) -> str:
    """Why a tender failed, or is void by rule, in a sentence."""
    return str(FAILURES.get(code, ""))


def void_words(tender: Any) -> str:
    """Why a tender is void: what was written, or the rule it is void by."""
    return tender.void_reason or failure_words(tender.failure)
