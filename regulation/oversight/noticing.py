"""Who is told on the site of a finding: whoever acts for the firm it is about, and of a lead nobody."""

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Role
from regulation.parties.operations import notify, people_of, today_of

from .models import LEADS, Finding

FINDINGS = (
    "oversight.finding_found",
    "oversight.finding_back",
    "oversight.finding_explained",
    "oversight.finding_upheld",
)


def concerns_the_firm(body: object) -> bool:
    """Whether what an entry of a finding says is for the firm to know: a lead is not."""
    return isinstance(body, dict) and body.get("kind") not in LEADS


def notice_of_finding(entry: Entry) -> int:
    """Tell the firm that something was found about it, or what became of it; how many."""
    found = Finding.objects.filter(ref=str(body_of(entry).get("finding") or ""))
    made = found.exclude(kind__in=LEADS).select_related("department").first()
    if made is None:
        return 0
    to = people_of([made.entity_id], Role.AGENT, on=today_of(entry))
    about = f"{made.ref} · {made.department.name}" if made.department else made.ref
    return notify(entry=entry, about=about, view="oversight:finding", args=[made.ref], to=to)
