"""Saved searches: kept from the list of tenders, read, ended, and left by the way out in each mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.models import Region, User
from regulation.registry.models import Service

from ..errors import TenderRefused
from ..models import SavedSearch
from ..operations import end_search, save_search
from ..operations.searching import user_of_search_token
from ..queries import searches_of


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  behind login_required
    return request.user


@login_required
def search_list(request: HttpRequest) -> HttpResponse:
    """What the reader is told of, each with its list, feed and calendar."""
    rows = [{"search": one, "query": urlencode(one.query)} for one in searches_of(_reader(request))]
    return render(request, "tenders/search_list.html", {"rows": rows})


@require_POST
@login_required
def search_save(request: HttpRequest) -> HttpResponse:
    """Keep what the list is narrowed by. A service or region that is not on record is refused by name."""
    said = {name: request.POST.get(name, "").replace("\0", "").strip() for name in ("q", "service", "region")}
    service = Service.objects.filter(code=said["service"]).first()
    region = Region.objects.filter(code=said["region"]).first()
    if (said["service"] and service is None) or (said["region"] and region is None):
        messages.error(request, _("No service or region of this code is on record."))
        return redirect("tenders:tender_list")
    language = get_language() or "zh-hans"
    try:
        save_search(
            user=_reader(request),
            q=said["q"],
            service=service,
            region=region,
            language=language,
            at=database_now(),
        )
    except TenderRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("tenders:tender_list")
    messages.success(request, _("You will be told by e-mail of each new tender like these."))
    return redirect("tenders:search_list")


@require_POST
@login_required
def search_end(request: HttpRequest, pk: int) -> HttpResponse:
    own = get_object_or_404(SavedSearch, pk=pk, user=request.user)
    end_search(search=own, at=database_now())
    messages.success(request, _("You will not be told of these any more."))
    return redirect("tenders:search_list")


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token says for whom
def search_stop(request: HttpRequest, token: str) -> HttpResponse:
    """The way out that stands in every mail: asks, and ends all saved searches."""
    user = user_of_search_token(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        for search in searches_of(user):
            end_search(search=search, at=database_now())
    return render(request, "tenders/search_stop.html", {"done": request.method == "POST"})
