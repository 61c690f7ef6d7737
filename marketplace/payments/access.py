"""Who sees a charge and who takes which step of a bank transfer.

Money is paid into custody by the payer, out of it by the site's staff. Whoever records a transfer, whoever
sees it arrive and whoever confirms it are three people; the operations and the database hold that.
"""

from typing import Any

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role

from .models import Charge, Order
from .models.order import OrderKind


def pays(membership: Membership | None, charge: Charge) -> bool:
    return (
        acts_as(membership, Role.OWNER) and membership is not None and membership.entity_id == charge.payer_id
    )


def is_paid(membership: Membership | None, charge: Charge) -> bool:
    return (
        acts_as(membership, Role.AGENT) and membership is not None and membership.entity_id == charge.payee_id
    )


def sees(user: Any, membership: Membership | None, charge: Charge) -> bool:
    """Both sides, regulators, and the site's staff who keep the money."""
    both = pays(membership, charge) or is_paid(membership, charge)
    return both or acts_as(membership, Role.REGULATOR) or bool(user.is_staff)


def records(user: Any, membership: Membership | None, order: Order) -> bool:
    """Whoever sends the money records the transfer."""
    if order.kind == OrderKind.FUND:
        return pays(membership, order.charge)
    return bool(user.is_staff)


def receives(user: Any, membership: Membership | None, order: Order) -> bool:
    """Whoever the money goes to sees it arrive."""
    if order.kind == OrderKind.FUND:
        return bool(user.is_staff)
    if order.kind == OrderKind.RELEASE:
        return is_paid(membership, order.charge)
    return pays(membership, order.charge)
