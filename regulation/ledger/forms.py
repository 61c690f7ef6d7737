"""What the pages of the record are narrowed by."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from .models import Outstanding
from .queries import owed_effects


class DeadLetterFilter(django_filters.FilterSet):
    """Dead letters by effect, and by the kind of entry that owes it."""

    effect = django_filters.ChoiceFilter(label=_("What was to follow"), choices=lambda: _choices("effect"))
    kind = django_filters.ChoiceFilter(
        field_name="entry__kind", label=_("Kind of entry"), choices=lambda: _choices("kind")
    )

    class Meta:
        model = Outstanding
        fields = ["effect"]


def _choices(name: str) -> list[tuple[Any, Any]]:
    return [(value, value) for value in sorted({getattr(pair, name) for pair in owed_effects()})]
