"""The form of a bid."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Tender
from .rates import CENT, price_of
from .sealing import NOTE_LIMIT, PlainBid


class BidForm(forms.Form):
    """One offer, in yuan or by rate. Sealed as soon as it is sent; nobody reads it before the opening."""

    rate = forms.DecimalField(label=_("Rate of the base amount (%)"), max_digits=5, decimal_places=2)
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
        del self.fields["price" if tender.by_rate else "rate"]
        if tender.by_rate:
            bounds = {"low": tender.rate_low, "high": tender.rate_high}
            self.fields["rate"].help_text = _("From %(low)s to %(high)s percent, two places.") % bounds
            self.fields["rate"].widget.attrs |= {"step": "0.01", "min": bounds["low"], "max": bounds["high"]}

    def clean_rate(self) -> Decimal:
        rate: Decimal = self.cleaned_data["rate"]
        low, high = self.tender.rate_low or Decimal(0), self.tender.rate_high or Decimal(0)
        if not low <= rate <= high:
            raise forms.ValidationError(_("The rate is outside the bounds; such a bid does not count."))
        return rate

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

    def in_yuan(self) -> Decimal:
        """In yuan: what was stated, or what the stated rate amounts to."""
        data = self.cleaned_data
        if self.tender.by_rate and self.tender.base_amount is not None:
            return price_of(self.tender.base_amount, data["rate"])
        price: Decimal = data["price"]
        return price.quantize(CENT)

    def plain(self) -> PlainBid:
        data = self.cleaned_data
        return PlainBid(price=self.in_yuan(), days=data["days"], note=data["note"])
