"""Writes of this room."""

import datetime as dt

from .models import KeptAnswer


def forget_answers(*, before: dt.datetime) -> int:
    """Forget the answers kept before a moment; how many. A key may be used anew from then on."""
    return KeptAnswer.objects.filter(kept_at__lt=before).delete()[0]
