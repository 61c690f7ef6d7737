import html
import re

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page, Site

from cms.models import HomePage, NavigationItem, StandardPage
from cms.navigation import COLUMNS
from cms.site import content, load_site
from tests.factories import world
from tests.factories.registry import ZoneFactory

pytestmark = pytest.mark.django_db


def test_loading_the_site_again_makes_nothing(site):
    before = Page.objects.count(), NavigationItem.objects.count()
    assert load_site() == 0
    assert (Page.objects.count(), NavigationItem.objects.count()) == before


def test_loading_again_keeps_what_an_editor_changed(site):
    page = StandardPage.objects.get(slug="privacy", locale__language_code="zh-hans")
    page.title = "改过的"
    page.save_revision().publish()
    call_command("load_site", verbosity=0)
    page.refresh_from_db()
    assert page.title == "改过的"


def test_every_page_has_its_translation(site):
    chinese = Page.objects.filter(locale__language_code="zh-hans", depth__gt=1)
    for page in chinese:
        assert page.get_translation_or_none(HomePage.objects.get(slug="home-en").locale), page


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_is_served_in_both_languages(client, site, prefix):
    for path in ("", "how-it-works/", "try-this/", "accessibility/", "privacy/", "articles/"):
        assert client.get(f"{prefix}/{path}").status_code == 200, path
    assert client.get(f"{prefix}/articles/why-decoupling/").status_code == 200


def test_no_link_in_the_loaded_pages_is_dead(client, site):
    for path in ("/try-this/", "/en/try-this/"):
        for url in set(re.findall(r'href="(/[^"#?]*)"', client.get(path).text)):
            if not url.startswith("/static/"):
                assert client.get(url).status_code in (200, 302), url


def test_the_navigation_costs_the_same_however_many_entries_it_has(client, site, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            client.get("/privacy/")
        return len(queries)

    cost()
    before, frame = cost(), NavigationItem.objects.first().settings
    page = Page.objects.get(slug="privacy", locale__language_code="zh-hans")
    for n in range(6):
        NavigationItem.objects.create(
            settings=frame, place="footer", title=f"{n}", page=page, sort_order=90 + n
        )
    assert cost() == before


def test_the_navigation_marks_where_the_reader_is_in_the_readers_language(client, site):
    answer = client.get("/en/approvals/")
    assert re.search(r'href="/en/approvals/" aria-current="page">Approvals<', answer.text)
    assert '<a href="/en/articles/">Articles</a>' in answer.text


def test_without_any_page_the_rooms_are_the_navigation(client):
    Site.objects.all().delete()
    answer = client.get(reverse("registry:approval_list"))
    assert f'href="{reverse("tenders:tender_list")}"' in answer.text


def test_every_room_stands_in_the_footer_once_whatever_editors_wrote_there(client, site):
    frame = NavigationItem.objects.first().settings
    NavigationItem.objects.create(settings=frame, place="footer", title="清单", view="registry:list_index")
    foot = client.get("/en/privacy/").text.partition("<footer")[2]
    for _column, rooms in COLUMNS:
        for _title, view in rooms:
            with override("en"):
                assert foot.count(f'href="{reverse(view)}"') == 1, view
    assert 'href="/en/practices/"' in foot


def test_the_main_navigation_stays_short(client, site):
    assert NavigationItem.objects.filter(place="main").count() == 6


def test_the_home_page_shows_the_record_as_it_stands(client, site):
    ruling = world.ruling(approval=world.approval(name="取水许可"))
    answer = client.get("/")
    assert ruling.get_absolute_url() in answer.text
    assert "取水许可" in answer.text
    assert f'action="{reverse("registry:need_check")}"' in answer.text


def test_the_home_page_asks_what_and_where_and_answers_while_one_types(client, site):
    approval = world.approval(name="取水许可")
    zone = ZoneFactory(region=approval.region)
    main = client.get("/").text.split("<main")[1]
    form = main[main.index("<form") : main.index("</form")]
    for name in ("q", "region", "zone"):
        assert f'name="{name}"' in form
    assert f'value="{approval.region_id}"' in form
    assert f'value="{zone.ref}"' in form
    assert f'hx-get="{reverse("registry:need_found")}"' in form
    assert 'id="need-found"' in main
    assert main.index("<form") < main.index('class="doors"')  # the first thing on the page


def test_a_draft_ruling_is_not_among_the_latest(client, site):
    ruling = world.ruling(published_at=None, reviewer=None)
    assert ruling.get_absolute_url() not in client.get("/").text


def test_live_blocks_read_the_record_when_the_page_is_shown(client, site):
    page = StandardPage.objects.get(slug="how-it-works", locale__language_code="zh-hans")
    service = world.service(code="soil-test", name="土壤检测")
    page.body = [
        ("price_table", {"service": service.code, "count": 5}),
        ("price_table", {"service": "no-such", "count": 5}),
        ("open_tenders", {"count": 3}),
        ("latest_rulings", {"count": 3}),
        ("notice", {"tone": "warn", "title": "注意", "text": "<p>正文</p>"}),
    ]
    page.save_revision().publish()
    ruling = world.ruling()
    answer = client.get("/how-it-works/")
    assert "土壤检测" in answer.text
    assert ruling.get_absolute_url() in answer.text
    assert "notice-warn" in answer.text


def test_a_page_number_beyond_the_end_shows_the_last_articles(client, site):
    assert client.get("/articles/?page=99").status_code == 200
    assert client.get("/articles/?page=x").status_code == 200


def test_no_editor_bar_stands_on_a_page(client, site):
    client.force_login(world.user(is_staff=True, is_superuser=True))
    assert "userbar" not in client.get("/").text


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_loaded_page_shows_all_that_is_written_for_it(client, site, language):
    from django.utils.html import strip_tags

    written = content(language)
    for entry in [*written["page"], *written["article"]]:
        page = Page.objects.get(slug=entry["slug"], locale__language_code=language)
        shown = client.get(page.get_url()).content.decode()
        for line in strip_tags(entry["body"]).split("\n"):
            assert line.strip() in html.unescape(strip_tags(shown)), (entry["slug"], line)
