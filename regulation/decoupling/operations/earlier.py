"""Contacts and accounts that bidders changed shortly before their bids were opened."""

from typing import Any

from django.conf import settings
from django.db import transaction

from regulation.ledger.operations import Recorded, record

from ..models import Check, Gate
from ..queries import earlier_ties, pack_named


@transaction.atomic
def note_earlier_contacts(*, of: Recorded) -> int:
    """Tell regulators which bidders, on a day shortly before the opening, had an address, contact or account
    in common with one another or with the department's side, and not on the day itself; of how many.

    By the checks of the opening, whose answers stay as they are: what a firm changed is a lead, since a firm
    may move for reasons of its own. `CONTACTS_LOOK_BACK_DAYS` is this site's own rule.
    """
    days = settings.CONTACTS_LOOK_BACK_DAYS
    opening = Check.objects.filter(of=of.urn, gate=Gate.OPENING).select_related("intermediary", "department")
    checks = list(opening.order_by("pk").defer("graph"))
    if not checks or not days:
        return 0
    pack = pack_named(checks[0].rule_pack)
    found: list[dict[str, Any]] = []
    for check, grounds in earlier_ties(checks, pack, days=days):
        for code in dict.fromkeys(ground.rule for ground in grounds):
            rule = pack.rule(code)
            chains = [[tie.as_json() for tie in g.chain] for g in grounds if g.rule == code]
            found.append(
                {
                    "intermediary": check.intermediary.urn,
                    "department": check.department.urn,
                    "rule": code,
                    "rule_pack": pack.version,
                    "provision": rule.provisions[0] if rule and rule.provisions else "",
                    "check": check.urn,
                    "chains": chains,
                }
            )
    if found:
        body = {"of": of.urn, "days": days, "found": found}
        record(kind="decoupling.earlier_contacts_found", subject=of, actor=None, body=body, noticeable=False)
    return len(found)
