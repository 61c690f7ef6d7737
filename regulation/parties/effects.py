"""What follows an interest that somebody else states: the declaration is held against it."""

from regulation.ledger.effects import effect
from regulation.ledger.models import Entry

from .models import Interest
from .operations import compare_declaration
from .queries import last_declaration


@effect("parties.interest_stated", "parties.interest_ended")
def hold_against_declaration(entry: Entry) -> None:
    """Compare the newest declaration of the entity the interest is held in. Nothing twice."""
    interest = (
        Interest.objects.select_related("subject").filter(pk=int(entry.subject.rsplit("/", 1)[1])).first()
    )
    if interest is None or interest.subject is None or interest.declared_by_id == interest.subject_id:
        return
    last = last_declaration(interest.subject)
    if last is not None:
        compare_declaration(declaration=last)
