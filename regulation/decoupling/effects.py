"""What follows an entry of this room: the intermediary finds it in its inbox."""

from regulation.ledger.effects import effect
from regulation.ledger.models import Entry

from .noticing import CHECKS, EXEMPTIONS, notice_of_check, notice_of_exemption


@effect(*CHECKS)
def tell_of_answer(entry: Entry) -> None:
    """Two regulators answered, or did not in time."""
    notice_of_check(entry)


@effect(*EXEMPTIONS)
def tell_of_exemption(entry: Entry) -> None:
    """A pair is exempted, or no longer."""
    notice_of_exemption(entry)
