"""Who decides an approval, since when, handed on by what."""

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regulation.ledger.models import Entry
from regulation.registry.demo import ensure_demo_deciders
from regulation.registry.demo.deciders import APPROVAL
from regulation.registry.errors import DeciderOverlaps
from regulation.registry.models import Counterpart, Delegation
from regulation.registry.operations import save_catalogued
from regulation.registry.queries import decider, delegations_of
from tests.factories.registry import ApprovalFactory, DepartmentFactory, ProvisionFactory, UserFactory

pytestmark = pytest.mark.django_db
FIRST, SECOND = dt.date(2019, 1, 1), dt.date(2024, 5, 1)


def delegation(approval, start=FIRST, end=None, **fields):
    fields = {"department": DepartmentFactory(), "document": "某发〔2018〕1号", "source": "来源"} | fields
    return Delegation(approval=approval, in_force=DateRange(start, end, "[)"), **fields)


def made(*args, **fields):
    one = delegation(*args, **fields)
    one.save()
    return one


@pytest.fixture
def approval():
    return ApprovalFactory(ref="permit")


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


def test_one_decides_on_each_day(approval):
    old, new = made(approval, FIRST, SECOND), made(approval, SECOND)
    found = list(delegations_of(approval))
    assert found == [new, old]
    days = (FIRST - dt.timedelta(days=1), FIRST, SECOND - dt.timedelta(days=1), SECOND)
    assert [decider(found, on=day) for day in days] == [None, old, old, new]


def test_two_deciders_at_a_time_are_refused(approval):
    made(approval, FIRST)
    with pytest.raises(IntegrityError, match="delegation_one_decider"), transaction.atomic():
        made(approval, SECOND)
    made(ApprovalFactory(), SECOND)


def wrong():
    department = DepartmentFactory()
    yield {"document": ""}, "rests_on_something"
    yield {"source": ""}, "names_its_source"
    yield {"department": department, "delegator": department}, "to_another"
    yield {"end": FIRST}, "period_has_days"
    yield {"start": None}, "period_has_days"


def test_each_rule_is_held_by_the_database(approval):
    for fields, name in wrong():
        with pytest.raises(IntegrityError, match=f"delegation_{name}"), transaction.atomic():
            made(approval, **fields)


def test_a_delegation_is_kept(approval):
    one = made(approval)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        one.delete()


def test_the_operation_records_it_and_tells_an_overlap_in_words(approval):
    save_catalogued(item=delegation(approval), changed=["department"], by=UserFactory())
    assert Entry.objects.get().kind == "registry.delegation_created"
    with pytest.raises(DeciderOverlaps):
        save_catalogued(item=delegation(approval, SECOND), changed=["department"], by=UserFactory())
    assert (Delegation.objects.count(), Entry.objects.count()) == (1, 1)


def test_the_page_says_who_decides_and_since_when(client, approval):
    html = client.get("/en/approvals/permit/").text
    assert "No delegation of this approval is on record" in html
    province, county = DepartmentFactory(name="省厅"), DepartmentFactory(name="县局")
    provision = ProvisionFactory(article="第九条")
    made(approval, FIRST, SECOND, department=province)
    made(approval, SECOND, department=county, delegator=province, provision=provision)
    html = client.get("/en/approvals/permit/").text.split('id="decides"')[1]
    assert html.index("县局") < html.index("省厅")
    assert "第九条" in html
    assert "demo data" not in html
    before = client.get("/en/approvals/permit/?on=2020-01-01").text.split('id="decides"')[1]
    assert before.index("省厅") < before.index("县局")


def test_an_invented_one_wears_the_mark(client, approval):
    one = made(approval)
    assert "tag-demo" not in client.get("/en/approvals/permit/").text.split('id="decides"')[1]
    Delegation.objects.filter(pk=one.pk).update(is_invented=True)
    assert "tag-demo" in client.get("/en/approvals/permit/").text.split('id="decides"')[1]


def test_the_page_takes_the_same_queries_for_any_number(client, approval):
    counts = []
    for years in (range(1, 2), range(2, 20)):
        for n in years:
            made(approval, dt.date(1990 + n, 1, 1), dt.date(1991 + n, 1, 1))
        client.get("/approvals/permit/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/approvals/permit/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def screen(name, action, *args):
    return reverse(f"registry_{name}:{action}", args=args)


def entered(**fields):
    return {
        "approval": "permit",
        "department": DepartmentFactory().pk,
        "delegator": "",
        "in_force_0": "2024-05-01",
        "in_force_1": "",
        "provision": "",
        "document": "某发〔2024〕1号",
        "source": "来源",
    } | fields


def test_an_editor_writes_one_and_later_changes_it(staff, approval):
    assert staff.get(screen("delegations", "index")).status_code == 200
    assert staff.get(screen("delegations", "add")).status_code == 200
    assert staff.post(screen("delegations", "add"), entered()).status_code == 302
    one = Delegation.objects.get()
    changed = entered(approval="other", in_force_1="2025-01-01")
    answer = staff.post(screen("delegations", "edit", one.pk), changed)
    assert answer.status_code == 302
    one.refresh_from_db()
    assert (one.approval, one.in_force.upper) == (approval, dt.date(2025, 1, 1))
    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"approval": "nothing"}, "approval"),
        ({"approval": "\0"}, "approval"),
        ({"department": "999999999999999999999"}, "department"),
        ({"in_force_0": "2024-13-01"}, "in_force"),
        ({"in_force_0": "", "in_force_1": "2025-01-01"}, "__all__"),
        ({"document": ""}, "__all__"),
        ({"source": ""}, "source"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(staff, approval, fields, name):
    answer = staff.post(screen("delegations", "add"), entered(**fields))
    assert name in answer.context["form"].errors
    assert not Delegation.objects.exists()


def test_an_overlap_on_editing_is_told_on_the_form(staff, approval):
    made(approval, FIRST, SECOND)
    later = made(approval, SECOND)
    answer = staff.post(screen("delegations", "edit", later.pk), entered(in_force_0="2020-01-01"))
    assert answer.context["form"].non_field_errors() == [str(DeciderOverlaps())]


def test_an_editor_records_that_two_approvals_are_the_same(staff, approval):
    other = ApprovalFactory(ref="other")
    values = {"approval": "permit", "same_as": "other", "ground": "同一许可", "source": "对照"}
    assert staff.post(screen("counterparts", "add"), values).status_code == 302
    one = Counterpart.objects.get()
    assert (one.approval, one.same_as) == (approval, other)
    again = staff.post(screen("counterparts", "add"), values)
    assert again.context["form"].errors
    assert staff.get(screen("counterparts", "edit", one.pk)).status_code == 200


def test_the_demo_hands_an_approval_on_once_and_says_that_it_is_invented(client):
    approval = ApprovalFactory(ref=APPROVAL)
    DepartmentFactory(region=approval.region)
    for _ in range(2):
        ensure_demo_deciders(editor=UserFactory())
    now, before = approval.delegations.order_by("-in_force")
    assert now.is_invented
    assert before.is_invented
    assert (now.department, now.delegator) == (approval.department, before.department)
    assert before.in_force.upper == now.in_force.lower
    assert "演示" in client.get(approval.get_absolute_url()).content.decode()


def test_a_demo_without_the_seed_hands_nothing_on():
    ensure_demo_deciders(editor=UserFactory())
    assert not Delegation.objects.exists()


def listed(client, **asked):
    answer = client.get("/en/delegations/", asked)
    return [d.pk for d in answer.context["page_obj"]], answer


def test_every_delegation_is_listed_the_latest_first_and_narrowed(client, approval):
    other = ApprovalFactory(ref="other", name="取水许可")
    county = DepartmentFactory(name="县水利局")
    old = made(approval, FIRST, SECOND)
    now = made(other, SECOND, department=county, delegator=DepartmentFactory(name="市水利局"))
    found, answer = listed(client)
    assert found == [now.pk, old.pk]
    html = answer.content.decode()
    assert html.count("decides today") == 1
    assert "市水利局" in html
    assert "/approvals/other/#decides" in html
    assert listed(client, q="qsxk")[0] == [now.pk]
    assert listed(client, department=county.pk)[0] == [now.pk]
    assert listed(client, on="2020-05-05")[0] == [old.pk]
    assert listed(client, region=approval.region_id)[0] == [now.pk, old.pk]
    found, answer = listed(client, q="没有这样的事项")
    assert (found, "No delegation fits" in answer.content.decode()) == ([], True)


def test_a_wrong_day_is_told_and_no_list_says_there_is_nothing(client, approval):
    made(approval)
    answer = client.get("/en/delegations/", {"on": "2026-02-30"})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert "No delegation" not in answer.content.decode()


def test_without_any_the_list_says_who_decides_then(client):
    assert "the department named with it" in client.get("/en/delegations/").content.decode()


def test_the_list_is_flat(client, assert_flat):
    assert_flat(client, "/delegations/", lambda: made(ApprovalFactory(), provision=ProvisionFactory()))
