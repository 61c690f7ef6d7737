"""Measures of approvals: two people, two axes of time, nothing overwritten; and the pages that show them."""

import datetime as dt

import pytest
from django.db import DataError, IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now
from regulation.parties.models import Role
from regulation.registry.errors import (
    MeasureByOnePerson,
    MeasureEmpty,
    MeasureNotADraft,
    MeasurePeriodEmpty,
    MeasureWithoutSource,
    NoteMissing,
    NotTheAuthor,
    PromiseBeyondLaw,
)
from regulation.registry.models import Measure
from regulation.registry.operations import (
    Measured,
    draft_measure,
    follow_measure,
    publish_measure,
    return_measure,
    revise_measure,
    withdraw_measure,
)
from regulation.registry.queries import approvals_behind_measures, once_of
from regulation.registry.tasks import follow_measures
from tests.factories import world
from tests.factories.registry import (
    ApprovalFactory,
    MaterialFactory,
    ProvisionFactory,
    UserFactory,
    acting,
)

pytestmark = pytest.mark.django_db
START, LATER = dt.date(2024, 1, 1), dt.date(2025, 1, 1)


def said(start=START, end=None, **fields):
    return Measured(start, "测试来源", end, **({"trips": 3, "committed_days": 10} | fields))


def published(approval=None, wording=None, *, at=None, **more):
    draft = draft_measure(
        approval=approval or ApprovalFactory(), said=wording or said(), by=UserFactory(), **more
    )
    return publish_measure(measure=draft, by=UserFactory(), at=at or database_now() + dt.timedelta(seconds=1))


def test_publishing_writes_one_entry_with_all_it_says():
    measure = published(wording=said(statutory_days=20, papers=4, online_level=3))
    (entry,) = Entry.objects.filter(subject=measure.urn, kind="registry.measure_published")
    body = body_of(entry)
    assert (body["trips"], body["statutory_days"], body["papers"], body["online_level"]) == (3, 20, 4, 3)
    assert body["start"] == "2024-01-01"
    assert entry.actor == measure.reviewer != measure.author


def test_whoever_wrote_a_measure_cannot_publish_it():
    draft = draft_measure(approval=ApprovalFactory(), said=said(), by=UserFactory())
    with pytest.raises(MeasureByOnePerson):
        publish_measure(measure=draft, by=draft.author, at=timezone.now())


@pytest.mark.parametrize(
    ("wording", "refusal"),
    [
        (said(end=START), MeasurePeriodEmpty),
        (Measured(START, " ", trips=1), MeasureWithoutSource),
        (Measured(START, "来源"), MeasureEmpty),
        (said(committed_days=21, statutory_days=20), PromiseBeyondLaw),
    ],
)
def test_a_measure_that_says_nothing_right_is_refused(wording, refusal):
    with pytest.raises(refusal):
        draft_measure(approval=ApprovalFactory(), said=wording, by=UserFactory())
    assert not Measure.objects.exists()


def test_a_draft_goes_back_with_a_note_and_its_author_writes_it_anew(client):
    author = acting(client, Role.EDITOR)
    draft = draft_measure(approval=ApprovalFactory(), said=said(), by=author)
    for by, note, refusal in [(author, "改", MeasureByOnePerson), (UserFactory(), " ", NoteMissing)]:
        with pytest.raises(refusal):
            return_measure(measure=draft, note=note, by=by)
    return_measure(measure=draft, note="请核对次数。", by=UserFactory())
    edit = reverse("registry:measure_edit", args=[draft.pk])
    for page in (edit, reverse("registry:measure_list"), reverse("registry:measure_review", args=[draft.pk])):
        assert "请核对次数。" in client.get(page).content.decode()
    assert client.post(edit).status_code == 422
    with pytest.raises(NotTheAuthor):
        revise_measure(measure=draft, said=said(), by=UserFactory())
    assert client.post(edit, {"start": "2024-01-01", "trips": "1", "source": "来源"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.trips, draft.committed_days, draft.source) == (1, None, "来源")
    assert "请核对次数。" not in client.get(reverse("registry:measure_list")).content.decode()


def test_a_reviewer_returns_a_measure_on_its_page(client):
    draft = draft_measure(approval=ApprovalFactory(), said=said(), by=UserFactory())
    acting(client, Role.REVIEWER)
    address = reverse("registry:measure_return", args=[draft.pk])
    assert client.post(address).status_code == 422
    assert client.post(address, {"note": "请改"}).status_code == 302


def test_a_new_measure_takes_the_old_ones_place_and_what_was_said_stays():
    old = published()
    between = old.recorded.lower + dt.timedelta(milliseconds=1)
    new = published(
        old.approval, said(LATER, trips=1, committed_days=4), at=between + dt.timedelta(seconds=1)
    )
    periods = Measure.objects.on_record().order_by("in_force").values_list("in_force", "trips")
    assert list(periods) == [(DateRange(START, LATER), 3), (DateRange(LATER, None), 1)]
    once = once_of(old.approval, materials=[], on=dt.date(2025, 6, 1))
    assert (once.now, once.before.trips, once.committed_days) == (new, 3, 4)
    assert [(c.figure, c.difference) for c in once.changes] == [("trips", -2), ("committed_days", -6)]
    assert once_of(old.approval, materials=[], on=dt.date(2025, 6, 1), said_at=between).now == old
    assert once_of(old.approval, materials=[], on=dt.date(2024, 6, 1)).now.trips == 3
    assert once_of(old.approval, materials=[], on=dt.date(2023, 6, 1)).now is None


def test_the_approvals_committed_days_follow_the_measure_of_the_day():
    approval = ApprovalFactory(committed_days=30)
    published(approval)
    approval.refresh_from_db()
    assert approval.committed_days == 10
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    published(approval, said(tomorrow, committed_days=2), at=database_now() + dt.timedelta(seconds=5))
    approval.refresh_from_db()
    assert approval.committed_days == 10
    assert not approvals_behind_measures(on=timezone.localdate()).exists()
    assert list(approvals_behind_measures(on=tomorrow)) == [approval]
    assert follow_measure(approval=approval, on=tomorrow)
    assert not follow_measure(approval=approval, on=tomorrow)
    approval.refresh_from_db()
    assert approval.committed_days == 2
    assert follow_measures() == 1


def test_the_committed_days_end_with_the_measure_that_stated_them():
    today = timezone.localdate()
    over = today + dt.timedelta(days=3)
    approval, own = ApprovalFactory(committed_days=30), ApprovalFactory(committed_days=30)
    published(approval, said(end=over))
    published(own, said(end=over))
    own.committed_days = 12  # said by a table since, and no measure's
    own.save()
    assert list(approvals_behind_measures(on=over)) == [approval]
    assert not follow_measure(approval=approval, on=over - dt.timedelta(days=1))
    assert follow_measure(approval=approval, on=over)
    assert not follow_measure(approval=approval, on=over)
    approval.refresh_from_db()
    assert approval.committed_days is None
    entry = Entry.objects.about(approval.urn).filter(kind="registry.approval_followed_measure").get()
    assert body_of(entry)["committed_days"] is None
    assert not follow_measure(approval=own, on=over)
    own.refresh_from_db()
    assert own.committed_days == 12


def test_a_measure_that_states_no_days_takes_those_of_the_one_it_supersedes_along():
    approval = ApprovalFactory(committed_days=30)
    published(approval)
    again = said(LATER, committed_days=None)
    new = published(approval, again, at=database_now() + dt.timedelta(seconds=5))
    approval.refresh_from_db()
    assert approval.committed_days is None
    entry = Entry.objects.about(new.urn).get(kind="registry.measure_published")
    assert body_of(entry)["committed_days_follow"]


def test_an_invented_measure_changes_no_approval():
    approval = ApprovalFactory(committed_days=30)
    published(approval, is_invented=True)
    approval.refresh_from_db()
    assert approval.committed_days == 30
    assert not approvals_behind_measures(on=timezone.localdate()).exists()


def test_only_the_author_withdraws_a_draft_and_only_once():
    draft = draft_measure(approval=ApprovalFactory(), said=said(), by=UserFactory())
    soon = database_now() + dt.timedelta(seconds=1)
    with pytest.raises(NotTheAuthor):
        withdraw_measure(measure=draft, by=UserFactory(), at=soon)
    withdraw_measure(measure=draft, by=draft.author, at=soon)
    with pytest.raises(MeasureNotADraft):
        publish_measure(measure=draft, by=UserFactory(), at=soon)


# --- what the database promises


def refused_by(name, change):
    with pytest.raises((IntegrityError, DataError)) as refusal, transaction.atomic():
        change()
    assert name in str(refusal.value)


def test_the_database_keeps_one_measure_at_a_time():
    first = published()
    copy = Measure.objects.get(pk=first.pk)
    copy.pk, copy._state.adding = None, True
    refused_by("measure_one_in_force_at_a_time", lambda: copy.save(force_insert=True))


def test_the_database_wants_two_people():
    draft = draft_measure(approval=ApprovalFactory(), said=said(), by=UserFactory())
    change = {"reviewer": draft.author, "published_at": timezone.now()}
    refused_by(
        "measure_published_by_second_person", lambda: Measure.objects.filter(pk=draft.pk).update(**change)
    )


def test_the_database_keeps_what_was_published():
    measure = published()
    rows = Measure.objects.filter(pk=measure.pk)
    refused_by("measure_published_stands", lambda: rows.update(trips=0))
    later = DateTimeTZRange(measure.recorded.lower + dt.timedelta(days=1), None)
    refused_by("measure_published_stands", lambda: rows.update(recorded=later))
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        rows.delete()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"in_force": DateRange(None, START)}, "measure_period_has_a_start"),
        ({"online_level": 5}, "measure_online_level_is_one_to_four"),
        ({"fee": -1}, "measure_fee_is_not_negative"),
        ({"statutory_days": 9}, "measure_promise_within_the_law"),
        ({"trips": None, "committed_days": None}, "measure_says_something"),
        ({"source": ""}, "measure_names_its_source"),
    ],
)
def test_the_database_refuses(fields, name):
    draft = draft_measure(approval=ApprovalFactory(), said=said(), by=UserFactory())
    refused_by(name, lambda: Measure.objects.filter(pk=draft.pk).update(**fields))


def test_a_paper_is_held_only_on_a_ground_and_a_provision():
    paper = MaterialFactory()
    rows = type(paper).objects.filter(pk=paper.pk)
    refused_by("material_held_on_a_ground_and_a_provision", lambda: rows.update(held_by="市场监管部门"))
    rows.update(held_by="市场监管部门", held_ground="由其核发", held_provision=ProvisionFactory())


# --- pages


def test_the_approvals_page_shows_before_and_after_and_the_papers_offices_hold(client):
    approval = ApprovalFactory()
    published(approval, said(statutory_days=20))
    reformed = said(
        LATER, trips=1, committed_days=4, statutory_days=20, reform="一窗受理", reform_en="One window"
    )
    published(approval, reformed, at=database_now() + dt.timedelta(seconds=5))
    MaterialFactory(approval=approval, position=1, name="营业执照")
    held = {"held_by": "市场监管部门", "held_by_en": "the market authority", "held_ground": "由其核发"}
    provision = ProvisionFactory()
    approval.materials.update(**held, held_provision=provision)
    page = client.get("/en" + approval.get_absolute_url().removeprefix("/en")).text
    for text in (
        "At most one trip",
        "One window",
        "-2",
        "-6",
        "You need not bring it",
        "the market authority",
    ):
        assert text in page, text
    assert provision.get_absolute_url() in page
    assert '<progress value="4" max="20"' in page


def test_unknown_is_shown_as_unknown(client):
    page = client.get(f"/en{ApprovalFactory().get_absolute_url()}").text
    assert page.count("not known") == 5


def test_an_editor_writes_and_a_reviewer_publishes(client):
    acting(client, Role.EDITOR)
    approval = ApprovalFactory()
    form = {
        "approval": approval.ref,
        "start": "2024-01-01",
        "trips": "1",
        "online_level": "3",
        "source": "来源",
    }
    answer = client.post(reverse("registry:measure_new"), form)
    draft = Measure.objects.get()
    assert answer.url == reverse("registry:measure_review", args=[draft.pk])
    assert client.post(answer.url).status_code == 403
    acting(client, Role.REVIEWER)
    assert "Publish the measure" in client.get(f"/en{answer.url}").text
    assert client.post(answer.url).status_code == 302
    draft.refresh_from_db()
    assert (draft.trips, draft.online_level, draft.papers) == (1, 3, None)
    assert draft.published_at
    assert client.get(answer.url).status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"approval": "nothing"}, "approval"),
        ({"approval": "a\0b"}, "approval"),
        ({"start": "1066-10-14"}, "start"),
        ({"end": "2023-01-01"}, "end"),
        ({"trips": "-1"}, "trips"),
        ({"trips": "9" * 30}, "trips"),
        ({"trips": ""}, "trips"),
        ({"online_level": "7"}, "online_level"),
        ({"fee": "1e99"}, "fee"),
        ({"committed_days": "21", "statutory_days": "20"}, "committed_days"),
        ({"source": ""}, "source"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(client, changed, field):
    acting(client, Role.EDITOR)
    form = {"approval": ApprovalFactory().ref, "start": "2024-01-01", "trips": "1", "source": "来源"}
    answer = client.post(reverse("registry:measure_new"), form | changed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Measure.objects.exists()


def test_the_list_of_drafts_costs_the_same_for_one_and_for_twenty(client, assert_flat):
    acting(client, Role.REVIEWER)
    assert_flat(
        client,
        reverse("registry:measure_list"),
        lambda: draft_measure(approval=ApprovalFactory(), said=said(), by=UserFactory()),
        limit=8,
    )


# --- the league table


def league_of(count, code, **fields):
    seat = world.region(code)
    department = world.department(region=seat)
    return [ApprovalFactory(department=department, committed_days=n, **fields) for n in range(count)]


def test_the_league_shows_figures_with_their_number_and_their_method(client):
    league_of(5, "511602")
    league_of(4, "130200")
    page = client.get("/en/regions/league/").text
    assert "2.0" in page
    assert "n = 5" in page
    assert "too few to show" in page
    assert "median of the committed working days" in page
    assert "below n = 5" in page


def test_two_regions_are_compared_over_what_they_share(client):
    for n, (one, other) in enumerate(zip(league_of(6, "511602"), league_of(6, "130200"), strict=True)):
        other.name = one.name if n else "另一个"
        other.save()
    answer = client.get("/en/regions/league/?region=511602&other=130200&sort=-committed")
    rows = answer.context["page_obj"].object_list
    assert [(row.region.pk, row.approvals, row.figures[0][1].value) for row in rows] == [
        ("130200", 5, 3),
        ("511602", 5, 3),
    ]


def test_an_invented_measure_counts_nowhere(client):
    approvals = league_of(5, "511602")
    for approval in approvals:
        published(approval, said(trips=1), is_invented=True)
    (row,) = client.get("/en/regions/league/").context["page_obj"].object_list
    figures = {column.key: value for column, value in row.figures}
    assert figures["once"].n == 0
    assert figures["committed"].value == 2


@pytest.mark.parametrize(
    "query", ["region=511602", "region=511602&other=511602", "region=x&other=y", "region=%00&other=511602"]
)
def test_a_comparison_that_cannot_be_made_says_so(client, query):
    league_of(1, "511602")
    league_of(1, "130200")
    for address in ("/en/regions/league/", "/en/regions/league.csv"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 422
        assert answer.context["form"].errors


@pytest.mark.parametrize("query", ["sort=nothing", "sort=-", "page=99", "sort=%00", "page=x"])
def test_an_odd_query_is_answered(client, query):
    league_of(1, "511602")
    assert client.get(f"/en/regions/league/?{query}").status_code == 200


def test_the_league_comes_as_csv_with_its_methods(client):
    league_of(5, "511602")
    answer = client.get("/en/regions/league.csv?sort=committed")
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Region code,Region,Approvals,Committed days,Committed days · n")
    assert lines[1].startswith("511602,广安区,5,2.0,5,,0,")
    assert any("median of the committed working days" in line for line in lines[2:])


def test_the_league_costs_the_same_for_one_region_and_for_twenty(client, assert_flat):
    codes = iter(range(511601, 511699))
    assert_flat(client, reverse("registry:league"), lambda: league_of(1, str(next(codes))))
