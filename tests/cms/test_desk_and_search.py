import datetime as dt

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from regulation.ledger.generation import turn
from regulation.parties.models import EntityKind, Role
from regulation.registry.models import Import, ImportedRow
from regulation.registry.operations import return_draft
from tests.factories import world
from tests.factories.consultations import comment, consultation
from tests.factories.registry import DraftFactory, ProvisionFactory, RulingFactory

pytestmark = pytest.mark.django_db


def main_of(answer):
    return answer.text.split("<main")[1].split("</main")[0]


def desk_of(client, membership):
    client.force_login(membership.user)
    return client.get(reverse("desk"))


def test_a_stranger_is_sent_to_sign_in(client):
    answer = client.get(reverse("desk"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_whoever_acts_for_nobody_is_told_what_to_do(client):
    client.force_login(world.user())
    assert reverse("registry:need_check") in client.get(reverse("desk")).text


def test_an_owner_sees_own_drafts_and_running_tenders_and_nobody_elses(client):
    acting = world.member(Role.OWNER)
    draft = world.tender(owner=acting.entity, published_at=None, closes_at=None, title="我的草稿")
    running = world.tender(owner=acting.entity, title="我的公告")
    foreign = world.tender(published_at=None, closes_at=None, title="别人的草稿")
    text = desk_of(client, acting).text
    assert draft.title in text
    assert running.title in text
    assert foreign.title not in text


def test_a_regulator_sees_the_checks_that_wait(client):
    waiting = world.check(outcome="unknown", due_at=timezone.now() + dt.timedelta(days=3))
    settled = world.check(outcome="clear")
    text = desk_of(client, world.member(Role.REGULATOR, world.department())).text
    assert waiting.get_absolute_url() in text
    assert settled.get_absolute_url() not in text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER])
def test_the_registers_keepers_see_draft_rulings(client, role):
    draft = world.ruling(published_at=None, reviewer=None)
    text = desk_of(client, world.member(role, world.department())).text
    assert reverse("registry:draft_review", args=[draft.pk]) in text


def test_an_editor_sees_what_came_back_first_and_others_work_last(client):
    member = world.member(Role.EDITOR, world.department())
    foreign = DraftFactory(review=False)
    own = DraftFactory(author=member.user)
    handed_in = DraftFactory(author=member.user)
    return_draft(ruling=own, note="请补充理由。", by=world.user())
    text = main_of(desk_of(client, member))
    places = [text.index(reverse("registry:draft_review", args=[d.pk])) for d in (own, handed_in, foreign)]
    assert places == sorted(places)
    assert "请补充理由。" in text
    assert text.count("<h2") <= 8  # what is empty is told in one place
    assert reverse("registry:draft_new") in text


def test_an_editor_sees_the_demands_that_lost_their_law(client):
    ended = ProvisionFactory(in_force=DateRange(dt.date(2020, 1, 1), dt.date(2024, 5, 1), "[)"))
    ruling = RulingFactory(necessity="mandatory", provisions=[ended])
    way = f"{reverse('registry:draft_new')}?service={ruling.service.code}&amp;region={ruling.region_id}"
    text = main_of(desk_of(client, world.member(Role.EDITOR, world.department())))
    assert way in text
    assert "2024-05-01" in text
    assert way not in main_of(desk_of(client, world.member(Role.REVIEWER, world.department())))


def test_a_reviewer_sees_a_deadline_before_what_has_none(client):
    world.ruling(published_at=None, reviewer=None)
    made = comment(consultation())
    text = main_of(desk_of(client, world.member(Role.REVIEWER, world.department())))
    asked = reverse("registry:consultation_answer", args=[made.consultation.pk])
    assert text.index(asked) < text.index("/drafts/")


def test_the_drafts_of_a_table_are_one_task(client):
    drafts = [DraftFactory() for _n in range(3)]
    job = Import.objects.create(kind="rulings", name="表.csv", size=1, sha256="0" * 64, by=drafts[0].author)
    for row, draft in enumerate(drafts, start=2):
        ImportedRow.objects.create(of=job, row=row, subject=draft.urn, created=True, changes={}, ruling=draft)
    text = main_of(desk_of(client, world.member(Role.REVIEWER, world.department())))
    assert text.count(reverse("registry:import_drafts", args=[job.pk])) == 1
    assert not any(reverse("registry:draft_review", args=[draft.pk]) in text for draft in drafts)


def test_the_desk_asks_no_more_for_twenty_drafts(client, django_assert_max_num_queries):
    member = world.member(Role.REVIEWER, world.department())
    DraftFactory()
    for _n in range(2):  # what is kept between pages is kept from then on
        desk_of(client, member)
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("desk"))
    for _n in range(19):
        DraftFactory()
    with django_assert_max_num_queries(len(one)):
        client.get(reverse("desk"))


def test_an_agent_sees_the_prices_offered(client):
    profile = world.intermediary()
    offer = world.offer(profile, world.service(name="测绘"))
    text = desk_of(client, world.member(Role.AGENT, profile.entity)).text
    assert offer.service.name in text


@pytest.mark.parametrize(
    ("role", "way"), [(Role.PRACTITIONER, "tenders:tender_list"), (Role.TRUSTEE, "tenders:trustee_desk")]
)
def test_other_roles_are_told_what_their_desk_is_for(client, role, way):
    entity = world.entity(EntityKind.INTERMEDIARY)
    text = main_of(desk_of(client, world.member(role, entity)))
    assert 'id="desk-quiet"' in text
    assert reverse(way) in text


def test_only_staff_see_the_way_to_the_back_office(client):
    acting = world.member(Role.OWNER)
    back_office = f'class="button secondary" href="{reverse("wagtailadmin_home")}"'
    assert back_office not in desk_of(client, acting).text
    acting.user.is_staff = True
    acting.user.save()
    assert back_office in desk_of(client, acting).text


def test_search_finds_approvals_services_and_pages(client, site):
    approval = world.approval(name="隐私测绘审批")
    service = world.service(name="隐私测绘")
    text = client.get(reverse("search"), {"q": "隐私"}).text
    assert approval.get_absolute_url() in text
    assert service.get_absolute_url() in text
    assert '"/privacy/"' in text


def test_search_looks_into_the_body_and_stays_in_the_readers_language(client, site):
    text = client.get("/en/search/", {"q": "analytics"}).text
    assert "/en/privacy/" in text
    assert (
        '"/privacy/"'
        not in client.get("/search/", {"q": "analytics"}).text.split("<main")[1].split("</main")[0]
    )


def test_an_unpublished_page_is_not_found(client, site):
    from cms.models import StandardPage

    StandardPage.objects.get(slug="privacy", locale__language_code="zh-hans").unpublish()
    assert "/privacy/" not in main_of(client.get(reverse("search"), {"q": "隐私"}))


def test_one_kind_is_shown_page_by_page(client):
    for n in range(25):
        world.service(name=f"测绘{n:02d}", pinyin=f"cehui{n:02d}")
    answer = client.get(reverse("search"), {"q": "测绘", "kind": "services", "page": "2"})
    assert len(answer.context["page_obj"].object_list) == 5
    assert "q=%E6%B5%8B%E7%BB%98&amp;kind=services&amp;page=1" in answer.text


@pytest.mark.parametrize("query", ["", " ", "\0", "\0取水", "%_\\'\"", "x" * 5000, "<script>"])
def test_no_query_breaks_the_search(client, query):
    for kind in ("", "pages", "approvals", "nonesuch"):
        answer = client.get(reverse("search"), {"q": query, "kind": kind, "page": "-1"})
        assert answer.status_code == 200
        assert "<script" not in answer.text


def search_main(client, **asked):
    answer = client.get("/en/search/", asked)
    assert answer.status_code == 200
    return main_of(answer)


def test_every_kind_of_the_registry_is_found_and_what_was_looked_for_is_marked(client):
    service, law = world.service(name="隐私测绘"), world.provision()
    law.summary = "测绘单位应当保密。<b>"
    law.save()
    ruling = world.ruling(service=service, reason="测绘不必委托。", basis=law)
    text = search_main(client, q="测绘")
    for found in (service, ruling, law):
        assert found.get_absolute_url() in text
    assert "隐私<mark>测绘</mark>" in text
    assert "<mark>测绘</mark>不必委托。" in text
    assert "<b>" not in text


def test_facets_narrow_and_keep_the_rest_of_the_question(client):
    here, there = world.region("510000"), world.region("520000")
    near, far = (world.approval(name="测绘审批", region=place) for place in (here, there))
    text = search_main(client, q="测绘", region=here.pk)
    assert near.get_absolute_url() in text
    assert far.get_absolute_url() not in text
    assert "q=%E6%B5%8B%E7%BB%98" in text
    assert f"region={there.pk}" in text


def test_a_demand_whose_basis_has_ended_says_so_and_is_counted_apart(client):
    ended = world.provision()
    demand, standing = world.ruling(basis=ended, reason="测绘甲"), world.ruling(reason="测绘乙")
    ended.in_force = DateRange(dt.date(2000, 1, 1), timezone.localdate())
    ended.save()
    text = search_main(client, q="测绘", kind="rulings")
    assert "Basis ended" in text
    assert "legal basis ended" in text
    only = search_main(client, q="测绘", necessity="lapsed")
    assert demand.get_absolute_url() in only
    assert standing.get_absolute_url() not in only
    others = search_main(client, necessity="mandatory")
    assert demand.get_absolute_url() not in others
    assert standing.get_absolute_url() in others


def test_a_ruling_that_has_ended_is_found_with_a_word_about_it(client):
    world.ruling(reason="测绘甲", in_force=DateRange(dt.date(2020, 1, 1), dt.date(2021, 1, 1)))
    assert "No longer in force" in search_main(client, q="测绘")


def test_a_misspelling_is_answered_with_what_may_have_been_meant(client):
    world.approval(name="施工许可证核发", pinyin="shigongxukezhenghefa")
    text = search_main(client, q="施工许克")
    assert "Did you mean" in text
    assert "?q=%E6%96%BD%E5%B7%A5%E8%AE%B8%E5%8F%AF" in text
    assert "Did you mean" not in search_main(client, q="施工许可")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", "abc"),
        ("region", "\0"),
        ("department", "x"),
        ("department", str(2**63)),
        ("department", "-1"),
        ("necessity", "nonesuch"),
        ("level", "<script>"),
    ],
)
def test_a_facet_that_does_not_exist_is_refused_by_name(client, name, value):
    answer = client.get("/en/search/", {"q": "测绘", name: value})
    assert answer.status_code == 422
    assert {"region": "Region", "department": "Department", "necessity": "Verdict", "level": "Level"}[
        name
    ] + ":" in main_of(answer)
    assert "<script" not in main_of(answer)


def test_the_next_page_neither_counts_nor_ranks_anew_until_the_record_changes(client):
    for _ in range(25):
        world.approval(name=f"取水许可{next(world.count)}")

    def asked(page):
        """How often it was counted, and how often put in order."""
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(reverse("search"), {"q": "取水", "kind": "approvals", "page": page})
        assert len(answer.context["hits"]) == (20 if page == 1 else 5)
        sqls = [query["sql"] for query in captured if "registry_document" in query["sql"]]
        return tuple(sum(word in sql for sql in sqls) for word in ("AS MATERIALIZED", "LIMIT 1000"))

    assert [asked(1), asked(2), asked(1)] == [(1, 1), (0, 0), (0, 0)]
    turn("tenders")  # as a committed entry of a tender does
    assert asked(2) == (0, 0)
    turn("registry")
    assert asked(2) == (1, 1)
    turn()  # as an edited page does
    assert asked(2) == (1, 1)


def test_what_is_kept_of_a_search_is_of_the_very_search(client):
    """Other words, another facet, another kind and another language are other searches."""
    ours, other = world.region("330000"), world.region("370000")
    for region in (ours, other):
        world.ruling(service=world.service(name=f"测绘{region.code}"), region=region)

    def found(**asked):
        answer = client.get(reverse("search"), {"kind": "rulings"} | asked)
        return {hit.document.region_id for hit in answer.context["hits"]}

    assert found(q="测绘") == {"330000", "370000"}
    assert found(q="测绘", region="330000") == {"330000"}
    assert found(q="测绘370000") == {"370000"}
    assert found(q="测绘", kind="services") == {None}


def test_no_more_than_a_thousand_are_paged_through(client, monkeypatch):
    monkeypatch.setattr("cms.finding.LISTED", 20)
    for n in range(25):
        world.service(name=f"测绘{n:02d}")
    answer = client.get("/en/search/", {"q": "测绘", "kind": "services", "page": "99"})
    assert answer.context["page_obj"].paginator.num_pages == 1
    assert "There are 25; the closest 20 are listed" in main_of(answer)


@pytest.mark.parametrize("kind", ["rulings", "services"])
def test_a_list_of_what_was_found_takes_the_same_queries_for_any_number(client, site, assert_flat, kind):
    for _ in range(3):
        world.ruling(service=world.service(name="测绘"))
    assert_flat(
        client,
        f"{reverse('search')}?q=测绘&kind={kind}",
        lambda: world.ruling(service=world.service(name="测绘")),
    )
