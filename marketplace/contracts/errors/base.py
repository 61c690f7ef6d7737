"""What every refusal of this room is, and those that any act may meet."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ..life import Act, State, Step
from ..life_texts import STATE_WORDS, STEP_WORDS


class ContractRefused(Exception):
    """Base. `message` is for the reader."""

    message: Any = _("This cannot be done.")
    next_step: Any = ""

    def __str__(self) -> str:
        return str(self.message)


class NotNow(ContractRefused):
    """An act the state does not allow; life.py says which do."""

    def __init__(self, act: Act, state: State | Step) -> None:
        self.act, self.state = act, state
        words = STATE_WORDS[state] if isinstance(state, State) else STEP_WORDS[state]
        self.message = _('This cannot be done in the state "%(state)s".') % {"state": words}


class ReasonMissing(ContractRefused):
    message = _("State the reason; it is kept on the record.")


class ASecondPerson(ContractRefused):
    message = _("Whoever proposed it does not decide it: it takes a second person.")
