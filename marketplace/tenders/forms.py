import datetime as dt
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity, Region
from regulation.registry.models import Service

from .life import PUBLIC, State
from .life_texts import STATE_WORDS
from .models import Tender
from .operations.drafting import Terms
from .queries import in_state, public_tenders
from .sealing import NOTE_LIMIT, PlainBid

STATES = [(str(state), STATE_WORDS[state]) for state in PUBLIC]
SORTS = {
    "closes": ("closes_at", "pk"),
    "-closes": ("-closes_at", "-pk"),
    "published": ("published_at", "pk"),
    "-published": ("-published_at", "-pk"),
}


def tendered_services() -> Any:
    return Service.objects.filter(pk__in=public_tenders().order_by().values("service"))


def tendered_regions() -> Any:
    return Region.objects.filter(pk__in=public_tenders().order_by().values("region"))


class TenderFilter(django_filters.FilterSet):
    """What a reader narrows the tenders by."""

    q = django_filters.CharFilter(label=_("Title, approval or owner"), method="by_text", max_length=60)
    state = django_filters.ChoiceFilter(label=_("State"), choices=STATES, method="by_state")
    service = django_filters.ModelChoiceFilter(
        label=_("Service"), queryset=lambda _r: tendered_services(), to_field_name="code"
    )
    region = django_filters.ModelChoiceFilter(
        label=_("Region"), queryset=lambda _r: tendered_regions(), to_field_name="code"
    )

    class Meta:
        model = Tender
        fields = ("service", "region")

    def by_text(self, queryset: Any, name: str, value: str) -> Any:
        for word in value.replace("\0", "").split():
            queryset = (
                queryset.filter(title__icontains=word)
                | queryset.filter(approval__name__icontains=word)
                | queryset.filter(owner__name__icontains=word)
            )
        return queryset

    def by_state(self, queryset: Any, name: str, value: str) -> Any:
        return in_state(queryset, State(value), now=timezone.now())


class TermsForm(forms.Form):
    """What an owner states. Money is yuan without tax; days are working days; the deadline is exclusive."""

    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(
        label=_("What is needed"),
        widget=forms.Textarea,
        max_length=5000,
        help_text=_("The project, its size and place, and what the intermediary will be given."),
    )
    days = forms.IntegerField(
        label=_("Working days allowed"),
        min_value=1,
        max_value=3650,
        help_text=_("A bid that needs longer does not count."),
    )
    ceiling = forms.DecimalField(
        label=_("Price ceiling (yuan, without tax)"),
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text=_("A bid above it does not count."),
    )
    no_ceiling_reason = forms.CharField(
        label=_("If there is no ceiling: why"), max_length=300, required=False
    )
    closes_at = forms.DateTimeField(
        label=_("Bids until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        help_text=_("Beijing time. A bid at this moment is too late."),
    )
    seal_on_device = forms.BooleanField(
        label=_("Take only bids sealed on the bidder's own device"),
        required=False,
        help_text=_("Else the server seals for bidders whose browser cannot, and their receipts say so."),
    )
    contact = forms.CharField(
        label=_("Contact for bidders"), max_length=200, help_text=_("A telephone or e-mail of the entity.")
    )
    avoided = forms.CharField(
        label=_("Units you must not buy from"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=4000,
        help_text=_(
            "One a line: name or credit code, a bar |, and the reason. They are shown to the public."
        ),
    )

    def clean_closes_at(self) -> dt.datetime:
        closes: dt.datetime = self.cleaned_data["closes_at"]
        if closes <= timezone.now():
            raise forms.ValidationError(_("This moment is past."))
        return closes

    def clean_avoided(self) -> list[tuple[Entity, str]]:
        found, wrong = [], []
        for number, line in enumerate(self.cleaned_data["avoided"].splitlines(), start=1):
            name, _bar, reason = (part.strip() for part in line.partition("|"))
            if not name:
                continue
            entity = (
                Entity.objects.filter(credit_code=name.upper()).first()
                or Entity.objects.filter(name=name).first()
            )
            if entity is None or not reason:
                wrong.append(_("Line %(n)d: no such entity, or no reason after the bar.") % {"n": number})
            else:
                found.append((entity, reason[:300]))
        if wrong:
            raise forms.ValidationError(wrong)
        return list(dict(found).items())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "ceiling" in data and data["ceiling"] is None and not data.get("no_ceiling_reason", "").strip():
            self.add_error("ceiling", _("State a price ceiling, or the reason why there is none."))
        return data

    def terms(self) -> Terms:
        return Terms(**{name: self.cleaned_data[name] for name in Terms.__dataclass_fields__})

    @staticmethod
    def initial_of(tender: Tender) -> dict[str, Any]:
        """A draft's values for its form."""
        initial = {name: getattr(tender, name) for name in Terms.__dataclass_fields__}
        units = tender.avoided_units.select_related("entity")
        return initial | {"avoided": "\n".join(f"{u.entity.name} | {u.reason}" for u in units)}


class BidForm(forms.Form):
    """One offer. It is sealed as soon as it is sent; nobody reads it before the opening."""

    price = forms.DecimalField(
        label=_("Total price (yuan, without tax)"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2
    )
    days = forms.IntegerField(label=_("Working days you need"), min_value=1, max_value=3650)
    note = forms.CharField(
        label=_("Note to the owner"),
        widget=forms.Textarea,
        required=False,
        max_length=NOTE_LIMIT,
        help_text=_("Becomes public at the opening."),
    )

    def __init__(self, *args: Any, tender: Tender, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tender = tender

    def clean_price(self) -> Decimal:
        price: Decimal = self.cleaned_data["price"]
        if self.tender.ceiling is not None and price > self.tender.ceiling:
            raise forms.ValidationError(_("The price is above the ceiling; such a bid does not count."))
        return price

    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        if days > self.tender.days:
            raise forms.ValidationError(_("The tender allows fewer working days; such a bid does not count."))
        return days

    def plain(self) -> PlainBid:
        data = self.cleaned_data
        return PlainBid(price=data["price"].quantize(Decimal("0.01")), days=data["days"], note=data["note"])
