"""Who decides what, by delegation."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from .. import queries
from ..forms import DelegationFilter

PAGE = 20


def delegation_list(request: HttpRequest) -> HttpResponse:
    """Every delegation on record: the approval, who decides it since when, handed on by whom and by what."""
    found = DelegationFilter(request.GET or None, queryset=queries.every_delegation())
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page_obj": page, "today": timezone.localdate()}
    return render(request, "registry/delegation_list.html", context, status=422 if found.form.errors else 200)
