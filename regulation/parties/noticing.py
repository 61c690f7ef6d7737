"""Who is told on the site of what concerns the record of interests about a firm."""

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of

from .models import Contest, Entity, Role
from .operations import key_in, notify, people_of, today_of

DECLARATION = ("parties.declaration_late", "parties.declaration_contradicted")
ACTING = (Role.AGENT, Role.OWNER)


def notice_of_answer(entry: Entry) -> int:
    """Tell whoever acts for an entity that its contest is answered; how many."""
    found = (
        Contest.objects.filter(pk=key_in(entry.subject, "parties.contest")).select_related("entity").first()
    )
    if found is None:
        return 0
    to = people_of([found.entity_id], *ACTING, on=today_of(entry))
    return notify(entry=entry, about=found.entity.name, view="parties:own_contest", args=[found.pk], to=to)


def notice_of_declaration(entry: Entry) -> int:
    """Tell whoever acts for an intermediary that its declaration is late, or that another source contradicts
    it; how many."""
    found = Entity.objects.filter(pk=key_in(body_of(entry).get("entity"), "parties.entity")).first()
    if found is None:
        return 0
    to = people_of([found.pk], Role.AGENT, on=today_of(entry))
    return notify(entry=entry, about=found.name, view="parties:declaration_draft", args=[], to=to)
