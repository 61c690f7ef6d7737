import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.directory.queries import registered_firm
from regulation.parties.models import Entity

from .method_fields import PREFIX, fields_of, raw_of
from .methods import METHODS, BadParameters
from .models import InviteGround, Method, PriceBasis, Tender
from .operations.drafting import Terms
from .rates import LEAST_BASE, price_of
from .term_fields import ground_field, moment, qualifications_field, rate_field

TOGETHER = (
    ("price_basis", "base_amount", "rate_low", "rate_high", "ceiling", "no_ceiling_reason", "method"),
    ("method", "method_parameters", "direct_ground", "invited", "invite_ground", "price_basis"),
)
READY = ("", "scores", "draw", "auction", "choice")  # what a method may need after the opening


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
    price_basis = forms.ChoiceField(
        label=_("What a bid states"),
        choices=PriceBasis.choices,
        initial=PriceBasis.AMOUNT,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("By rate, a bid says which share of a base amount it asks for. The lower is cheaper."),
    )
    base_amount = forms.DecimalField(
        label=_("By rate: base amount (yuan, without tax)"),
        min_value=LEAST_BASE,
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text=_("What it costs by the guide price, the tariff or the reckoning you describe above."),
    )
    rate_low = rate_field(_("By rate: lowest rate (%)"))
    rate_high = rate_field(_("By rate: highest rate (%)"), _("It gives the price ceiling."))
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
    invited = forms.TypedChoiceField(
        label=_("Who may bid"),
        choices=[
            ("", _("every registered intermediary that fulfils the terms")),
            ("yes", _("only firms I invite")),
        ],
        coerce=lambda value: value == "yes",
        required=False,
        widget=forms.RadioSelect,
    )
    invite_ground = forms.ChoiceField(
        label=_("Ground for inviting"),
        choices=[("", _("everybody may bid")), *InviteGround.choices],
        required=False,
        help_text=_("Checked against the rules of the region when it is submitted and published."),
    )
    invited_firms = forms.CharField(
        label=_("Firms you invite"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=4000,
        help_text=_(
            "One a line: name or credit code. Each has to pass the conflict gate. They are told when the"
            " tender is published; nobody else learns who they are before the opening."
        ),
    )
    closes_at = moment(_("Bids until"), _("Beijing time. A bid at this moment is too late."), required=True)
    opens_at = moment(_("Bids from"), _("Empty: as soon as the tender is public."))
    questions_until = moment(_("Questions until"), _("Empty: until the deadline. Who asks is not shown."))
    all_of = qualifications_field(_("Qualifications bidders hold, all of them"))
    any_of = qualifications_field(_("Qualifications of which one is enough"))
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
            asked = {"direct_ground": ground_field(), **asked}
        self.fields |= asked
        names = [name for name in self.fields if name not in asked]
        below = names.index("method") + 1  # what a method asks for stands below it
        self.order_fields([*names[:below], *asked, *names[below:]])

    def _untouched(self, name: str) -> dt.datetime | None:
        """A moment as it was sent; where it is the stored one, which a page shows without its fraction of a
        second, the stored one."""
        sent, stored = self.cleaned_data[name], self.initial.get(name)
        return stored if sent and stored and sent == stored.replace(microsecond=0) else sent

    def clean_opens_at(self) -> dt.datetime | None:
        return self._untouched("opens_at")

    def clean_questions_until(self) -> dt.datetime | None:
        return self._untouched("questions_until")

    def clean_closes_at(self) -> dt.datetime | None:
        closes = self._untouched("closes_at")
        if closes is not None and closes <= timezone.now():
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

    def clean_invited_firms(self) -> list[Entity]:
        found, wrong = {}, []
        for number, line in enumerate(self.cleaned_data["invited_firms"].splitlines(), start=1):
            name = " ".join(line.split())
            if not name:
                continue
            firm = registered_firm(name)
            if firm is None:
                wrong.append(
                    _("Line %(n)d: no registered intermediary of this name or code.") % {"n": number}
                )
            else:
                found[firm.pk] = firm
        if wrong:
            raise forms.ValidationError(wrong)
        return list(found.values())

    def _clean_invitation(self, data: dict[str, Any]) -> None:
        data["invited"] = data.get("invited") or False
        if not data["invited"]:
            data["invite_ground"], data["invited_firms"] = "", []
            return
        if self.chosen.code == Method.DIRECT_CHOICE:
            self.add_error("invited", _("A direct choice is without competition; it invites nobody."))
        if not data.get("invite_ground"):
            self.add_error("invite_ground", _("Name the ground for inviting."))

    def _clean_rate(self, data: dict[str, Any]) -> None:
        data["price_basis"] = data.get("price_basis") or PriceBasis.AMOUNT
        names = ("base_amount", "rate_low", "rate_high")
        if data["price_basis"] != PriceBasis.RATE:
            data.update(dict.fromkeys(names))
            return
        for name in names:
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, _("A tender by rate needs this."))
        if self.chosen.code == Method.PRICE_AUCTION:
            self.add_error("price_basis", _("A price auction runs in yuan, not by rate."))
        base, low, high = (data.get(name) for name in names)
        if low and high and low > high:
            self.add_error("rate_low", _("The lowest rate is above the highest."))
        if base and high:
            data["ceiling"], data["no_ceiling_reason"] = price_of(base, high), ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._clean_invitation(data)
        self._clean_rate(data)
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

    def kept(self, stored: Terms) -> Terms:
        """What can be kept of a form that is not complete: each term that is right, in place of what is
        stored. Terms that hold together are kept together or not at all."""
        wrong = {"method" if n == NON_FIELD_ERRORS or n.startswith(PREFIX) else n for n in self.errors}
        held = {name for group in TOGETHER if wrong & set(group) for name in group} | wrong
        data = self.cleaned_data
        names = [n for n in Terms.__dataclass_fields__ if n in data and n not in held]
        return replace(stored, **{name: data[name] for name in names})

    @staticmethod
    def initial_of(tender: Tender) -> dict[str, Any]:
        """A draft's values for its form."""
        initial = {name: getattr(tender, name) for name in Terms.__dataclass_fields__}
        units = tender.avoided_units.select_related("entity")
        firms = [one.entity.name for one in tender.invitations.select_related("entity")]
        return initial | {
            "avoided": "\n".join(f"{u.entity.name} | {u.reason}" for u in units),
            "invited": "yes" if tender.invited else "",
            "invited_firms": "\n".join(firms),
        }
