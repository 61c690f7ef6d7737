from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from regulation.ledger.receipts import give_receipt, with_receipt

from ..access import acting, acting_required
from ..middleware import SESSION_KEY
from ..models import Role
from ..operations import declare_interests
from ..proving import WAY_BACK, remember
from ..queries import memberships_of


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """The user's own account: name, address, memberships, second factor."""
    return render(
        request,
        "parties/profile.html",
        {"memberships": memberships_of(request.user), "acting": acting(request)},
    )


@login_required
def switch(request: HttpRequest) -> HttpResponse:
    """Choose for which entity, and in which role, to act from now on."""
    memberships = memberships_of(request.user)
    if request.method == "POST":
        chosen = next((m for m in memberships if str(m.pk) == request.POST.get("membership")), None)
        if chosen is None:
            return HttpResponseBadRequest(_("You do not act for that entity."))
        request.session[SESSION_KEY] = chosen.pk
        messages.success(request, _("You now act for %(entity)s.") % {"entity": chosen.entity})
        return redirect("desk")
    return render(request, "parties/switch.html", {"memberships": memberships, "acting": acting(request)})


@never_cache
@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """How a second factor is set up, and the way back to what somebody was about to do."""
    if back := request.GET.get("next", ""):
        remember(request, back)
    context = {
        "on": is_mfa_enabled(request.user),
        "back": request.session.get(WAY_BACK, ""),
        "demanded": settings.BIND_BY_SECOND_FACTOR,
    }
    return render(request, "parties/second_factor.html", context)


@require_POST
@acting_required(Role.AGENT)
def declare(request: HttpRequest) -> HttpResponse:
    """An intermediary states that the interests on file are all it has."""
    membership = acting(request)
    if membership is not None:
        made = declare_interests(entity=membership.entity, as_of=timezone.localdate(), by=membership.user)
        link = give_receipt(subject=made, kind="parties.interests_declared", holder=membership.user)
        messages.success(request, with_receipt(_("The declaration is on record."), link))
    return redirect("directory:own_profile")
