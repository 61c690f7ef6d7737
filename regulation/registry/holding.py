"""In whose hands a draft is, and whether its wording is locked. Pure: no ORM, no clock."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

DRAFT, SUBMITTED, REVIEWED = "draft", "submitted", "reviewed"


@dataclass(frozen=True, slots=True)
class Hold:
    """Who has a draft, in words, and whether nobody may change its wording meanwhile."""

    by: str
    locked: bool


def hold_on(
    *,
    stage: str,
    author: Any,
    reviewer: Any = None,
    publish_at: dt.datetime | None = None,
    consulted_until: dt.datetime | None = None,
) -> Hold:
    """As the triggers of `Workflow` hold it: locked in legal review and while comments may come in.

    A reviewed one is not locked, but a change of it voids the review.
    """
    if consulted_until is not None:
        until = timezone.localtime(consulted_until)
        return Hold(_("the public, until %(at)s") % {"at": f"{until:%Y-%m-%d %H:%M}"}, locked=True)
    if stage == SUBMITTED:
        return Hold(_("legal review"), locked=True)
    if stage == REVIEWED and publish_at is not None:
        at = timezone.localtime(publish_at)
        return Hold(
            _("the clock: published by itself at %(at)s") % {"at": f"{at:%Y-%m-%d %H:%M}"}, locked=False
        )
    if stage == REVIEWED:
        return Hold(_("whoever publishes; passed by %(name)s") % {"name": reviewer}, locked=False)
    return Hold(_("its author, %(name)s") % {"name": author}, locked=False)
