"""Standard contracts for everyone: which services have terms of their own, and what they say."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulation.registry.models import Service

from ..forms import StandardFilter
from ..models import Wording
from ..queries import schedule_for
from ..terms_queries import services_with_terms, terms_for, versions_for
from ..text import paragraphs, shown_blanks

PAGE = 20


def _names() -> dict[str, Any]:
    """What is filled into each blank, in words."""
    return {
        "buyer": _("name of the buyer"),
        "seller": _("name of the intermediary"),
        "payer": _("name of who pays"),
        "department": _("department that decides"),
        "service": _("service"),
        "approval": _("approval"),
        "tender": _("tender"),
        "ruling": _("ruling relied on"),
        "price": _("contract price"),
        "days": _("number"),
        "sign_by": _("last day of signing"),
        "silence": _("time to examine"),
        "late": _("penalty rate"),
        "late_cap": _("penalty cap"),
        "cure": _("time to mend"),
        "decide": _("time to decide"),
        "grace": _("time of grace"),
    }


@require_safe
def wording_list(request: HttpRequest) -> HttpResponse:
    """The general text and schedule, and the services that have their own."""
    today = timezone.localdate()
    found = StandardFilter(request.GET or None, queryset=services_with_terms(on=today))
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "general": terms_for(None, on=today)}
    return render(request, "contracts/wording_list.html", context)


@require_safe
def wording_of(request: HttpRequest, code: str) -> HttpResponse:
    """From a service to the text that its contracts begin with today: its own, or the general one."""
    service = get_object_or_404(Service, code=code)
    held = terms_for(service, on=timezone.localdate()).wording
    return redirect(held) if held is not None else redirect("contracts:wording_list")


@require_safe
def wording(request: HttpRequest, pk: int) -> HttpResponse:
    """One version as it is printed, with its blanks named; its other versions; the milestones."""
    held = get_object_or_404(Wording.objects.select_related("service"), pk=pk)
    today, english = timezone.localdate(), get_language() == "en"
    text = shown_blanks(held.text_en if english else held.text, _names())
    now = terms_for(held.service, on=today).wording
    context = {
        "wording": held,
        "english": english,
        "paragraphs": paragraphs(text),
        "versions": versions_for(held.service),
        "in_use": now is not None and now.pk == held.pk,
        "to_come": held.starts_on > today,
        "schedule": schedule_for(held.service, on=today),
    }
    return render(request, "contracts/wording.html", context)
