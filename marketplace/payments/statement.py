"""The monthly statement of an entity as a workbook: what was paid in, held, paid out and given back."""

import datetime as dt
import io
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .books import Account, to_yuan
from .models import PostingLine


def workbook(title: str, first: dt.date, lines: Iterable[PostingLine]) -> bytes:
    """One row a line, in yuan, and the totals by account; formulas are never written, only values."""
    book = Workbook(write_only=False)
    sheet = book.create_sheet(first.strftime("%Y-%m"), 0)
    del book["Sheet"]
    sheet.append([title])
    sheet.append([_("Day"), _("Payment"), _("What happened"), _("Account"), _("Amount (yuan)")])
    told, names = list(lines), dict(PostingLine._meta.get_field("account").flatchoices)
    for line in told:
        sheet.append(
            [
                timezone.localtime(line.posting.posted_at).date(),
                _plain(line.charge.title),
                line.posting.get_move_display(),
                line.get_account_display(),
                to_yuan(line.fen),
            ]
        )
    totals = dict.fromkeys(Account, 0)
    for line in told:
        totals[Account(line.account)] += line.fen
    rows = sheet.max_row
    for account, fen in totals.items():
        if any(line.account == account for line in told):
            sheet.append([_("Total"), "", "", str(names[str(account)]), to_yuan(fen)])
    totalled = [cell for row in sheet.iter_rows(min_row=rows + 1) for cell in row]
    for cell in (*sheet[1], *sheet[2], *totalled):
        cell.font = Font(bold=True)
    for column, width in enumerate((12, 48, 24, 16, 16), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _plain(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return "'" + text if text[:1] in "=+-@" else text
