from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import may_draft, may_publish
from ..errors import RegistryRefused
from ..forms import RulingForm, clean_text
from ..models import Ruling
from ..operations import draft_ruling, publish_ruling, replace_ruling
from ..queries import drafts

PAGE = 20


@acting_required(Role.EDITOR, Role.REVIEWER)
def draft_list(request: HttpRequest) -> HttpResponse:
    """Rulings that wait for a second person."""
    page = Paginator(drafts(), PAGE).get_page(request.GET.get("page"))
    membership = acting(request)
    return render(request, "registry/draft_list.html", {"page_obj": page, "may_draft": may_draft(membership)})


@acting_required(Role.EDITOR)
def draft_new(request: HttpRequest) -> HttpResponse:
    """Write a ruling."""
    initial = {name: clean_text(request.GET.get(name)) for name in ("service", "approval", "region")}
    form = RulingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = draft_ruling(
                approval=data["approval"],
                service=data["service"],
                region=data["region"],
                wording=form.wording(),
                provisions=list(data["provisions"]),
                by=request.user,  # type: ignore[arg-type]
            )
            messages.success(request, _("The draft is saved. A second person publishes it."))
            return redirect("registry:draft_review", pk=made.pk)
        except RegistryRefused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "registry/draft_new.html", {"form": form}, status=422 if form.errors else 200)


@acting_required(Role.EDITOR, Role.REVIEWER)
def draft_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a draft beside what holds now; the reviewer publishes it."""
    draft = get_object_or_404(drafts(), pk=pk)
    replaced = (
        Ruling.objects.on_record()
        .filter(service=draft.service_id, region=draft.region_id, approval=draft.approval_id)
        .filter(in_force__overlap=draft.in_force)
        .order_by("in_force")
        .first()
    )
    reviewer = may_publish(acting(request))
    refused = ""
    if request.method == "POST" and reviewer:
        by, now = request.user, database_now()
        try:
            if replaced is not None:
                done = replace_ruling(old=replaced, draft=draft, by=by, at=now)  # type: ignore[arg-type]
            else:
                done = publish_ruling(ruling=draft, by=by, at=now)  # type: ignore[arg-type]
            messages.success(request, _("The ruling is public."))
            return redirect(done)
        except RegistryRefused as refusal:
            refused = str(refusal)
    return render(
        request,
        "registry/draft_review.html",
        {
            "draft": draft,
            "bases": draft.bases.select_related("provision__instrument"),
            "replaced": replaced,
            "may_publish": reviewer,
            "refused": refused,
        },
        status=409 if refused else 200,
    )
