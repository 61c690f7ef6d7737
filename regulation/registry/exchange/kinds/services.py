from typing import Any

from ... import text
from ...models import Service
from ..columns import SERVICES
from .catalogue import CatalogueRows


class ServiceRows(CatalogueRows):
    """Services, known by their code."""

    sheet, model, key = SERVICES, Service, "code"
    derived = ("pinyin", "initials")

    def said(self, item: Any) -> dict[str, Any]:
        return {column.name: getattr(item, column.name) for column in self.sheet.exported}

    def derive(self, item: Any) -> None:
        item.pinyin, item.initials = text.pinyin(item.name), text.initials(item.name)
