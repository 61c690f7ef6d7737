"""Which services a draft buys together with its first: those its approval asks for, and any other by name."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulation.registry.models import Approval, Service
from regulation.registry.queries import GENERAL_RULES, services_of

from .models import MOST_SERVICES, Tender
from .operations.drafting import Relied, relied_on, services_refused
from .service_errors import ServicesRefused, ServiceTwice, TooManyServices
from .term_fields import NamesField

VERDICTS = {
    "mandatory": _("required; you pay"),
    "optional": _("may be done by yourself"),
    "commissioned": _("the department commissions and pays"),
    "area_assessed": _("covered by an area assessment"),
    "abolished": _("abolished, may not be asked for"),
    "lapsed": _("the legal basis has ended, may not be asked for"),
    "": _("no ruling on record"),
}


def bought_services() -> Any:
    """Services that can be bought: general rules are none."""
    return Service.objects.exclude(category=GENERAL_RULES)


def find_service(text: str) -> Service | None:
    """The service of this code or name, in either language."""
    named = Q(code=text) | Q(name=text) | Q(name_en__iexact=text)
    return bought_services().filter(named).order_by("pk").first()


class ServicesForm(forms.Form):
    """What is bought together with the first service of a tender; nothing where nothing is chosen."""

    services = forms.MultipleChoiceField(
        label=_("Services to buy together with it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What this approval also asks for. Bidders have to offer each of them."),
    )
    other_services = NamesField(
        label=_("Other services to buy together with it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line: name or code. At most ten services on one tender."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        approval: Approval,
        lead: Relied,
        at: dt.datetime,
        chosen: Sequence[Service] = (),
    ) -> None:
        offered = (
            bought_services().filter(pk__in=services_of(approval)).exclude(pk=lead[0].pk).order_by("name")
        )
        known = {one.code: one for one in [*offered, *chosen]}
        super().__init__(data, initial={"services": [one.code for one in chosen]})
        self.approval, self.lead, self.at = approval, lead, at
        self.known = {one.code: (one, ruling) for one, ruling in self._relied(known.values())}
        choices = [
            (code, _("%(service)s (%(verdict)s)") % {"service": one, "verdict": _verdict(ruling)})
            for code, (one, ruling) in self.known.items()
        ]
        self.fields["services"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["services"]

    def _relied(self, services: Any) -> list[Relied]:
        return relied_on(approval=self.approval, services=services, at=self.at)

    def clean_other_services(self) -> list[Service]:
        found, wrong = [], []
        for number, text in enumerate(self.cleaned_data["other_services"], start=1):
            one = find_service(text)
            if one is None:
                wrong.append(_("Line %(n)d: no service of this name or code can be bought.") % {"n": number})
            else:
                found.append(one)
        if wrong:
            raise forms.ValidationError(wrong)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.also: list[Relied] = [self.known[code] for code in data.get("services", ())]
        self.also += self._relied(data.get("other_services", ()))
        for refusal in self._refusals():
            where = "services" if "services" in self.fields else "other_services"
            self.add_error(where, f"{refusal.message} {refusal.next_step}".strip())
        return data

    def _refusals(self) -> list[Any]:
        codes = [one.code for one, _ruling in (self.lead, *self.also)]
        refusals: list[ServicesRefused] = [ServiceTwice()] if len(set(codes)) < len(codes) else []
        if len(codes) > MOST_SERVICES:
            refusals.append(TooManyServices(MOST_SERVICES))
        if refusals or len(codes) < 2:
            return refusals
        return list(services_refused([self.lead, *self.also], region=self.approval.region, at=self.at))


def _verdict(ruling: Any) -> Any:
    return VERDICTS[ruling.verdict if ruling else ""]


def form_of(tender: Tender, data: Any, *, at: dt.datetime) -> ServicesForm:
    """The form of a draft, with what it buys already."""
    first, *others = tender.bought
    lead = (first.service, tender.ruling)
    chosen = [one.service for one in others]
    return ServicesForm(data, approval=tender.approval, lead=lead, at=at, chosen=chosen)
