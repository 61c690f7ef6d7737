"""The CMS screens for conditions, activities, zones, assessments and joint review schemes."""

import pytest
from django.urls import reverse

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.registry.models import Activity, Condition, JointReviewScheme, Zone, ZoneAssessment
from tests.factories.registry import (
    ApprovalFactory,
    AssessmentDraftFactory,
    AssessmentFactory,
    ProvisionFactory,
    ServiceFactory,
    UserFactory,
    ZoneFactory,
    region,
)

pytestmark = pytest.mark.django_db
SCREENS = ["conditions", "activities", "zones", "zone_assessments", "area_matters", "joint_review"]


@pytest.fixture
def user():
    return UserFactory(is_superuser=True, is_staff=True)


@pytest.fixture
def staff(client, user):
    client.force_login(user)
    return client


def screen(name, action, *args):
    return reverse(f"registry_{name}:{action}", args=args)


def rows(prefix, *said, before=0):
    """The fields of a set of rows as a browser would send them."""
    data = {f"{prefix}-TOTAL_FORMS": len(said), f"{prefix}-INITIAL_FORMS": before}
    return data | {f"{prefix}-{n}-{name}": value for n, row in enumerate(said) for name, value in row.items()}


@pytest.mark.parametrize("name", SCREENS)
def test_each_screen_lists_and_offers_a_form(staff, name):
    AssessmentFactory()
    assert staff.get(screen(name, "index")).status_code == 200
    assert staff.get(screen(name, "index"), {"q": "测试"}).status_code == 200
    assert staff.get(screen(name, "add")).status_code == 200


def test_a_zone_made_there_is_public_and_recorded(staff):
    data = {"ref": "new", "region": region("511602").pk, "name": "新区", "source": "来源"}
    assert staff.post(screen("zones", "add"), data).status_code == 302
    entry = Entry.objects.get()
    assert (entry.kind, entry.subject) == ("registry.zone_created", Zone.objects.get().urn)
    assert staff.get("/zones/new/").status_code == 200
    assert staff.post(screen("zones", "delete", Zone.objects.get().pk)).status_code != 200
    assert Zone.objects.exists()


def test_a_condition_keeps_its_code(staff):
    data = {"code": "above", "question": "是否在五兆瓦以上？", "source": "来源"}
    assert staff.post(screen("conditions", "add"), data).status_code == 302
    staff.post(screen("conditions", "edit", "above"), data | {"code": "other", "question": "改过？"})
    assert Condition.objects.get().question == "改过？"
    assert [e.kind for e in Entry.objects.order_by("pk")] == [
        "registry.condition_created",
        "registry.condition_changed",
    ]


def activity(*steps, before=0, **changes):
    data = {"ref": "build", "region": region("511602").pk, "name": "建厂房", "source": "来源", **changes}
    return data | rows("steps", *steps, before=before)


def test_the_steps_of_an_activity_are_written_as_a_whole(staff):
    first, second = ApprovalFactory(ref="a"), ApprovalFactory(ref="b")
    one = {"position": 1, "stage": "立项", "approval": "a"}
    two = {"position": 2, "stage": "施工", "approval": "b"}
    assert staff.post(screen("activities", "add"), activity(one, two)).status_code == 302
    made = Activity.objects.get()
    assert [s.approval for s in made.steps.all()] == [first, second]
    assert made.initials  # found while typing
    page = staff.get(screen("activities", "edit", made.pk)).content.decode()
    assert 'name="steps-1-approval"' in page
    swapped = ({**one, "position": 2}, {**two, "position": 1}, {})
    staff.post(screen("activities", "edit", made.pk), activity(*swapped, before=2))
    assert [s.approval for s in made.steps.all()] == [second, first]
    staff.post(screen("activities", "edit", made.pk), activity({**one, "DELETE": "on"}, two, before=2))
    assert [s.approval for s in made.steps.all()] == [second]
    last = Entry.objects.order_by("pk").last()
    assert last.kind == "registry.activity_changed"
    assert [row["approval"] for row in body_of(last)["steps"]] == [second.urn]


@pytest.mark.parametrize(
    "step",
    [
        {"position": 1, "stage": "立项", "approval": "nothing"},
        {"position": 1, "stage": "立项", "approval": "a\0"},
        {"position": "x", "stage": "立项", "approval": "b"},
        {"position": 99999999999, "stage": "立项", "approval": "b"},
        {"position": 1, "stage": "施工", "approval": "b"},  # the position is taken
        {"position": 2, "stage": "施工", "approval": "a"},  # the approval is there
        {"position": 2, "stage": "", "approval": "b"},
    ],
)
def test_a_bad_row_is_told_and_nothing_is_written(staff, step):
    ApprovalFactory(ref="a")
    ApprovalFactory(ref="b")
    good = {"position": 1, "stage": "立项", "approval": "a"}
    response = staff.post(screen("activities", "add"), activity(good, step))
    assert response.status_code == 200
    assert "field-error" in response.content.decode()
    assert not Activity.objects.exists()
    assert not Entry.objects.exists()


def test_rows_without_their_count_are_refused_not_lost(staff):
    data = {"ref": "build", "region": region("511602").pk, "name": "建厂房", "source": "来源"}
    assert staff.post(screen("activities", "add"), data).status_code == 200
    assert not Activity.objects.exists()


def test_a_scheme_with_its_stages_and_assessments(staff):
    service = ServiceFactory(code="s")
    data = {"ref": "j", "region": region("511602").pk, "title": "多评合一", "source": "来源"}
    data |= rows("stages", {"position": 1, "kind": "preparation", "name": "编制", "working_days": 15})
    data |= rows("items", {"position": 1, "name": "环评", "service": "s"})
    assert staff.post(screen("joint_review", "add"), data).status_code == 302
    made = JointReviewScheme.objects.get()
    assert made.stages.get().working_days == 15
    assert made.items.get().service == service
    assert staff.get(screen("joint_review", "edit", made.pk)).status_code == 200


def assessment(**changes):
    said = {
        "zone": ZoneFactory().pk,
        "service": ServiceFactory().pk,
        "report": "报告",
        "valid_0": "2026-01-01",
        "valid_1": "",
        "effect": "waived",
        "provision": ProvisionFactory().pk,
        "source": "来源",
    }
    return {**said, **changes}


def test_an_assessment_written_there_is_a_draft_of_its_writer(staff, user):
    assert staff.post(screen("zone_assessments", "add"), assessment()).status_code == 302
    made = ZoneAssessment.objects.get()
    assert (made.author, made.published_at) == (user, None)
    edit = screen("zone_assessments", "edit", made.pk)
    said = assessment(zone=made.zone_id, service=made.service_id, report="改过")
    assert staff.post(edit, said).status_code == 302
    made.refresh_from_db()
    assert made.report == "改过"
    assert [e.kind.rpartition("_")[2] for e in Entry.objects.order_by("pk")] == ["drafted", "revised"]


@pytest.mark.parametrize("factory", [AssessmentDraftFactory, AssessmentFactory])
def test_anothers_draft_and_what_is_published_stand(staff, factory):
    standing = factory()
    edit = screen("zone_assessments", "edit", standing.pk)
    said = assessment(zone=standing.zone_id, service=standing.service_id, report="改过")
    assert staff.post(edit, said).status_code == 200
    standing.refresh_from_db()
    assert standing.report != "改过"
    staff.post(screen("zone_assessments", "delete", standing.pk))
    assert ZoneAssessment.objects.filter(pk=standing.pk).exists()


@pytest.mark.parametrize(
    "changes", [{"valid_0": ""}, {"valid_1": "2025-01-01"}, {"report": " "}, {"zone": "x"}]
)
def test_a_bad_assessment_is_told(staff, changes):
    assert staff.post(screen("zone_assessments", "add"), assessment(**changes)).status_code == 200
    assert not ZoneAssessment.objects.exists()


def test_who_is_not_staff_does_not_get_in(client):
    client.force_login(UserFactory())
    assert client.get(screen("zones", "index")).status_code in (302, 403)
