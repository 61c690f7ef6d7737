"""Awards whose work is over, as the room of contracts tells: they go by the days they ran, not by today."""

import functools
import operator
from collections.abc import Callable

from django.db.models import Q

_over: list[Callable[[], Q]] = []


def over_where(which: Callable[[], Q]) -> None:
    """Register a condition on awards under which their work is over."""
    _over.append(which)


def over() -> Q:
    """The awards whose work is over; none where no room tells."""
    return functools.reduce(operator.or_, (which() for which in _over), Q(pk__in=[]))
