"""The trustee's desk: what waits, until when, and handing over by browser or by file."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting_required
from regulation.parties.models import Role

from ..access import trusteeship
from ..errors import TenderRefused
from ..models import Trustee
from ..operations import answer_draws, hand_over, register_keys
from ..queries import answered_by, appointments_due, appointments_running, opening_grace_ends, spare_keys
from ..waiting import WANTED, BadAnswer, draws_in, keys_in, shares_in, waiting_for

PAGE = 20
LONGEST = 8 * 1024 * 1024  # bytes of an answer


def _trustee(request: HttpRequest) -> Trustee:
    """The trustee the reader acts for. Raises PermissionDenied where the entity is none."""
    found = trusteeship(request.acting)  # type: ignore[attr-defined]
    if found is None:
        raise PermissionDenied
    return found


@never_cache
@acting_required(Role.TRUSTEE)
def trustee_desk(request: HttpRequest) -> HttpResponse:
    """Keys that lie ready, tenders that run, those whose deadline has passed. No bid is counted before."""
    now, trustee = database_now(), trusteeship(request.acting)  # type: ignore[attr-defined]
    if trustee is None:
        return render(request, "tenders/trustee_none.html")
    due = [
        {"tender": a.tender, "key": a.key_id, "until": opening_grace_ends(a.tender)}
        for a in appointments_due(trustee, now=now).select_related("tender__region")
    ]
    running = Paginator(appointments_running(trustee, now=now), PAGE).get_page(request.GET.get("page"))
    context = {
        "trustee": trustee,
        "now": now,
        "spare": spare_keys(trustee),
        "wanted": WANTED,
        "identity": bytes(trustee.identity).hex()[:16] if trustee.identity else "",
        "due": due,
        "page_obj": running,
        "answered": answered_by(trustee)[:PAGE],
    }
    return render(request, "tenders/trustee_desk.html", context)


@never_cache
@acting_required(Role.TRUSTEE)
def trustee_file(request: HttpRequest) -> HttpResponse:
    """What waits, as a file for the trustee's own program or browser."""
    said = waiting_for(_trustee(request), now=database_now())
    answer = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="waiting-{said["trustee"]}.json"'
    return answer


@require_POST
@acting_required(Role.TRUSTEE)
def trustee_answer(request: HttpRequest) -> HttpResponse:
    """Take keys and shares, from the browser or from a file the program wrote: all of it, or nothing."""
    trustee = _trustee(request)
    try:
        told = _take(request, trustee, _said(request))
    except BadAnswer as fault:
        messages.error(request, _("The answer cannot be read: %(why)s") % {"why": fault})
    except TenderRefused as refusal:
        messages.error(request, " ".join(filter(None, (str(refusal), str(refusal.next_step)))))
    else:
        messages.success(request, told or _("Nothing new was in it."))
    return redirect("tenders:trustee_desk")


def _said(request: HttpRequest) -> dict[str, Any]:
    upload = request.FILES.get("file")
    text = upload.read(LONGEST + 1).decode(errors="replace") if upload else request.POST.get("answer", "")
    if len(text) > LONGEST:
        raise BadAnswer(_("it is longer than 8 MB"))
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as failure:
        raise BadAnswer(_("it is no JSON")) from failure
    if not isinstance(said, dict) or not isinstance(said.get("answers", []), list):
        raise BadAnswer("answers: a list")
    return said


@transaction.atomic
def _take(request: HttpRequest, trustee: Trustee, said: dict[str, Any]) -> str:
    now, told = database_now(), []
    if "keys" in said:
        publics, signatures = keys_in(said)
        made = register_keys(
            trustee=trustee,
            publics=publics,
            signatures=signatures,
            by=request.user,  # type: ignore[arg-type]
            at=now,
        )
        if made:
            told.append(
                ngettext("%(n)d key is registered.", "%(n)d keys are registered.", len(made))
                % {"n": len(made)}
            )
    for one in said.get("answers", []):
        appointment, shares = shares_in(trustee, one)
        if hand_over(appointment=appointment, shares=shares, by=request.user, at=now):  # type: ignore[arg-type]
            told.append(_("The shares of %(tender)s are handed over.") % {"tender": appointment.tender})
    if "draws" in said:
        commitments, secrets = draws_in(trustee, said["draws"])
        by: Any = request.user
        done = answer_draws(trustee=trustee, commitments=commitments, secrets=secrets, by=by, at=now)
        if any(done.values()):
            told.append(_("The draws have what was said of them."))
    return " ".join(told)
