"""A field that finds one thing on record by words, with or without JavaScript."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

OFFERED = 12


class FindInput(forms.TextInput):
    """A text field; what fits the words typed is offered in its list, or as choices when it comes back.

    A choice has the field's own name and stands after it, so that it is what the form receives.
    """

    template_name = "registry/widgets/find.html"
    offers: list[tuple[str, str]] = []

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["offers"] = self.offers
        given = context["widget"]["attrs"]
        target = f"{given.get('id', name)}-offers"
        given |= {
            "list": target,
            "autocomplete": "off",
            "hx-get": reverse("registry:draft_find", args=[name]),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": f"#{target}",
        }
        return context


class FoundField(forms.ModelChoiceField):
    """One thing on record, by its key, or by words that fit it alone. `search` narrows by words."""

    widget = FindInput
    default_error_messages = {
        "nothing": _("Nothing on record fits these words."),
        "several": _("Several fit these words. Choose one of them below, or type more."),
    }

    def __init__(self, *args: Any, search: Callable[[Any, str], Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.search = search

    def offers(self, words: str) -> list[tuple[str, str]]:
        """Key and name of what fits, the best first."""
        found = self._found(words)[:OFFERED]
        return [(self.prepare_value(item), self._named(item)) for item in found]

    def _found(self, words: str) -> list[Any]:
        if not words or self.queryset is None:
            return []
        return list(self.search(self.queryset.all(), words)[: OFFERED + 1])

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            words = str(value).replace("\0", "").strip()[:100]
            found = self._found(words)
            if len(found) == 1:
                return found[0]
            if not found:
                raise forms.ValidationError(self.error_messages["nothing"], code="nothing") from None
            named = [(self.prepare_value(item), self._named(item)) for item in found[:OFFERED]]
            self.widget.offers = named  # type: ignore[attr-defined]
            raise forms.ValidationError(self.error_messages["several"], code="several") from None

    @staticmethod
    def _named(item: Any) -> str:
        where = getattr(item, "region", None) or getattr(item, "parent", None)
        return f"{item} · {where}" if where else str(item)
