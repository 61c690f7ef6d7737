"""Invented reports for the demo: every one says that it is invented. Filed and answered by the operations."""

import datetime as dt

from django.utils import timezone

from regulation.parties.models import User
from regulation.registry.models import Approval, Provision, Ruling

from . import operations
from .models import Kind, Outcome, Report

AGES = (95, 80, 62, 45, 33, 9, 2)  # days ago
OUTCOMES = (Outcome.UPHELD, Outcome.NOT_UPHELD, Outcome.UPHELD, Outcome.NEEDS_RULING)
REASONS = "（演示）对照当日有效的认定作出。"


def ensure_demo_reports(*, first: User, second: User, now: dt.datetime) -> None:
    """File the demo's reports once; some are answered, one is overdue, two wait."""
    if Report.objects.filter(is_invented=True).exists():
        return
    rulings = Ruling.objects.on_record().filter(approval__isnull=False).select_related("service")
    for age, ruling, outcome in zip(
        AGES, rulings.order_by("pk")[: len(AGES)], [*OUTCOMES, None, None, None], strict=False
    ):
        _report(ruling, outcome, first=first, second=second, at=now - dt.timedelta(days=age))


def _report(ruling: Ruling, outcome: Outcome | None, *, first: User, second: User, at: dt.datetime) -> None:
    approval = Approval.objects.select_related("department", "region").get(rulings=ruling)
    unruled = outcome == Outcome.NEEDS_RULING  # on nothing that is on record, so that the lead stays
    demand = operations.Demand(
        kind=Kind.SERVICE,
        department=approval.department,
        approval=approval,
        region=approval.region,
        service=None if unruled else ruling.service,
        words="（演示）不在录的检测报告" if unruled else "",
        asked_on=timezone.localdate(at) - dt.timedelta(days=3),
    )
    reporter = operations.Reporter(account="（演示）虚构的经过。")
    report = operations.file_report(
        demand=demand, reporter=reporter, draft="", at=at, is_invented=True
    ).report
    if outcome is None:
        return
    later = at + dt.timedelta(days=8)
    operations.take_report(report=report, by=first, at=at + dt.timedelta(days=1))
    operations.answer_report(
        report=report,
        outcome=outcome,
        reasons=REASONS,
        public_reasons=REASONS,
        provision=Provision.objects.get(ref="business-environment-43"),
        by=first,
        at=later,
    )
    if outcome == Outcome.UPHELD:
        operations.confirm_answer(report=report, by=second, at=later)
