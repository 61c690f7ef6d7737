"""Rulings are written by one person, published by another, and never overwritten."""

import datetime as dt
import json

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.registry import errors
from regulation.registry.models import Level, Necessity, Ruling
from regulation.registry.operations import (
    Wording,
    draft_ruling,
    publish_ruling,
    replace_ruling,
    return_draft,
    revise_draft,
    withdraw_draft,
)
from regulation.registry.queries import drafts, returned_notes, verdict_for
from regulation.tables.errors import REFUSALS
from tests.factories.registry import (
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    region,
    reviewed,
)

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 1)


def later(seconds=60):
    return timezone.now() + dt.timedelta(seconds=seconds)


def wording(**changes):
    said = {"necessity": Necessity.OPTIONAL, "reason": "您可以自行编制。", "source": "测试来源", "start": DAY}
    return Wording(**{**said, **changes})


def drafted(*, by=None, provisions=None, **changes):
    return draft_ruling(
        approval=None,
        service=ServiceFactory(),
        region=region(),
        wording=wording(**changes),
        provisions=[ProvisionFactory()] if provisions is None else provisions,
        by=by or UserFactory(),
    )


def provision_at(level, **fields):
    return ProvisionFactory(instrument=InstrumentFactory(level=level, **fields), **fields)


def entries():
    return list(Entry.objects.order_by("pk").values_list("kind", "subject"))


def test_a_draft_is_not_public_and_leaves_one_entry():
    draft = drafted()
    assert not Ruling.objects.published().exists()
    assert entries() == [("registry.ruling_drafted", draft.urn)]


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (errors.EmptyPeriod, {"end": DAY}),
        (errors.EmptyPeriod, {"end": DAY - dt.timedelta(days=1)}),
        (errors.SourceMissing, {"source": "  "}),
        (errors.ProvisionMissing, {"provisions": []}),
    ],
)
def test_a_refused_draft_leaves_nothing(refusal, changes):
    with pytest.raises(refusal):
        drafted(**changes)
    assert not Ruling.objects.exists()
    assert not Entry.objects.exists()


def test_a_second_person_publishes_and_the_site_says_so_from_that_moment():
    draft, at, second = reviewed(drafted()), later(), UserFactory()
    ruling = publish_ruling(ruling=draft, by=second, at=at)
    assert (ruling.reviewer, ruling.published_at, ruling.recorded.lower) == (second, at, at)
    asked = {"approval": None, "service": draft.service, "region": draft.region, "on": DAY}
    assert verdict_for(**asked, said_at=at) == ruling
    assert verdict_for(**asked, said_at=at - dt.timedelta(microseconds=1)) is None
    assert entries()[3:] == [("registry.ruling_published", ruling.urn)]


def test_the_author_cannot_publish_the_own_draft():
    draft = drafted()
    with pytest.raises(errors.SamePerson):
        publish_ruling(ruling=draft, by=draft.author, at=later())
    draft.refresh_from_db()
    assert (draft.published_at, draft.reviewer) == (None, None)
    assert len(entries()) == 1


def test_a_ruling_is_published_once():
    draft = reviewed(drafted())
    publish_ruling(ruling=draft, by=UserFactory(), at=later())
    with pytest.raises(errors.NotADraft):
        publish_ruling(ruling=draft, by=UserFactory(), at=later(120))


@pytest.mark.parametrize(
    ("_case", "level", "in_force", "published"),
    [
        ("law", Level.LAW, None, True),
        ("administrative regulation", Level.ADMINISTRATIVE_REGULATION, None, True),
        ("State Council decision", Level.STATE_COUNCIL_DECISION, None, True),
        ("State Council document", Level.STATE_COUNCIL_DOCUMENT, None, False),
        ("departmental rule", Level.DEPARTMENT_RULE, None, False),
        ("local regulation", Level.LOCAL_REGULATION, None, False),
        ("a law repealed that very day", Level.LAW, DateRange(dt.date(2000, 1, 1), DAY), False),
        ("a law in force from that very day", Level.LAW, DateRange(DAY, None), True),
        ("a law not yet in force", Level.LAW, DateRange(DAY + dt.timedelta(days=1), None), False),
    ],
)
def test_only_a_law_in_force_can_require_a_service(_case, level, in_force, published):
    cited = provision_at(level, **({"in_force": in_force} if in_force else {}))
    draft = reviewed(drafted(necessity=Necessity.MANDATORY, provisions=[cited]))
    if published:
        publish_ruling(ruling=draft, by=UserFactory(), at=later())
    else:
        with pytest.raises(errors.NoLawfulBasis):
            publish_ruling(ruling=draft, by=UserFactory(), at=later())
    assert Ruling.objects.published().exists() is published


def test_publishing_over_a_standing_ruling_is_refused():
    standing = RulingFactory()
    draft = DraftFactory(service=standing.service, region=standing.region)
    with pytest.raises(errors.RulingOverlaps):
        publish_ruling(ruling=draft, by=UserFactory(), at=later())
    assert Ruling.objects.published().get() == standing


def periods(rulings):
    return sorted(
        (r.necessity, str(r.in_force.lower.year), str(r.in_force.upper.year) if r.in_force.upper else "…")
        for r in rulings
    )


@pytest.mark.parametrize(
    ("_case", "old", "new", "then"),
    [
        ("the same period", (2020, None), (2020, None), [("optional", "2020", "…")]),
        (
            "from a later day",
            (2020, None),
            (2024, None),
            [("mandatory", "2020", "2024"), ("optional", "2024", "…")],
        ),
        (
            "for some years in between",
            (2020, None),
            (2022, 2024),
            [("mandatory", "2020", "2022"), ("mandatory", "2024", "…"), ("optional", "2022", "2024")],
        ),
        (
            "up to some day",
            (2020, 2026),
            (2019, 2023),
            [("mandatory", "2023", "2026"), ("optional", "2019", "2023")],
        ),
    ],
)
def test_replacing_keeps_what_the_old_ruling_says_outside_the_new_period(_case, old, new, then):
    def period(years):
        return DateRange(*(dt.date(y, 1, 1) if y else None for y in years), "[)")

    standing = RulingFactory(necessity="mandatory", in_force=period(old))
    draft = DraftFactory(service=standing.service, region=standing.region, in_force=period(new))
    at = later()
    before = Entry.objects.count()
    replaced = replace_ruling(draft=draft, by=UserFactory(), at=at)

    assert periods(Ruling.objects.on_record()) == then
    assert periods(Ruling.objects.said_at(at - dt.timedelta(microseconds=1))) == periods([standing])
    standing.refresh_from_db()
    assert (standing.in_force, standing.recorded.upper) == (period(old), at)
    assert all(r.bases.exists() for r in Ruling.objects.on_record())
    (entry,) = Entry.objects.all()[before:]
    assert (entry.kind, entry.subject) == ("registry.ruling_replaced", replaced.urn)
    assert json.loads(entry.body)["replaces"] == [standing.urn]


def test_one_ruling_can_replace_two():
    service, turn = ServiceFactory(), dt.date(2023, 1, 1)
    RulingFactory(service=service, in_force=DateRange(dt.date(2020, 1, 1), turn, "[)"))
    RulingFactory(service=service, in_force=DateRange(turn, None, "[)"))
    draft = DraftFactory(service=service, necessity="abolished")
    replace_ruling(draft=draft, by=UserFactory(), at=later())
    assert periods(Ruling.objects.on_record()) == [("abolished", "2020", "…")]


def test_a_replacement_refused_leaves_the_old_ruling_standing():
    standing = RulingFactory()
    draft = DraftFactory(
        service=standing.service,
        region=standing.region,
        necessity="mandatory",
        provisions=[provision_at(Level.LOCAL_RULE)],
    )
    with pytest.raises(errors.NoLawfulBasis):
        replace_ruling(draft=draft, by=UserFactory(), at=later())
    assert Ruling.objects.on_record().get() == standing
    assert not Entry.objects.exists()


def test_replacing_nothing_is_refused():
    with pytest.raises(errors.NothingToReplace):
        replace_ruling(draft=DraftFactory(), by=UserFactory(), at=later())


def test_a_ruling_cannot_be_ended_before_it_was_recorded():
    standing = RulingFactory()
    standing.refresh_from_db()
    draft = DraftFactory(service=standing.service, region=standing.region)
    with pytest.raises(errors.TooEarly):
        replace_ruling(draft=draft, by=UserFactory(), at=standing.recorded.lower)
    assert Ruling.objects.on_record().get() == standing


def test_a_returned_draft_shows_its_note_until_it_is_revised():
    draft = drafted()
    return_draft(ruling=draft, note=" 请引用现行条文 ", by=UserFactory())
    assert returned_notes([draft]) == {draft.pk: "请引用现行条文"}
    cited = ProvisionFactory()
    revise_draft(ruling=draft, wording=wording(reason="改过。"), provisions=[cited], by=draft.author)
    draft.refresh_from_db()
    assert (draft.reason, list(draft.provisions.all())) == ("改过。", [cited])
    assert returned_notes([draft]) == {}
    assert list(drafts()) == [draft]


@pytest.mark.parametrize(
    ("refusal", "act"),
    [
        (errors.SamePerson, lambda d: return_draft(ruling=d, note="x", by=d.author)),
        (errors.NoteMissing, lambda d: return_draft(ruling=d, note=" ", by=UserFactory())),
        (
            errors.NotTheAuthor,
            lambda d: revise_draft(
                ruling=d, wording=wording(), provisions=[ProvisionFactory()], by=UserFactory()
            ),
        ),
        (errors.NotTheAuthor, lambda d: withdraw_draft(ruling=d, by=UserFactory(), at=later())),
    ],
)
def test_who_may_not_handle_a_draft_is_refused(refusal, act):
    draft = drafted()
    with pytest.raises(refusal):
        act(draft)
    assert len(entries()) == 1


def test_a_withdrawn_draft_waits_for_nobody_and_cannot_be_published():
    draft = drafted()
    withdraw_draft(ruling=draft, by=draft.author, at=later())
    assert not drafts().exists()
    with pytest.raises(errors.NotADraft):
        publish_ruling(ruling=draft, by=UserFactory(), at=later(120))


def test_every_refusal_is_a_sentence():
    refusals = {getattr(errors, name) for name in errors.__all__} - {errors.sentence_of}
    assert len(refusals) > 60
    assert all(str(refusal()).endswith((".", "。")) for refusal in refusals)
    assert all(str(sentence).endswith((".", "。", "%(meant)s")) for sentence in REFUSALS.values())
