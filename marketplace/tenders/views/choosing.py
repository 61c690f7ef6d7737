"""How bids are chosen, for everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulation.registry.models import Provision

from ..methods import METHODS
from ..methods.telling import told


def methods(request: HttpRequest) -> HttpResponse:
    """Every method with its definition, its parameters and its worked example."""
    wanted = {ref for method in METHODS.values() for ref in method.basis}
    provisions = Provision.objects.filter(ref__in=wanted).select_related("instrument")
    by_ref = {provision.ref: provision for provision in provisions}
    rows = [
        {name: getattr(one, name) for name in ("method", "settings", "rows", "reference")}
        | {"provisions": [by_ref[ref] for ref in one.method.basis if ref in by_ref]}
        for one in map(told, METHODS.values())
    ]
    return render(request, "tenders/methods.html", {"methods": rows})
