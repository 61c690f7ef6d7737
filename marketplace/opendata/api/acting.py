"""Acts of a tender's life that need a token and at most a reason: each one operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.tenders import operations
from marketplace.tenders.access import may_review, oversees, owns
from marketplace.tenders.choosing_forms import ReasonForm
from marketplace.tenders.models import Tender
from regulation.parties.models import Membership

from .bodies import filled
from .drafting import nothing_sent, who
from .routes import writes
from .tenders import TAG, TenderShape, seen, whole
from .tokens import holder


@dataclass(frozen=True, slots=True)
class Doing:
    """One act: the last part of its address, the operation, for whom, whether it says why."""

    act: str
    operation: Callable[..., Any]
    allowed: Callable[[Membership | None, Tender], bool]
    summary: Any
    reason: bool = False


def _overseen(membership: Membership | None, _tender: Tender) -> bool:
    return oversees(membership)


ACTS = (
    Doing("submit", operations.submit_tender, owns, _("Submit a draft for review")),
    Doing("take-back", operations.take_back_tender, owns, _("Take a draft back from review")),
    Doing("return", operations.return_tender, may_review, _("Return a draft to its writer"), reason=True),
    Doing("pass", operations.pass_tender, may_review, _("Pass a draft, as its reviewer")),
    Doing("publish", operations.publish_tender, may_review, _("Publish it, as a third person")),
    Doing("cancel", operations.cancel_tender, owns, _("Cancel it"), reason=True),
    Doing("suspend", operations.suspend_tender, _overseen, _("Suspend it, as a regulator"), reason=True),
    Doing("resume", operations.resume_tender, _overseen, _("Let it go on"), reason=True),
    Doing("annul", operations.annul_tender, _overseen, _("Declare it void, as a regulator"), reason=True),
)


def _declare(doing: Doing) -> None:
    def act(request: HttpRequest, ref: str) -> dict[str, Any]:
        found = seen(request, ref)
        if not doing.allowed(holder(request), found):
            raise PermissionDenied
        words: dict[str, Any] = {}
        if doing.reason:
            words = filled(request, ReasonForm).cleaned_data
        else:
            nothing_sent(request)
        doing.operation(tender=found, **words, **who(request))
        return whole(request, ref)

    writes(
        f"/tenders/{{slug:ref}}/{doing.act}",
        f"tender_{doing.act.replace('-', '_')}",
        answer=TenderShape,
        tag=TAG,
        summary=doing.summary,
        body=(ReasonForm,) if doing.reason else (),
    )(act)


for one in ACTS:
    _declare(one)
