"""Tenders of the demo in other states than the story's: copies of one, each led as far as its name says."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from regulation.ledger.queries import database_now
from regulation.parties.models import Entity, User
from regulation.registry.models import Service

from ..models import InviteGround, PriceBasis, Tender
from ..operations import (
    add_documents,
    amend_tender,
    answer_question,
    ask_question,
    cancel_tender,
    copy_tender,
    pass_tender,
    postpone_tender,
    publish_tender,
    revise_tender,
    submit_tender,
    suspend_tender,
)
from ..operations.drafting import Relied, Terms, relied_on

DAY = dt.timedelta(days=1)
SECOND_SERVICE = "hazchem-project-safety-assessment"  # beside the story's own


@dataclass(frozen=True, slots=True)
class People:
    """Who does what in the demo: three for a tender, a regulator, and an intermediary's agent."""

    writer: User
    second: User
    third: User
    regulator: User
    agent: User
    asker: Entity
    invited: tuple[Entity, ...]


def _terms(tender: Tender, **changed: Any) -> Terms:
    return Terms(**{name: getattr(tender, name) for name in Terms.__dataclass_fields__} | changed)


def _draft(
    model: Tender,
    people: People,
    title: str,
    *,
    firms: tuple[Entity, ...] = (),
    also: Sequence[Relied] = (),
    **terms: Any,
) -> Tender:
    now = database_now()
    made = copy_tender(tender=model, by=people.writer, at=now)
    wanted = {"title": title, "closes_at": now + 7 * DAY} | terms
    said = _terms(made, **wanted)
    return revise_tender(tender=made, terms=said, invited=firms, also=also, by=people.writer, at=now)


def _submitted(model: Tender, people: People, title: str, **terms: Any) -> Tender:
    draft = _draft(model, people, title, **terms)
    return submit_tender(tender=draft, by=people.writer, at=database_now())


def _public(model: Tender, people: People, title: str, **terms: Any) -> Tender:
    draft = _submitted(model, people, title, **terms)
    pass_tender(tender=draft, by=people.second, at=database_now())
    return publish_tender(tender=draft, by=people.third, at=database_now())


def _clarified(model: Tender, people: People) -> None:
    """One in its time for questions, with a question answered and another that waits."""
    begins = database_now() + 2 * DAY
    tender = _public(
        model, people, "三号仓库安全现状评价（演示：答疑期）", opens_at=begins, questions_until=begins
    )
    asked = [
        ask_question(tender=tender, asker=people.asker, text=text, by=people.agent, at=database_now())
        for text in ("是否需要现场踏勘？（演示）", "成果报告需要几份？（演示）")
    ]
    answer = "不统一组织踏勘，可自行联系。（演示）"
    answer_question(question=asked[0], answer=answer, by=people.writer, at=database_now())


def _amended(model: Tender, people: People) -> None:
    tender = _public(model, people, "四号储罐安全评价（演示：已更正）")
    amend_tender(
        tender=tender,
        terms=_terms(
            tender, days=25, description="四号储罐，容积由 3,000 立方米更正为 3,500 立方米。（演示）"
        ),
        avoided=[],
        reason="设计容积录入有误。（演示）",
        by=people.writer,
        at=database_now(),
    )


def _list_of_materials() -> SimpleUploadedFile:
    """An invented workbook: what the owner gives the intermediary."""
    held, book = io.BytesIO(), Workbook()
    sheet = book.active
    for row in (
        ("资料", "份数", "说明"),
        ("仓库平面图", 1, "演示数据"),
        ("危险化学品储存清单", 1, "演示数据"),
    ):
        sheet.append(row)
    book.save(held)
    return SimpleUploadedFile("委托方提供资料清单（演示）.xlsx", held.getvalue())


def _passed(draft: Tender, people: People) -> Tender:
    submit_tender(tender=draft, by=people.writer, at=database_now())
    pass_tender(tender=draft, by=people.second, at=database_now())
    return publish_tender(tender=draft, by=people.third, at=database_now())


def _carrying(model: Tender, people: People) -> None:
    """One by rate that carries a document, and one by invitation."""
    by_rate = _draft(
        model,
        people,
        "十号仓库安全评价（演示：按费率报价，附文件）",
        price_basis=PriceBasis.RATE,
        base_amount=Decimal("26000.00"),
        rate_low=Decimal("70.00"),
        rate_high=Decimal("100.00"),
        ceiling=Decimal("26000.00"),
    )
    add_documents(tender=by_rate, files=[_list_of_materials()], by=people.writer, at=database_now())
    _passed(by_rate, people)
    terms: dict[str, Any] = {"invited": True, "invite_ground": InviteGround.FEW}
    draft = _draft(model, people, "十一号储罐专项评价（演示：邀请招标）", firms=people.invited, **terms)
    _passed(draft, people)


def _of_two_services(model: Tender, people: People) -> None:
    """One that buys a second service with the first; whoever offers both may bid."""
    second = relied_on(
        approval=model.approval, services=Service.objects.filter(code=SECOND_SERVICE), at=database_now()
    )
    draft = _draft(model, people, "十二号仓库两项安全评价（演示：两项服务合并采购）", also=second)
    _passed(draft, people)


def show_states(model: Tender, people: People) -> None:
    """A draft, one in review, one in its time for questions, amended, postponed, suspended and cancelled; one
    by rate with a document, one by invitation, and one of two services."""
    _draft(model, people, "五号仓库安全评价（演示：草稿）")
    _submitted(model, people, "六号仓库安全评价（演示：审核中）")
    _clarified(model, people)
    _amended(model, people)
    later = _public(model, people, "七号仓库安全评价（演示：已延期）")
    now = database_now()
    postpone_tender(
        tender=later,
        resumes_at=now + 2 * DAY,
        closes_at=now + 14 * DAY,
        reason="场地资料待补充。（演示）",
        by=people.writer,
        at=now,
    )
    stopped = _public(model, people, "八号仓库安全评价（演示：已中止）")
    suspend_tender(tender=stopped, reason="正在核实质疑。（演示）", by=people.regulator, at=database_now())
    _carrying(model, people)
    _of_two_services(model, people)
    ended = _public(model, people, "九号仓库安全评价（演示：已取消）")
    cancel_tender(tender=ended, reason="项目暂缓建设。（演示）", by=people.writer, at=database_now())
