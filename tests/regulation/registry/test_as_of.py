"""Pages on another day: what was in force, what was valid, and the address that goes on saying so."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.queries import database_now
from regulation.registry.models import Measure
from regulation.registry.operations import replace_ruling
from tests.factories.registry import (
    SINCE,
    ApprovalFactory,
    AssessmentFactory,
    DepartmentFactory,
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    ZoneFactory,
    region,
)

pytestmark = pytest.mark.django_db
BEFORE, TURN, AFTER = dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 6, 1)
UNTIL, FROM = DateRange(dt.date(2020, 1, 1), TURN, "[)"), DateRange(TURN, None, "[)")


def page(client, view, *args, **query):
    return client.get(reverse(f"registry:{view}", args=args), query)


def test_a_zone_says_what_was_valid_on_the_day(client):
    zone = ZoneFactory()
    AssessmentFactory(zone=zone, valid=UNTIL)
    for day, state, valid in ((BEFORE, "valid", 1), (TURN, "ended", 0)):
        assert [r["state"] for r in page(client, "zone", zone.ref, on=day).context["rows"]] == [state]
        assert [z.valid_now for z in page(client, "zone_list", on=day).context["page_obj"]] == [valid]


def test_a_filter_keeps_the_day_and_the_day_keeps_the_filter(client):
    ZoneFactory(name="临港园区")
    html = page(client, "zone_list", on=BEFORE, q="临港").content.decode()
    fold, as_of = html.split("filter-fold")[1], html.split("panel as-of")[1]
    assert f'<input type="hidden" name="on" value="{BEFORE}">' in fold
    assert '<input type="hidden" name="q" value="临港">' in as_of


def test_the_league_counts_what_was_measured_and_required_on_the_day(client):
    department = DepartmentFactory()
    for approval in ApprovalFactory.create_batch(5, department=department, committed_days=9):
        Measure.objects.create(
            approval=approval,
            in_force=UNTIL,
            committed_days=3,
            author=UserFactory(),
            reviewer=UserFactory(),
            published_at=timezone.now(),
            source="来源",
        )
    RulingFactory(approval=approval, necessity="mandatory", in_force=UNTIL)

    def told(day):
        (row,) = page(client, "league", on=day).context["page_obj"]
        figures = {column.key: figure.value for column, figure in row.figures}
        return figures["committed"], figures["required"]

    assert told(BEFORE) == (3, 1)
    assert told(AFTER) == (9, 0)
    csv = page(client, "league_csv", on=BEFORE)
    assert f"league-{BEFORE}.csv" in csv["Content-Disposition"]


def test_a_service_stands_region_by_region_as_on_the_day(client):
    service = ServiceFactory()
    old = RulingFactory(service=service, in_force=UNTIL, reason="旧规定")
    new = RulingFactory(service=service, in_force=FROM, reason="新规定")
    assert page(client, "service_regions", service.code, on=BEFORE).context["columns"] == [old]
    assert page(client, "service_regions", service.code, on=TURN).context["columns"] == [new]
    said = {"on": TURN, "said": dt.date(2020, 1, 1)}
    assert page(client, "service_regions", service.code, **said).context["columns"] == []


def test_the_same_approval_elsewhere_as_on_the_day(client):
    mine, other = (
        ApprovalFactory(name="取水许可", department=DepartmentFactory(region=region(code)))
        for code in ("511602", "130200")
    )
    ruling = RulingFactory(approval=mine, necessity="mandatory", in_force=UNTIL)
    for day, verdict in ((BEFORE, ruling), (AFTER, None)):
        rows = page(client, "elsewhere", mine.ref, on=day).context["rows"]
        cells = next(row.cells for row in rows if row.label == ruling.service)
        assert cells[0] == verdict
    html = page(client, "elsewhere", other.ref, on=BEFORE).content.decode()
    assert str(BEFORE) in html


def test_a_law_says_what_was_in_force_on_the_day(client):
    law = InstrumentFactory(in_force=UNTIL)
    article = ProvisionFactory(instrument=law, in_force=UNTIL)
    ruling = RulingFactory(provisions=[article], in_force=UNTIL)
    old, new = (page(client, "instrument", law.ref, on=day).context for day in (BEFORE, AFTER))
    assert [(holds, c["ended"], c["resting"]) for c in (old, new) for _a, holds in c["articles"]] == [
        (True, False, 1),
        (False, True, 0),
    ]
    assert page(client, "instrument", law.ref).context["resting"] == 1  # no day asked for: all on record
    assert list(page(client, "provision", article.ref, on=BEFORE).context["page_obj"]) == [ruling]
    assert list(page(client, "provision", article.ref, on=AFTER).context["page_obj"]) == []
    assert list(page(client, "instrument_rulings", law.ref, on=AFTER).context["page_obj"]) == []


def test_an_article_without_dates_is_not_said_to_hold(client):
    article = ProvisionFactory(instrument__in_force=None, in_force=None)
    assert page(client, "provision", article.ref).context["holds"] is None


def test_laws_are_narrowed_by_the_day_they_were_in_force(client):
    old, new = InstrumentFactory(in_force=UNTIL), InstrumentFactory(in_force=FROM)
    assert list(page(client, "instrument_list", on=BEFORE).context["page_obj"]) == [old]
    assert list(page(client, "instrument_list", on=AFTER).context["page_obj"]) == [new]


def test_demands_without_a_law_on_the_day(client):
    ended = ProvisionFactory(in_force=UNTIL)
    ruling = RulingFactory(necessity="mandatory", provisions=[ended])
    assert page(client, "lapsed_list", on=BEFORE).context["rows"] == []
    assert [r for r, _end in page(client, "lapsed_list", on=TURN).context["rows"]] == [ruling]


def test_a_search_judges_what_it_finds_on_its_day(client):
    law = ProvisionFactory(in_force=UNTIL)
    RulingFactory(service=ServiceFactory(name="水资源论证"), necessity="mandatory", provisions=[law])
    for day, verdict in ((BEFORE, "mandatory"), (AFTER, "lapsed")):
        found = client.get(reverse("search"), {"q": "水资源论证", "kind": "rulings", "on": day})
        assert [hit.verdict for hit in found.context["hits"]] == [verdict]
        assert f"on={day}" in found.context["all_url"]
    assert client.get(reverse("search"), {"q": "水", "on": "never"}).status_code == 422


def test_the_lasting_address_of_a_page_is_not_changed_by_a_later_correction(client):
    yesterday = timezone.now() - dt.timedelta(days=1)
    article = ProvisionFactory()
    old = RulingFactory(
        provisions=[article], published_at=yesterday, recorded=(yesterday, None), in_force=SINCE
    )
    new = replace_ruling(
        draft=DraftFactory(service=old.service, provisions=[article]), by=UserFactory(), at=database_now()
    )
    said = timezone.localdate(yesterday)
    lasting = page(client, "provision", article.ref, on=TURN, said=said)
    assert list(lasting.context["page_obj"]) == [old]
    assert list(page(client, "provision", article.ref, on=TURN).context["page_obj"]) == [new]
    assert f"?on={TURN}&amp;said={said}" in lasting.content.decode()


@pytest.mark.parametrize(
    ("view", "make"),
    [
        ("zone_list", lambda: ()),
        ("zone", lambda: (ZoneFactory().ref,)),
        ("league", lambda: ()),
        ("league_csv", lambda: ()),
        ("elsewhere", lambda: (ApprovalFactory().ref,)),
        ("service_regions", lambda: (ServiceFactory().code,)),
        ("instrument", lambda: (InstrumentFactory().ref,)),
        ("instrument_rulings", lambda: (InstrumentFactory().ref,)),
        ("provision", lambda: (ProvisionFactory().ref,)),
        ("lapsed_list", lambda: ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_day_that_is_none_is_refused_on_its_field(view, make, client):
    answer = page(client, view, *make(), on="2024-02-30")
    assert answer.status_code == 422
    assert 'href="#id_on"' in answer.content.decode()


def test_a_region_can_be_followed_from_where_it_is_shown(client):
    approval = ApprovalFactory(ref="a")
    zone = ZoneFactory(region=approval.region)
    ruling = RulingFactory(region=approval.region)
    feed = reverse("registry:topic_feed", args=["region", approval.region_id])
    for address in (approval, zone, ruling):
        assert feed in client.get(address.get_absolute_url()).content.decode()
    assert (
        reverse("registry:topic_changes", args=["region", approval.region_id])
        in page(client, "league").content.decode()
    )
