"""What the reform reports: figures from the data files, shown as reported."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from regulation.registry.reported import KINDS, figures, narrowed
from regulation.registry.seed.files import DataFile
from regulation.registry.seed.load import FOLDER

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return reverse("registry:reported")


def test_every_figure_has_its_place_its_words_and_its_source():
    every = figures(FOLDER)
    assert len(every) == 69
    assert {one.kind for one in every} == set(KINDS)
    assert all(one.place_en and one.metric_en and one.source and one.unit for one in every)
    regions = {row["code"] for row in DataFile(FOLDER, "regions.csv").rows()}
    assert {one.region for one in every} <= regions


def test_the_newest_comes_first_and_what_has_no_date_last():
    dates = [one.as_of for one in figures(FOLDER)]
    assert dates == sorted(dates, reverse=True)
    assert dates[-1] == ""


def test_a_choice_narrows():
    found = narrowed(figures(FOLDER), q="decoupled", kind="decoupling", place="全国环保系统")
    assert sorted(one.value for one in found) == [Decimal(8), Decimal(245), Decimal(274), Decimal(358)]


def test_the_page_says_that_nothing_is_measured_here(client, page):
    with override("en"):
        shown = client.get(reverse("registry:reported"), {"place": "浙江省余姚市"}).content.decode()
    assert "nothing of it is measured or checked here" in shown
    assert "Average fall in fees" in shown
    assert "Chongqing" not in shown.partition("<table")[2].partition("</table>")[0]


def test_pages_have_twenty_figures_each(client, page):
    assert client.get(page).content.count(b'<td class="num">') == 20
    assert client.get(page, {"page": 4}).content.count(b'<td class="num">') == 9


@pytest.mark.parametrize("asked", [{"kind": "no"}, {"place": "no"}, {"q": "a\0b"}, {"q": "a" * 101}])
def test_a_choice_that_is_not_offered_is_told(client, page, asked):
    answer = client.get(page, asked)
    assert answer.status_code == 422
    assert b'class="error-summary"' in answer.content


def test_the_figures_cost_no_query_of_their_own(client, page):
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        client.get(page)
    assert len(queries) <= 6
