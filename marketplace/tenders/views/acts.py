"""Acts of a tender's life that need a button and at most a reason: each one operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Membership, Role

from .. import operations
from ..access import may_review, oversees, owns
from ..errors import TenderRefused
from ..models import Tender
from ..queries import tenders_visible_to


def read_tender(request: HttpRequest, ref: str) -> Tender:
    """The tender as the reader may know of it; 404 where not."""
    return get_object_or_404(tenders_visible_to(acting(request)), ref=ref)


def answer(request: HttpRequest, found: Tender, act: Callable[[], Any], done: Any) -> HttpResponse:
    """Do it and say so, or say why not; then the tender's page."""
    try:
        act()
        messages.success(request, done)
    except TenderRefused as refusal:
        messages.error(request, " ".join(filter(None, (str(refusal), str(refusal.next_step)))))
    return redirect(found)


@dataclass(frozen=True, slots=True)
class Doing:
    """One act by a button: the operation, who may press it, what is said then, whether a reason is sent."""

    operation: Callable[..., Any]
    roles: tuple[Role, ...]
    allowed: Callable[[Membership | None, Tender], bool]
    done: Any
    reason: bool = False


def _overseen(membership: Membership | None, tender: Tender) -> bool:
    return oversees(membership)


OWNERS, REVIEWERS, REGULATORS = (Role.OWNER,), (Role.OWNER, Role.REVIEWER), (Role.REGULATOR,)


def acting_view(doing: Doing) -> Callable[..., Any]:
    @require_POST
    @acting_required(*doing.roles)
    def view(request: HttpRequest, ref: str) -> HttpResponse:
        found = read_tender(request, ref)
        if not doing.allowed(acting(request), found):
            raise PermissionDenied
        said = {"reason": request.POST.get("reason", "").replace("\0", "")} if doing.reason else {}
        return answer(
            request,
            found,
            lambda: doing.operation(tender=found, by=request.user, at=database_now(), **said),
            doing.done,
        )

    return view


tender_submit = acting_view(
    Doing(
        operations.submit_tender,
        OWNERS,
        owns,
        _("The draft is in review. A colleague, or the platform's reviewer, reads it next."),
    )
)
tender_take_back = acting_view(
    Doing(operations.take_back_tender, OWNERS, owns, _("The draft is yours again."))
)
tender_return = acting_view(
    Doing(
        operations.return_tender,
        REVIEWERS,
        may_review,
        _("The draft went back to whoever wrote it, with your reason."),
        reason=True,
    )
)
tender_pass = acting_view(
    Doing(
        operations.pass_tender,
        REVIEWERS,
        may_review,
        _("The draft passed its review. A third person publishes it."),
    )
)
tender_publish = acting_view(
    Doing(
        operations.publish_tender,
        REVIEWERS,
        may_review,
        _("The tender is public. Its terms stand from now on."),
    )
)
tender_cancel = acting_view(
    Doing(
        operations.cancel_tender,
        OWNERS,
        owns,
        _("The tender is cancelled, and the reason is public."),
        reason=True,
    )
)
tender_suspend = acting_view(
    Doing(
        operations.suspend_tender,
        REGULATORS,
        _overseen,
        _("The tender is suspended, and the reason is public."),
        reason=True,
    )
)
tender_resume = acting_view(
    Doing(
        operations.resume_tender,
        REGULATORS,
        _overseen,
        _("The tender goes on; the time lost is given back."),
        reason=True,
    )
)
tender_annul = acting_view(
    Doing(
        operations.annul_tender,
        REGULATORS,
        _overseen,
        _("The tender is void, and the reason is public."),
        reason=True,
    )
)
