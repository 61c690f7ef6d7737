from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ..forms import ApprovalFilter, AreaFilter, AsOfForm, ServiceFilter
from ..models import Approval, AreaAssessmentMatter, JointReviewScheme, Ruling, Service
from ..queries import GENERAL_RULES, department_facet, rulings_for, services_of

PAGE = 20


def approval_list(request: HttpRequest) -> HttpResponse:
    """All approvals, by region, department and text, with counts."""
    found = ApprovalFilter(
        request.GET or None, queryset=Approval.objects.select_related("department", "region")
    )
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    chosen = request.GET.get("department", "")
    options = [
        {"value": d.pk, "label": str(d), "count": n, "selected": str(d.pk) == chosen}
        for d, n in department_facet(found.qs)
    ]
    facets = [{"name": "department", "label": gettext_lazy("Department"), "options": options}]
    return render(
        request, "registry/approval_list.html", {"filter": found, "page_obj": page, "facets": facets}
    )


def approval(request: HttpRequest, ref: str) -> HttpResponse:
    """What it is, who decides, how long, which papers; then its services with their seals."""
    found = get_object_or_404(Approval.objects.select_related("department", "region"), ref=ref)
    form = AsOfForm(request.GET or None)
    day = form.day()
    services = list(services_of(found))
    rulings = rulings_for(
        approval=found, services=services, region=found.region, on=day, said_at=form.moment()
    )
    return render(
        request,
        "registry/approval.html",
        {
            "approval": found,
            "rows": [{"service": s, "ruling": rulings.get(s.pk)} for s in services],
            "materials": found.materials.select_related("service"),
            "form": form,
            "day": day,
        },
        status=422 if form.errors else 200,
    )


def service_list(request: HttpRequest) -> HttpResponse:
    """All services, with how many rulings stand on each."""
    standing = Q(rulings__published_at__isnull=False, rulings__recorded__upper_inf=True)
    services = Service.objects.annotate(standing=Count("rulings", filter=standing, distinct=True))
    found = ServiceFilter(request.GET or None, queryset=services)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/service_list.html", {"filter": found, "page_obj": page})


def service(request: HttpRequest, code: str) -> HttpResponse:
    """Where a service is required, by region and approval, on which provision."""
    found = get_object_or_404(Service, code=code)
    rulings = (
        Ruling.objects.on_record()
        .filter(service=found)
        .select_related("approval", "region")
        .prefetch_related("bases__provision__instrument")
        .order_by("region", "-in_force", "pk")
    )
    page = Paginator(rulings, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "registry/service.html",
        {
            "service": found,
            "page_obj": page,
            "today": timezone.localdate(),
            "for_sale": found.category != GENERAL_RULES,
        },
    )


def area_list(request: HttpRequest) -> HttpResponse:
    """Matters that a region may have assessed once for a whole zone, and who pays."""
    matters = AreaAssessmentMatter.objects.select_related("region", "service", "provision__instrument")
    found = AreaFilter(request.GET or None, queryset=matters)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    schemes = JointReviewScheme.objects.select_related("region")[:10]
    return render(request, "registry/area_list.html", {"filter": found, "page_obj": page, "schemes": schemes})


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
