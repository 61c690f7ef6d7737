"""An invented consultation for the demo: a draft that asks for less, open, one comment answered."""

import datetime as dt

from regulation.parties.models import Entity, Region, User

from ..models import Consultation, Necessity, Payer, Ruling, Uptake
from ..operations import (
    Wording,
    answer_comments,
    draft_ruling,
    file_comment,
    open_consultation,
    pass_review,
    submit_draft,
)

SERVICE, REGION = "soil-and-water-plan", "511602"
SOURCE = "演示内容，虚构 (invented for the demo)"
DAYS = 30


def ensure_demo_consultation(
    *, editor: User, reviewer: User, member: User, entity: Entity, other: User, at: dt.datetime
) -> Consultation | None:
    """The consultation, made once; None where the seed has no ruling to ask about. It says it is invented."""
    there = Consultation.objects.filter(is_invented=True).first()
    standing = (
        Ruling.objects.on_record().filter(service__code=SERVICE, region="000000").order_by("pk").first()
    )
    if there or standing is None:
        return there
    draft = _draft(standing, editor, at)
    submit_draft(ruling=draft, by=editor)
    pass_review(ruling=draft, by=reviewer, at=at)
    asked = open_consultation(
        ruling=draft,
        days=DAYS,
        question="（演示）广安区的水土保持方案是否改由审批部门统一委托、统一付费？",
        question_en="(Demo) Should the authority in Guang'an commission and pay for soil and water plans?",
        by=editor,
        is_invented=True,
    )
    first = file_comment(
        consultation=asked,
        text="（演示）赞成。园区内的项目地形相近，逐个编制重复。希望写明统一委托的办理时限。",
        shown_name="",
        by=member,
        entity=entity,
        at=at,
    )
    file_comment(
        consultation=asked,
        text="（演示）统一委托后，原先有能力自行编制的企业还能不能自行编制？",
        shown_name="一位经办人（演示）",
        by=other,
        at=at,
    )
    answer_comments(
        consultation=asked,
        comments=[first],
        uptake=Uptake.PARTLY,
        text="（演示）采纳时限的建议，拟写明二十个工作日；统一委托的范围先限于工业园区。",
        text_en="(Demo) The time limit is taken up: twenty working days. At first in industrial zones only.",
        by=reviewer,
    )
    return asked


def _draft(standing: Ruling, editor: User, at: dt.datetime) -> Ruling:
    wording = Wording(
        necessity=Necessity.COMMISSIONED,
        payer=Payer.DEPARTMENT,
        reason="（演示）水土保持方案由审批部门统一委托编制并付费，您不必自行委托。",
        reason_en="(Demo) The authority commissions the soil and water plan and pays for it; you need not.",
        start=at.date() + dt.timedelta(days=60),
        days=20,
        day_kind="working",
        source=SOURCE,
    )
    return draft_ruling(
        approval=None,
        service=standing.service,
        region=Region.objects.get(code=REGION),
        wording=wording,
        provisions=[basis.provision for basis in standing.bases.select_related("provision")],
        by=editor,
    )
