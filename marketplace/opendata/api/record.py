"""The record of the site: its published checkpoint."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Schema

from regulation.ledger.publication import cosigned_note, next_moment, published
from regulation.ledger.queries import database_now

from .problems import Problem
from .routes import reads
from .shapes import Moment

TAG = "record"


class CheckpointShape(Schema):
    """`note` is the signed text (C2SP tlog-checkpoint) with its cosignatures."""

    size: int
    signed_at: Moment
    next_at: Moment
    note: str


@reads(
    "/checkpoint",
    "checkpoint",
    answer=CheckpointShape,
    tag=TAG,
    summary=gettext_lazy("The published checkpoint of the record"),
)
def checkpoint(request: HttpRequest) -> dict[str, Any]:
    now = database_now()
    found = published(at=now)
    if found is None:
        raise Problem(404, "not_found", _("No checkpoint is published yet."))
    return {
        "size": found.size,
        "signed_at": found.signed_at,
        "next_at": next_moment(at=now),
        "note": cosigned_note(found),
    }
