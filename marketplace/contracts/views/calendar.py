"""What is due, as a page and as a calendar that a program reads at a secret address."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.tenders.calendar_file import Event
from marketplace.tenders.calendar_file import calendar as written
from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role
from regulation.parties.queries import wants_mail

from ..due import due_of
from ..models import CalendarKey
from ..operations import end_calendar, make_calendar
from ..operations.calendaring import REMINDERS, calendar_digest

WHO = (Role.OWNER, Role.AGENT, Role.MEDIATOR)
PAGE = 20


@never_cache
@require_safe
@acting_required(*WHO)
def calendar(request: HttpRequest) -> HttpResponse:
    """What is due from the reader in every role it has, and the address for its calendar."""
    now, user = database_now(), request.user
    told = due_of(user, on=timezone.localdate(now))  # type: ignore[arg-type]
    page = Paginator(told, PAGE).get_page(request.GET.get("page"))
    standing = CalendarKey.objects.filter(user=user.pk, ended_at__isnull=True).first()
    reminded = wants_mail(user, REMINDERS)  # type: ignore[arg-type]
    context = {"page_obj": page, "key": standing, "now": now, "reminded": reminded}
    return render(request, "contracts/calendar.html", context)


@require_POST
@acting_required(*WHO)
def calendar_new(request: HttpRequest) -> HttpResponse:
    """The address is told once, in the message that follows."""
    token = make_calendar(by=request.user, at=database_now())  # type: ignore[arg-type]
    address = request.build_absolute_uri(reverse("contracts:calendar_feed", args=[token]))
    said = _("The address is made. Copy it into your calendar now, it is not shown again:")
    messages.success(request, format_html("{} <code>{}</code>", said, address))
    return redirect("contracts:calendar")


@require_POST
@acting_required(*WHO)
def calendar_end(request: HttpRequest) -> HttpResponse:
    end_calendar(by=request.user, at=database_now())  # type: ignore[arg-type]
    messages.success(request, _("The address leads nowhere any more."))
    return redirect("contracts:calendar")


@never_cache
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever made the address, as long as it stands and the person may sign in."""
    key = (
        CalendarKey.objects.filter(token_digest=calendar_digest(token), ended_at__isnull=True)
        .select_related("user")
        .first()
    )
    if key is None or not key.user.is_active:
        raise Http404
    now, host = database_now(), request.get_host().partition(":")[0]
    events = [
        Event(
            uid=f"{one.key}@{host}",
            at=one.at,
            summary=one.said,
            url=request.build_absolute_uri(one.path),
            changed=now,
        )
        for one in due_of(key.user, on=timezone.localdate(now))
    ]
    answer = HttpResponse(
        written(str(_("Due on contracts")), events), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="contracts.ics"'
    answer["Referrer-Policy"], answer["X-Robots-Tag"] = "no-referrer", "noindex"
    return answer
