"""Reads of the versions of the rules, for those who decide about them."""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from ..models import PackPublication, RulePack
from ..rules import PACK


def packs() -> QuerySet[RulePack]:
    """Every version with its decision, the newest first; `begins` is from when checks use it, `ahead` whether
    that is to come.
    """
    found = RulePack.objects.select_related(
        "proposed_by", "publication__published_by", "rejection__rejected_by"
    )
    found = found.annotate(begins=Coalesce("publication__starts_at", "publication__published_at"))
    ahead = ExpressionWrapper(Q(begins__gt=Now()), output_field=BooleanField())
    return found.annotate(ahead=ahead).order_by("-proposed_at", "-version")


def in_use() -> str:
    """The version checks use now, by the database's clock."""
    version = PackPublication.objects.used_at(Now()).values_list("pack_id", flat=True).first()
    return version or PACK


def state_of(pack: Any, *, in_use: str) -> tuple[str, str]:
    """How a version of `packs` stands: the tag's tone and its words."""
    if pack.version == in_use:
        return "good", _("in use")
    if hasattr(pack, "rejection"):
        return "bad", _("given up")
    if not hasattr(pack, "publication"):
        return "warn", _("proposed")
    return ("info", _("from a later day")) if pack.ahead else ("neutral", _("used before"))
