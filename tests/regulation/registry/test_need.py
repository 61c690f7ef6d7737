"""The need check as a reader walks through it: search, one question a page, the plan."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.queries import database_now
from regulation.registry import market
from regulation.registry.models import (
    Activity,
    ActivityStep,
    Approval,
    Condition,
    JointReviewItem,
    JointReviewScheme,
    Measure,
    Zone,
)
from regulation.registry.operations import replace_ruling
from tests.factories.registry import (
    SINCE,
    ApprovalFactory,
    AssessmentFactory,
    DraftFactory,
    MaterialFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    region,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_market(monkeypatch):
    monkeypatch.setattr(market, "_sources", [])


def condition(code="hills"):
    return Condition.objects.create(code=code, question="在山区吗？", question_en="In hills?", source="来源")


def zone(ref="zone", code="511602", *, of=None, effect="waived", valid=SINCE):
    made = Zone.objects.create(ref=ref, region=region(code), name=f"区域{ref}", source="来源")
    if of is not None:
        AssessmentFactory(zone=made, service=of, valid=valid, effect=effect)
    return made


def activity(*approvals, ref="build"):
    made = Activity.objects.create(
        ref=ref, region=approvals[0].region, name="建设项目", name_en="Build something", source="来源"
    )
    for position, approval in enumerate(approvals, 1):
        ActivityStep.objects.create(activity=made, position=position, stage="施工许可", approval=approval)
    return made


def rows(response):
    return [(row.service, row.verdict) for row in response.context["whole"].rows]


def test_it_asks_each_condition_once_and_then_answers(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory", condition=condition())
    asked = client.get("/en/need/?approval=a")
    assert "In hills?" in asked.content.decode()
    assert 'name="c-hills"' in asked.content.decode()
    assert rows(client.get("/need/?approval=a&c-hills=yes")) == [(ruling.service, "mandatory")]
    assert rows(client.get("/need/?approval=a&c-hills=no")) == [(ruling.service, "not_applicable")]
    unsure = client.get("/en/need/?approval=a&c-hills=unsure")
    assert rows(unsure) == [(ruling.service, "mandatory")]
    assert "Only if:" in unsure.content.decode()


def test_a_question_keeps_what_was_answered_before(client):
    RulingFactory(approval=ApprovalFactory(ref="a"), condition=condition("one"))
    RulingFactory(approval=ApprovalFactory(ref="b"), condition=condition("two"))
    made = activity(*Approval.objects.order_by("ref"))
    html = client.get(f"/need/?activity={made.ref}&c-one=no").content.decode()
    assert '<input type="hidden" name="c-one" value="no">' in html
    assert 'name="c-two"' in html


def test_skipped_questions_stay_open_and_can_be_taken_up(client):
    RulingFactory(approval=ApprovalFactory(ref="a"), condition=condition())
    response = client.get("/en/need/?approval=a&skip=1")
    assert response.context["open_count"] == 1
    assert 'href="?approval=a"' in response.content.decode()


def test_an_answer_that_is_no_answer_is_asked_again(client):
    RulingFactory(approval=ApprovalFactory(ref="a"), condition=condition())
    assert 'name="c-hills"' in client.get("/need/?approval=a&c-hills=maybe").content.decode()


def test_a_project_inside_a_zone_is_told_so(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    made = zone(of=ruling.service)
    assert 'value="zone"' in client.get("/need/?approval=a").content.decode()
    inside = client.get(f"/en/need/?approval=a&zone={made.ref}")
    assert rows(inside) == [(ruling.service, "area_assessed")]
    assert f"{made.name} has had it assessed" in inside.content.decode()
    assert rows(client.get("/need/?approval=a&zone=none")) == [(ruling.service, "mandatory")]


def test_an_assessment_that_has_ended_covers_nothing(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    zone(of=ruling.service, valid=DateRange(dt.date(2020, 1, 1), dt.date(2025, 1, 1), "[)"))
    assert rows(client.get("/need/?approval=a&zone=zone")) == [(ruling.service, "mandatory")]
    assert rows(client.get("/need/?approval=a&zone=zone&on=2024-12-31")) == [
        (ruling.service, "area_assessed")
    ]


def test_zones_of_other_regions_are_not_asked_about(client):
    RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    zone("elsewhere", "130200")
    assert "whole" in client.get("/need/?approval=a").context


def test_a_service_that_two_approvals_need_stands_once_where_most_is_asked(client):
    service = ServiceFactory()
    first = RulingFactory(approval=ApprovalFactory(ref="a"), service=service, necessity="optional")
    second = RulingFactory(approval=ApprovalFactory(ref="b"), service=service, necessity="mandatory")
    made = activity(first.approval, second.approval)
    response = client.get(f"/en/need/?activity={made.ref}")
    (one,) = response.context["wanted"]
    assert (one.row.verdict, one.approval) == ("mandatory", second.approval)
    assert one.approvals == [first.approval, second.approval]
    assert f"/en/tenders/new/?approval=b&amp;service={service.code}" in response.content.decode()


def correct(ruling, **fields):
    """Record another ruling in the place of one, from this moment on."""
    draft = DraftFactory(
        service=ruling.service, approval=ruling.approval, region=ruling.region, in_force=SINCE, **fields
    )
    return replace_ruling(draft=draft, by=UserFactory(), at=database_now())


def test_a_plan_that_was_shared_is_not_changed_by_a_correction_of_the_same_day(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    shared = client.get("/need/?approval=a").context["share_url"]
    assert "on=" in shared
    assert "said=" in shared
    correct(ruling, necessity="optional")
    assert rows(client.get(f"/need/{shared}")) == [(ruling.service, "mandatory")]
    assert rows(client.get("/need/?approval=a")) == [(ruling.service, "optional")]
    again = client.get(f"/need/{shared}").context["share_url"]
    assert again == shared  # whoever shares it on shares the same


def test_a_plan_of_a_day_gone_by_is_shared_with_that_day(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    address = "approval=a&on=2024-05-01&said=2024-06-01"
    assert client.get(f"/need/?{address}").context["share_url"] == f"?{address}"
    assert rows(client.get(f"/need/?{address}")) == []  # this site said nothing of it then
    assert rows(client.get("/need/?approval=a&on=2024-05-01")) == [(ruling.service, "mandatory")]


def test_the_second_axis_also_decides_which_zones_and_figures_count(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    ruling_said = timezone.localdate(ruling.published_at)
    made = zone()
    AssessmentFactory(zone=made, service=ruling.service, published_at=timezone.now() + dt.timedelta(days=2))
    now = f"/need/?approval=a&zone={made.ref}&said={ruling_said}"
    assert rows(client.get(now)) == [(ruling.service, "mandatory")]
    later = f"/need/?approval=a&zone={made.ref}&said={ruling_said + dt.timedelta(days=3)}"
    assert rows(client.get(later)) == [(ruling.service, "area_assessed")]


def test_the_plan_keeps_its_questions_when_the_day_is_changed(client):
    RulingFactory(approval=ApprovalFactory(ref="a"), condition=condition())
    html = client.get("/need/?approval=a&c-hills=no&said=2199-01-01").content.decode()
    kept = html.split('class="form filter-panel as-of"')[1]
    assert '<input type="hidden" name="approval" value="a">' in kept
    assert '<input type="hidden" name="c-hills" value="no">' in kept
    assert 'name="said" value="2199-01-01"' in kept


@pytest.mark.parametrize("query", ["said=soon", "said=1900-01-01", "said=2026-01-01&time=25:00:00"])
def test_a_moment_that_is_none_is_refused(client, query):
    RulingFactory(approval=ApprovalFactory(ref="a"))
    assert client.get(f"/need/?approval=a&{query}").status_code == 422


def test_what_was_meant_is_offered_for_approvals_alone_and_near_the_region(client):
    ApprovalFactory(ref="permit", name="建筑工程施工许可证核发")
    for words in ("施工许克", "shigongxvke"):
        found = client.get(reverse("registry:need_found"), {"q": words})
        assert [said for said, _link in found.context["meant"]] == ["施工许可"]
    link = found.context["meant"][0][1]
    assert client.get(f"/need/{link}").context["page_obj"].paginator.count == 1
    far = client.get(reverse("registry:need_found"), {"q": "施工许克", "region": region("130200").pk})
    assert far.context["meant"] == []


def test_approvals_of_the_regions_above_are_found_and_others_are_counted(client):
    province = ApprovalFactory(ref="above", name="取水许可", department__region=region("510000"))
    ApprovalFactory(name="取水许可证", department__region=region("130200"))
    here = client.get("/need/", {"q": "取水", "region": region("511602").pk})
    assert list(here.context["page_obj"]) == [province]
    assert f"region={region('511602').pk}" in here.context["kept"]
    far = client.get("/need/", {"q": "取水", "region": region("330100").pk})
    assert far.context["elsewhere"] == 2


def test_a_zone_names_its_region_and_one_of_another_region_is_dropped(client):
    zone()
    assert client.get("/need/?zone=zone").context["region"] == region("511602")
    other = client.get(f"/need/?zone=zone&region={region('130200').pk}")
    assert (other.context["zone"], other.context["outside"]) == ("", True)
    assert client.get(f"/need/?zone=zone&region={region('510000').pk}").context["zone"] == "zone"
    assert 'value="zone" selected' in client.get("/need/?zone=zone").content.decode()


def test_the_region_of_a_plan_can_be_followed(client):
    approval = ApprovalFactory(ref="a")
    html = client.get("/need/?approval=a").content.decode()
    assert reverse("registry:topic_feed", args=["region", approval.region_id]) in html


def measure(approval, start, end, **fields):
    return Measure.objects.create(
        approval=approval,
        in_force=DateRange(start, end, "[)"),
        author=UserFactory(),
        reviewer=UserFactory(),
        published_at=timezone.now(),
        source="来源",
        **fields,
    )


def test_totals_stand_before_and_now_where_a_measure_says_so(client):
    first, second = ApprovalFactory(ref="a"), ApprovalFactory(ref="b", committed_days=4)
    measure(first, dt.date(2020, 1, 1), dt.date(2024, 1, 1), trips=3, committed_days=20, fee=100)
    measure(first, dt.date(2024, 1, 1), None, trips=1, committed_days=5)
    made = activity(first, second)
    told = {one.figure: one for one in client.get(f"/need/?activity={made.ref}").context["totals"]}
    days = told["committed_days"]
    assert (days.before, days.since, days.now, days.behind, days.of) == (20, 5, 9, 1, 2)
    assert (told["trips"].before, told["trips"].now) == (3, None)
    assert (told["fee"].before, told["fee"].now) == (None, None)
    html = client.get(f"/en/need/?activity={made.ref}").content.decode()
    assert "no figure on record" in html


def test_services_before_come_from_what_held_before(client):
    approval = ApprovalFactory(ref="a")
    turn = dt.date(2024, 1, 1)
    old = RulingFactory(
        approval=approval, necessity="mandatory", in_force=DateRange(dt.date(2020, 1, 1), turn, "[)")
    )
    RulingFactory(approval=approval, service=old.service, in_force=DateRange(turn, None, "[)"))
    RulingFactory(approval=approval, necessity="mandatory")
    services = client.get("/need/?approval=a").context["totals"][0]
    assert (services.figure, services.before, services.now) == ("services", 2, 1)


def test_what_the_address_cannot_mean_does_no_harm(client):
    RulingFactory(approval=ApprovalFactory(ref="a"))
    assert client.get("/need/?approval=a&on=yesterday").status_code == 422
    for query in ("approval=%00", "activity=x", "approval=a&zone=%00&region=%00", "approval=a&c-%00=yes"):
        assert client.get(f"/need/?{query}").status_code == 200


@pytest.mark.parametrize("approvals", [1, 20])
def test_the_queries_do_not_depend_on_the_approvals(approvals, client, django_assert_max_num_queries):
    made = activity(*ApprovalFactory.create_batch(approvals))
    for step in made.steps.all():
        RulingFactory(approval=step.approval)
        MaterialFactory(approval=step.approval, service=ServiceFactory())
    client.get("/need/")  # the frame
    with django_assert_max_num_queries(14):
        assert len(client.get(f"/need/?activity={made.ref}").context["wanted"]) == 2 * approvals


def test_what_fits_is_found_while_typing(client):
    found = ApprovalFactory(ref="permit", name="建筑工程施工许可证核发")
    made = activity(found)
    for words in ("施工许可", "shigongxuke", "sgxk"):
        html = client.get(reverse("registry:need_found"), {"q": words}).content.decode()
        assert "?approval=permit" in html
        assert "<html" not in html
    html = client.get(reverse("registry:need_found"), {"q": "建设项目"}).content.decode()
    assert f"?activity={made.ref}" in html


def test_what_may_not_be_asked_leads_to_a_report(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="abolished")
    html = client.get("/en/need/?approval=a").content.decode()
    region_code = ruling.approval.region_id
    asked = f"approval=a&amp;service={ruling.service.code}&amp;region={region_code}"
    assert f'href="/en/reports/new/?{asked}"' in html


def test_services_of_a_joint_scheme_lead_to_its_plan(client):
    ruling = RulingFactory(approval=ApprovalFactory(ref="a"), necessity="mandatory")
    scheme = JointReviewScheme.objects.create(
        ref="joint", title="多评合一", region=ruling.approval.region, source="来源"
    )
    JointReviewItem.objects.create(scheme=scheme, position=1, name="评估", service=ruling.service)
    html = client.get("/need/?approval=a").content.decode()
    assert f"/joint-review/joint/plan/?service={ruling.service.code}" in html


def test_papers_that_an_office_holds_are_counted_apart(client):
    approval, law = ApprovalFactory(ref="a"), ProvisionFactory()
    MaterialFactory(approval=approval)
    MaterialFactory(approval=approval, held_by="登记机关", held_ground="登记结果", held_provision=law)
    context = client.get("/need/?approval=a").context
    assert (context["papers"], context["held_papers"]) == (2, 1)


def test_a_zone_chosen_before_the_approval_is_kept(client):
    approval = ApprovalFactory(ref="a", name="取水许可")
    zone()
    html = client.get(f"/need/?q=取水&region={approval.region_id}&zone=zone").content.decode()
    assert f"?approval=a&amp;region={approval.region_id}&amp;zone=zone" in html
    assert '<option value="zone" selected>' in html


@pytest.mark.parametrize("typed", ["环评", "环平", "huanping", "环评文件"])
def test_what_is_called_in_short_is_found_in_full(client, typed):
    wanted = ApprovalFactory(name="建设项目环境影响文件审批")
    ApprovalFactory(name="取水许可")
    found = client.get("/en/need/", {"q": typed})
    assert list(found.context["page_obj"]) == [wanted]
    assert "环境影响" in found.context["in_full"]
    assert "This is what" in found.content.decode()


def test_a_short_name_that_is_on_record_is_left_as_it_is(client):
    wanted = ApprovalFactory(name="环评备案")
    ApprovalFactory(name="建设项目环境影响文件审批")
    found = client.get("/en/need/", {"q": "环评"})
    assert list(found.context["page_obj"]) == [wanted]
    assert "in_full" not in found.context


def test_a_short_name_whose_full_one_finds_nothing_changes_nothing(client):
    ApprovalFactory(name="取水许可")
    found = client.get("/en/need/", {"q": "环评"})
    assert "No approval of this name is on record" in found.content.decode()
    assert "in_full" not in found.context
