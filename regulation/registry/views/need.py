from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from regulation.parties.models import Region

from ..forms import clean_text, regions_with_approvals
from ..models import Approval, Service
from ..plan import make_plan
from ..queries import area_matters_for, rulings_for, search_approvals, search_services, services_of

PAGE = 15


def need_check(request: HttpRequest) -> HttpResponse:
    """What do you want approved, and where? One question a page; the answers stay in the address."""
    wanted = {name: clean_text(request.GET.get(name)) for name in ("region", "approval", "q")}
    region = Region.objects.filter(code=wanted["region"]).first() if wanted["region"] else None
    approval = (
        Approval.objects.select_related("department", "region").filter(ref=wanted["approval"]).first()
        if wanted["approval"]
        else None
    )
    if approval is not None:
        return _answer(request, approval)
    context: dict[str, Any] = {"q": wanted["q"], "region": region, "lost": bool(wanted["approval"])}
    context["regions"] = regions_with_approvals()
    context["asked"] = bool(wanted["q"] or region)
    if context["asked"]:
        approvals = Approval.objects.select_related("department", "region")
        if region:
            approvals = approvals.filter(region=region)
        found = search_approvals(approvals, wanted["q"])
        context["page_obj"] = Paginator(found, PAGE).get_page(request.GET.get("page"))
        context["services"] = search_services(Service.objects.all(), wanted["q"])[:5] if wanted["q"] else []
    return render(request, "registry/need_check.html", context)


def _answer(request: HttpRequest, approval: Approval) -> HttpResponse:
    today = timezone.localdate()
    services = list(services_of(approval))
    rulings = rulings_for(approval=approval, services=services, region=approval.region, on=today)
    matters = area_matters_for(services, approval.region)
    plan = make_plan([(s, rulings.get(s.pk), matters.get(s.pk, [])) for s in services])
    return render(
        request,
        "registry/need_answer.html",
        {"approval": approval, "plan": plan, "today": today, "papers": approval.materials.count()},
    )
