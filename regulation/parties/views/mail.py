"""Which mail a person gets: chosen in the account, or stopped by the way out that stands in each mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from regulation.ledger.queries import database_now

from ..mail import KINDS, of_way_out
from ..models import User
from ..operations import choose_mail, stop_mail, want_mail
from ..queries import stopped_mail, wants_mail


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mail(request: HttpRequest) -> HttpResponse:
    """Each kind that may be chosen, and what is always sent."""
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        choose_mail(user=user, wanted=request.POST.getlist("wanted"), at=database_now())
        messages.success(request, _("Your choice is on record; it holds for the next mail."))
        return redirect("parties:mail")
    stopped = stopped_mail(user)
    rows = [{"kind": kind, "wanted": kind.code not in stopped} for kind in KINDS.values()]
    return render(request, "parties/mail.html", {"rows": rows})


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token says whose mail and of which kind
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """The way out: asks, then stops one kind of mail for one person; and the way back, on the same page."""
    told = of_way_out(token)
    user = User.objects.filter(pk=told[0], is_active=True).first() if told else None
    if told is None or user is None:
        raise Http404
    kind = told[1]
    if request.method == "POST":
        act = want_mail if request.POST.get("again") else stop_mail
        act(user=user, kind=kind.code, at=database_now())
    context = {"kind": kind, "wanted": wants_mail(user, kind.code), "done": request.method == "POST"}
    answer = render(request, "parties/mail_stop.html", context)
    answer["Referrer-Policy"], answer["X-Robots-Tag"] = "no-referrer", "noindex"
    return answer
