"""An invented handing-on of an approval for the demo: no source names one whole, so none is seeded."""

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateRange

from regulation.parties.models import Entity, User

from ..models import Approval, Delegation
from ..operations import save_catalogued

APPROVAL = "511602-511a0079400004"
SOURCE = "演示虚构数据"
FIRST, HANDED_ON = dt.date(2019, 1, 1), dt.date(2025, 3, 1)


def ensure_demo_deciders(*, editor: User) -> None:
    """Two deciders one after the other, made once and marked as invented; nothing where the seed lacks it."""
    approval = Approval.objects.select_related("department").filter(ref=APPROVAL).first()
    if approval is None or approval.delegations.exists():
        return
    now = approval.department
    others = Entity.objects.departments().filter(region=approval.region_id, is_invented=False)
    earlier = others.exclude(pk=now.pk).order_by("pk").first()
    for decider, delegator, period, document, note, note_en in (
        (
            earlier,
            None,
            (FIRST, HANDED_ON),
            "（演示）集中行政许可权试点方案",
            "（演示）试点期间集中办理。",
            "(Demo) Decided in one place while the trial ran.",
        ),
        (
            now,
            earlier,
            (HANDED_ON, None),
            "（演示）调整行政许可事项实施主体的通知",
            "（演示）试点结束，交回主管部门。",
            "(Demo) The trial over, it went back to the department in charge.",
        ),
    ):
        one = Delegation(
            approval=approval,
            delegator=delegator,
            department=decider,
            in_force=DateRange(*period, "[)"),
            document=document,
            note=note,
            note_en=note_en,
            is_invented=True,
            source=SOURCE,
        )
        save_catalogued(item=one, changed=["approval", "department", "in_force", "document"], by=editor)
