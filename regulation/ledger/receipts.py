"""Receipts: the way to one, given to whoever wrote an entry, and the check of one that is shown."""

import base64
import secrets
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import segno
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tools.verify_receipt import Key, Refused, Verdict, check_receipt

from .effects import effect
from .models import Entry, ReceiptLink
from .operations import Recorded
from .proofs import Trust, trust

REF_BYTES = 16  # 128 bits
FILE_TYPE = "text/plain; charset=utf-8"  # of a receipt's file


def _new_ref() -> str:
    return base64.b32encode(secrets.token_bytes(REF_BYTES)).decode().rstrip("=").lower()


@transaction.atomic
def give_receipt(*, subject: Recorded, kind: str, holder: Any | None, by: Any | None = None) -> ReceiptLink:
    """The way to the receipt of the newest entry of a kind about a subject; the same again gives the same.

    With `by` the newest of that actor, where several people write about one subject. It writes no entry: it
    only points to one. Raises Entry.DoesNotExist.
    """
    found = Entry.objects.filter(subject=subject.urn, kind=kind).order_by("-pk")
    entry = found.filter(actor=by).first() if by else found.first()
    if entry is None:
        raise Entry.DoesNotExist
    return ReceiptLink.objects.get_or_create(entry=entry, defaults={"ref": _new_ref(), "holder": holder})[0]


def gives_receipt(*kinds: str) -> None:
    """Entries of these kinds get the way to their receipt by themselves, also where no page recorded them.

    A room says so in its effects.py (`gives_receipt("payments.paid")`), and finds it by `receipt_link`.
    """

    @effect(*kinds)
    def give(entry: Entry) -> None:
        ReceiptLink.objects.get_or_create(entry=entry, defaults={"ref": _new_ref(), "holder": entry.actor})


def receipt_link(*, subject: Recorded, kind: str) -> ReceiptLink | None:
    """The way to a receipt that was given, if one was."""
    found = ReceiptLink.objects.filter(entry__subject=subject.urn, entry__kind=kind)
    return found.order_by("-pk").first()


def receipts_about(*, subject: Recorded, user: Any, kinds: Sequence[str]) -> QuerySet[ReceiptLink]:
    """The ways to receipts about a subject that a user was given, or that are of these kinds, in order."""
    found = ReceiptLink.objects.filter(entry__subject=subject.urn)
    return found.filter(Q(holder=user) | Q(entry__kind__in=kinds)).select_related("entry").order_by("entry")


def with_receipt(said: str, link: ReceiptLink) -> SafeString:
    """A message to whoever did something, with the way to the receipt."""
    way = _("The receipt that can be verified")
    return format_html('{} <a href="{}">{}</a>', said, link.get_absolute_url(), way)


def short_code(entry: Entry) -> str:
    """The first bytes of the entry's commitment, to be compared by eye."""
    return "-".join(bytes(entry.commitment[n : n + 2]).hex().upper() for n in (0, 2, 4, 6))


def qr(address: str) -> str:
    """The address as an SVG image to be put into a page."""
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=False))


def qr_file(address: str) -> bytes:
    """The address as an SVG file of its own, which names its namespace: without it no browser draws one."""
    made = segno.make(address, error="m", micro=False)
    file = BytesIO()
    made.save(file, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, nl=False)
    return file.getvalue()


def keys_of(said: Trust) -> tuple[list[Key], list[Key]]:
    """The verifier keys, read; one that cannot be read counts for nothing."""
    read: list[list[Key]] = [[], []]
    for into, texts in zip(read, (said.log, said.witnesses), strict=True):
        for text in texts:
            try:
                into.append(Key.read(text))
            except Refused:
                continue
    return read[0], read[1]


def verdict_on(text: str) -> Verdict:
    """What this site finds about the text of a receipt, by its own keys: as the tool for offline use does."""
    said = trust()
    return check_receipt(text, *keys_of(said), said.quorum)
