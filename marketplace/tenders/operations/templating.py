"""Templates: terms of a tender kept under a name, to begin others of its service with."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from regulation.ledger.operations import record
from regulation.parties.models import Entity, User

from ..errors import NoWords, TemplateThere
from ..models import Tender, TenderTemplate
from ..queries import bidding_days

TERMS = (
    "description",
    "days",
    "method",
    "method_parameters",
    "all_of",
    "any_of",
    "seal_on_device",
    "witnesses",
)
"""What holds for another project too, beside the services bought with the first and for how many working days
bids are taken; prices, dates, units to be avoided and who is invited do not."""


@transaction.atomic
def keep_template(
    *, tender: Tender, name: str, owner: Entity | None, by: User, at: dt.datetime
) -> TenderTemplate:
    """Keep what a tender says as a template of its service, for `owner` or, where None, for everybody.

    Raises NoWords without a name, and TemplateThere where one of that name stands.
    """
    said = " ".join(name.replace("\0", "").split())[:120]
    if not said:
        raise NoWords
    terms: dict[str, Any] = {key: getattr(tender, key) for key in TERMS}
    if others := [one.service.code for one in tender.bought[1:]]:
        terms["services"] = others
    if open_for := bidding_days(tender, at=at):
        terms["bidding_days"] = open_for
    try:
        with transaction.atomic():
            made = TenderTemplate.objects.create(
                service=tender.service,
                owner=owner,
                name=said,
                terms=terms,
                is_invented=tender.is_invented,
                made_by=by,
                made_at=at,
            )
    except IntegrityError as refusal:
        if "template_named_once" in str(refusal):
            raise TemplateThere from refusal
        raise
    body = {"service": tender.service.urn, "name": said, "of": tender.urn, "shared": owner is None}
    record(kind="tenders.template_kept", subject=made, actor=by, body=body, noticeable=False)
    return made


@transaction.atomic
def end_template(*, template: TenderTemplate, by: User, at: dt.datetime) -> None:
    """Offer it no more. Ending twice does nothing."""
    locked = TenderTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if locked.ended_at is None:
        locked.ended_at = max(at, locked.made_at)
        locked.save(update_fields=["ended_at"])
        record(kind="tenders.template_ended", subject=locked, actor=by, body={}, noticeable=False)
