"""Who is told on the site of what people decided at the gate: whoever acts for the intermediary."""

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from regulation.parties.operations import key_in, notify, people_of, today_of

from .models import Check, Exemption

CHECKS = ("decoupling.determination_confirmed", "decoupling.referral_overdue")
EXEMPTIONS = ("decoupling.exemption_confirmed", "decoupling.exemption_revoked")


def notice_of_check(entry: Entry) -> int:
    """The answer of two regulators to a check that was left open, or that it did not come in time."""
    urn = body_of(entry).get("check") or entry.subject
    made = Check.objects.filter(pk=key_in(urn, "decoupling.check")).select_related("department").first()
    if made is None:
        return 0
    to = people_of([made.intermediary_id], Role.AGENT, on=today_of(entry))
    about, args = made.department.name, [str(made.ref)]
    return notify(entry=entry, about=about, view="decoupling:check", args=args, to=to)


def notice_of_exemption(entry: Entry) -> int:
    """An exemption that was granted or revoked."""
    found = Exemption.objects.filter(pk=key_in(entry.subject, "decoupling.exemption"))
    made = found.select_related("department").first()
    if made is None:
        return 0
    to = people_of([made.intermediary_id], Role.AGENT, on=today_of(entry))
    about = made.department.name
    return notify(entry=entry, about=about, view="decoupling:exemption", args=[made.pk], to=to)
