"""What this room's entries say. The sums of a contract are public; accounts and bank numbers are not."""

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import story

AMOUNT = ("amount", _("Amount"), "money")

story("payments.charged", _("A payment became due."), disclosed=True, facts=[AMOUNT])
story("payments.charge_cancelled", _("The payment is no longer due."), disclosed=True)
story("payments.ordered", _("A payment was ordered."), facts=[AMOUNT])
story("payments.order_failed", _("A payment that was ordered failed."), facts=[AMOUNT])
story("payments.funded", _("The sum was paid in and is held."), disclosed=True, facts=[AMOUNT])
story("payments.released", _("Held money was paid to the intermediary."), disclosed=True, facts=[AMOUNT])
story("payments.refunded", _("Held money was paid back to the payer."), disclosed=True, facts=[AMOUNT])
story("payments.reversed", _("The bank took a payment back."), disclosed=True, facts=[AMOUNT])
story("payments.reinstated", _("The bank gave back what it had taken."), disclosed=True, facts=[AMOUNT])
story("payments.returned", _("A payment that had gone out came back."), disclosed=True, facts=[AMOUNT])
story("payments.held_back", _("The payment is held back until it is clear."), disclosed=True, facts=[AMOUNT])
story("payments.hold_ended", _("The payment is not held back any more."), disclosed=True)
story("payments.transfer_recorded", _("A bank transfer was recorded."))
story("payments.transfer_received", _("The receiver saw the transfer arrive."))
story("payments.transfer_confirmed", _("A second person confirmed the transfer."))
story("payments.transfer_refused", _("The transfer was refused."), facts=[("reason", _("Reason"), "text")])
story("payments.account_opened", _("An account for payouts was named."))
story("payments.account_ready", _("The account for payouts is ready."))
story("payments.account_closed", _("An account for payouts was closed."))
story("payments.event_replayed", _("Staff applied a provider's event again."))
ROWS = ("rows", _("Rows"), "count")
story(
    "payments.bank_statement_taken",
    _("A bank statement was compared with the transfers on record."),
    facts=[ROWS],
)
story(
    "payments.bank_statement_withdrawn",
    _("A bank statement was withdrawn."),
    facts=[("reason", _("Reason"), "text")],
)
