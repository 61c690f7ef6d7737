"""Lists and figures: the same queries whatever the rows, and every figure opens its records."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from regulation.oversight import operations
from regulation.oversight.models import Outcome
from regulation.parties.models import Role
from tests.factories import world
from tests.factories.oversight import answered, regulator, report

pytestmark = pytest.mark.django_db


def one_then_twenty(client, address, add):
    """The queries of a page with one row and with twenty."""
    add()
    client.get(address)
    counts = []
    for more in (0, 19):
        for _n in range(more):
            add()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    return counts


@pytest.mark.parametrize(("name", "queries"), [("report_list", 3), ("statistics", 6)])
def test_public_lists_take_the_same_queries(client, name, queries):
    counts = one_then_twenty(client, reverse(f"oversight:{name}"), lambda: answered(report()))
    assert counts == [queries, queries]


def test_the_queue_takes_the_same_queries(sign_in):
    client = sign_in(world.member(Role.REGULATOR))
    assert one_then_twenty(client, reverse("oversight:queue"), report) == [6, 6]


def test_leads_take_the_same_queries(sign_in):
    client = sign_in(world.member(Role.EDITOR))
    lead = lambda: answered(report(), outcome=Outcome.NEEDS_RULING)  # noqa: E731
    assert one_then_twenty(client, reverse("oversight:lead_list"), lead) == [5, 5]


def rows_behind(client, page, label):
    """How many rows the list shows that a figure of the page leads to."""
    start = page.index(label)
    link = page.index('href="', page.index("<dd", start)) + 6
    address = page[link : page.index('"', link)].replace("&amp;", "&")
    return client.get(address).text.count("<tr><td")


def test_a_figure_opens_its_records_with_the_filters_kept(client):
    service = world.service()
    for outcome in (Outcome.UPHELD, Outcome.UPHELD, Outcome.NOT_UPHELD):
        answered(report(service=service), outcome=outcome)
    answered(report())
    page = client.get(reverse("oversight:statistics") + f"?service={service.code}&by=region").text
    assert rows_behind(client, page, ">Answered<") == 3
    assert rows_behind(client, page, ">Upheld<") == 2
    assert rows_behind(client, page, ">Not upheld<") == 1
    assert f"?service={service.code}&amp;by=kind" in page


def test_what_is_not_public_opens_for_regulators_alone(client, sign_in):
    made = report(at=timezone.now() - dt.timedelta(days=60))
    page = reverse("oversight:statistics")
    assert reverse("oversight:queue") not in client.get(page).text
    told = sign_in(world.member(Role.REGULATOR)).get(page).text
    assert rows_behind(client, told, ">Overdue<") == 1
    assert rows_behind(client, told, ">Filed<") == 1
    assert made.ref in client.get(reverse("oversight:queue") + "?late=on").text


def test_a_month_opens_the_month(client):
    for day in (dt.date(2026, 1, 31), dt.date(2026, 2, 1), dt.date(2025, 12, 31)):
        at = timezone.make_aware(dt.datetime.combine(day, dt.time(23, 30)))
        answered(report(at=at), at=at + dt.timedelta(days=1))
    listed = reverse("oversight:report_list")
    assert client.get(f"{listed}?since=2026-01&until=2026-02").text.count("<tr><td") == 1
    page = client.get(reverse("oversight:statistics")).text
    assert "since=2025-12&amp;until=2026-01" in page
    assert "since=2026-01&amp;until=2026-02" in page


def test_facets_count_what_the_other_filters_leave(client):
    one, other = answered(report()), answered(report())
    page = client.get(reverse("oversight:report_list") + f"?service={one.service.code}").text
    assert f"department={one.department_id}" in page
    assert f"department={other.department_id}" not in page
    assert f"service={other.service.code}" in page


@pytest.mark.parametrize("query", ["department=x", "service=%00", "since=2026-13", "page=999", "by=nothing"])
@pytest.mark.parametrize("name", ["report_list", "statistics"])
def test_bad_filters_are_no_failure(client, name, query):
    answered(report())
    assert client.get(f"{reverse(f'oversight:{name}')}?{query}").status_code == 200


def test_a_department_an_approval_and_a_service_say_how_often(client):
    made = answered(report(), outcome=Outcome.UPHELD)
    pages = [
        made.approval.get_absolute_url(),
        made.service.get_absolute_url(),
        reverse("decoupling:entity", args=[made.department_id]),
    ]
    for page in pages:
        assert "1 upheld of 1 answered" in client.get(page).text, page


def test_a_review_leaves_the_first_answer_to_be_read(client):
    made = answered(report())
    operations.ask_review(report=made, text="x", at=timezone.now())
    other = regulator()
    operations.take_report(report=made, by=other, at=timezone.now())
    said = {"reasons": "再次的理由", "public_reasons": "复查的公开理由", "provision": None}
    operations.answer_report(report=made, outcome=Outcome.OUTSIDE, by=other, at=timezone.now(), **said)
    page = client.get(made.get_absolute_url()).text
    assert "复查的公开理由" in page
    assert "公开的理由" in page[page.index("The answer before the review") :]
    assert "再次的理由" not in page


def test_figures_that_count_invented_reports_say_so(client):
    report()
    assert "tag-demo" not in client.get(reverse("oversight:statistics")).text
    report(is_invented=True)
    assert "tag-demo" in client.get(reverse("oversight:statistics")).text
