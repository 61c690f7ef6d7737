"""Which mail a person wants."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from regulation.ledger.operations import record

from ..mail import KINDS
from ..models import MailStop, User
from ..queries import stopped_mail


@transaction.atomic
def stop_mail(*, user: User, kind: str, at: dt.datetime) -> bool:
    """Send a person no more mail of a kind. Whether it is new; twice changes nothing."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if kind not in KINDS:
        raise KeyError(kind)
    if kind in stopped_mail(user):
        return False
    made = MailStop.objects.create(user=user, kind=kind, stopped_at=at)
    record(kind="parties.mail_stopped", subject=made, actor=user, body={"kind": kind}, noticeable=False)
    return True


@transaction.atomic
def want_mail(*, user: User, kind: str, at: dt.datetime) -> bool:
    """Send it again. Whether it was stopped; twice changes nothing."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    held = MailStop.objects.filter(user=user, kind=kind, wanted_at__isnull=True).first()
    if held is None:
        return False
    held.wanted_at = at
    held.save(update_fields=["wanted_at"])
    record(kind="parties.mail_wanted", subject=held, actor=user, body={"kind": kind}, noticeable=False)
    return True


@transaction.atomic
def choose_mail(*, user: User, wanted: Collection[str], at: dt.datetime) -> None:
    """Of every kind: whether a person wants it."""
    for kind in KINDS:
        (want_mail if kind in wanted else stop_mail)(user=user, kind=kind, at=at)
