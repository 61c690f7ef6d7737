"""Every page of the registry: what it shows, in both languages, at what cost, and whatever is typed."""

import datetime as dt
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulation.registry.models import (
    Approval,
    AreaAssessmentMatter,
    Instrument,
    JointReviewScheme,
    Ruling,
    Service,
)
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    InstrumentFactory,
    MaterialFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    region,
)

pytestmark = pytest.mark.django_db
LAST_YEAR = DateRange(dt.date(2020, 1, 1), dt.date(2025, 1, 1), "[)")


def populate(rows):
    """`rows` of each thing a list shows, hung on one approval, service, instrument and provision."""
    approval, service = ApprovalFactory(ref="a", name="取水许可"), ServiceFactory(code="s", name="水资源论证")
    instrument = InstrumentFactory(ref="i")
    provision = ProvisionFactory(ref="p", instrument=instrument)
    ruling = RulingFactory(service=service, approval=approval, provisions=[provision], in_force=LAST_YEAR)
    scheme = JointReviewScheme.objects.create(
        ref="j", region=region("511602"), title="多评合一", source="来源"
    )
    for n in range(rows):
        other = RulingFactory(approval=approval, provisions=[provision])
        RulingFactory(
            approval=ApprovalFactory(), service=service, provisions=[ProvisionFactory(instrument=instrument)]
        )
        MaterialFactory(approval=approval, service=other.service)
        for on in (service, other.service):
            AreaAssessmentMatter.objects.create(
                region=region("510000"),
                matter=f"事项{n}{on.pk}",
                service=on,
                provision=provision,
                source="来源",
            )
        scheme.stages.create(position=n, name=f"阶段{n}", working_days=2)
        scheme.items.create(position=n, name=f"评估{n}", service=other.service)
    return ruling


PAGES = [
    "need/",
    "need/?q=许可",
    "need/?region=511602",
    "need/?approval=a",
    "approvals/",
    "approvals/?q=许可&region=511602",
    "approvals/a/",
    "approvals/a/?on=2024-05-01&said=2026-01-01",
    "services/",
    "services/s/",
    "rulings/{pk}/",
    "rulings/{pk}/?on=2024-05-01",
    "laws/",
    "laws/i/",
    "laws/i/rulings/",
    "approvals/a/elsewhere/",
    "services/s/regions/",
    "standards/",
    "provisions/p/",
    "area-assessments/",
    "joint-review/j/",
]


@pytest.mark.parametrize("prefix", ["/", "/en/"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_in_both_languages(client, page, prefix):
    ruling = populate(2)
    response = client.get(prefix + page.format(pk=ruling.pk))
    assert response.status_code == 200
    html = response.content.decode()
    assert ('<html lang="en-GB">' in html) is (prefix == "/en/")
    assert html.count("<h1>") == 1
    assert " style=" not in html
    assert "<script>" not in html


def cost(client, page):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


@pytest.mark.parametrize("page", PAGES)
def test_the_number_of_queries_does_not_grow_with_the_rows(client, page):
    page = "/" + page.format(pk=populate(2).pk)
    client.get(page)  # what is looked up once for the process
    few = cost(client, page)
    approval, service = Approval.objects.get(ref="a"), Service.objects.get(code="s")
    provision = Instrument.objects.get(ref="i").provisions.get(ref="p")
    for n in range(12):
        other = RulingFactory(approval=approval, provisions=[provision])
        RulingFactory(approval=ApprovalFactory(), service=service, provisions=[provision])
        MaterialFactory(approval=approval, service=other.service)
        AreaAssessmentMatter.objects.create(
            region=region("510000"),
            matter=f"另{n}",
            service=other.service,
            provision=provision,
            source="来源",
        )
        InstrumentFactory()
    assert cost(client, page) == few


LISTS = ["/approvals/", "/services/", "/laws/", "/area-assessments/", "/need/?region=511602"]


@pytest.mark.parametrize("page", LISTS)
def test_a_list_takes_few_queries(client, page):
    populate(3)
    client.get(page)
    assert cost(client, page) <= 10


HOSTILE = [
    "?q=%00",
    "?q=%ff%fe",
    "?q=" + quote("'; DROP TABLE x; --"),
    "?q=" + quote("' & | ! :* <-> ()"),
    "?q=" + "%E5%8F%96" * 3000,
    "?page=0",
    "?page=-1",
    "?page=99999999999999999999999",
    "?page=" + "9" * 5000,
    "?page=%00",
    "?region=%00",
    "?region=999999",
    "?region=" + "9" * 300,
    "?department=99999999999999999999999",
    "?department=%00",
    "?department=-1",
    "?approval=%00",
    "?approval=nothing",
    "?on=%00",
    "?on=0000-00-00",
    "?on=0001-01-01",
    "?on=9999-12-31",
    "?on=2024-02-30",
    "?said=9999-12-31",
    "?said=0001-01-01&on=x",
    "?on=" + "1" * 5000,
    "?level=%00",
    "?necessity=nonsense",
    "?sort=%00",
]
PLACES = [
    "need/",
    "approvals/",
    "approvals/a/",
    "services/",
    "services/s/",
    "rulings/{pk}/",
    "laws/",
    "laws/i/",
    "laws/i/rulings/",
    "approvals/a/elsewhere/",
    "services/s/regions/",
    "standards/",
    "provisions/p/",
    "area-assessments/",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_whatever_stands_in_the_address_is_answered(client, query):
    ruling = populate(1)
    for place in PLACES:
        assert client.get("/" + place.format(pk=ruling.pk) + query).status_code in (200, 400, 404, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/approvals/%00/",
        "/approvals/nothing/",
        "/services/%F0%9F%98%80/",
        "/rulings/0/",
        "/rulings/99999999999999999999999999/",
        "/rulings/" + "9" * 5000 + "/",
        "/rulings/-1/",
        "/laws/%00/",
        "/laws/a%00b/",
        "/laws/%ff/",
        "/provisions/a%00b/",
        "/provisions/nothing/",
        "/joint-review/nothing/",
    ],
)
def test_an_address_that_leads_nowhere_is_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["on=2024-02-30", "on=yesterday", "said=1899-01-01", "on=2200-01-01"])
@pytest.mark.parametrize("place", ["approvals/a/", "services/s/", "rulings/{pk}/"])
def test_a_day_that_cannot_be_is_said_to_be_one(client, place, query):
    ruling = populate(1)
    response = client.get(f"/en/{place.format(pk=ruling.pk)}?{query}")
    assert response.status_code == 422
    assert 'class="error-summary"' in response.content.decode()


def test_the_answer_names_each_service_its_verdict_and_its_law(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    bare = MaterialFactory(approval=ruling.approval, service=ServiceFactory(name="无人认定的服务")).service
    response = client.get("/en/need/?approval=a")
    assert [(r.service, r.verdict) for r in response.context["whole"].rows] == [
        (ruling.service, "mandatory"),
        (bare, "none"),
    ]
    html = response.content.decode()
    provision = ruling.bases.get().provision
    assert provision.get_absolute_url() in html
    assert "The law requires one intermediary service of you." in html
    assert "No ruling on this service is on record here." in html
    assert f"/en/tenders/new/?approval=a&amp;service={ruling.service.code}" in html
    assert f"/en/tenders/new/?approval=a&amp;service={bare.code}" not in html


def test_a_zones_assessment_is_a_note_beside_the_verdict(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    AreaAssessmentMatter.objects.create(
        region=region("510000"),
        matter="水资源论证",
        service=ruling.service,
        provision=ruling.bases.get().provision,
        source="来源",
    )
    response = client.get("/need/?approval=a")
    (row,) = response.context["whole"].rows
    assert (row.verdict, [m.matter for m in row.facts.matters]) == ("mandatory", ["水资源论证"])


def test_an_approval_without_services_says_so(client):
    ApprovalFactory(ref="a")
    html = client.get("/en/need/?approval=a").content.decode()
    assert "No intermediary service is on record for this approval" in html


def test_a_ruling_answers_for_another_day(client):
    turn = dt.date(2025, 1, 1)
    old = RulingFactory(necessity="mandatory", in_force=DateRange(dt.date(2020, 1, 1), turn, "[)"))
    new = RulingFactory(necessity="abolished", service=old.service, in_force=DateRange(turn, None, "[)"))
    page = new.get_absolute_url()
    assert client.get(page, {"on": "2024-12-31"}).context["then"] == old
    assert client.get(page, {"on": "2025-01-01"}).context["then"] == new
    assert client.get(page, {"on": "2019-12-31"}).context["then"] is None
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    assert client.get(page, {"on": "2025-01-01", "said": yesterday}).context["then"] is None


def test_a_service_shows_what_is_in_force_on_the_day_asked_for(client):
    old = RulingFactory(service=ServiceFactory(code="s"), in_force=LAST_YEAR)
    assert list(client.get("/services/s/", {"on": "2024-01-01"}).context["page_obj"]) == [old]
    assert list(client.get("/services/s/", {"on": "2025-01-01"}).context["page_obj"]) == []


def test_drafts_are_not_public(client):
    draft = DraftFactory(service=ServiceFactory(code="s"))
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert list(client.get("/services/s/").context["page_obj"]) == []


def test_no_address_of_a_signatory_is_shown(client):
    ruling = RulingFactory()
    html = client.get(ruling.get_absolute_url()).content.decode()
    assert ruling.author.name in html
    assert ruling.reviewer.name in html
    assert "@example.org" not in html
    assert Ruling.objects.count() == 1


def test_a_repealed_law_is_marked(client):
    provision = ProvisionFactory(in_force=LAST_YEAR)
    RulingFactory(provisions=[provision])
    assert "No longer in force" in client.get(f"/en/provisions/{provision.ref}/").content.decode()


@pytest.mark.parametrize(
    "page", ["approvals/a/", "services/s/", "laws/i/", "provisions/p/", "rulings/{pk}/", "joint-review/j/"]
)
def test_the_page_of_a_record_names_its_source(client, page):
    ruling = populate(1)
    html = client.get("/" + page.format(pk=ruling.pk)).content.decode()
    assert 'class="source"' in html
    assert "来源" in html


def test_facets_count_what_is_filtered(client):
    first = ApprovalFactory(name="取水许可")
    ApprovalFactory(name="林木采伐许可")
    response = client.get("/approvals/", {"q": "取水"})
    _, departments = response.context["facets"]
    assert [(o["value"], o["count"]) for o in departments["options"]] == [(str(first.department_id), 1)]


def test_a_search_that_finds_nothing_says_so_and_shows_a_way_on(client):
    html = client.get("/en/need/?q=xyzzy").content.decode()
    assert "No approval of this name is on record" in html
    assert 'href="/en/approvals/"' in html


def test_the_first_visit_asks_and_answers_nothing(client):
    assert 'class="empty"' not in client.get("/need/").content.decode()


def test_a_facet_counts_what_the_other_filters_leave(client):
    first = ApprovalFactory(name="取水许可")
    other = ApprovalFactory(name="取水口许可")
    ApprovalFactory(name="林木采伐许可")
    response = client.get("/approvals/", {"q": "取水", "department": first.department_id})
    assert [a.name for a in response.context["page_obj"]] == ["取水许可"]
    _, departments = response.context["facets"]
    assert {(o["value"], o["count"], o["selected"]) for o in departments["options"]} == {
        (str(first.department_id), 1, True),
        (str(other.department_id), 1, False),
    }
