import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import Entity

from .method_fields import PREFIX, fields_of, raw_of
from .methods import METHODS, BadParameters
from .models import Ground, Method, Tender
from .operations.drafting import Terms
from .sealing import NOTE_LIMIT, PlainBid

MOST_NAMES = 10
READY = ("", "scores", "draw", "auction", "choice")  # what a method may need after the opening


def _moment(label: Any, help_text: Any, *, required: bool = False) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        help_text=help_text,
    )


class NamesField(forms.CharField):
    """Names, one a line; the same one twice counts once."""

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        names = list(dict.fromkeys(filter(None, lines)))
        if len(names) > MOST_NAMES:
            raise forms.ValidationError(_("At most %(n)d names.") % {"n": MOST_NAMES})
        for number, name in enumerate(names, start=1):
            if len(name) > 200:
                raise forms.ValidationError(_("Line %(n)d: at most 200 characters.") % {"n": number})
        return names

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def _qualifications(label: Any) -> NamesField:
    return NamesField(
        label=label,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, named as the certificate is. Empty: none is asked for."),
    )


def _ground_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Ground for choosing without competition"),
        choices=Ground.choices,
        widget=forms.RadioSelect,
        help_text=_("Checked against the rules of the region when it is submitted and published."),
    )


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
    method = forms.ChoiceField(
        label=_("How it is decided"),
        choices=lambda: [(m.code, m.name) for m in METHODS.values() if m.needs in READY],
        initial=Method.LOWEST_PRICE,
        required=False,
        help_text=_("What the method asks for appears once the draft is saved."),
    )
    closes_at = _moment(_("Bids until"), _("Beijing time. A bid at this moment is too late."), required=True)
    opens_at = _moment(_("Bids from"), _("Empty: as soon as the tender is public."))
    questions_until = _moment(_("Questions until"), _("Empty: until the deadline. Who asks is not shown."))
    all_of = _qualifications(_("Qualifications bidders hold, all of them"))
    any_of = _qualifications(_("Qualifications of which one is enough"))
    project = forms.CharField(label=_("Project it belongs to"), max_length=200, required=False)
    witnesses = forms.CharField(
        label=_("Witnesses of the opening"),
        max_length=300,
        required=False,
        help_text=_("Up to three, by name or office; they are shown to the public."),
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("method") if self.is_bound else self.initial.get("method")
        stored = self.initial.get("method_parameters", {})
        self.chosen = METHODS.get(str(chosen or Method.LOWEST_PRICE), METHODS[Method.LOWEST_PRICE])
        asked = fields_of(self.chosen, stored)
        if self.chosen.code == Method.DIRECT_CHOICE:
            asked = {"direct_ground": _ground_field(), **asked}
        self.fields |= asked
        names = [name for name in self.fields if name not in asked]
        below = names.index("method") + 1  # what a method asks for stands below it
        self.order_fields([*names[:below], *asked, *names[below:]])

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
        data["method"] = self.chosen.code
        data.setdefault("direct_ground", "")
        try:
            data["method_parameters"] = self.chosen.clean(raw_of(self.chosen, data))
        except BadParameters as bad:
            for name, fault in bad.faults.items():
                self.add_error(PREFIX + name if PREFIX + name in self.fields else None, str(fault))
        closes = data.get("closes_at")
        for name in ("opens_at", "questions_until"):
            if closes and data.get(name) and data[name] >= closes:
                self.add_error(name, _("This has to come before the deadline."))
        return data

    def terms(self) -> Terms:
        return Terms(**{name: self.cleaned_data[name] for name in Terms.__dataclass_fields__})

    @staticmethod
    def initial_of(tender: Tender) -> dict[str, Any]:
        """A draft's values for its form."""
        initial = {name: getattr(tender, name) for name in Terms.__dataclass_fields__}
        units = tender.avoided_units.select_related("entity")
        return initial | {"avoided": "\n".join(f"{u.entity.name} | {u.reason}" for u in units)}


class AmendForm(TermsForm):
    """Published terms anew, with the reason. What it is called stays."""

    reason = forms.CharField(
        label=_("Why the terms change"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown to the public."),
    )
    field_order = ("reason",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].disabled = True
        for name in [n for n in self.fields if n in ("method", "direct_ground") or n.startswith(PREFIX)]:
            del self.fields[name]  # how it is decided stands


class PostponeForm(forms.Form):
    """A later deadline, with the reason; and from when bids are taken again, if they stop meanwhile."""

    closes_at = _moment(_("Bids until"), _("Later than now set. Bidders lose no time."), required=True)
    resumes_at = _moment(_("Take no bids until"), _("Empty: bids are taken all the time."))
    reason = forms.CharField(
        label=_("Why it is postponed"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown to the public."),
    )

    def clean_resumes_at(self) -> dt.datetime | None:
        resumes: dt.datetime | None = self.cleaned_data["resumes_at"]
        if resumes is not None and resumes <= timezone.now():
            raise forms.ValidationError(_("This moment is past."))
        return resumes


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
