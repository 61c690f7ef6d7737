"""Practices, what they changed by the measures, and the regions that adopt them."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from wagtail.models import Locale

from cms.access import may_adopt
from cms.demo import ensure_demo_practice
from cms.models import Adoption, PracticeApproval, PracticeIndexPage, PracticePage
from cms.operations import adopt_practice, take_back_adoption
from cms.refusals import AdoptionWithoutSource, AlreadyAdopted, NotAdopted, OwnPractice
from cms.site import load_site
from regulation.ledger.models import Entry
from regulation.ledger.queries import database_now
from regulation.parties.models import Role
from regulation.registry.operations import Measured, draft_measure, publish_measure
from tests.factories import world
from tests.factories.registry import ApprovalFactory

pytestmark = pytest.mark.django_db
SINCE = dt.date(2025, 3, 1)


@pytest.fixture
def index(site):
    world.region("511602")
    world.region("130200", "唐山市")
    return {lang: PracticeIndexPage.objects.get(locale__language_code=lang) for lang in ("zh-hans", "en")}


def practice(index, language="zh-hans", *, approvals=(), region="511602", **fields):
    n = next(world.count)
    said = {
        "title": f"做法{n}",
        "slug": f"practice-{n}",
        "since": SINCE,
        "source": "来源",
        "region_id": region,
    }
    locale = Locale.objects.get(language_code=language)
    page = index[language].add_child(instance=PracticePage(locale=locale, **said | fields))
    page.concerned.set([PracticeApproval(approval=approval) for approval in approvals])
    page.save_revision().publish()
    return page


def adopted(page, code="130200", **fields):
    said = {"since": dt.date(2026, 1, 1), "source": "文件", "by": world.user()} | fields
    return adopt_practice(practice=page, region=world.region(code, code), **said)


def measured(approval, start, end=None, **said):
    draft = draft_measure(approval=approval, said=Measured(start, "来源", end, **said), by=world.user())
    return publish_measure(measure=draft, by=world.user(), at=database_now() + dt.timedelta(seconds=5))


def editor(sign_in, code="130200"):
    member = world.member(Role.EDITOR, world.department(region=world.region(code, code)))
    sign_in(member)
    return member


def test_real_practices_are_loaded_for_the_regions_on_record(site):
    assert not PracticePage.objects.exists()
    world.region("330213", "奉化区")
    assert load_site() == 4  # two practices, of the district and of its province, in two languages
    page = PracticePage.objects.get(locale__language_code="zh-hans", region="330213")
    assert all(figure.value["source"] for figure in page.reported)
    assert load_site() == 0


def test_what_a_local_government_reports_is_said_to_be_its_own(client, site):
    world.region("330213", "奉化区")
    load_site()
    page = client.get("/en/practices/environmental-assessment-fair/").text
    assert "Reported by the local government, not measured here" in page
    assert "Measured change" not in page


def test_the_change_is_computed_from_the_measures_round_the_day(client, index):
    approval = ApprovalFactory()
    measured(approval, dt.date(2024, 1, 1), SINCE, trips=4, committed_days=15)
    measured(approval, SINCE, trips=1, committed_days=6)
    page = client.get(practice(index, approvals=[approval, ApprovalFactory()]).get_url())
    first, second = page.context["measured"]
    assert [(c.figure, c.before, c.after) for c in first.changes] == [
        ("trips", 4, 1),
        ("committed_days", 15, 6),
    ]
    assert second.changes == []


def test_the_same_approval_of_the_region_that_adopts_is_measured_there(client, index):
    approval = ApprovalFactory(name="企业投资项目备案")
    there = ApprovalFactory(
        name="企业投资项目备案", department=world.department(region=world.region("130200"))
    )
    measured(there, dt.date(2024, 1, 1), dt.date(2026, 2, 1), trips=3)
    measured(there, dt.date(2026, 2, 1), trips=0)
    page = practice(index, approvals=[approval])
    adopted(page)
    (one,) = client.get(page.get_url()).context["adopted"]
    assert [(row.approval, row.changes[0].difference) for row in one.measured] == [(there, -3)]


def test_both_languages_count_the_same_adoptions(client, index):
    chinese = practice(index)
    english = practice(index, "en", translation_key=chinese.translation_key)
    adopted(chinese)
    adopted(english, "130300")
    for page, address in ((chinese, "/practices/"), (english, "/en/practices/")):
        assert client.get(page.get_url()).context["page_obj"].paginator.count == 2
        (row,) = client.get(address).context["page_obj"].object_list
        assert row.adoptions == 2


def test_an_adoption_writes_one_entry_and_is_refused_twice(index):
    page = practice(index)
    made = adopted(page, note="照做")
    (entry,) = Entry.objects.filter(subject=made.urn)
    assert (entry.kind, entry.actor) == ("cms.practice_adopted", made.by)
    with pytest.raises(AlreadyAdopted):
        adopted(page)
    with pytest.raises(OwnPractice):
        adopted(page, "511602")
    with pytest.raises(AdoptionWithoutSource):
        adopted(page, "130300", source=" ")
    assert Adoption.objects.count() == 1


def test_an_adoption_taken_back_stays_on_record_and_may_be_made_again(index):
    page = practice(index)
    made = adopted(page)
    later = made.recorded.lower if made.recorded else database_now()
    made.refresh_from_db()
    later = made.recorded.lower + dt.timedelta(seconds=1)
    take_back_adoption(practice=page, region=made.region, by=made.by, at=later)
    with pytest.raises(NotAdopted):
        take_back_adoption(practice=page, region=made.region, by=made.by, at=later)
    adopted(page)
    assert (Adoption.objects.count(), page.standing_adoptions().count()) == (2, 1)


def test_the_database_keeps_one_adoption_of_a_region_and_its_source(index):
    made = adopted(practice(index))
    copy = Adoption.objects.get(pk=made.pk)
    copy.pk, copy._state.adding = None, True
    with pytest.raises(IntegrityError, match="practice_adopted_once_by_a_region"), transaction.atomic():
        copy.save(force_insert=True)
    with pytest.raises(IntegrityError, match="adoption_names_its_source"), transaction.atomic():
        Adoption.objects.filter(pk=made.pk).update(source="")
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        made.delete()


def test_only_an_editor_seated_in_another_region_may_adopt(index):
    page = practice(index)
    elsewhere = world.department(region=world.region("130200", "唐山市"))
    assert may_adopt(world.member(Role.EDITOR, elsewhere), page)
    assert not may_adopt(world.member(Role.REVIEWER, elsewhere), page)
    assert not may_adopt(world.member(Role.EDITOR), page)
    assert not may_adopt(world.member(Role.EDITOR, world.department(region=None)), page)
    assert not may_adopt(None, page)


def test_an_editor_adopts_and_takes_back(client, sign_in, index):
    page = practice(index)
    editor(sign_in)
    address = reverse("practice_adopt", args=[page.translation_key])
    assert address in client.get(page.get_url()).text
    answer = client.post(address, {"since": "2026-01-01", "source": "文件", "note": "照做"})
    assert answer.url == page.get_url()
    shown = client.get(page.get_url()).text
    assert "照做" in shown
    assert address not in shown.replace(reverse("practice_take_back", args=[page.translation_key]), "")
    again = client.post(address, {"since": "2026-01-01", "source": "文件"})
    assert again.status_code == 422
    client.post(reverse("practice_take_back", args=[page.translation_key]))
    assert not page.standing_adoptions().exists()


def test_an_editor_of_the_region_itself_is_refused(client, sign_in, index):
    page = practice(index)
    editor(sign_in, "511602")
    for name in ("practice_adopt", "practice_take_back"):
        assert client.post(reverse(name, args=[page.translation_key])).status_code == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"since": "2199-01-01"}, "since"),
        ({"since": "1066-10-14"}, "since"),
        ({"since": "x"}, "since"),
        ({"source": ""}, "source"),
        ({"note": "a\0b"}, "note"),
    ],
)
def test_bad_input_names_its_field(client, sign_in, index, changed, field):
    page = practice(index)
    editor(sign_in)
    form = {"since": "2026-01-01", "source": "文件"} | changed
    answer = client.post(reverse("practice_adopt", args=[page.translation_key]), form)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Adoption.objects.exists()


def test_a_practice_that_is_not_live_cannot_be_adopted(client, sign_in, index):
    page = practice(index)
    page.unpublish()
    editor(sign_in)
    assert client.get(reverse("practice_adopt", args=[page.translation_key])).status_code == 404


def test_the_list_is_narrowed_by_region_and_approval(client, index):
    approval = ApprovalFactory(name="道路占用许可")
    here, there = practice(index, approvals=[approval]), practice(index, region="130200")

    def found(query):
        return list(client.get(f"/practices/?{query}").context["page_obj"].object_list)

    assert found("") == [there, here]
    assert found("region=511602") == [here]
    assert found("approval=道路占用") == [here]
    assert found("approval=没有这样的事项") == []
    for query in ("region=999999", "region=%00", "approval=%00", "page=99", "approval=" + "a" * 300):
        assert client.get(f"/practices/?{query}").status_code == 200


def test_the_list_and_the_page_cost_the_same_for_one_and_for_twenty(
    client, index, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(address):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    page = practice(index, approvals=[ApprovalFactory()])
    adopted(page)
    before = cost("/practices/"), cost(page.get_url())
    for n in range(8):
        practice(index, approvals=[ApprovalFactory()])
        adopted(page, f"13{n + 10}00")
        page.concerned.add(PracticeApproval(approval=ApprovalFactory()))
    page.save()
    assert (cost("/practices/"), cost(page.get_url())) == before


def test_the_demos_practice_is_marked_and_made_once(client, index):
    approval = ApprovalFactory(ref="511602-1j-5100-00019")
    world.region("511603", "前锋区")
    people = {"editor": world.user(), "reviewer": world.user()}
    for _again in range(2):
        ensure_demo_practice(at=database_now() + dt.timedelta(seconds=5), **people)
    assert PracticePage.objects.count() == 2
    assert approval.measures.filter(is_invented=True).count() == 2
    with translation.override("en"):
        page = client.get("/en/practices/demo-one-window/")
    assert page.text.count("Demo data") == 3
    assert page.context["measured"][0].changes[0].difference == -3
