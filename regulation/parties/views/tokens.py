"""Tokens by which somebody's own programs act for them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.queries import database_now

from ..access import acting
from ..errors import PartiesRefused
from ..forms import TokenForm
from ..operations import make_token, revoke_token
from ..proving import ask_anew, proved_anew
from ..queries import tokens_of

PAGE = 20
TONES = {"live": "good", "revoked": "neutral", "expired": "neutral", "ended": "neutral"}


@never_cache
@require_safe
@login_required
def token_list(request: HttpRequest) -> HttpResponse:
    """One's own tokens, the newest first; of none the secret."""
    user: Any = request.user
    now = database_now()
    page = Paginator(tokens_of(user), PAGE).get_page(request.GET.get("page"))
    rows = [{"token": token, "state": token.state_at(now)} for token in page]
    for row in rows:
        row["tone"] = TONES[str(row["state"])]
    context = {"page_obj": page, "rows": rows, "acting": acting(request)}
    return render(request, "parties/token_list.html", context)


@never_cache
@login_required
@sensitive_variables("secret")
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token for whom one acts now. Whoever does proves anew who they are; the secret is shown once."""
    membership = acting(request)
    if membership is None:
        raise PermissionDenied
    if not proved_anew(request):
        return ask_anew(request, reverse("parties:token_new"))
    user: Any = request.user
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = make_token(membership=membership, by=user, at=database_now(), **form.cleaned_data)
            return render(request, "parties/token_made.html", {"token": token, "secret": secret})
        except PartiesRefused as refusal:
            form.add_error("name", str(refusal))
    context = {"form": form, "acting": membership}
    return render(request, "parties/token_new.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own. No proof is asked: it takes power away, and may be urgent."""
    user: Any = request.user
    token = get_object_or_404(tokens_of(user), pk=pk)
    revoke_token(token=token, by=user, at=database_now())
    messages.success(request, _("The token %(name)s is revoked.") % {"name": token.name})
    return redirect("parties:token_list")
