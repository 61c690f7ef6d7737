"""How states and acts of contracts and milestones are told, and which tone a tag has."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .life import Act, State, Step

STATE_WORDS: dict[State, Any] = {
    State.DRAFT: pgettext_lazy("contract", "Being drawn up"),
    State.OFFERED: _("To be signed"),
    State.IN_FORCE: pgettext_lazy("contract", "In force"),
    State.SUSPENDED: _("Suspended"),
    State.LAPSED: _("Not signed in time"),
    State.TERMINATED: _("Ended early"),
    State.COMPLETED: _("Completed"),
}
TONES: dict[State, str] = {
    State.DRAFT: "neutral",
    State.OFFERED: "warn",
    State.IN_FORCE: "good",
    State.SUSPENDED: "bad",
    State.LAPSED: "bad",
    State.TERMINATED: "bad",
    State.COMPLETED: "good",
}
STEP_WORDS: dict[Step, Any] = {
    Step.PLANNED: _("Not begun"),
    Step.STARTED: _("At work"),
    Step.SUBMITTED: _("Handed in, to be examined"),
    Step.RETURNED: _("Returned, to be mended"),
    Step.DISPUTED: _("In dispute"),
    Step.ACCEPTED: _("Accepted"),
    Step.CANCELLED: _("Cancelled"),
}
STEP_TONES: dict[Step, str] = {
    Step.PLANNED: "neutral",
    Step.STARTED: "info",
    Step.SUBMITTED: "warn",
    Step.RETURNED: "warn",
    Step.DISPUTED: "bad",
    Step.ACCEPTED: "good",
    Step.CANCELLED: "neutral",
}
ACT_WORDS: dict[Act, Any] = {
    Act.OFFER: _("Laid before all sides for signature"),
    Act.TAKE_BACK: _("Taken back to be drawn up again"),
    Act.SIGN: _("Signed by all sides"),
    Act.LAPSE: _("Lapsed: not signed in time"),
    Act.CHANGE: _("Changed by all sides"),
    Act.SUSPEND: _("Suspended"),
    Act.RESUME: _("Resumed"),
    Act.TERMINATE: _("Ended early"),
    Act.COMPLETE: _("Completed: all is accepted and paid"),
    Act.START: _("Work begun"),
    Act.SUBMIT: _("Handed in"),
    Act.RETURN: _("Returned with reasons"),
    Act.ACCEPT: _("Accepted by the buyer"),
    Act.ACCEPT_BY_RULE: _("Accepted by rule: the buyer did not answer in time"),
    Act.DISPUTE: _("Disputed"),
    Act.SETTLE: _("Dispute settled"),
    Act.CANCEL: _("Cancelled"),
}
