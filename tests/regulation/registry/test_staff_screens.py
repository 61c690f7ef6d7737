"""The CMS screens for approvals, services, laws and articles."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.parties.models import EntityKind, Membership, Role
from regulation.registry.models import Approval, Level, Provision, Ruling
from regulation.registry.operations import submit_draft
from regulation.registry.queries import search_approvals
from tests.factories.consultations import consultation
from tests.factories.registry import (
    ApprovalFactory,
    DepartmentFactory,
    DraftFactory,
    InstrumentFactory,
    MaterialFactory,
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


def papers(*said, before=0):
    """The rows of papers as a browser would send them."""
    data = {"materials-TOTAL_FORMS": len(said), "materials-INITIAL_FORMS": before}
    return data | {
        f"materials-{n}-{name}": value for n, row in enumerate(said) for name, value in row.items()
    }


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
            **papers(),
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
            **papers(),
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


HELD = {"held_by": "市场监管局", "held_ground": "该局自己的证照", "held_provision": "share-1"}


def kept(staff, approval, *said, before=0):
    """Save an approval as it is, with these rows of papers."""
    fields = ("code", "name", "department_id", "region_id", "source")
    data = {name.removesuffix("_id"): getattr(approval, name) for name in fields}
    return staff.post(screen("approvals", "edit", approval.pk), data | papers(*said, before=before))


def test_the_papers_of_an_approval_are_written_there(staff, client):
    approval, service = ApprovalFactory(ref="permit"), ServiceFactory(code="survey")
    ProvisionFactory(ref="share-1")
    one = {"position": 1, "name": "测绘报告", "service": "survey"}
    two = {"position": 2, "name": "营业执照", **HELD, "source": "清单第二页"}
    assert kept(staff, approval, one, two, {}).status_code == 302
    first, second = approval.materials.order_by("position")
    assert (first.service, first.source, first.held_by) == (service, approval.source, "")
    assert (second.held_by, second.held_provision.ref, second.source) == (
        "市场监管局",
        "share-1",
        "清单第二页",
    )
    said = body_of(Entry.objects.get(kind="registry.approval_changed"))["materials"]
    assert [row["name"] for row in said] == ["测绘报告", "营业执照"]
    assert said[0]["held_provision"] == ""
    page = client.get("/en/approvals/permit/").content.decode()
    assert "You need not bring it" in page
    form = staff.get(screen("approvals", "edit", approval.pk)).content.decode()
    assert "评估服务" in form  # what the code stands for
    gone = {**one, "source": approval.source, "DELETE": "on"}
    assert kept(staff, approval, gone, two, before=2).status_code == 302
    assert [m.name for m in approval.materials.all()] == ["营业执照"]


def test_an_approval_saved_without_a_touch_of_its_papers_keeps_those_another_wrote_meanwhile(staff):
    approval = ApprovalFactory()
    MaterialFactory(approval=approval, position=7)
    assert kept(staff, approval).status_code == 302  # its form was opened before there was any
    assert [m.position for m in approval.materials.all()] == [7]
    assert "materials" not in body_of(Entry.objects.get())


def test_a_paper_names_its_service_by_words_and_is_offered_those_that_fit(staff):
    approval = ApprovalFactory()
    for name in ("地形测绘", "房产测绘"):
        ServiceFactory(name=name, code=name)
    assert kept(staff, approval, {"position": 1, "name": "报告", "service": "房产"}).status_code == 302
    assert approval.materials.get().service.name == "房产测绘"
    answer = kept(staff, approval, {"position": 1, "name": "报告", "service": "测绘"})
    assert answer.status_code == 200
    assert answer.content.decode().count('type="radio" name="materials-0-service"') == 2


@pytest.mark.parametrize(
    ("paper", "field"),
    [
        ({"name": ""}, "name"),
        ({"position": 0}, "position"),
        ({"service": "没有这项服务"}, "service"),
        ({"service": "a\0"}, "service"),
        ({"held_by": "某局"}, "held_ground"),
        ({**HELD, "held_by": ""}, "held_by"),
        ({**HELD, "held_provision": ""}, "held_provision"),
        ({**HELD, "held_provision": "no-such"}, "held_provision"),
        ({"name": "长" * 401}, "name"),
    ],
)
def test_a_wrong_paper_is_told_at_its_field_and_nothing_is_written(staff, paper, field):
    approval = ApprovalFactory(name="旧名称")
    ProvisionFactory(ref="share-1")
    answer = kept(staff, approval, {"position": 1, "name": "报告"} | paper)
    assert answer.status_code == 200
    (_title, rows), *_ = answer.context["row_sets"]
    assert field in rows.errors[0]
    assert not approval.materials.exists()
    assert not Entry.objects.exists()


def test_only_who_can_decide_is_offered_as_a_department(staff):
    firm = DepartmentFactory(kind=EntityKind.ENTERPRISE, name="某咨询公司")
    department = DepartmentFactory(name="自然资源局")
    data = {"ref": "new", "name": "许可", "region": region("511602").pk, "source": "来源", **papers()}
    assert staff.post(screen("approvals", "add"), data | {"department": firm.pk}).status_code == 200
    assert not Approval.objects.exists()
    assert staff.post(screen("approvals", "add"), data | {"department": "x"}).status_code == 200
    found = staff.get(reverse("registry_choose_department:choose_results")).content.decode()
    assert (department.name in found, firm.name in found) == (True, False)
    named = staff.get(reverse("registry_choose_department:choose_results"), {"q": "自然 5116"})
    assert department.name in named.content.decode()
    none = staff.get(reverse("registry_choose_department:choose_results"), {"q": "水利"}).content.decode()
    assert department.name not in none
    assert staff.post(screen("approvals", "add"), data | {"department": department.pk}).status_code == 302


def test_fields_of_a_screen_are_offered_what_fits_while_one_types(client):
    acting(client, Role.EDITOR)
    ServiceFactory(name="地形测绘", code="survey")
    find = reverse("registry:draft_find", args=["service"])
    asked = {"of": "materials-0-service", "materials-0-service": "测绘"}
    assert 'value="survey"' in client.get(find, asked).content.decode()
    assert client.get(reverse("registry:draft_find", args=["source"]), asked).status_code == 404


@pytest.mark.parametrize(
    ("browser", "chosen", "shown", "not_shown"),
    [
        ("en-GB,en;q=0.9", "", "Intermediary services", "中介服务事项"),
        ("zh-CN,zh;q=0.9", "", "中介服务事项", "Intermediary services"),
        ("", "", "中介服务事项", "Intermediary services"),
        ("fr", "", "中介服务事项", "Intermediary services"),
        ("en-GB", "zh-hans", "中介服务事项", "Intermediary services"),
    ],
)
def test_the_screens_speak_the_browsers_language_until_the_account_chooses(
    client, browser, chosen, shown, not_shown
):
    user = acting(client, Role.EDITOR)
    if chosen:
        UserProfile.objects.create(user=user, preferred_language=chosen)
    answer = client.get(screen("services", "index"), headers={"accept-language": browser} if browser else {})
    html = answer.content.decode()
    assert (shown in html, not_shown in html) == (True, False)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER])
def test_the_first_page_says_how_much_waits_in_the_registry(client, role):
    consultation()
    DraftFactory()
    acting(client, role)
    html = client.get("/cms/", headers={"accept-language": "en"}).content.decode()
    assert f'<a href="{reverse("registry:draft_list")}">Draft rulings</a>: 2' in html
    assert "Consultations with comments to answer</a>: 0" in html


def test_drafts_and_rulings_are_told_apart_by_the_titles_of_their_lists(staff):
    for name, title in (("drafts", "Draft rulings"), ("rulings", "Rulings")):
        answer = staff.get(screen(name, "index"), headers={"accept-language": "en"})
        assert answer.context["header_title"] == title
