"""Forms of evaluation, draw, auction and challenge."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulation.parties.models import User

from .models import Bid, PublicSource, Remedy

LONG = 5000


def _text(label: Any, help_text: Any = "", *, rows: int = 4, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, help_text=help_text, widget=widget, max_length=LONG, required=required
    )


class ReasonForm(forms.Form):
    """A reason that is published."""

    reason = _text(_("Reason"), _("It is published."), rows=3)


class ProposalForm(forms.Form):
    """What the owner adds to a proposal; a direct choice names its bid."""

    reason = _text(_("Reason"), _("Published with the award."), rows=3, required=False)

    def __init__(self, *args: Any, bids: list[Bid] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if bids is not None:
            choices = [(str(bid.pk), f"{bid.tenderer} · ¥{bid.price:,.2f}") for bid in bids]
            self.fields["bid"] = forms.ChoiceField(
                label=_("Bidder chosen"), choices=choices, widget=forms.RadioSelect
            )
            self.fields["reason"].required = True
            self.order_fields(["bid", "reason"])


class DrawForm(forms.Form):
    """Which public value will count, and who watches."""

    source = forms.ChoiceField(label=_("Where the public value comes from"), choices=PublicSource.choices)
    source_name = forms.CharField(
        label=_("Which one exactly"),
        max_length=200,
        help_text=_("The issue of the lottery, the round of drand, or what the witnesses will do."),
    )
    known_from = forms.DateTimeField(
        label=_("Known from"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        help_text=_("Beijing time. The list is frozen before."),
    )
    witnesses = forms.CharField(
        label=_("Witnesses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Up to three accounts of this site, an e-mail a line. They confirm the draw or object."),
    )
    reason = forms.CharField(
        label=_("If it is drawn again: why"), max_length=300, required=False, help_text=_("It is published.")
    )

    def clean_witnesses(self) -> list[User]:
        wanted = list(
            dict.fromkeys(
                line.strip().lower() for line in self.cleaned_data["witnesses"].splitlines() if line.strip()
            )
        )
        found = {user.email.lower(): user for user in User.objects.filter(email__in=wanted, is_active=True)}
        missing = [email for email in wanted if email not in found]
        if missing or len(wanted) > 3:
            raise forms.ValidationError(
                _("No account of this site: %(who)s") % {"who": ", ".join(missing)}
                if missing
                else _("Three at most.")
            )
        return [found[email] for email in wanted]


class ValueForm(forms.Form):
    """The public value once it is known."""

    value = forms.CharField(
        label=_("Public value"), max_length=200, help_text=_("Digits and Latin letters, as published.")
    )
    reference = forms.CharField(
        label=_("Where it can be checked"), max_length=300, help_text=_("An address or a publication.")
    )


class AuctionForm(forms.Form):
    """When the first round begins."""

    starts_at = forms.DateTimeField(
        label=_("The first round begins"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        help_text=_("Beijing time. Tell the bidders beforehand: they all have to be there."),
    )


class PriceForm(forms.Form):
    """One price in an auction."""

    price = forms.DecimalField(
        label=_("Your new price (yuan, without tax)"),
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
    )
    nonce = forms.CharField(max_length=40, widget=forms.HiddenInput)


class EvaluatorForm(forms.Form):
    """Who is put on the panel."""

    email = forms.EmailField(label=_("E-mail of the account"))

    def clean_email(self) -> User:
        user = User.objects.filter(email__iexact=self.cleaned_data["email"], is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("There is no such account."))
        return user


class ScoreForm(forms.Form):
    """Points of one evaluator: a field a bid and criterion."""

    remark = _text(_("Remark, kept with your scores"), rows=3, required=False)

    def __init__(
        self,
        *args: Any,
        bids: list[Bid],
        criteria: list[dict[str, str]],
        given: dict[tuple[int, str], Decimal],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows: list[dict[str, Any]] = []
        for bid in bids:
            names = []
            for n, row in enumerate(criteria):
                name = f"p-{bid.pk}-{n}"
                self.fields[name] = forms.DecimalField(
                    label=f"{bid.tenderer} · {row['name']}",
                    min_value=Decimal(0),
                    max_value=Decimal(row["weight"]),
                    max_digits=5,
                    decimal_places=2,
                    required=False,
                    initial=given.get((bid.pk, row["name"])),
                )
                names.append((name, row))
            self.rows.append({"bid": bid, "names": names})

    def points(self) -> dict[tuple[int, str], Decimal]:
        """What was filled in, by bid and criterion."""
        return {
            (row["bid"].pk, criterion["name"]): self.cleaned_data[name]
            for row in self.rows
            for name, criterion in row["names"]
            if self.cleaned_data.get(name) is not None
        }

    def table(self) -> list[dict[str, Any]]:
        """Bids for the page, each with its bound fields and the criteria they are for."""
        return [
            {"bid": row["bid"], "fields": [(self[name], criterion) for name, criterion in row["names"]]}
            for row in self.rows
        ]


class ChallengeForm(forms.Form):
    """What a bidder challenges, in its own words."""

    grounds = _text(
        _("What is wrong, and what shows it"),
        _("Facts, with where they can be seen. It is published."),
        rows=6,
    )
    sought = _text(_("What you ask for"), _("For example: evaluate again."), rows=3)


class AnswerForm(forms.Form):
    """The owner's answer, or the regulators' decision."""

    upheld = forms.TypedChoiceField(
        label=_("Is it right?"),
        choices=[("no", _("No: it is rejected")), ("yes", _("Yes: it is upheld"))],
        widget=forms.RadioSelect,
        coerce=lambda v: v == "yes",
    )
    remedy = forms.ChoiceField(
        label=_("If it is upheld"), choices=[("", "—"), *Remedy.choices], required=False
    )
    answer = _text(_("Reasons"), _("Answer each point. It is published."), rows=6)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("upheld") and not data.get("remedy"):
            self.add_error("remedy", _("Say what follows."))
        return data


class ComplaintForm(forms.Form):
    text = _text(
        _("Your complaint"),
        _("What the answer leaves unsettled. It is published with your challenge."),
        rows=6,
    )


class AcceptForm(forms.Form):
    """Whether a complaint is taken up."""

    accept = forms.TypedChoiceField(
        label=_("Take it up?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
        coerce=lambda v: v == "yes",
    )
    reason = _text(_("Reason"), _("It is published."), rows=3)
