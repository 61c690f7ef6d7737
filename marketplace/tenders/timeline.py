"""What happened to a tender and what the clock does by itself, in order of time."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from .life import Act, State
from .life_texts import ACT_WORDS, failure_words
from .models import Tender, TenderAct
from .queries import told_acts


def events_of(
    tender: Tender, now: dt.datetime, *, all_of_them: bool, acts: Sequence[TenderAct] | None = None
) -> list[dict[str, Any]]:
    """What was done and why, and what the clock does by itself; `acts` as they were fetched, if they were."""
    acts = list(told_acts(tender, all_of_them=all_of_them)) if acts is None else acts
    by_rule = {State.FAILED: failure_words(tender.failure), State.VOID: failure_words(tender.failure)}
    events = [(one.at, str(one), one.reason or by_rule.get(State(one.to_state), "")) for one in acts]
    if not acts and tender.published_at:  # published before acts were kept
        events.append((tender.published_at, str(ACT_WORDS[Act.PUBLISH]), ""))
    clock = [
        (tender.questions_until, _("Questions until"), ""),
        (tender.opens_at, _("Bidding begins"), ""),
        (tender.resumes_at, _("Bidding goes on"), ""),
        (tender.closes_at, _("Deadline for bids, exclusive"), ""),
        (tender.standstill_until, _("The time to challenge the award ends"), ""),
    ]
    ended = tender.cancelled_at or tender.failed_at or tender.void_at
    events += [(at, title, text) for at, title, text in clock if at and not (ended and at > ended)]
    return [
        {"at": at, "title": title, "text": text, "future": at > now}
        for at, title, text in sorted(events, key=lambda event: event[0])
    ]
