from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulation.decoupling.queries import public_checks_of, standing_interests
from regulation.parties.access import acting_required
from regulation.parties.models import Role
from regulation.registry.forms import all_but
from regulation.registry.models import Service

from .credit_views import SHOWN, credit_shown
from .errors import DirectoryRefused
from .forms import PLACED, SORTS, DirectoryFilter, OfferForm, ProfileForm, QualificationForm
from .models import Intermediary, Offer, Qualification
from .operations import (
    end_offer,
    end_qualification,
    publish_offer,
    record_qualification,
    revise_profile,
)
from .queries import (
    intermediary_of,
    listed,
    offers_of,
    price_summary,
    qualifications_of,
    service_facet,
    standing_sanctions,
    with_credit_history,
    with_declaration,
    with_lowest_price,
    with_placing,
    with_suspensions,
)

PAGE = 20


def intermediary_list(request: HttpRequest) -> HttpResponse:
    """The directory, with filters, counted facets and the lowest published price of each."""
    today = timezone.localdate()
    code = request.GET.get("service", "").replace("\0", "")
    service = Service.objects.filter(code=code).first() if code else None
    found = DirectoryFilter(
        request.GET or None,
        queryset=with_placing(with_lowest_price(listed(), service=service, on=today), on=today),
    )
    order = SORTS.get(request.GET.get("sort", ""), PLACED)
    page = Paginator(found.qs.order_by(*order), PAGE).get_page(request.GET.get("page"))
    options = [
        {"value": s.code, "label": str(s), "count": n, "selected": s.code == code}
        for s, n in service_facet(all_but(found, "service"), on=today)
    ]
    facets = [{"name": "service", "label": gettext_lazy("Services offered"), "options": options}]
    band = price_summary(service, region=None, on=today) if service else None
    return render(
        request,
        "directory/intermediary_list.html",
        {"filter": found, "page_obj": page, "facets": facets, "service": service, "band": band},
    )


def intermediary(request: HttpRequest, ref: str) -> HttpResponse:
    """What an intermediary does at which price, its proofs, and its ties."""
    found = get_object_or_404(
        with_credit_history(
            with_declaration(Intermediary.objects.select_related("entity__region")), most=SHOWN
        ),
        ref=ref,
    )
    today = timezone.localdate()
    page = Paginator(offers_of(found, on=today).open(), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "directory/intermediary.html",
        {
            "intermediary": found,
            "page_obj": page,
            "qualifications": qualifications_of(found),
            "interests": standing_interests(found.entity)[:5],
            "checks": public_checks_of(found.entity)[:5],
            "credit": credit_shown(found),
            "sanctions": standing_sanctions(found) if found.suspended_at else [],
            "today": today,
        },
    )


def _own(request: HttpRequest) -> Intermediary | None:
    return intermediary_of(request.acting.entity)  # type: ignore[attr-defined]


@acting_required(Role.AGENT)
def own_profile(request: HttpRequest) -> HttpResponse:
    """The agent's own page: profile, price list, declaration."""
    own = _own(request)
    if own is None:
        return render(request, "directory/not_listed.html")
    form = ProfileForm(request.POST or None, instance=own)
    if request.method == "POST" and form.is_valid():
        kept = revise_profile(intermediary=own, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("The profile is saved."))
        if kept:
            messages.info(
                request, _("Where another source put a contact of yours on record, checks go by that one.")
            )
        return redirect("directory:own_profile")
    context = {
        "intermediary": own,
        "form": form,
        "offers": with_suspensions(offers_of(own, on=timezone.localdate())),
        "declaration": own.entity.declarations.first(),
        "qualifications": qualifications_of(own),
        "today": timezone.localdate(),
    }
    return render(request, "directory/own_profile.html", context, status=422 if form.errors else 200)


@acting_required(Role.AGENT)
def offer_new(request: HttpRequest) -> HttpResponse:
    """Publish a price."""
    own = _own(request)
    if own is None:
        return render(request, "directory/not_listed.html")
    form = OfferForm(request.POST or None, initial={"region": own.entity.region_id})
    if request.method == "POST" and form.is_valid():
        try:
            publish_offer(
                intermediary=own,
                start=timezone.localdate(),
                by=request.user,  # type: ignore[arg-type]
                **form.cleaned_data,
            )
        except DirectoryRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The price is published."))
            return redirect("directory:own_profile")
    return render(request, "directory/offer_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@acting_required(Role.AGENT)
def offer_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a price off from today."""
    offer = get_object_or_404(Offer, pk=pk, intermediary__entity=request.acting.entity_id)  # type: ignore[attr-defined]
    try:
        end_offer(offer=offer, on=timezone.localdate(), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The price is taken off from today."))
    except DirectoryRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("directory:own_profile")


@acting_required(Role.AGENT)
def qualification_new(request: HttpRequest) -> HttpResponse:
    """Enter a certificate."""
    own = _own(request)
    if own is None:
        return render(request, "directory/not_listed.html")
    form = QualificationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_qualification(intermediary=own, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except DirectoryRefused as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("The certificate is on record."))
            return redirect("directory:own_profile")
    return render(
        request, "directory/qualification_new.html", {"form": form}, status=422 if form.errors else 200
    )


@require_POST
@acting_required(Role.AGENT)
def qualification_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate holds no longer from today."""
    held = get_object_or_404(Qualification, pk=pk, intermediary__entity=request.acting.entity_id)  # type: ignore[attr-defined]
    try:
        end_qualification(qualification=held, on=timezone.localdate(), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The certificate has ended today."))
    except DirectoryRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("directory:own_profile")
