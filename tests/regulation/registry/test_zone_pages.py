"""Zones on the page, the desk for their assessments, and joint review plans."""

import datetime as dt

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from regulation.parties.models import Role
from regulation.registry.models import JointReviewScheme, ZoneAssessment
from tests.factories.registry import (
    ApprovalFactory,
    AssessmentDraftFactory,
    AssessmentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    ZoneFactory,
    acting,
    region,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def cost(client, page):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    return len(queries)


def from_today(start, end):
    today = timezone.localdate()
    return DateRange(today + start * DAY, None if end is None else today + end * DAY, "[)")


# Zones


def test_the_number_of_queries_does_not_grow_with_the_rows(client):
    zone = ZoneFactory(ref="z")
    AssessmentFactory(zone=zone, service=RulingFactory(approval=ApprovalFactory()).service)
    pages = ["/zones/", "/zones/z/", "/area-assessments/"]
    for page in pages:
        client.get(page)
    few = [cost(client, page) for page in pages]
    for _ in range(19):
        AssessmentFactory(zone=zone, service=RulingFactory(approval=ApprovalFactory()).service)
        AssessmentFactory()
    many = [cost(client, page) for page in pages]
    assert many == few
    assert max(many) <= 6


def test_joint_review_schemes_have_a_list(client, assert_flat):
    def scheme(**fields):
        ref = f"scheme-{JointReviewScheme.objects.count()}"
        made = JointReviewScheme.objects.create(
            **{"ref": ref, "title": f"办法{ref}", "region": region("130200"), "source": "来源"} | fields
        )
        for position, days in enumerate((5, 22), 1):
            made.stages.create(position=position, name="阶段", working_days=days)
        made.items.create(position=1, name="评估")
        return made

    assert_flat(client, reverse("registry:joint_review_list"), scheme)
    found = scheme(title="二十七日联合评估", number="号1", region=region("511602"))
    for query in ({"q": "二十七日"}, {"q": "号1"}, {"region": "511602"}):
        (row,) = client.get("/joint-review/", query).context["page_obj"]
        assert (row, row.days, row.assessments) == (found, 27, 1)
    assert "没有符合条件" in client.get("/joint-review/?q=zzz").text


def test_zones_are_narrowed_by_region_name_and_service(client):
    near = ZoneFactory(name="临港园区")
    far = ZoneFactory(name="滨海园区", name_en="Seaside", region=region("130200"))
    assessed = AssessmentFactory(zone=far)
    AssessmentDraftFactory(zone=near, service=assessed.service)
    for query, found in (
        ({}, {near, far}),
        ({"q": "临港"}, {near}),
        ({"q": "seaside"}, {far}),
        ({"region": "130200"}, {far}),
        ({"service": assessed.service.code}, {far}),
    ):
        assert set(client.get("/zones/", query).context["page_obj"]) == found


@pytest.mark.parametrize(
    "query", ["q=%00", "region=999999", "service=%00", "page=9999999999999", "region=%27"]
)
@pytest.mark.parametrize("page", ["/zones/", "/zones/z/"])
def test_whatever_stands_in_the_address_is_answered(client, page, query):
    AssessmentFactory(zone=ZoneFactory(ref="z"))
    assert client.get(f"{page}?{query}").status_code == 200


def test_a_zone_shows_what_changes_and_what_has_ended(client):
    ruling = RulingFactory(necessity="mandatory", approval=ApprovalFactory(ref="a"))
    zone = ZoneFactory(ref="z")
    ended = AssessmentFactory(zone=zone, valid=from_today(-20, 0), service=ruling.service)
    valid = AssessmentFactory(zone=zone, valid=from_today(0, None), service=ruling.service)
    coming = AssessmentFactory(zone=zone, valid=from_today(1, 9))
    AssessmentDraftFactory(zone=zone)
    response = client.get("/en/zones/z/")
    rows = {row["assessment"]: row for row in response.context["rows"]}
    assert {one: row["state"] for one, row in rows.items()} == {
        ended: "ended",
        valid: "valid",
        coming: "coming",
    }
    (line,) = rows[valid]["changed"]
    assert (line.before.verdict, line.after.verdict) == ("mandatory", "area_assessed")
    html = response.content.decode()
    assert "/en/need/?approval=a&amp;region=511602&amp;zone=z" in html
    assert "Ended: it no longer counts" in html
    assert "Demo data" not in html


def test_an_invented_zone_says_so_wherever_it_is_named(client):
    AssessmentFactory(zone=ZoneFactory(ref="z", is_invented=True))
    for page in ("/en/zones/", "/en/zones/z/", "/en/area-assessments/"):
        assert "Demo data" in client.get(page).content.decode()


def test_the_need_check_is_changed_inside_the_zone_by_what_is_published_alone(client):
    ruling = RulingFactory(necessity="mandatory", approval=ApprovalFactory(ref="a"))
    draft = AssessmentDraftFactory(zone=ZoneFactory(ref="z"), service=ruling.service)

    def verdict(zone):
        (row,) = (
            client.get("/need/", {"approval": "a", "zone": zone, "skip": 1}).context["parts"][0].plan.rows
        )
        return row.verdict

    assert verdict("z") == "mandatory"
    acting(client, Role.REVIEWER)
    assert client.post(reverse("registry:assessment_review", args=[draft.pk])).status_code == 302
    assert verdict("z") == "area_assessed"
    assert verdict("none") == "mandatory"


# The desk


def filled(**changes):
    said = {
        "zone": ZoneFactory().ref,
        "service": ServiceFactory().code,
        "effect": "waived",
        "report": "区域评估报告",
        "start": "2026-01-01",
        "end": "2028-01-01",
        "provision": ProvisionFactory().pk,
        "source": "来源",
    }
    return {**said, **changes}


def at(name, *args):
    with override("en"):
        return reverse(f"registry:assessment_{name}", args=args)


def test_an_editor_drafts_and_a_second_person_publishes(client):
    editor = acting(client, Role.EDITOR)
    client.post(at("new"), filled())
    draft = ZoneAssessment.objects.get()
    assert (draft.author, draft.published_at, draft.valid.upper) == (editor, None, dt.date(2028, 1, 1))
    assert client.post(at("review", draft.pk)).status_code == 403
    reviewer = acting(client, Role.REVIEWER)
    assert client.post(at("return", draft.pk), {"note": "请写明批准机关"}).status_code == 302
    assert "请写明批准机关" in client.get(at("list")).content.decode()
    client.force_login(editor)
    assert "请写明批准机关" in client.get(at("edit", draft.pk)).content.decode()
    client.post(at("edit", draft.pk), filled(zone=draft.zone.ref, service=draft.service.code, report="新"))
    client.force_login(reviewer)
    assert client.post(at("review", draft.pk)).url == f"/en/zones/{draft.zone.ref}/"
    draft.refresh_from_db()
    assert (draft.report, draft.reviewer) == ("新", reviewer)


def test_a_reviewer_who_wrote_it_neither_publishes_nor_ends_it(client):
    reviewer = acting(client, Role.REVIEWER)
    draft, own = AssessmentDraftFactory(author=reviewer), AssessmentFactory(author=reviewer)
    assert client.post(at("review", draft.pk)).status_code == 403
    assert client.post(at("return", draft.pk), {"note": "改"}).status_code == 409
    response = client.post(at("end", own.pk), {"on": timezone.localdate(), "reason": "报告撤销"})
    assert response.status_code == 409
    assert "second person" in response.content.decode()
    own.refresh_from_db()
    assert own.valid.upper is None


def test_an_overlap_is_told_in_words(client):
    standing = AssessmentFactory()
    draft = AssessmentDraftFactory(zone=standing.zone, service=standing.service)
    acting(client, Role.REVIEWER)
    response = client.post(at("review", draft.pk))
    assert response.status_code == 409
    assert "already valid in the zone" in response.content.decode()


def test_a_reviewer_ends_one_and_the_zone_shows_it(client):
    found = AssessmentFactory(valid=from_today(-5, None))
    acting(client, Role.REVIEWER)
    data = {"on": timezone.localdate(), "reason": "报告撤销"}
    assert client.post(at("end", found.pk), data).status_code == 302
    (row,) = client.get(f"/en/zones/{found.zone.ref}/").context["rows"]
    assert row["state"] == "ended"


@pytest.mark.parametrize(
    "changes",
    [
        {"zone": ""},
        {"zone": "nothing"},
        {"zone": "a\0b"},
        {"service": "9" * 300},
        {"effect": "forbidden"},
        {"report": " "},
        {"report": "x\0"},
        {"report": "字" * 201},
        {"start": "0001-01-01"},
        {"start": "2026-02-30"},
        {"end": "2026-01-01"},
        {"end": "9999-12-31"},
        {"provision": "99999999999999999999"},
        {"source": ""},
    ],
)
def test_bad_input_is_told_and_writes_nothing(client, changes):
    acting(client, Role.EDITOR)
    response = client.post(at("new"), filled(**changes))
    assert response.status_code == 422
    assert 'class="error-summary"' in response.content.decode()
    assert not ZoneAssessment.objects.exists()


def test_the_desk_tells_of_drafts_and_of_what_ends_soon(client):
    draft = AssessmentDraftFactory()
    soon = AssessmentFactory(valid=from_today(-5, 30))
    acting(client, Role.EDITOR)
    html = client.get("/en/desk/").content.decode()
    assert at("review", draft.pk) in html
    assert soon.valid.upper.isoformat() in html
    acting(client, Role.REVIEWER)
    assert at("review", draft.pk) in client.get("/en/desk/").content.decode()


# Joint review plans


@pytest.fixture
def scheme():
    made = JointReviewScheme.objects.create(
        ref="j", region=region("130200"), title="多评合一", number="唐〔2019〕9号", source="来源"
    )
    kinds = (("acceptance", 1), ("preparation", 15), ("review", 5), ("approval", 5), ("delivery", 1))
    for n, (kind, days) in enumerate(kinds):
        made.stages.create(position=n, kind=kind, name=kind, working_days=days)
    for n in (1, 2, 3):
        made.items.create(position=n, name=f"评估{n}", service=ServiceFactory(code=f"s{n}"))
    return made


PLAN = "/en/joint-review/j/plan/"


def test_without_a_question_the_whole_scheme_is_laid_out_from_today(client, scheme):
    context = client.get(PLAN).context
    plan = context["plan"]
    assert (plan.start, len(plan.tracks), plan.together, plan.one_by_one) == (timezone.localdate(), 3, 27, 81)
    assert plan.unknown == 3


def test_the_address_chooses_and_a_rulings_days_are_used(client, scheme):
    service = scheme.items.get(position=2).service
    RulingFactory(service=service, days=20, day_kind="working", in_force=DateRange(dt.date(2020, 1, 1), None))
    other = ServiceFactory(code="elsewhere")
    start = timezone.localdate()
    response = client.get(f"{PLAN}?start={start}&service=s2&service=s3&service=elsewhere")
    plan = response.context["plan"]
    assert [track.needed.days for track in plan.tracks] == [20, None]
    assert (plan.together, plan.stages[1].over) == (32, 5)
    assert response.context["outside"] == [other]
    html = response.content.decode()
    assert "<svg" in html
    assert "days not on record" in html
    assert "唐〔2019〕9号" in html


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("start=2026-02-30&service=s1", "start"),
        ("start=1990-01-01&service=s1", "start"),
        ("start=9999-12-31&service=s1", "start"),
        ("start=%00&service=s1", "start"),
        ("service=nothing", "service"),
        ("service=%00", "service"),
        ("service=" + "9" * 3000, "service"),
        ("start=2026-11-25", "service"),
    ],
)
def test_a_plan_that_cannot_be_says_which_field(client, scheme, query, field):
    response = client.get(f"{PLAN}?{query}")
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert 'class="error-summary"' in response.content.decode()


def test_a_plan_takes_few_queries_whatever_the_scheme(client, scheme):
    RulingFactory(service=scheme.items.get(position=1).service)
    client.get(PLAN)
    few = cost(client, PLAN)
    for n in range(4, 24):
        scheme.items.create(position=n, name=f"评估{n}", service=ServiceFactory())
        RulingFactory(service=scheme.items.get(position=n).service)
    assert cost(client, PLAN) == few


def test_an_approval_leads_to_the_plan_of_its_services(client, scheme):
    approval = ApprovalFactory(ref="a", department__region=region("130200"))
    RulingFactory(approval=approval, service=scheme.items.get(position=1).service)
    RulingFactory(approval=approval, service=scheme.items.get(position=3).service)
    assert (
        "/en/joint-review/j/plan/?service=s1&amp;service=s3"
        in client.get("/en/approvals/a/").content.decode()
    )
    elsewhere = ApprovalFactory(ref="b")
    RulingFactory(approval=elsewhere, service=scheme.items.get(position=1).service)
    assert "/plan/" not in client.get("/en/approvals/b/").content.decode()
    assert client.get("/en/joint-review/j/").content.decode().count(PLAN) == 1


def test_a_stage_without_a_limit_leaves_the_plan_undated(client, scheme):
    scheme.stages.filter(kind="review").update(working_days=None)
    response = client.get(PLAN)
    assert response.status_code == 200
    assert response.context["plan"].end is None
    scheme.stages.all().delete()
    assert client.get(PLAN).status_code == 200
