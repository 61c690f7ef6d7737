"""Receipts: the page of one, its file, and the check of any."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import proofs
from ..forms import ReceiptForm
from ..models import ReceiptLink
from ..publication import next_moment, published_note
from ..queries import database_now, erasures_of
from ..receipts import FILE_TYPE, qr, short_code, verdict_on
from ..stories import story_of


def _link(ref: str) -> ReceiptLink:
    return get_object_or_404(ReceiptLink.objects.select_related("entry"), ref=ref)


@never_cache
@require_safe
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """One receipt, for whoever has its address."""
    link = _link(ref)
    told = story_of(link.entry.kind)
    address = request.build_absolute_uri(link.get_absolute_url())
    context = {
        "link": link,
        "code": short_code(link.entry),
        "facts": [
            (_("What was recorded"), told.sentence if told else link.entry.kind),
            (_("Recorded at"), link.entry.recorded_at),
        ],
        "ready": proofs.receipt_file(link.entry) is not None,
        "next": next_moment(at=database_now()),
        "address": address,
        "erasure": erasures_of([link.entry]).get(link.entry_id),
        "is_erased": link.entry.is_erased,
        "qr": mark_safe(qr(address)),  # noqa: S308  made here, of nothing but squares
    }
    response = render(request, "ledger/receipt.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def receipt_download(request: HttpRequest, ref: str) -> HttpResponse:
    """The receipt as a file; 404 while the entry is not integrated."""
    link = _link(ref)
    text = proofs.receipt_file(link.entry)
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type=FILE_TYPE)
    name = f"qinqing-{short_code(link.entry).lower()}.tlog-proof"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


VERDICTS = ("valid", "unsigned", "malformed", "body", "inclusion", "signature", "retired", "witness")


def verdict_words() -> dict[str, tuple[str, str]]:
    """(tone, sentence) for each verdict; the page hands the same to its script."""
    return {
        "valid": ("good", _("The receipt is genuine: the record holds this entry, unaltered.")),
        "unsigned": (
            "warn",
            _("The entry fits the checkpoint. The signatures on the checkpoint could not be checked."),
        ),
        "malformed": ("bad", _("This is not a receipt, or its form is damaged.")),
        "body": ("bad", _("The content was altered: it is not what the entry commits to.")),
        "inclusion": ("bad", _("The entry is not in the record that the checkpoint describes.")),
        "signature": ("bad", _("The checkpoint is not signed by this site's record.")),
        "retired": (
            "bad",
            _("The key that signed the checkpoint was replaced. Load the receipt anew from its address."),
        ),
        "witness": ("bad", _("The witnesses who must confirm the checkpoint have not, or not truly.")),
    }


def _readable(body: object) -> str:
    """What an entry says, a line a name; nothing where the receipt does not hold it."""
    return json.dumps(body, ensure_ascii=False, indent=2) if body is not None else ""


@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Check a receipt: in the browser where it can, else here. It needs no sign-in and keeps nothing."""
    form = ReceiptForm(request.POST, request.FILES) if request.method == "POST" else None
    said = proofs.trust()
    words = verdict_words()
    context: dict[str, Any] = {
        "form": form or ReceiptForm(),
        "words": [(code, *words[code]) for code in VERDICTS],
        "trust": said,
        "checkpoint": published_note(at=database_now()),
    }
    if form is not None and form.is_valid():
        verdict = verdict_on(form.receipt())
        context |= {"verdict": verdict, "said": words[verdict.code]}
        if verdict.code in ("valid", "unsigned"):
            context |= {"place": f"{verdict.index} / {verdict.size}", "body": _readable(verdict.body)}
    status = 422 if form is not None and form.errors else 200
    return render(request, "ledger/verify.html", context, status=status)
