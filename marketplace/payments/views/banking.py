"""Bank statements beside recorded transfers: a party's own, the operating centre's for staff, all to read for
regulators."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.ledger.receipts import give_receipt, with_receipt
from regulation.parties.access import acting
from regulation.parties.models import Entity
from regulation.tables.errors import FileRefused
from regulation.tables.sending import FORMATS, table_file, workbook_file
from regulation.tables.template import template_rows, template_workbook

from .. import access
from ..bank_forms import RESULTS, BankStatementFilter, BankStatementForm, ResultForm
from ..bank_queries import comparison, statements, statements_of
from ..banking.columns import COMPARED, SHEET
from ..banking.matching import Compared
from ..banking.rows import account_in
from ..books import to_yuan
from ..errors import PaymentRefused, StatementRefused
from ..models import BankStatement
from ..operations import take_bank_statement, withdraw_bank_statement

PAGE, ROWS = 20, 50


def _whose(request: HttpRequest) -> Entity | None:
    """Whose account the reader uploads statements of: none for the operating centre's. 403 for others."""
    membership = acting(request)
    if not access.keeps_statements(request.user, membership):
        raise PermissionDenied
    return None if request.user.is_staff or membership is None else membership.entity


def _seen(request: HttpRequest, ref: str) -> BankStatement:
    """A statement the reader may see; 404 for everybody else, who need not know that there is one."""
    found = get_object_or_404(statements(), ref=ref)
    if not access.sees_statement(request.user, acting(request), found):
        raise Http404
    return found


@never_cache
@require_safe
@login_required
def bank_statement_list(request: HttpRequest) -> HttpResponse:
    """Statements that were compared, the newest first."""
    membership = acting(request)
    all_seen = access.oversees(request.user, membership)
    if not all_seen and not access.keeps_statements(request.user, membership):
        raise PermissionDenied
    found = BankStatementFilter(
        request.GET or None,
        queryset=statements() if all_seen else statements_of(membership.entity),  # type: ignore[union-attr]
    )
    if not all_seen:
        del found.form.fields["whose"]
    context = {
        "filter": found,
        "page_obj": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        "all_seen": all_seen,
        "may_upload": access.keeps_statements(request.user, membership),
    }
    return render(request, "payments/bank_statement_list.html", context)


@never_cache
@login_required
def bank_statement_new(request: HttpRequest) -> HttpResponse:
    """Upload one. A file with a faulty row is refused as a whole, each fault with its row."""
    entity, refusal = _whose(request), None
    today = timezone.localdate(database_now())
    first = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    form = BankStatementForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={"first": first, "last": today.replace(day=1) - dt.timedelta(days=1)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _taken(request, entity, form.cleaned_data)
        except StatementRefused as refused:
            refusal = refused
        except (FileRefused, PaymentRefused) as refused:
            form.add_error(
                "file", " ".join(filter(None, (str(refused), str(getattr(refused, "next_step", "")))))
            )
    context = {
        "form": form,
        "entity": entity,
        "refusal": refusal,
        "columns": SHEET.exported,
        "ending": account_in(settings.PAYMENTS_CUSTODY)[-4:],
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "payments/bank_statement_new.html", context, status=status)


def _taken(request: HttpRequest, entity: Entity | None, told: dict[str, Any]) -> HttpResponse:
    """The statement's page. Raises what the operation refuses."""
    made = take_bank_statement(
        entity=entity,
        content=told["file"].read(),
        name=told["file"].name or "",
        first=told["first"],
        last=told["last"],
        by=request.user,  # type: ignore[arg-type]
        at=database_now(),
    )
    link = give_receipt(subject=made, kind="payments.bank_statement_taken", holder=made.uploaded_by)
    messages.success(request, with_receipt(_("The statement is on record and compared."), link))
    return redirect(made)


@require_safe
@login_required
def bank_statement_template(request: HttpRequest, fmt: str) -> HttpResponseBase:
    """The table to begin with."""
    if fmt not in FORMATS:
        raise Http404
    name = _("%(title)s – template") % {"title": SHEET.title}
    if fmt == "xlsx":
        advice = [
            _("Write your rows in the first sheet, below the headers. Rows marked “example” are skipped."),
            _("A row that an earlier statement told already changes nothing."),
            _("Nothing is kept while a row is wrong."),
        ]
        return workbook_file(name, template_workbook([SHEET], offered={}, advice=advice))
    return table_file(name, fmt, str(SHEET.title), SHEET.columns, template_rows(SHEET))


def _compared(request: HttpRequest, statement: BankStatement) -> list[Compared]:
    """All rows of the days of a statement; none once it is withdrawn."""
    if statement.withdrawn_at is not None:
        return []
    days = (statement.days.lower, statement.days.upper)
    return comparison(statement.entity, days, today=timezone.localdate(database_now()))


def _chosen(form: ResultForm, found: list[Compared]) -> list[Compared]:
    wanted = form.cleaned_data.get("result") if form.is_valid() else ""
    if wanted == "due":
        return [one for one in found if one.due]
    return [one for one in found if not wanted or one.result == wanted]


def _row(one: Compared) -> dict[str, Any]:
    transfer = one.transfer.of if one.transfer else None
    return {
        "one": one,
        "words": RESULTS[one.result],
        "is_in": one.told.is_in,
        "line": one.line.of if one.line else None,
        "transfer": transfer,
        "charge": transfer.order.charge if transfer else None,
        "at_bank": to_yuan(one.line.fen) if one.line else None,
        "recorded": to_yuan(one.transfer.fen) if one.transfer else None,
    }


@never_cache
@require_safe
@login_required
def bank_statement(request: HttpRequest, ref: str) -> HttpResponse:
    """What fits and what does not, for the days of one statement."""
    found = _seen(request, ref)
    rows = _compared(request, found)
    form = ResultForm(request.GET or None)
    page = Paginator(_chosen(form, rows), ROWS).get_page(request.GET.get("page"))
    counts = Counter(one.result for one in rows)
    context = {
        "statement": found,
        "filter": SimpleNamespace(form=form),
        "page_obj": page,
        "rows": [_row(one) for one in page],
        "counts": [(RESULTS[result], counts[result]) for result in RESULTS if counts[result]],
        "due": sum(one.due for one in rows),
        "waiting": sum(not one.due and one.result != "fits" for one in rows),
        "may_withdraw": found.withdrawn_at is None and access.withdraws(request.user, acting(request), found),
    }
    return render(request, "payments/bank_statement.html", context)


@never_cache
@require_safe
@login_required
def bank_statement_file(request: HttpRequest, ref: str, fmt: str) -> HttpResponseBase:
    """The same as a table, with the filter of the page."""
    if fmt not in FORMATS:
        raise Http404
    found = _seen(request, ref)
    rows = _chosen(ResultForm(request.GET or None), _compared(request, found))
    title = _("Bank statement %(ref)s, compared") % {"ref": found.ref}
    return table_file(title, fmt, _("Bank statement"), COMPARED, _cells(rows))


def _cells(rows: list[Compared]) -> Iterator[list[str]]:
    for one in rows:
        told = _row(one)
        yield [
            str(told["words"]),
            one.on.isoformat(),
            told["line"].number if told["line"] else "",
            _("money in") if told["is_in"] else _("money out"),
            str(told["at_bank"] or ""),
            told["transfer"].number if told["transfer"] else "",
            str(told["recorded"] or ""),
            told["charge"].title if told["charge"] else "",
        ]


@require_POST
@login_required
def bank_statement_withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """It was the wrong file."""
    found = _seen(request, ref)
    if not access.withdraws(request.user, acting(request), found):
        raise PermissionDenied
    try:
        reason = request.POST.get("reason", "")
        withdraw_bank_statement(statement=found, reason=reason, by=request.user, at=database_now())  # type: ignore[arg-type]
        messages.success(
            request, _("The statement is withdrawn. Its rows count no more and can be told again.")
        )
    except PaymentRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(found)
