"""The pages and files of published lists, and the editors' desk for them."""

import csv
import hashlib
import io
import itertools

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from regulation.parties.models import Role
from regulation.registry.listing_files import plain
from regulation.registry.models import Edition, ListKind, Necessity
from regulation.registry.operations import compile_edition, publish_edition
from tests.factories.registry import (
    ApprovalFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    acting,
    region,
)

pytestmark = pytest.mark.django_db
count = itertools.count(110000, 100)


def draft(kind=ListKind.OPTIONAL, place=None, department=None, by=None):
    now = timezone.now()
    return compile_edition(
        kind=kind,
        region=place or region(),
        department=department,
        as_of=timezone.localdate(now),
        by=by or UserFactory(),
        at=now,
    )


def issue(**asked):
    return publish_edition(edition=draft(**asked), by=UserFactory(), at=timezone.now())


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def of_department():
    approval = ApprovalFactory(committed_days=7)
    return approval, issue(kind=ListKind.POWERS, place=approval.region, department=approval.department)


def test_the_index_narrows_by_kind_region_and_department(client):
    RulingFactory()
    national = issue()
    approval, own = of_department()
    url = reverse("registry:list_index")
    everything = page(client, url)
    for edition in (national, own):
        assert edition.of_list.get_absolute_url() in everything
    for query, there, away in (
        ("kind=optional", national, own),
        (f"region={approval.region_id}", own, national),
        (f"department={approval.department_id}", own, national),
    ):
        narrowed = page(client, f"{url}?{query}")
        assert there.of_list.get_absolute_url() in narrowed
        assert away.of_list.get_absolute_url() not in narrowed


def test_the_index_takes_the_same_queries_for_one_list_and_twenty(client, assert_flat):
    def add():
        place = region(f"{next(count)}")
        RulingFactory(region=place)
        issue(place=place)

    assert_flat(client, reverse("registry:list_index"), add)


def test_a_lists_editions_take_the_same_queries_for_one_and_twenty(client, assert_flat):
    def add():
        RulingFactory()
        issue()

    add()
    assert_flat(client, Edition.objects.get().of_list.get_absolute_url(), add)


def test_an_edition_and_a_difference_take_the_same_queries_for_one_row_and_twenty(client):
    def issued(kind, necessity):
        RulingFactory(service=ServiceFactory(), approval=ApprovalFactory(), necessity=necessity)
        return issue(kind=kind)

    for kind, necessity in (
        (ListKind.OPTIONAL, Necessity.OPTIONAL),
        (ListKind.MANDATORY, Necessity.MANDATORY),
    ):
        one, two = issued(kind, necessity), issued(kind, necessity)
        for _ in range(20):
            RulingFactory(approval=ApprovalFactory(), necessity=necessity)
        many = issue(kind=kind)
        page(client, one.get_absolute_url())
        for few, full in (
            (two.get_absolute_url(), many.get_absolute_url()),
            (f"{two.get_absolute_url()}difference/1/", f"{many.get_absolute_url()}difference/1/"),
        ):
            counts = []
            for url in (few, full):
                with CaptureQueriesContext(connection) as captured:
                    page(client, url)
                counts.append(len(captured))
            assert counts[0] == counts[1] <= 6, [q["sql"] for q in captured.captured_queries]


def test_the_print_view_has_every_row(client):
    for _ in range(51):
        RulingFactory(approval=ApprovalFactory())
    edition = issue()
    assert 'id="no-51"' not in page(client, edition.get_absolute_url())
    assert 'id="no-51"' in page(client, f"{edition.get_absolute_url()}?print=1")


def test_the_mandatory_list_states_levels_and_what_fell_out(client):
    RulingFactory(necessity=Necessity.MANDATORY)
    gone = RulingFactory(necessity=Necessity.MANDATORY)
    law = gone.bases.get().provision
    law.in_force = (law.in_force.lower, timezone.localdate())
    law.save()
    with override("en"):
        said = page(client, issue(kind=ListKind.MANDATORY).get_absolute_url())
    assert "Left out: the legal basis has ended" in said
    assert gone.get_absolute_url() in said


def test_an_edition_says_that_it_is_no_official_list(client):
    RulingFactory()
    edition = issue()
    with override("en"):
        said = page(client, edition.get_absolute_url())
        assert "It is not an official list of any government." in said
    assert edition.digest in said
    assert edition.compiled_by.name not in said


def test_a_search_within_an_edition_finds_rows_and_bad_input_is_told(client):
    wanted, other = RulingFactory(), RulingFactory()
    url = issue().get_absolute_url()
    found = page(client, f"{url}?q={wanted.service.name}")
    assert wanted.get_absolute_url() in found
    assert other.get_absolute_url() not in found
    page(client, f"{url}?q=" + "长" * 200, status=422)
    page(client, f"{url}?q=%00", status=422)
    page(client, f"{url}?page=99999999999999999999")


@pytest.mark.parametrize(
    "path",
    [
        "lists/optional/000000/99/",
        "lists/optional/000000/99999999999999999999999/",
        "lists/optional/nowhere/1/",
        "lists/optional/000000/1/difference/7/",
        "lists/powers/000000/99999999999999999999999/1/",
        "lists/powers/000000/",
        "lists/other/000000/1/",
        "lists/optional/000000/1.pdf",
        "lists/drafts/99999999999999999999999/",
    ],
)
def test_addresses_of_nothing_are_not_found(client, path):
    RulingFactory()
    issue()
    acting(client, Role.EDITOR)
    page(client, f"/{path}", status=404)


def test_drafts_are_not_public(client):
    RulingFactory()
    made = draft()
    page(client, reverse("registry:list_series", args=["optional", "000000"]), status=404)
    assert client.get(made.get_absolute_url()).status_code == 302


def test_a_difference_counts_first_and_marks_words(client):
    worded = RulingFactory(reason="您可以自行编制。")
    gone = RulingFactory()
    issue()
    for ruling in (worded, gone):
        ruling.recorded = (ruling.recorded.lower, timezone.now())
        ruling.save(update_fields=["recorded"])
    RulingFactory(service=worded.service, reason="您可以自行撰写。")
    new = issue()
    url = f"{new.get_absolute_url()}difference/1/"
    said = page(client, f"{url}?show=changed")
    assert "<del>编制</del><ins>撰写</ins>" in said
    assert gone.service.name in page(client, f"{url}?show=removed")
    assert page(client, f"{url}?show=nonsense")


# Files


def test_the_lines_are_what_the_digest_is_taken_over(client):
    RulingFactory()
    edition = issue()
    answer = client.get(edition.get_absolute_url().removesuffix("/") + ".jsonl")
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == edition.digest


def test_no_cell_begins_a_formula(client):
    RulingFactory(service=ServiceFactory(name="=1+1"), reason="@SUM(A1)")
    base = issue().get_absolute_url().removesuffix("/")
    with override("en"):
        text = b"".join(client.get(f"/en{base}.csv").streaming_content).decode("utf-8-sig")
    head, row, note = list(csv.reader(io.StringIO(text)))
    assert head[:2] == ["No.", "Service"]
    assert row[1] == "'=1+1"
    assert note[0] == ""
    assert "not an official list" in note[1]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{base}.xlsx").streaming_content)))
    values = [cell for line in book.worksheets[0].iter_rows() for cell in line]
    assert not [cell.value for cell in values if cell.data_type == "f"]
    assert "'=1+1" in [cell.value for cell in values]


@pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_what_would_begin_a_formula_is_text(text):
    assert plain(text) == f"'{text}"
    assert plain("text") == "text"


def test_a_workbook_has_the_difference_and_says_what_it_is(client):
    RulingFactory(service=ServiceFactory(name="安全评价"))
    issue()
    added = RulingFactory(service=ServiceFactory(name="资产评估"))
    edition = issue()
    base = edition.get_absolute_url().removesuffix("/")
    answer = client.get(f"/en{base}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["List", "Difference to edition 1", "About"]
    assert book.worksheets[0].max_row == 3
    changes = [[cell.value for cell in line] for line in book.worksheets[1].iter_rows()]
    assert changes[1][:3] == ["Added", 2, added.service.name]
    about = {line[0].value: line[1].value for line in book.worksheets[2].iter_rows()}
    assert about["SHA-256"] == edition.digest
    assert "not an official list" in about["Note"]


# Where a record stands


def test_a_ruling_and_an_approval_say_where_they_stand(client):
    approval = ApprovalFactory()
    ruling = RulingFactory(approval=approval, region=approval.region)
    issue(place=approval.region)
    RulingFactory(region=approval.region)
    latest = issue(place=approval.region)
    own = issue(kind=ListKind.POWERS, place=approval.region, department=approval.department)
    row = latest.rows.get(ruling=ruling)
    where = f"{latest.get_absolute_url()}?page=1#no-{row.position}"
    assert where in page(client, ruling.get_absolute_url())
    said = page(client, approval.get_absolute_url())
    assert where in said
    assert f"{own.get_absolute_url()}?page=1#no-1" in said
    department = page(client, reverse("decoupling:entity", args=[approval.department_id]))
    assert f"{reverse('registry:list_index')}?department={approval.department_id}" in department


# The desk


def form(**changes):
    today = timezone.localdate().isoformat()
    return {"kind": "optional", "region": region().code, "department": "", "as_of": today, **changes}


def test_an_editor_compiles_and_a_reviewer_publishes(client):
    RulingFactory()
    acting(client, Role.EDITOR)
    answer = client.post(reverse("registry:edition_new"), form())
    made = Edition.objects.get()
    assert answer.url == made.get_absolute_url()
    assert client.post(made.get_absolute_url()).status_code == 403
    acting(client, Role.REVIEWER)
    assert made.get_absolute_url() in page(client, reverse("desk"))
    answer = client.post(made.get_absolute_url())
    made.refresh_from_db()
    assert (made.number, answer.url) == (1, made.get_absolute_url())


def test_the_day_is_filled_in_as_a_browser_reads_it(client):
    acting(client, Role.EDITOR)
    today = timezone.localdate().isoformat()
    for language in ("zh-hans", "en"):
        with override(language):
            assert f'value="{today}"' in page(client, reverse("registry:edition_new"))


def test_nothing_new_is_told_and_refused(client):
    RulingFactory()
    issue()
    again = draft()
    acting(client, Role.REVIEWER)
    with override("en"):
        url = again.get_absolute_url()
        assert "Nothing changed" in page(client, url)
        answer = client.post(url)
    assert answer.status_code == 409
    assert "Nothing changed since edition 1." in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"region": "999999"}, "No region has this code."),
        ({"region": "\0"}, "Null characters are not allowed."),
        ({"as_of": "2020-13-01"}, "Enter a valid date."),
        ({"as_of": "9999-01-01"}, "The day has to lie between"),
        ({"as_of": "2190-01-01"}, "today or earlier"),
        ({"kind": "powers"}, "name it"),
        ({"kind": "abolished"}, "Nothing on record belongs in this list"),
        ({"department": "99999999999999999999999"}, "Select a valid choice."),
    ],
)
def test_bad_input_is_told_and_nothing_written(client, changes, told):
    RulingFactory()
    acting(client, Role.EDITOR)
    with override("en"):
        answer = client.post(reverse("registry:edition_new"), form(**changes))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Edition.objects.exists()


def test_whoever_compiled_withdraws(client):
    RulingFactory()
    made = draft(by=acting(client, Role.EDITOR))
    assert client.post(reverse("registry:edition_withdraw", args=[made.pk])).status_code == 302
    page(client, made.get_absolute_url(), status=404)
