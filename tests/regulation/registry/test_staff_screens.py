"""The CMS screens for approvals, services, laws and articles."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import Membership, Role
from regulation.registry.models import Approval, Level, Provision, Ruling
from regulation.registry.operations import submit_draft
from regulation.registry.queries import search_approvals
from tests.factories.consultations import consultation
from tests.factories.registry import (
    ApprovalFactory,
    DepartmentFactory,
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    acting,
    region,
)

pytestmark = pytest.mark.django_db
NAMES = ("approvals", "services", "instruments", "provisions", "delegations", "counterparts", "calendar")
NAMES += ("conditions", "activities", "zones", "area_matters", "joint_review")


@pytest.fixture
def staff(client):
    user = UserFactory(is_superuser=True, is_staff=True)
    client.force_login(user)
    return client


def screen(name, action, *args):
    return reverse(f"registry_{name}:{action}", args=args)


@pytest.mark.parametrize("name", ["approvals", "services", "instruments", "provisions"])
def test_each_screen_lists_and_offers_a_form(staff, name):
    ApprovalFactory()
    ProvisionFactory()
    assert staff.get(screen(name, "index")).status_code == 200
    assert staff.get(screen(name, "index"), {"q": "测试"}).status_code == 200
    assert staff.get(screen(name, "add")).status_code == 200


def test_an_approval_made_there_is_found_at_once_and_recorded(staff):
    department = DepartmentFactory()
    response = staff.post(
        screen("approvals", "add"),
        {
            "ref": "new",
            "code": "",
            "name": "临时用地审批",
            "department": department.pk,
            "region": region("511602").pk,
            "source": "来源",
        },
    )
    assert response.status_code == 302
    (made,) = search_approvals(Approval.objects.all(), "lsyd")
    assert made.ref == "new"
    entry = Entry.objects.get()
    assert (entry.kind, entry.subject) == ("registry.approval_created", made.urn)


def test_an_edited_name_is_found_and_the_reference_stays(staff):
    approval = ApprovalFactory(ref="stays", name="旧名称")
    response = staff.post(
        screen("approvals", "edit", approval.pk),
        {
            "ref": "changed",
            "code": approval.code,
            "name": "取水许可",
            "department": approval.department_id,
            "region": approval.region_id,
            "source": "来源",
        },
    )
    assert response.status_code == 302
    assert [a.ref for a in search_approvals(Approval.objects.all(), "取水")] == ["stays"]
    entry = Entry.objects.get()
    assert (entry.kind, body_of(entry)["changed"]["name"]) == ("registry.approval_changed", "取水许可")


def test_an_article_takes_the_level_of_its_instrument(staff):
    instrument = InstrumentFactory(level=Level.LOCAL_RULE)
    staff.post(
        screen("provisions", "add"),
        {
            "ref": "p-1",
            "instrument": instrument.pk,
            "article": "第一条",
            "article_order": 1,
            "level": "law",
            "summary": "概要。",
            "source": "来源",
        },
    )
    assert Provision.objects.get(ref="p-1").level == Level.LOCAL_RULE


def test_the_level_of_an_instrument_is_not_changed_afterwards(staff):
    instrument = InstrumentFactory(level=Level.LOCAL_RULE)
    form = staff.get(screen("instruments", "edit", instrument.pk)).context["form"]
    assert "level" not in form.fields


@pytest.mark.parametrize("name", ["approvals", "provisions"])
def test_nothing_is_deleted_there(staff, name):
    pk = {"approvals": ApprovalFactory, "provisions": ProvisionFactory}[name]().pk
    staff.post(screen(name, "delete", pk))
    assert {"approvals": Approval, "provisions": Provision}[name].objects.filter(pk=pk).exists()


def test_who_is_not_staff_does_not_get_in(client):
    client.force_login(UserFactory())
    assert client.get(screen("approvals", "index")).status_code in (302, 403)


@pytest.mark.parametrize("name", ["rulings", "drafts", "consultations"])
def test_rulings_drafts_and_consultations_are_read_there_and_acted_on_at_the_desk(staff, name):
    draft = DraftFactory()
    subject = {"rulings": RulingFactory, "drafts": lambda: draft, "consultations": consultation}[name]()
    listed = staff.get(screen(name, "index"))
    assert listed.status_code == 200
    assert screen(name, "inspect", subject.pk) in listed.content.decode()
    inspected = staff.get(screen(name, "inspect", subject.pk)).content.decode()
    leads_to = {
        "rulings": subject.get_absolute_url(),
        "drafts": reverse("registry:draft_review", args=[draft.pk]),
        "consultations": reverse("registry:consultation_answer", args=[subject.pk]),
    }
    assert leads_to[name] in inspected
    for action in ("edit", "delete"):
        assert staff.get(screen(name, action, subject.pk)).status_code in (302, 403)
    assert staff.get(screen(name, "add")).status_code in (302, 403)


def test_the_lists_there_tell_drafts_from_what_is_published(staff):
    draft, ruling = DraftFactory(), RulingFactory()
    assert screen("drafts", "inspect", ruling.pk) not in staff.get(screen("drafts", "index")).content.decode()
    assert (
        screen("rulings", "inspect", draft.pk) not in staff.get(screen("rulings", "index")).content.decode()
    )
    assert staff.get(screen("rulings", "index"), {"necessity": "optional", "q": "评估"}).status_code == 200
    assert staff.get(screen("drafts", "index"), {"stage": "reviewed"}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "make", "words"),
    [
        ("approval", lambda: ApprovalFactory(name="取水许可"), "qsxk"),
        ("service", lambda: ServiceFactory(name="水资源论证"), "水资源"),
        ("provision", lambda: ProvisionFactory(article="第九十九条"), "九十九"),
        ("region", lambda: region("330100"), "3301"),
    ],
)
def test_a_chooser_finds_by_words(staff, kind, make, words):
    wanted = make()
    if kind == "service":
        wanted.pinyin, wanted.initials = "shuiziyuan", "szy"
        wanted.save()
    address = reverse(f"registry_choose_{kind}:choose_results")
    found = staff.get(address, {"q": words}).content.decode()
    assert str(wanted) in found
    assert str(wanted) not in staff.get(address, {"q": "没有这样的东西"}).content.decode()
    assert staff.get(reverse(f"registry_choose_{kind}:chosen", args=[wanted.pk])).status_code == 200


def test_a_region_is_chosen_not_typed(staff):
    form = staff.get(screen("approvals", "add"))
    assert reverse("registry_choose_region:choose") in form.content.decode()


def test_a_row_tells_who_has_a_draft_and_leads_to_its_acts(staff):
    own = DraftFactory(review=False, author=UserFactory(name="起草人甲"))
    submitted = DraftFactory(review=False)
    submit_draft(ruling=submitted, by=submitted.author)
    html = staff.get(screen("drafts", "index")).content.decode()
    assert "起草人甲" in html
    assert html.count("已锁定") == 1  # what is in legal review, and no other
    for draft in (own, submitted):
        assert reverse("registry:draft_review", args=[draft.pk]) in html
        assert reverse("registry:draft_history", args=[draft.pk]) in html


def test_drafts_are_narrowed_by_author_time_and_consultation(staff):
    open_one = consultation().ruling
    other = DraftFactory()
    Ruling.objects.filter(pk=other.pk).update(
        publish_at=timezone.now() + dt.timedelta(days=1), scheduled_by=UserFactory()
    )

    def shown(**query):
        html = staff.get(screen("drafts", "index"), query).content.decode()
        return {d for d in (open_one, other) if reverse("registry:draft_review", args=[d.pk]) in html}

    assert shown() == {open_one, other}
    assert shown(author=other.author_id) == {other}
    assert shown(timed="true") == {other}
    assert shown(consulted="true") == {open_one}


def test_published_rulings_are_narrowed_by_where_they_stand_today(staff):
    gone = DateRange(dt.date(2020, 1, 1), dt.date(2024, 1, 1), "[)")
    made = {
        "in_force": RulingFactory(),
        "ended": RulingFactory(in_force=gone),
        "coming": RulingFactory(in_force=DateRange(timezone.localdate() + dt.timedelta(days=9), None, "[)")),
        "lapsed": RulingFactory(necessity="mandatory", provisions=[ProvisionFactory(in_force=gone)]),
        "corrected": RulingFactory(
            recorded=(timezone.now() - dt.timedelta(days=2), timezone.now() - dt.timedelta(days=1))
        ),
    }
    for state, wanted in made.items():
        html = staff.get(screen("rulings", "index"), {"state": state}).content.decode()
        assert {s for s, r in made.items() if f"{r.get_absolute_url()}#history" in html} == {state}, wanted


def test_who_is_not_staff_does_not_read_there(client):
    client.force_login(UserFactory())
    for name in ("rulings", "drafts", "consultations"):
        assert client.get(screen(name, "index")).status_code in (302, 403)
    assert client.get(reverse("registry_choose_region:choose")).status_code in (302, 403)


@pytest.mark.parametrize("name", NAMES)
def test_an_editor_writes_there_and_a_reviewer_only_reads(client, name):
    acting(client, Role.EDITOR)
    assert client.get(screen(name, "index")).status_code == 200
    assert client.get(screen(name, "add")).status_code == 200
    acting(client, Role.REVIEWER)
    assert client.get(screen(name, "index")).status_code == 200
    assert client.get(screen(name, "add")).status_code in (302, 403)


def test_an_editor_gets_no_further_than_the_registry(client):
    acting(client, Role.EDITOR)
    for address in (reverse("wagtailadmin_explore_root"), "/cms/users/", "/cms/settings/cms/sitesettings/1/"):
        answer = client.get(address)
        assert answer.status_code in (302, 403, 404), address
    assert client.get("/django-admin/").status_code == 302


def test_the_way_in_ends_with_the_membership(client):
    user = acting(client, Role.EDITOR)
    assert client.get("/cms/").status_code == 200
    today = timezone.localdate()
    Membership.objects.filter(user=user).update(valid=DateRange(today - dt.timedelta(days=9), today, "[)"))
    assert client.get("/cms/", follow=True).status_code == 403


@pytest.mark.parametrize("role", [Role.AGENT, Role.REGULATOR])
def test_other_roles_are_refused_and_not_sent_round(client, role):
    acting(client, role)
    assert client.get("/cms/", follow=True).status_code == 403
