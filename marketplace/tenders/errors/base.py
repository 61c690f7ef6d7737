"""What every refusal of this room is, and those of any act."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .. import life
from ..life_texts import STATE_WORDS


class TenderRefused(Exception):
    """Base. `code` is stable, `message` is for the reader."""

    code = "refused"
    message: Any = _("This cannot be done.")
    next_step: Any = ""

    def __str__(self) -> str:
        return str(self.message)


class NotNow(TenderRefused):
    """An act the tender's state does not allow; life.TRANSITIONS says which do."""

    code = "not_now"

    def __init__(self, act: life.Act, state: life.State) -> None:
        self.act, self.state = act, state
        self.message = _('This cannot be done while the tender is in the state "%(state)s".') % {
            "state": STATE_WORDS[state]
        }


class ReasonMissing(TenderRefused):
    code = "reason_missing"
    message = _("State the reason; it is kept on the record.")
