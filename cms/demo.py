"""Invented measures, a practice and its adoption for the demo: every one is marked as invented."""

import datetime as dt
from typing import Any

from django.db import transaction
from wagtail.models import Locale
from wagtail.rich_text import RichText

from regulation.parties.models import Region, User
from regulation.registry.models import Approval, Measure
from regulation.registry.operations import Measured, draft_measure, publish_measure

from .models import Adoption, PracticeApproval, PracticeIndexPage, PracticePage
from .operations import adopt_practice

SOURCE = "演示数据，虚构 / invented for the demo"
APPROVAL = "511602-1j-5100-00019"
SEAT, FOLLOWER = "511602", "511603"
SLUG = "demo-one-window"
BEFORE, SINCE, FOLLOWED = dt.date(2024, 1, 1), dt.date(2026, 3, 1), dt.date(2026, 9, 1)
PAGES: dict[str, dict[str, Any]] = {
    "zh-hans": {
        "title": "一个窗口收件（演示）",
        "intro": "演示：材料一次收齐，部门之间自己取件，申请人至多来一次。",
        "text": "<p>这是虚构的演示内容，说明变化怎样从同一事项前后两次计量算出。</p>",
    },
    "en": {
        "title": "One window takes everything (demo)",
        "intro": "Demo: papers are taken once, offices fetch what they hold, one trip at most.",
        "text": "<p>Invented: it shows how a change is computed from two measures of one approval.</p>",
    },
}


def ensure_demo_practice(*, at: dt.datetime, editor: User, reviewer: User) -> None:
    """Make what is missing. Raises DoesNotExist where seed and site are not loaded."""
    approval = Approval.objects.get(ref=APPROVAL)
    _measures(approval, at=at, editor=editor, reviewer=reviewer)
    pages = [_page(language, approval) for language in PAGES]
    if not Adoption.objects.filter(practice=pages[0].translation_key).exists():
        adopt_practice(
            practice=pages[0],
            region=Region.objects.get(pk=FOLLOWER),
            since=FOLLOWED,
            source=SOURCE,
            by=editor,
            is_invented=True,
        )


def _measures(approval: Approval, *, at: dt.datetime, editor: User, reviewer: User) -> None:
    if Measure.objects.filter(approval=approval).exists():
        return
    plain = Measured(
        BEFORE, SOURCE, SINCE, trips=4, committed_days=15, statutory_days=20, online_level=2, papers=9
    )
    once = Measured(
        SINCE,
        SOURCE,
        trips=1,
        committed_days=6,
        statutory_days=20,
        online_level=3,
        papers=5,
        reform="一个窗口收件（演示）",
        reform_en="One window takes everything (demo)",
    )
    for said in (plain, once):
        drafted = draft_measure(approval=approval, said=said, by=editor, is_invented=True)
        publish_measure(measure=drafted, by=reviewer, at=at)


@transaction.atomic
def _page(language: str, approval: Approval) -> PracticePage:
    locale = Locale.objects.get(language_code=language)
    index = PracticeIndexPage.objects.get(slug="practices", locale=locale)
    there = PracticePage.objects.child_of(index).filter(slug=SLUG).first()
    if there is not None:
        return there
    said = PAGES[language]
    fields: dict[str, Any] = {"title": said["title"], "intro": said["intro"], "slug": SLUG, "locale": locale}
    fields |= {"region_id": SEAT, "since": SINCE, "source": SOURCE, "is_invented": True}
    origin = PracticePage.objects.filter(slug=SLUG).first()
    if origin is not None:
        fields["translation_key"] = origin.translation_key
    page: PracticePage = index.add_child(
        instance=PracticePage(body=[("paragraph", RichText(said["text"]))], **fields)
    )
    page.concerned.add(PracticeApproval(approval=approval))
    page.save_revision().publish()
    return page
