"""A change of a contract in force: proposed by one side, read beside what holds, signed or declined."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from marketplace.payments.books import to_yuan
from regulation.ledger.queries import database_now
from regulation.parties.access import acting, acting_required
from regulation.parties.models import Role

from ..access import side_of
from ..errors import ContractRefused
from ..forms import ChangeForm, clean_text
from ..models import Change, Contract, Milestone
from ..operations import agree_to_change, decline_change, propose_change
from ..queries import milestones_of, signatures_of, standing_change
from .acting import before_signing, bind, do, of_side

ANY = ("buyer", "seller", "payer")


def difference(contract: Contract, change: Change, milestones: list[Milestone]) -> list[dict[str, Any]]:
    """Each milestone and the whole, as it holds and as it shall be."""
    new = {m["position"]: m for m in change.version.terms["milestones"]}
    rows = []
    for one in milestones:
        wanted = new[one.position]
        rows.append(
            {
                "name": one,
                "before": (to_yuan(one.fen), one.days),
                "after": (wanted["amount"], wanted["days"]),
                "differs": (str(to_yuan(one.fen)), one.days) != (wanted["amount"], wanted["days"]),
            }
        )
    terms = change.version.terms
    whole = (str(contract.price), contract.days) != (terms["price"], terms["days"])
    before, after = (contract.price, contract.days), (terms["price"], terms["days"])
    return [*rows, {"name": None, "before": before, "after": after, "differs": whole}]


@never_cache
@acting_required(Role.OWNER, Role.AGENT)
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Propose other amounts or days, with the reason."""
    found = of_side(request, ref, *ANY)
    milestones = milestones_of(found)
    form = ChangeForm(
        request.POST if request.method == "POST" else None, contract=found, milestones=milestones
    )
    if request.method == "POST" and form.is_valid():
        try:
            propose_change(
                contract=found,
                side=side_of(acting(request), found),
                wanted=form.wanted,
                days=form.cleaned_data["days"],
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
                at=database_now(),
            )
        except ContractRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The change is proposed. It holds once every side has signed it."))
            return redirect("contracts:change_agree", found.ref)
    context = {"contract": found, "form": form}
    return render(request, "contracts/change.html", context, status=422 if form.errors else 200)


@never_cache
@acting_required(Role.OWNER, Role.AGENT)
def change_agree(request: HttpRequest, ref: str) -> HttpResponse:
    """What a proposed change would alter, its text, and the button that signs it."""

    def read(found: Contract, side: str) -> HttpResponse:
        held = standing_change(found)
        if held is None:
            messages.error(request, _("No change waits for an answer."))
            return redirect(found)
        context = before_signing(request, found, held.version, side) | {
            "change": held,
            "rows": difference(found, held, milestones_of(found)),
            "signed": side in signatures_of(held.version),
        }
        return render(request, "contracts/change_agree.html", context)

    done = _("You have signed the change. The digest of the text stands in the record.")
    return bind(request, ref, page="contracts:change_agree", act=agree_to_change, done=done, read=read)


@require_POST
@acting_required(Role.OWNER, Role.AGENT)
def change_decline(request: HttpRequest, ref: str) -> HttpResponse:
    found = of_side(request, ref, *ANY)
    reason = clean_text(request.POST.get("reason", ""))
    return do(
        request,
        lambda: decline_change(contract=found, reason=reason, by=request.user, at=database_now()),  # type: ignore[arg-type]
        _("The change is declined; the contract holds as it was."),
        found,
    )
