"""Who sees a charge and who takes which step of a bank transfer.

Money is paid into custody by the payer, out of it by the site's staff. Whoever records a transfer, whoever
sees it arrive and whoever confirms it are three people; the operations and the database hold that.
"""

from typing import Any

from regulation.parties.access import acts_as
from regulation.parties.models import Membership, Role

from .models import BankStatement, Charge, Order
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


def keeps_statements(user: Any, membership: Membership | None) -> bool:
    """Whoever pays or is paid, of its own account; the site's staff, of the operating centre's."""
    return bool(user.is_staff) or acts_as(membership, Role.OWNER, Role.AGENT)


def sees_statement(user: Any, membership: Membership | None, statement: BankStatement) -> bool:
    """Whose account it is, regulators, and the site's staff."""
    return oversees(user, membership) or _is_own(membership, statement)


def withdraws(user: Any, membership: Membership | None, statement: BankStatement) -> bool:
    """The staff of the operating centre's; a party's own people of theirs."""
    return bool(user.is_staff) if statement.entity_id is None else _is_own(membership, statement)


def _is_own(membership: Membership | None, statement: BankStatement) -> bool:
    return (
        acts_as(membership, Role.OWNER, Role.AGENT)
        and membership is not None
        and membership.entity_id == statement.entity_id
    )


def oversees(user: Any, membership: Membership | None) -> bool:
    """Regulators, and the site's staff who keep the money."""
    return bool(user.is_staff) or acts_as(membership, Role.REGULATOR)
