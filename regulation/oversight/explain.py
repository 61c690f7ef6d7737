"""What the record says of a demand, in whole sentences."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from regulation.registry.models import Provision

from .models import Kind

SENTENCES: dict[str, Any] = {
    "mandatory": _("On that day the law required this service, so the department could ask for its result."),
    "optional": _("On that day the law did not require you to buy this service: you could do it yourself."),
    "commissioned": _(
        "On that day the law did not require it of you: the department had to commission it and pay for it."
    ),
    "area_assessed": _(
        "On that day it could not be asked of a project inside an area that has been assessed as a whole."
    ),
    "abolished": _("On that day the law did not require it: the demand was abolished and may not be made."),
    "lapsed": _("On that day the law did not require it: the article it rested on was no longer in force."),
    "none": _(
        "For that day no ruling is on record here. Without a lawful basis nobody may require it of you."
    ),
    "unchecked": _("This is not a service on record, so no ruling answers it. A regulator looks at it."),
}
BEYOND: dict[str, Any] = {
    Kind.DESIGNATED: _("Whatever a ruling says, a department may not name the firm or force one on you."),
    Kind.PAPER: _("A department may not ask for a paper that it can get itself through data sharing."),
}
ARTICLES = {Kind.DESIGNATED: "business-environment-43", Kind.PAPER: "online-government-services-7"}
TONES = {"mandatory": "warn", "none": "info", "unchecked": "info", "area_assessed": "info"}


def sentence(verdict: str) -> Any:
    """Whether it was required on the day, as the record says."""
    return SENTENCES[verdict]


def beyond(kind: str) -> Any:
    """What the law says of this kind of demand whatever the ruling; empty for an ordinary one."""
    return BEYOND.get(Kind(kind), "")


def tone(verdict: str) -> str:
    """The tone of the notice that tells it."""
    return TONES.get(verdict, "good")


def article_of(kind: str) -> Provision | None:
    """The provision behind `beyond`, where it is on record."""
    ref = ARTICLES.get(Kind(kind))
    return Provision.objects.select_related("instrument").filter(ref=ref).first() if ref else None
