"""Who is told on the site of what happens in a contract: the sides, whoever did it excepted.

A review one side has written is no such thing: the other learns of it when both are disclosed.
"""

from regulation.ledger.models import Entry
from regulation.parties.models import Role
from regulation.parties.operations import notify, people_of, today_of

from .models import Contract

ACTS = (
    *("drawn_up", "milestones_set", "offered", "taken_back", "signature", "signed", "lapsed"),
    *("suspended", "resumed", "change_proposed", "change_declined", "changed"),
    *("started", "handed_in", "returned", "accepted", "payout", "invoiced", "refund", "demanded"),
    *("disputed", "dispute_evidence", "split_proposed", "split_agreed", "cure_over", "decision_asked"),
    *("mediator_named", "mediator_accepted", "seat_ended", "no_mediator", "settled"),
    *("end_proposed", "end_signed", "end_declined", "cancelled", "terminated", "completed"),
    *("reviews_opened", "reviews_disclosed"),
    *("copy_given", "copy_confirmed", "copy_differs", "copy_taken_back"),
)
KINDS = tuple(f"contracts.{act}" for act in ACTS)


def notice_of_contract(entry: Entry) -> int:
    """Tell the sides of a contract of an entry about it; how many."""
    name, _, ref = entry.subject.partition("/")
    contract = Contract.objects.select_related("award__tender").filter(ref=ref).first()
    if name != "contracts.contract" or contract is None:
        return 0
    on = today_of(entry)
    buying = {contract.buyer_id, contract.payer_id} - {None}
    to = [
        *people_of([key for key in buying if key is not None], Role.OWNER, on=on),
        *people_of([contract.seller_id], Role.AGENT, on=on),
    ]
    return notify(entry=entry, about=str(contract), view="contracts:contract", args=[contract.ref], to=to)


def notice_of_opening(entry: Entry) -> int:
    """Tell the people of the department that a buyer opened accepted work to it; how many."""
    contract = (
        Contract.objects.select_related("award__tender").filter(ref=entry.subject.partition("/")[2]).first()
    )
    if contract is None:
        return 0
    to = people_of([contract.department_id], Role.OWNER, on=today_of(entry))
    return notify(entry=entry, about=str(contract), view="contracts:department_list", args=[], to=to)
