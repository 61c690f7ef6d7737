"""Secret addresses of calendars; reminders by mail of what is due soon."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from regulation.ledger.operations import record
from regulation.parties.mail import way_out
from regulation.parties.models import Role, User
from regulation.parties.queries import wants_mail

from ..due import Due, due_of
from ..models import CalendarKey, Reminder

SOON = dt.timedelta(hours=24)
REMINDERS = "contracts.reminders"
LANGUAGES = ("zh-hans", "en")
REMINDED = (Role.OWNER, Role.AGENT, Role.MEDIATOR)


def calendar_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _end(user: User, at: dt.datetime) -> int:
    standing = CalendarKey.objects.select_for_update().filter(user=user, ended_at__isnull=True)
    for key in standing:
        key.ended_at = at
        key.save(update_fields=["ended_at"])
        record(kind="contracts.calendar_ended", subject=key, actor=user, body={}, noticeable=False)
    return len(standing)


@transaction.atomic
def make_calendar(*, by: User, at: dt.datetime) -> str:
    """A new secret address for a person; the one before leads nowhere any more. The token is told once."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    _end(by, at)
    token = secrets.token_urlsafe(24)
    made = CalendarKey.objects.create(user=by, token_digest=calendar_digest(token), made_at=at)
    record(kind="contracts.calendar_made", subject=made, actor=by, body={}, noticeable=False)
    return token


@transaction.atomic
def end_calendar(*, by: User, at: dt.datetime) -> bool:
    """The address leads nowhere any more. Whether there was one."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return bool(_end(by, at))


def who_may_be_reminded(*, on: dt.date) -> QuerySet[User]:
    """Whoever acts for a side or decides disputes on a day."""
    found = User.objects.filter(memberships__valid__contains=on, memberships__role__in=REMINDED)
    return found.filter(is_active=True).distinct().order_by("pk")


@transaction.atomic
def remind(*, user: User, at: dt.datetime) -> int:
    """Mail a person who wants it, once a deadline, what is due within a day; returns how much. Safe to run
    twice.

    A mail that cannot be sent leaves nothing behind, so that the next run sends it.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not wants_mail(user, REMINDERS):
        return 0
    soon = [one for one in due_of(user, on=timezone.localdate(at)) if at < one.at <= at + SOON]
    there = set(
        Reminder.objects.filter(user=user, key__in=[one.key for one in soon]).values_list("key", "due_at")
    )
    new = [one for one in soon if (one.key, one.at) not in there]
    if not new:
        return 0
    Reminder.objects.bulk_create(Reminder(user=user, key=one.key, due_at=one.at) for one in new)
    _mail(user, {one.key for one in new}, at=at)
    return len(new)


def _mail(user: User, keys: set[str], *, at: dt.datetime) -> None:
    site, parts = settings.SITE_URL.rstrip("/"), []
    token = way_out(user.pk, REMINDERS)
    for language in LANGUAGES:
        with override(language):
            told: list[Due] = [one for one in due_of(user, on=timezone.localdate(at)) if one.key in keys]
            parts.append(
                render_to_string("contracts/reminder.txt", {"due": told, "site": site, "token": token})
            )
    with override(LANGUAGES[0]):
        subject = _("Due soon on your contracts")
        stop = site + reverse("parties:mail_stop", args=[token])
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    EmailMessage(subject=subject, body="\n".join(parts), to=[user.email], headers=headers).send()
