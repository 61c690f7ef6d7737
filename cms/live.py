"""Facts of the record that pages show as they stand now."""

import statistics
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.directory.models import Offer
from marketplace.tenders.models import Award, Tender
from marketplace.tenders.queries import with_services
from regulation.ledger.queries import database_now
from regulation.registry.models import Ruling, Service

FEW = 3


def latest_rulings(count: int) -> list[Ruling]:
    """Rulings on record, the newest first."""
    rulings = (
        Ruling.objects.on_record()
        .judged_on(timezone.localdate())
        .select_related("approval", "service", "region")
    )
    return list(rulings.order_by("-published_at", "-pk")[:count])


def open_tenders(count: int) -> list[Tender]:
    """Tenders that take bids now, by the database's clock, the next to close first."""
    tenders = Tender.objects.accepting_at(database_now()).select_related("region", "owner")
    return list(with_services(tenders).order_by("closes_at", "pk")[:count])


def price_table(code: str, count: int) -> dict[str, Any]:
    """The service and its cheapest standing offers; service None where the code is not known."""
    service = Service.objects.filter(code=code).first()
    offers = Offer.objects.none()
    if service is not None:
        offers = Offer.objects.standing_on(timezone.localdate()).filter(service=service)
    offers = offers.select_related("intermediary__entity", "region").order_by("price_basis", "amount", "pk")
    return {"service": service, "offers": list(offers[:count])}


def median_saving() -> tuple[Decimal | None, int]:
    """Median saving against the ceiling over awards that had one, in per cent; None below three awards."""
    pairs = Award.objects.filter(tender__ceiling__isnull=False).values_list("price", "tender__ceiling")
    savings = [(ceiling - price) / ceiling * 100 for price, ceiling in pairs if ceiling]
    if len(savings) < FEW:
        return None, len(savings)
    return statistics.median(savings).quantize(Decimal("0.1")), len(savings)


def figures() -> list[dict[str, Any]]:
    """Today's figures for the home page, each with the page where its records stand."""
    saving, awards = median_saving()
    return [
        {
            "value": Ruling.objects.on_record().count(),
            "label": _("rulings on record"),
            "url": reverse("registry:service_list"),
        },
        {
            "value": Tender.objects.accepting_at(database_now()).count(),
            "label": _("tenders open now"),
            "url": reverse("tenders:tender_list"),
        },
        {
            "value": "—" if saving is None else f"{saving}%",
            "label": _("median saving against the ceiling")
            if saving is not None
            else _("median saving: too few awards to show (%(n)d)") % {"n": awards},
            "url": reverse("tenders:tender_list") + "?state=awarded",
        },
    ]
