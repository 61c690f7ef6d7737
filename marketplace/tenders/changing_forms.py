"""Forms of what changes a tender once it is written: documents, an amendment, a postponement."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regulation.parties.upload_fields import ManyFiles

from .forms import TermsForm
from .method_fields import PREFIX
from .models import PriceBasis, TenderDocument
from .operations.amending import RATE
from .term_fields import moment

INVITED = ("invited", "invite_ground", "invited_firms")
FOR_GOOD = ("method", "direct_ground", *INVITED, *RATE)  # once it is public


class AmendForm(TermsForm):
    """Published terms anew, with the reason. What it is called stays."""

    reason = forms.CharField(
        label=_("Why the terms change"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown to the public."),
    )
    new_documents = ManyFiles(
        label=_("Documents to add"),
        required=False,
        help_text=_("At most 10, each of at most 50 MB: PDF, DOCX, XLSX, PNG or JPEG."),
    )
    dropped = forms.TypedMultipleChoiceField(
        label=_("Documents that hold no more"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They can be read on, marked as replaced or withdrawn."),
    )
    field_order = ("reason",)

    def __init__(self, *args: Any, documents: Sequence[TenderDocument] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dropped"].choices = [(one.pk, one.title) for one in documents]  # type: ignore[attr-defined]
        if not documents:
            del self.fields["dropped"]
        self.fields["title"].disabled = True
        for name in [n for n in self.fields if n in FOR_GOOD or n.startswith(PREFIX)]:
            del self.fields[name]
        if self.initial.get("price_basis") == PriceBasis.RATE:
            self.fields["ceiling"].disabled = True


class DocumentsForm(forms.Form):
    """Files that are handed in with a draft."""

    uploads = ManyFiles(
        label=_("Files"), help_text=_("At most 10, each of at most 50 MB: PDF, DOCX, XLSX, PNG or JPEG.")
    )


class PostponeForm(forms.Form):
    """A later deadline, with the reason; and from when bids are taken again, if they stop meanwhile."""

    closes_at = moment(_("Bids until"), _("Later than now set. Bidders lose no time."), required=True)
    resumes_at = moment(_("Take no bids until"), _("Empty: bids are taken all the time."))
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
