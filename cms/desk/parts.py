"""What every desk is made of."""

import datetime as dt
from typing import Any

SHOWN = 20


def item(title: Any, url: str, text: Any = "", by: Any = None) -> dict[str, Any]:
    return {"title": title, "url": url, "text": text, "by": by}


def section(
    title: str, items: list[dict[str, Any]], empty: str, *links: tuple[str, str], others: bool = False
) -> dict[str, Any]:
    """A part of the desk; `others` where it waits on somebody else than whoever looks."""
    return {
        "title": title,
        "items": items,
        "empty": empty,
        "others": others,
        "links": [{"label": label, "url": url} for label, url in links],
    }


def by_urgency(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What needs whoever looks before what waits on others; of each what falls due first, then as told."""
    return sorted(sections, key=lambda part: (part["others"], *_due(part)))


def _due(part: dict[str, Any]) -> tuple[bool, Any]:
    days = [_day(one["by"]) for one in part["items"] if one["by"]]
    return (not days, min(days) if days else 0)


def _day(moment: Any) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment
