"""What waits for the site's staff: money to see arrive, to pay out, to clear; and their screens."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.payments import queries as payments

from .parts import item, section


def _row(title: str, name: str, count: int) -> list[dict[str, Any]]:
    """One line with its count; nothing where nothing waits."""
    return [item(title, reverse(name), _("Waiting: %(n)s") % {"n": count})] if count else []


def to_see_to() -> dict[str, Any]:
    """Each kind that waits, with how many."""
    told = payments.waiting_for_staff()
    waiting = [
        *_row(_("Payments held back"), "payments:hold_list", told["held_back"]),
        *_row(_("Transfers to see arrive"), "payments:transfer_list", told["to_see"]),
        *_row(_("Transfers to confirm"), "payments:transfer_list", told["to_confirm"]),
        *_row(_("Payouts and refunds to transfer"), "payments:payout_list", told["to_transfer"]),
        *_row(_("Events that could not be applied"), "payments:event_list", told["failed"]),
    ]
    return section(_("Money to see to"), waiting, _("No payment waits for staff."))


def site() -> dict[str, Any]:
    return section(
        _("The site"),
        [],
        "",
        (_("Edit the site"), reverse("wagtailadmin_home")),
        (_("Accounts and memberships"), reverse("admin:index")),
        (_("Style page"), reverse("styleguide")),
        (_("Undelivered effects"), reverse("ledger:dead_letter_list")),
        (_("Contracts"), reverse("contracts:contract_list")),
        (_("Reconciliations"), reverse("contracts:reconciliation_list")),
        (_("Payments"), reverse("payments:charge_list")),
        (_("Transfers to confirm"), reverse("payments:transfer_list")),
        (_("Payouts and refunds to transfer"), reverse("payments:payout_list")),
        (_("Payments held back"), reverse("payments:hold_list")),
        (_("Bank statements"), reverse("payments:bank_statement_list")),
        (_("Events of payment providers"), reverse("payments:event_list")),
    )
