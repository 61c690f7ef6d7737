"""What reporters do: file, withdraw, ask for a review."""

import datetime as dt
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from regulation.parties.models import Entity, Region, User
from regulation.registry.models import Approval, Service

from ..errors import HandledByYou, KeptAlready, NotOpen, ReviewNotOpen, TooMany, TooManyTries
from ..models import EventKind, Evidence, Kind, Knock, Report
from ..queries import code_digest, finding_for, working_days_after
from ..states import ANSWERED, FILED, TAKEN
from .story import locked, state, tell

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read for something else
REF, CODE = 10, 20  # characters: 50 and 100 bits


@dataclass(frozen=True, slots=True)
class Demand:
    """What was asked, by whom, where and when. One of `service` and `words` is given."""

    kind: Kind
    department: Entity
    approval: Approval | None
    region: Region
    service: Service | None
    asked_on: dt.date
    words: str = ""
    firm: str = ""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who tells it: a signed-in user, a person with a clerk's help at a counter, or nobody by name."""

    account: str
    contact: str = ""
    user: User | None = None
    assisted_by: User | None = None
    counter: Entity | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """A report with the follow-up code that is shown once and stored nowhere."""

    report: Report
    code: str


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _n in range(length))


def _grouped(text: str, size: int = 5) -> str:
    return "-".join(text[n : n + size] for n in range(0, len(text), size))


@transaction.atomic
def file_report(
    *, demand: Demand, reporter: Reporter, draft: str, at: dt.datetime, is_invented: bool = False
) -> Filed:
    """Put a report on record with its number, its clock and the verdict found for the day it speaks of.

    `draft` is the token under which the evidence was attached. The answer is due on the last of
    OVERSIGHT_ANSWER_DAYS working days after the day of `at`. The ledger learns no name and no account.
    """
    verdict, ruling = finding_for(
        approval=demand.approval, service=demand.service, region=demand.region, on=demand.asked_on
    )
    ref, code = _grouped(_random(REF)), _grouped(_random(CODE))
    report = Report.objects.create(
        ref=ref,
        kind=demand.kind,
        department=demand.department,
        approval=demand.approval,
        service=demand.service,
        region=demand.region,
        words=demand.words,
        firm=demand.firm,
        asked_on=demand.asked_on,
        account=reporter.account,
        contact=reporter.contact,
        ruling=ruling,
        verdict=verdict,
        reporter=reporter.user if reporter.assisted_by is None else None,
        assisted_by=reporter.assisted_by,
        counter=reporter.counter if reporter.assisted_by else None,
        follow_up_digest=code_digest(ref, code),
        filed_at=at,
        due_on=working_days_after(timezone.localdate(at), settings.OVERSIGHT_ANSWER_DAYS),
        is_invented=is_invented,
    )
    digests = []
    for piece in Evidence.objects.select_for_update().filter(draft=draft, report=None) if draft else ():
        piece.report, piece.draft = report, ""
        piece.save(update_fields=["report", "draft"])
        digests.append(piece.digest)
    _tell_filed(report, digests, by=reporter.assisted_by, at=at)
    return Filed(report, code)


def _tell_filed(report: Report, digests: list[str], *, by: User | None, at: dt.datetime) -> None:
    tell(
        report,
        EventKind.FILED,
        actor=by,
        at=at,
        demand=str(report.kind),
        department=report.department.urn,
        approval=report.approval.urn if report.approval else None,
        service=report.service.urn if report.service else None,
        region=report.region_id,
        verdict=str(report.verdict),
        ruling=report.ruling.urn if report.ruling else None,
        due_on=report.due_on.isoformat(),
        assisted=by is not None,
        evidence=digests,
        is_invented=report.is_invented,
    )


@transaction.atomic
def withdraw_report(*, report: Report, at: dt.datetime) -> Report:
    """The reporter takes it back before it is answered; it stays on record as withdrawn. Raises NotOpen."""
    held = locked(report)
    if state(held) not in (FILED, TAKEN):
        raise NotOpen
    held.withdrawn_at = at
    held.save(update_fields=["withdrawn_at"])
    tell(held, EventKind.WITHDRAWN, actor=None, at=at)
    return held


@transaction.atomic
def keep_report(*, report: Report, by: User, at: dt.datetime) -> Report:
    """Put a report filed without an account with the reporter's, for good; the caller has seen its code.

    The ledger learns that it was done, not by whom. Raises KeptAlready, and HandledByYou to an official who
    entered, took or answered it.
    """
    held = locked(report)
    if held.reporter_id is not None:
        raise KeptAlready
    hands = {held.assisted_by_id, held.taken_by_id, held.review_taken_by_id}
    for pair in held.decisions.values_list("proposed_by", "confirmed_by"):
        hands.update(pair)
    if by.pk in hands:
        raise HandledByYou
    held.reporter = by
    held.save(update_fields=["reporter"])
    tell(held, EventKind.KEPT, actor=None, at=at)
    return held


def review_until(report: Report) -> dt.date | None:
    """The last day on which a review may be asked for; None while there is no answer."""
    if report.answered_at is None:
        return None
    return working_days_after(timezone.localdate(report.answered_at), settings.OVERSIGHT_REVIEW_DAYS)


@transaction.atomic
def ask_review(*, report: Report, text: str, at: dt.datetime) -> Report:
    """The reporter asks, once, that another regulator looks at the answer. Raises ReviewNotOpen."""
    held = locked(report)
    until = review_until(held)
    if state(held) != ANSWERED or until is None or timezone.localdate(at) > until:
        raise ReviewNotOpen
    held.review_asked_at = at
    held.review_due_on = working_days_after(timezone.localdate(at), settings.OVERSIGHT_ANSWER_DAYS)
    held.save(update_fields=["review_asked_at", "review_due_on"])
    due = held.review_due_on.isoformat()
    tell(held, EventKind.REVIEW_ASKED, actor=None, at=at, text=text.strip(), due_on=due)
    return held


def count_knock(*, address: str, at: dt.datetime, what: str = "report") -> None:
    """Count one report, upload ("files") or try of a code ("code") from an address; each has its own count.

    Raises TooMany, or TooManyTries for codes, beyond OVERSIGHT_FILINGS_PER_HOUR. Kept is a keyed digest of
    address and hour, so that no two hours can be joined.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    digest = salted_hmac("oversight.knock", f"{what} {address} {hour.isoformat()}", algorithm="sha256")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Knock._meta.db_table} AS k (digest, hour, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (digest, hour) DO UPDATE SET count = k.count + 1 RETURNING count",
            [digest.hexdigest(), hour],
        )
        if cursor.fetchone()[0] > settings.OVERSIGHT_FILINGS_PER_HOUR:
            raise TooManyTries if what == "code" else TooMany
