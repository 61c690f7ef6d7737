"""The sheet of a bank statement, as data. Whose account it is of, and for which days, is told beside it."""

from django.utils.translation import gettext_lazy as _

from regulation.tables.columns import MARK, Column, Holds, Sheet

NUMBER_MOST, NAME_MOST, PURPOSE_MOST = 80, 200, 300

SHEET = Sheet(
    "bank_statement",
    _("Bank statement"),
    (
        MARK,
        Column(
            "number",
            _("The bank's transaction number"),
            most=NUMBER_MOST,
            key=True,
            needed=True,
            exact=True,
            hint=_("As the bank writes it. Each number counts once for money in and once for money out."),
        ),
        Column(
            "day",
            _("Day of the transaction"),
            Holds.DAY,
            key=True,
            needed=True,
            hint=_("2026-08-15, 2026/8/15 or 20260815. It lies within the days the statement is for."),
            width=14,
        ),
        Column(
            "paid_in",
            _("Paid in (credit)"),
            hint=_("Yuan, at most two places. A row has either this or the next."),
            width=16,
        ),
        Column("paid_out", _("Paid out (debit)"), hint=_("Yuan, at most two places."), width=16),
        Column(
            "account",
            _("Counterparty's account"),
            most=40,
            exact=True,
            hint=_("Tells which rows are payments over this site; other rows of a firm are not kept."),
        ),
        Column("name", _("Counterparty"), most=NAME_MOST, width=32),
        Column("purpose", _("Purpose"), most=PURPOSE_MOST, width=32),
    ),
    (
        {
            "number": "2026081500012345",
            "day": "2026-08-15",
            "paid_in": "12800.00",
            "account": "6222000000000000",
        },
        {
            "number": "2026081600067890",
            "day": "2026-08-16",
            "paid_out": "8960.00",
            "account": "6222000000000001",
        },
    ),
)

COMPARED = (
    Column("result", _("Result"), width=28),
    Column("day", _("Day"), width=12),
    Column("number", _("The bank's transaction number"), exact=True),
    Column("direction", _("Direction"), width=12),
    Column("bank_amount", _("At the bank"), width=16),
    Column("recorded_number", _("Number recorded here"), exact=True),
    Column("recorded_amount", _("Recorded here"), width=16),
    Column("payment", _("Payment"), width=40),
)
"""The columns of a comparison that goes out as a table."""
