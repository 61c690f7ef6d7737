"""For staff and regulators: what the audit of the record found, and what a person wrote about it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..access import watcher_required
from ..errors import LedgerRefused
from ..forms import AlarmFilter, ExplainForm
from ..models import Alarm
from ..operations import explain_alarm
from ..queries import alarms, database_now

PAGE = 20


@never_cache
@require_safe
@watcher_required
def alarm_list(request: HttpRequest) -> HttpResponse:
    """Every alarm there ever was, the open ones first."""
    found = AlarmFilter(request.GET or None, queryset=alarms())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "ledger/alarm_list.html", {"filter": found, "page_obj": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@watcher_required
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """One alarm; whoever found the reason writes it here, once."""
    shown = get_object_or_404(Alarm.objects.select_related("explained_by"), pk=pk)
    form = ExplainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            explain_alarm(alarm=shown, by=request.user, reason=reason, at=database_now())
        except LedgerRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The explanation is on record."))
            return redirect("ledger:alarm_list")
    status = 422 if form.errors else 200
    return render(request, "ledger/alarm.html", {"alarm": shown, "form": form}, status=status)
