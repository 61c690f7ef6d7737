"""Fields of forms that take files; what may be kept of them uploads.py says."""

from typing import Any

from django import forms


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files at once, as a list; an empty one where none is needed and none was given."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(ManyFiles, self).clean(one, initial) for one in given]
        return [one for one in cleaned if one]
