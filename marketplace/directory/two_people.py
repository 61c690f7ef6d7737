"""Pages of what two people of the centre decide: a reply, a proposal, its return, the decision of another.

Sanctions of firms here, objections and complaints in contracts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulation.ledger.queries import database_now


class TextForm(forms.Form):
    """One text that somebody puts on record."""

    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).strip()


class ProposalForm(forms.Form):
    """How something should be decided, and why."""

    outcome = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason, which is published with the decision"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


def tell_faults(request: HttpRequest, form: forms.BaseForm) -> None:
    """What was wrong with a small form that has no page of its own."""
    for name, faults in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, " ".join(filter(None, (f"{label}:" if label else "", *map(str, faults)))))


@dataclass(frozen=True)
class TwoPeople:
    """The acts on one noun. Each operation takes the noun by its name, its texts, `by` and `at`.

    `seen` finds what the reader may know of, 404 otherwise; `replies` and `of_centre` say whose turn it may
    be, 403 otherwise; `outcome` are the choices of a proposal; `refused` is what the room refuses by.
    """

    noun: str
    outcome: Any
    refused: tuple[type[Exception], ...]
    seen: Callable[[HttpRequest, str], Any]
    replies: Callable[[HttpRequest, Any], bool]
    of_centre: Callable[[HttpRequest, Any], bool]
    reply_by: Callable[..., Any]
    propose_by: Callable[..., Any]
    return_by: Callable[..., Any]
    decide_by: Callable[..., Any]
    decided: Any

    def forms(self) -> dict[str, forms.Form]:
        """Empty ones, for the page of the noun."""
        return {
            "reply_form": TextForm(label=_("Your reply"), auto_id="reply_%s"),
            "proposal_form": ProposalForm(choices=self.outcome.choices, auto_id="propose_%s"),
            "return_form": TextForm(label=_("Why it is returned"), auto_id="return_%s"),
        }

    def act(
        self, request: HttpRequest, found: Any, operation: Callable[..., Any], done: Any, **told: Any
    ) -> HttpResponse:
        """Act, tell what came of it, go back."""
        try:
            operation(**{self.noun: found}, **told, by=request.user, at=database_now())
            messages.success(request, done)
        except self.refused as refusal:
            messages.error(request, " ".join(map(str, filter(None, (refusal, _next(refusal))))))
        return redirect(found)

    def put(
        self, request: HttpRequest, found: Any, operation: Callable[..., Any], done: Any, **texts: Any
    ) -> HttpResponse:
        """The same with a text the reader gives: its name in the operation, and its label."""
        ((name, label),) = texts.items()
        form = TextForm(request.POST, label=label)
        if not form.is_valid():
            tell_faults(request, form)
            return redirect(found)
        return self.act(request, found, operation, done, **{name: form.cleaned_data["text"]})

    def centres(self, request: HttpRequest, ref: str) -> Any:
        """One of which the reader decides as the centre; 403 for others who may read it."""
        found = self.seen(request, ref)
        if not self.of_centre(request, found):
            raise PermissionDenied
        return found

    def reply(self, request: HttpRequest, ref: str) -> HttpResponse:
        found = self.seen(request, ref)
        if not self.replies(request, found):
            raise PermissionDenied
        return self.put(request, found, self.reply_by, _("Your reply is on record."), text=_("Your reply"))

    def propose(self, request: HttpRequest, ref: str) -> HttpResponse:
        found = self.centres(request, ref)
        form = ProposalForm(request.POST, choices=self.outcome.choices)
        if not form.is_valid():
            tell_faults(request, form)
            return redirect(found)
        told = {"outcome": self.outcome(form.cleaned_data["outcome"]), "reason": form.cleaned_data["reason"]}
        done = _("The proposal waits for a second person of the centre.")
        return self.act(request, found, self.propose_by, done, **told)

    def give_back(self, request: HttpRequest, ref: str) -> HttpResponse:
        found, done = self.centres(request, ref), _("The proposal is returned.")
        return self.put(request, found, self.return_by, done, reason=_("Why it is returned"))

    def decide(self, request: HttpRequest, ref: str) -> HttpResponse:
        return self.act(request, self.centres(request, ref), self.decide_by, self.decided)


def _next(refusal: Exception) -> Any:
    return getattr(refusal, "next_step", "")


def posted(view: Callable[[HttpRequest, str], HttpResponse]) -> Any:
    """A view for whoever is signed in, by POST alone."""
    return require_POST(login_required(view))
