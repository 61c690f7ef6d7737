"""How money, days and periods are written. Pure but for the active language."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOTHING = "—"


def money(amount: Decimal | float | str | None) -> str:
    """¥12,800.00, below zero −¥12,800.00; a dash for nothing."""
    if amount is None or amount == "":
        return NOTHING
    try:
        held = Decimal(str(amount))
        return f"{'−' if held < 0 else ''}¥{abs(held):,.2f}"
    except InvalidOperation:
        return NOTHING


def weekday(day: dt.date) -> str:
    if translation.get_language() == "en":
        return WEEKDAYS_EN[day.weekday()]
    return f"周{WEEKDAYS_ZH[day.weekday()]}"


def day(value: dt.date | None) -> str:
    """2026-11-23, as a time element."""
    if value is None:
        return NOTHING
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), value.isoformat())


def moment(value: dt.date | None) -> str:
    """2026-11-23 周一 17:00:05 in the site's time zone, as a time element; of a mere day the day."""
    if value is None:
        return NOTHING
    if not isinstance(value, dt.datetime):
        return day(value)
    local = timezone.localtime(value)
    text = f"{local:%Y-%m-%d} {weekday(local.date())} {date_format(local, 'H:i:s')}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)


def period(value: object) -> SafeString | str:
    """A half-open range as "from – until", the open end in words."""
    lower, upper = getattr(value, "lower", None), getattr(value, "upper", None)
    if value is None or (lower is None and upper is None):
        return NOTHING
    start = day(lower) if lower else _("beginning not recorded")
    end = day(upper) if upper else _("no end set")
    return format_html("{} – {}", start, end)


def remaining(until: dt.datetime, now: dt.datetime) -> str:
    """How long from `now` to `until`, in the two largest units; empty when past."""
    seconds = int((until - now).total_seconds())
    if seconds <= 0:
        return ""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return _("%(days)d days %(hours)d hours") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d hours %(minutes)d minutes") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)d minutes %(seconds)d seconds") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)d seconds") % {"seconds": seconds}


def shown(value: object) -> object:
    """A day or a moment as such, anything else as it is: for tables of mixed facts."""
    if isinstance(value, dt.datetime):
        return moment(value)
    return day(value) if isinstance(value, dt.date) else value
