"""What was done with a contract, in order, and where its signed copy stands."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..copy_queries import stands, waits_for
from ..life import Act, State
from ..life_texts import ACT_WORDS
from ..models import Contract, Milestone, Side, SignedCopy


def named(milestone: Milestone) -> str:
    """A milestone's name in the reader's language."""
    return milestone.name_en if get_language() == "en" and milestone.name_en else milestone.name


def events_of(contract: Contract, *, whole: bool) -> list[dict[str, Any]]:
    """What was done, in order; the public reads from the signature on."""
    acts = contract.acts.select_related("milestone").order_by("pk")
    if not whole:
        acts = acts.exclude(to_state__in=[State.DRAFT, State.OFFERED], milestone__isnull=True)
    return [
        {
            "at": one.at,
            "title": f"{ACT_WORDS[Act(one.act)]}" + (f" · {named(one.milestone)}" if one.milestone else ""),
            "text": one.reason if whole or one.milestone_id is None else "",
        }
        for one in acts
    ]


def events_of_copies(copies: list[SignedCopy]) -> list[dict[str, Any]]:
    """Signed copies as they were given, confirmed or refused."""
    events: list[dict[str, Any]] = []
    noun = _("Signed copy")
    for one in copies:
        title = _("Signed copy given by the %(side)s") % {"side": one.get_side_display()}
        events.append({"at": one.given_at, "title": title, "text": one.note})
        events += [
            {
                "at": said.said_at,
                "title": f"{noun}: {said.get_said_display()} · {said.get_side_display()}",
                "text": said.reason,
            }
            for said in one.answers.all()
        ]
    return events


def copy_state(contract: Contract, side: str, copies: list[SignedCopy]) -> dict[str, Any]:
    """The newest copy of the version in force, where it stands, and what the reader may do about it."""
    newest = next((one for one in copies if one.version.number == contract.version_no), None)
    waits = waits_for(newest, contract) if newest else []
    confirmed = newest is not None and stands(newest, contract)
    return {
        "newest": newest,
        "stands": confirmed,
        "waits": [Side(one).label for one in waits],
        "may_answer": bool(newest) and side in waits,
        "may_take_back": bool(newest and waits) and newest is not None and newest.side == side,
        "may_give": bool(side) and bool(contract.signed_at) and not waits and not confirmed,
    }
