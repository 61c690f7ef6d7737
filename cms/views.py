"""The house's own pages for readers: desk and search."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from regulation.parties.access import acting
from regulation.registry.forms import SearchForm

from . import desk as desks
from .finding import find


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way from the back doors to the one sign-in. Who is signed in and was sent here may not enter (403).

    To send them on would go round for ever: the sign-in page sends who is signed in to where they came from.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", ""), reverse("account_login"))


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for whoever is signed in, by the role they act in."""
    membership = acting(request)
    sections = desks.sections(request.user, membership)  # type: ignore[arg-type]
    context = {
        "acting": membership,
        "waiting": [part for part in sections if part["items"]],
        "begun": [part for part in sections if not part["items"] and not part["empty"]],
        "quiet": [part for part in sections if not part["items"] and part["empty"]],
    }
    return render(request, "desk.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The first few of each kind, or one kind page by page (`kind`), narrowed by facets."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        refused = {"form": form, "q": form.cleaned_data.get("q", ""), "refused": True}
        return render(request, "search.html", refused, status=422)
    context = find(form, request.GET.get("kind", ""), request.GET.get("page"))
    return render(request, "search.html", context)
