"""What follows an entry of this room: a declaration is held against what others state; a token is told of."""

from regulation.ledger.effects import effect
from regulation.ledger.models import Entry

from .models import AccessToken, Interest
from .noticing import DECLARATION, notice_of_answer, notice_of_declaration
from .operations import compare_declaration, notify
from .queries import last_declaration
from .telling import tell_of_token


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


@effect("parties.token_made", "parties.token_revoked")
def tell_its_owner(entry: Entry) -> None:
    """Whoever a token acts for learns by mail that it was made or revoked, also where it was not them."""
    token = AccessToken.objects.select_related("membership__user", "membership__entity").filter(
        pk=int(entry.subject.rsplit("/", 1)[1])
    )
    if (found := token.first()) is not None:
        tell_of_token(found, made=entry.kind == "parties.token_made")


@effect("parties.token_made", "parties.token_revoked")
def note_token_for_its_owner(entry: Entry) -> None:
    """The same in the inbox: who did it may not have been them."""
    token = AccessToken.objects.select_related("membership").filter(pk=int(entry.subject.rsplit("/", 1)[1]))
    if (found := token.first()) is not None:
        to = [(found.membership.user_id, found.membership.entity_id)]
        notify(entry=entry, about=found.name, view="parties:token_list", args=[], to=to, own=True)


@effect("parties.contest_answered")
def tell_who_contested(entry: Entry) -> None:
    """The answer to a contest, in the inbox of whoever acts for the entity."""
    notice_of_answer(entry)


@effect(*DECLARATION)
def tell_who_declares(entry: Entry) -> None:
    """A declaration that is late or contradicted, in the inbox of whoever acts for the firm."""
    notice_of_declaration(entry)
