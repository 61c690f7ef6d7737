"""What other rooms' pages say of reports about them. Built in to every template."""

from typing import Any

from django import template

from regulation.oversight.queries import upheld_of
from regulation.registry.models import Approval, Service

register = template.Library()


@register.inclusion_tag("oversight/_about.html")
def reports_about(thing: Any) -> dict[str, Any]:
    """How many reports about an approval, service or department were answered and upheld; nothing if none."""
    if isinstance(thing, Approval):
        return {"approval": thing.ref, **upheld_of(approval=thing)}
    if isinstance(thing, Service):
        return {"service": thing.code, **upheld_of(service=thing)}
    return {"department": thing.pk, **upheld_of(department=thing)}
