from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from regulation.parties.access import acting

from ..access import may_draft
from ..forms import ApprovalFilter, AreaFilter, AsOfForm, ServiceFilter
from ..models import Approval, AreaAssessmentMatter, JointReviewScheme, Kind, Service, ZoneAssessment
from ..plan import Facts, make_plan
from ..queries import (
    GENERAL_RULES,
    Choice,
    Option,
    decider,
    delegations_of,
    facets,
    once_of,
    rulings_for,
    rulings_on,
    schemes_for,
    services_of,
    zones_with_counts,
)
from .editions import standing

PAGE = 20


def approval_list(request: HttpRequest) -> HttpResponse:
    """All approvals, by region, department and text, with counts."""
    found = ApprovalFilter(
        request.GET or None, queryset=Approval.objects.select_related("department", "region")
    )
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    asked = found.form.cleaned_data if found.is_bound and found.is_valid() else {}
    region, department = asked.get("region"), asked.get("department")
    counted = facets(
        Choice(
            q=asked.get("q") or "",
            kind=Kind.APPROVALS,
            region=region.pk if region else "",
            department=str(department.pk) if department else "",
        )
    )
    panel = [
        _facet(request, "region", gettext_lazy("Region"), counted["region_id"]),
        _facet(request, "department", gettext_lazy("Department"), counted["department_id"]),
    ]
    return render(
        request, "registry/approval_list.html", {"filter": found, "page_obj": page, "facets": panel}
    )


def _facet(request: HttpRequest, name: str, label: Any, counted: Sequence[Option]) -> dict[str, Any]:
    """Links that set one filter, each with how many rows it leaves."""
    chosen = request.GET.get(name, "")
    options = [
        {"value": o.value, "label": str(o), "count": o.count, "selected": o.value == chosen} for o in counted
    ]
    return {"name": name, "label": label, "options": options}


def approval(request: HttpRequest, ref: str) -> HttpResponse:
    """What it is, who decides, how long, which papers; then its services with their seals."""
    found = get_object_or_404(Approval.objects.select_related("department", "region"), ref=ref)
    form = AsOfForm(request.GET or None)
    day = form.day()
    services = list(services_of(found))
    materials = list(found.materials.select_related("service", "held_provision__instrument"))
    delegations = list(delegations_of(found))
    rulings = rulings_for(
        approval=found, services=services, region=found.region, on=day, said_at=form.moment()
    )
    return render(
        request,
        "registry/approval.html",
        {
            "approval": found,
            "plan": make_plan([Facts(s, rulings.get(s.pk)) for s in services]),
            "materials": materials,
            "once": once_of(found, materials=materials, on=day, said_at=form.moment()),
            "may_draft": may_draft(acting(request)),
            "schemes": schemes_for(services, found.region) if services else [],
            "delegations": delegations,
            "decider": decider(delegations, on=day),
            "form": form,
            "day": day,
            "standing": standing(found),
        },
        status=422 if form.errors else 200,
    )


def service_list(request: HttpRequest) -> HttpResponse:
    """All services, with how many rulings stand on each."""
    standing = Q(rulings__published_at__isnull=False, rulings__recorded__upper_inf=True)
    services = Service.objects.annotate(standing=Count("rulings", filter=standing, distinct=True)).order_by(
        "pinyin", "pk"
    )
    found = ServiceFilter(request.GET or None, queryset=services)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/service_list.html", {"filter": found, "page_obj": page})


def service(request: HttpRequest, code: str) -> HttpResponse:
    """Where a service is required on a day, by region and approval, on which provision."""
    found = get_object_or_404(Service, code=code)
    form = AsOfForm(request.GET or None)
    rulings = rulings_on(found, on=form.day(), said_at=form.moment())
    return render(
        request,
        "registry/service.html",
        {
            "service": found,
            "page_obj": Paginator(rulings, PAGE).get_page(request.GET.get("page")),
            "form": form,
            "day": form.day(),
            "matters": found.area_matters.select_related("region").order_by("region", "pk")[:20],
            "zones": ZoneAssessment.objects.published().filter(service=found).exists(),
            "for_sale": found.category != GENERAL_RULES,
        },
        status=422 if form.errors else 200,
    )


def area_list(request: HttpRequest) -> HttpResponse:
    """Matters that a region may have assessed once for a whole zone, and who pays."""
    matters = AreaAssessmentMatter.objects.select_related("region", "service", "provision__instrument")
    found = AreaFilter(request.GET or None, queryset=matters)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    schemes = JointReviewScheme.objects.select_related("region")[:10]
    zones = zones_with_counts(on=timezone.localdate())[:6]
    context = {"filter": found, "page_obj": page, "schemes": schemes, "zones": zones}
    return render(request, "registry/area_list.html", context)


def joint_review(request: HttpRequest, ref: str) -> HttpResponse:
    """A scheme's stages in working days, and who prepares and reviews each assessment."""
    scheme = get_object_or_404(JointReviewScheme.objects.select_related("region"), ref=ref)
    stages: Any = scheme.stages.all()
    return render(
        request,
        "registry/joint_review.html",
        {
            "scheme": scheme,
            "stages": stages,
            "items": scheme.items.select_related("service"),
            "days": stages.aggregate(days=Sum("working_days"))["days"],
        },
    )
