"""What other rooms' pages say of reports about them. Built in to every template."""

from typing import Any

from django import template

from regulation.oversight.queries import upheld_about

register = template.Library()


@register.inclusion_tag("oversight/_about.html")
def reports_about(approval: Any) -> dict[str, Any]:
    """How many reports about an approval were answered and upheld; nothing where there is none."""
    return {"approval": approval, **upheld_about(approval)}
