"""Search over everything readers look for: approvals, services and the site's own pages."""

from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page

from regulation.registry.models import Approval, Service
from regulation.registry.queries import search_approvals, search_services, words_of

KINDS = ("approvals", "services", "pages")


def pages(words: list[str]) -> QuerySet[Page]:
    """Live public pages in the reader's language that hold every word, titles first."""
    found = Page.objects.live().public().filter(locale=Locale.get_active(), depth__gt=1)
    found = found.annotate(
        standard=Cast("standardpage__body", TextField()), article=Cast("articlepage__body", TextField())
    )
    for word in words:
        found = found.filter(
            Q(title__icontains=word)
            | Q(standardpage__intro__icontains=word)
            | Q(articlepage__intro__icontains=word)
            | Q(articleindexpage__intro__icontains=word)
            | Q(standard__icontains=word)
            | Q(article__icontains=word)
        )
    return found.order_by("-last_published_at", "pk")


def find(query: str) -> list[dict[str, Any]]:
    """For each kind: its name, label and what was found (a lazy, ordered QuerySet; nothing without words)."""
    words = words_of(query)
    approvals = Approval.objects.select_related("department", "region")
    results: dict[str, QuerySet[Any]] = {
        "approvals": search_approvals(approvals, query) if words else approvals.none(),
        "services": search_services(Service.objects.all(), query) if words else Service.objects.none(),
        "pages": pages(words) if words else Page.objects.none(),
    }
    labels = {"approvals": _("Approvals"), "services": _("Services"), "pages": _("Pages")}
    return [{"kind": k, "label": labels[k], "found": results[k]} for k in KINDS]
