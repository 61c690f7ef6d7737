"""A draw on its own page: every input, every step, and the script that repeats it."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required, acts_as
from regulation.parties.models import Role

from .. import draw as pure
from ..access import owns
from ..choosing_forms import DrawForm, ReasonForm, ValueForm
from ..errors import TenderRefused
from ..models import Draw
from ..operations import (
    commit_secret,
    confirm_draw,
    end_draw,
    enter_value,
    freeze_draw,
    hold_draw,
    inputs_of,
    name_draw,
    open_secret,
    witness_value,
)
from ..queries import programs_of
from .acting import do, must_own, owned_tender, seen_tender


def _draw(request: HttpRequest, ref: str, number: int) -> Draw:
    tender = seen_tender(request, ref)
    found = get_object_or_404(Draw.objects.filter(tender=tender), number=number)
    found.tender = tender
    return found


@acting_required(Role.OWNER)
def draw_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Name the public value and the witnesses."""
    found = owned_tender(request, ref)
    form = DrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(
                name_draw(tender=found, by=request.user, at=database_now(), **form.cleaned_data)  # type: ignore[arg-type]
            )
        except TenderRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"tender": found, "form": form, "again": found.draws.exists(), "now": database_now()}
    return render(request, "tenders/draw_new.html", context, status=422 if form.errors else 200)


@cache_control(no_cache=True)
@require_safe
def draw(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Every input and every step; once drawn, the script."""
    found = _draw(request, ref, number)
    now, membership = database_now(), acting(request)
    secrets = list(found.secrets.select_related("trustee", "program__entity").order_by("pk"))
    witnesses = list(found.witnesses.select_related("user").order_by("pk"))
    names = {bid.pk: bid.tenderer for bid in found.tender.bids.opened().select_related("tenderer")}
    firm = {name: names.get(pk) for name, pk in found.bids.items()}
    complete = found.value_at is not None and all(one.opened_at for one in secrets)
    context = {
        "tender": found.tender,
        "draw": found,
        "now": now,
        "secrets": secrets,
        "witnesses": witnesses,
        "candidates": [{"name": name, "firm": firm.get(name)} for name in found.candidates],
        "outcome": [{"name": name, "firm": firm.get(name)} for name in found.outcome],
        "script": pure.script(inputs_of(found)) if complete else "",
        "complete": complete,
        "known": now >= found.known_from,
        "owns": owns(membership, found.tender),
        "trustee": acts_as(membership, Role.TRUSTEE),
        "programs": [] if found.frozen_at else programs_of(found),
        "committed": any(one.trustee_id == request.user.pk for one in secrets),
        "to_open": any(one.trustee_id == request.user.pk and not one.opened_at for one in secrets),
        "witness": next((one for one in witnesses if one.user_id == request.user.pk), None),
        "value_form": ValueForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "tenders/draw.html", context)


@require_safe
def draw_script(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """The script as a file."""
    found = _draw(request, ref, number)
    if found.drawn_at is None:
        raise Http404
    answer = HttpResponse(pure.script(inputs_of(found)), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="draw-{ref}-{number}.py"'
    return answer


@require_safe
def draw_inputs(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Every input as JSON, for programs of one's own."""
    found = _draw(request, ref, number)
    if found.drawn_at is None:
        raise Http404
    return HttpResponse(pure.as_json(inputs_of(found)), content_type="application/json")


OWNERS_ACTS = {"freeze", "value", "hold", "end"}
TRUSTEES_ACTS = {"commit", "open"}


@require_POST
@login_required
def draw_act(request: HttpRequest, ref: str, number: int, act: str) -> HttpResponse:
    """One step of a draw by whoever it is for: the owner, a trustee, a witness."""
    found = _draw(request, ref, number)
    if act in OWNERS_ACTS:
        must_own(request, found.tender)
    elif act in TRUSTEES_ACTS:
        if not acts_as(acting(request), Role.TRUSTEE):
            raise PermissionDenied
    elif not found.witnesses.filter(user=request.user).exists():  # type: ignore[misc]
        raise PermissionDenied
    step, done = _steps(request, found)[act]
    return do(request, step, done, found)


def _steps(request: HttpRequest, found: Draw) -> dict[str, tuple[Callable[[], Any], str]]:
    """What each act does, and what is told when it is done."""
    who: dict[str, Any] = {"draw": found, "by": request.user, "at": database_now()}

    def sent(name: str) -> str:
        return request.POST.get(name, "").replace("\0", "").strip()

    return {
        "freeze": (lambda: freeze_draw(**who), _("The list is frozen.")),
        "value": (
            lambda: enter_value(value=sent("value"), reference=sent("reference"), **who),
            _("The public value is on record."),
        ),
        "hold": (lambda: hold_draw(**who), _("The draw is held. Anyone can repeat it.")),
        "end": (lambda: end_draw(reason=sent("reason"), **who), _("The draw counts for nothing any more.")),
        "commit": (
            lambda: commit_secret(commitment=sent("commitment").lower(), **who),
            _("Your commitment is on record. Keep the value itself until the list is frozen."),
        ),
        "open": (lambda: open_secret(secret=sent("secret"), **who), _("Your value is open.")),
        "enter": (
            lambda: witness_value(value=sent("value"), **who),
            _("Your part of the value is on record."),
        ),
        "confirm": (lambda: confirm_draw(objection=sent("objection"), **who), _("It is on record.")),
    }
