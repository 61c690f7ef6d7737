"""What every desk is made of."""

from typing import Any

SHOWN = 20


def item(title: Any, url: str, text: Any = "", by: Any = None) -> dict[str, Any]:
    return {"title": title, "url": url, "text": text, "by": by}


def section(title: str, items: list[dict[str, Any]], empty: str, *links: tuple[str, str]) -> dict[str, Any]:
    return {
        "title": title,
        "items": items,
        "empty": empty,
        "links": [{"label": label, "url": url} for label, url in links],
    }
