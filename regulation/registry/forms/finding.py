"""Fields that find things on record by words, with or without JavaScript."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

OFFERED = 12


class FindInput(forms.TextInput):
    """A text field; what fits the words typed is offered in its list, or as choices when it comes back.

    A choice has the field's own name and stands after it, so that it is what the form receives. What a key
    stands for is said below it. `kind` is what is looked for, where the field has another name.
    """

    template_name = "registry/widgets/find.html"
    offers: list[tuple[str, str]] = []
    names: dict[str, str] | None = None  # by key, where many fields are named at once
    choices: Any = ()

    class Media:
        js = ("django_htmx/htmx-2.min.js",)

    def __init__(self, attrs: Any = None, *, kind: str = "") -> None:
        super().__init__(attrs)
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["offers"] = self.offers
        if self.names is None:
            context["found"] = self.choices.field.named([value]).get(str(value), "") if value else ""
        else:
            context["found"] = self.names.get(str(value), "")
        given = context["widget"]["attrs"]
        target = f"{given.get('id', name)}-offers"
        given |= {
            "list": target,
            "autocomplete": "off",
            "hx-get": self._address(name),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": f"#{target}",
        }
        return context

    def _address(self, name: str) -> str:
        if not self.kind:
            return reverse("registry:draft_find", args=[name])
        return f"{reverse('registry:draft_find', args=[self.kind])}?{urlencode({'of': name})}"


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

    def named(self, keys: Iterable[Any]) -> dict[str, str]:
        """By key what it stands for, of those on record."""
        field = self.to_field_name or "pk"
        said = {key for key in map(str, keys) if key and "\0" not in key}
        if not said or self.queryset is None:
            return {}
        known = self.queryset.filter(**{f"{field}__in": said})
        return {str(self.prepare_value(item)): self._named(item) for item in known}

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
    def _named(item: Model) -> str:
        where = getattr(item, "region", None) or getattr(item, "parent", None)
        return f"{item} · {where}" if where else str(item)


@dataclass(frozen=True, slots=True)
class Sought:
    """What was sent: keys chosen, words for one more, and the words for which a choice was offered."""

    keys: list[str]
    words: str
    offered: str = ""


class FindManyInput(forms.SelectMultiple):
    """What is chosen, each with its mark to take it off, and a text field that finds one more."""

    template_name = "registry/widgets/find_many.html"
    offers: list[tuple[str, str]] = []

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Sought:
        keys = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        words, offered = (
            str(data.get(f"{name}-{part}", "")).replace("\0", "").strip()[:100]
            for part in ("words", "offered")
        )
        return Sought([str(key) for key in keys], words, offered)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-words" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = forms.Widget.get_context(self, name, None, attrs)
        sought = value if isinstance(value, Sought) else Sought([str(key) for key in value or []], "")
        target = f"{attrs.get('id', name)}-offers"
        more = {
            "words": sought.words,
            "offered": sought.words,
            "target": target,
            "find": reverse("registry:draft_find", args=[name]),
        }
        chosen: Any = self.choices
        return context | more | {"chosen": chosen.field.named(sought.keys), "offers": self.offers}


class FoundManyField(forms.ModelMultipleChoiceField):
    """Several things on record, each found by words that fit it alone or chosen among those offered."""

    widget = FindManyInput
    default_error_messages = FoundField.default_error_messages

    def __init__(self, *args: Any, search: Callable[[Any, str], Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.search = search

    def named(self, keys: list[str]) -> list[tuple[str, str]]:
        """Key and name of those on record, in the order of the keys."""
        whole = [key for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
        known = {str(one.pk): str(one) for one in self.queryset.filter(pk__in=whole)}  # type: ignore[union-attr]
        return [(key, known[key]) for key in dict.fromkeys(whole) if key in known]

    def offers(self, words: str, keys: list[str]) -> list[tuple[str, str]]:
        """Key and name of what fits and is not chosen."""
        return [(str(one.pk), str(one)) for one in self._found(words, keys)[:OFFERED]]

    def _found(self, words: str, keys: list[str]) -> list[Any]:
        if not words or self.queryset is None:
            return []
        chosen = [key for key, _name in self.named(keys)]
        return list(self.search(self.queryset.exclude(pk__in=chosen), words)[: OFFERED + 1])

    def _is_chosen(self, sought: Sought) -> bool:
        """Whether the words are those a choice was offered for, and one of what fits them was taken."""
        if sought.words != sought.offered:
            return False
        return any(str(one.pk) in sought.keys for one in self._found(sought.words, []))

    def clean(self, value: Any) -> Any:
        sought = value if isinstance(value, Sought) else Sought([str(key) for key in value or []], "")
        keys = sought.keys
        if sought.words and not self._is_chosen(sought):
            found = self._found(sought.words, keys)
            if len(found) != 1:
                self.widget.offers = [(str(one.pk), str(one)) for one in found[:OFFERED]]  # type: ignore[attr-defined]
                code = "several" if found else "nothing"
                raise forms.ValidationError(self.error_messages[code], code=code)
            keys = [*keys, str(found[0].pk)]
        return super().clean(keys)
