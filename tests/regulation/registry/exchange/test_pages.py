"""The pages of imports and exports: reached, refused, flat in queries, in both languages."""

from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from regulation.ledger.models import Entry
from regulation.parties.models import Role
from regulation.registry.exchange.operations import confirm_import, run_import, upload_import
from regulation.registry.exchange.queries import drafts_of
from regulation.registry.models import Import, Ruling, Service, Stage
from regulation.registry.operations import return_draft, submit_draft
from regulation.tables.reading import open_table
from tests.factories.registry import (
    ApprovalFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    acting,
    region,
)
from tests.regulation.registry.exchange.conftest import csv_of

pytestmark = pytest.mark.django_db
GOOD = csv_of(["code", "name", "source"], ["s-1", "服务一", "来源"])
BAD = csv_of(["code", "name", "source"], ["s 1", "服务一", "来源"])
HEAD = ["service", "region", "start", "necessity", "provisions", "reason", "follow_up", "source"]


def at(name, *args, language="zh-hans"):
    with override(language):
        return reverse(f"registry:{name}", args=args)


def upload(client, content, kind="services", name="服务.csv"):
    return client.post(at("import_new"), {"kind": kind, "file": SimpleUploadedFile(name, content)})


def run():
    job = Import.objects.latest("pk")
    run_import(pk=job.pk, at=timezone.now())
    return job


def body(response):
    return b"".join(response.streaming_content)


def test_an_editor_uploads_reads_the_report_and_confirms(client):
    acting(client, Role.EDITOR)
    response = upload(client, GOOD)
    waiting = client.get(response.url).content.decode()
    assert 'http-equiv="refresh"' in waiting
    assert "hx-trigger" in waiting
    job = run()
    page = client.get(response.url).content.decode()
    assert 'http-equiv="refresh"' not in page
    assert "服务一" in page
    assert "写入改动" in page
    assert client.post(at("import_confirm", job.pk)).status_code == 302
    run()
    assert Service.objects.get().name == "服务一"
    assert "导入已写入" in client.get(response.url).content.decode()


def test_the_progress_fragment_ends_by_asking_for_the_page_anew(client):
    acting(client, Role.EDITOR)
    upload(client, GOOD)
    job = Import.objects.get()
    assert "hx-get" in client.get(at("import_progress", job.pk)).content.decode()
    run()
    assert client.get(at("import_progress", job.pk))["HX-Refresh"] == "true"


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "网址标识只能由"), ("en", "An address part has")])
def test_faults_are_told_in_the_readers_language_and_can_be_taken_away(client, language, said):
    acting(client, Role.EDITOR)
    upload(client, BAD)
    job = run()
    page = client.get(at("import", job.pk, language=language)).content.decode()
    assert said in page
    assert at("import_confirm", job.pk, language=language) not in page
    assert client.post(at("import_confirm", job.pk)).status_code == 409
    table = body(client.get(at("import_faults", job.pk, language=language)))
    rows = [cells for _n, cells in open_table(table).rows]
    assert (rows[1][0], rows[1][2], rows[1][4]) == ("2", "s 1", "s-1")
    assert said in rows[1][3]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "nonsense", "file": SimpleUploadedFile("x.csv", GOOD)},
        {"kind": "services"},
        {"kind": "services", "file": SimpleUploadedFile("x.csv", b"")},
        {"kind": "services", "file": SimpleUploadedFile("x" * 300 + ".csv", GOOD)},
        {"kind": "a\0", "file": SimpleUploadedFile("x.csv", GOOD)},
    ],
)
def test_a_bad_upload_is_told_and_keeps_nothing(client, data):
    acting(client, Role.EDITOR)
    response = client.post(at("import_new", language="en"), data)
    assert response.status_code == 422
    assert 'class="error-summary"' in response.content.decode()
    assert not Import.objects.exists()


def test_giving_up_writes_nothing(client):
    acting(client, Role.EDITOR)
    upload(client, GOOD)
    job = run()
    assert client.post(at("import_cancel", job.pk)).status_code == 302
    assert client.post(at("import_confirm", job.pk)).status_code == 409
    run()
    assert not Service.objects.exists()


def test_the_list_is_flat(client, assert_flat):
    user = acting(client, Role.EDITOR)
    assert_flat(
        client, at("import_list"), lambda: upload_import(kind="services", name="x", content=GOOD, by=user)
    )


def test_the_report_is_flat(client, assert_flat):
    acting(client, Role.EDITOR)
    upload(client, BAD)
    job = run()
    assert_flat(
        client,
        at("import", job.pk),
        lambda: job.faults.create(row=9, column="code", value="x", code="not_a_key"),
    )


# --- drafts of an import --------------------------------------------------------------------------------


def ruled(count=2, author=None):
    """A written import whose drafts wait, on as many services."""
    ProvisionFactory(ref="law-x")
    rows = []
    for n in range(count):
        ServiceFactory(code=f"svc-{n}")
        rows.append([f"svc-{n}", region().code, "2026-01-01", "optional", "law-x", "理由", "抽查", "来源"])
    job = upload_import(kind="rulings", name="x", content=csv_of(HEAD, *rows), by=author or UserFactory())
    run_import(pk=job.pk, at=timezone.now())
    confirm_import(job=job, by=job.by)
    assert run_import(pk=job.pk, at=timezone.now()) == "written"
    return Import.objects.get(pk=job.pk)


def test_a_reviewer_publishes_the_drafts_of_an_import_together(client):
    job = ruled(3)
    RulingFactory(service=Service.objects.get(code="svc-0"))
    reviewer = acting(client, Role.REVIEWER)
    page = client.get(at("import_drafts", job.pk)).content.decode()
    assert page.count('type="checkbox"') == 3
    entries = Entry.objects.count()
    response = client.post(at("import_drafts", job.pk), {"row": ["2", "3"]})
    assert response.status_code == 302
    published = Ruling.objects.published().filter(reviewer=reviewer)
    assert sorted(published.values_list("service__code", flat=True)) == ["svc-0", "svc-1"]
    kinds = Entry.objects.order_by("pk").values_list("kind", flat=True)[entries:]
    assert sorted(kinds) == [
        "registry.ruling_published",
        "registry.ruling_replaced",
        "registry.ruling_reviewed",
        "registry.ruling_reviewed",
    ]
    assert set(published.values_list("legal_reviewer", flat=True)) == {reviewer.pk}
    assert drafts_of(job).get().row == 4


def test_a_refused_draft_says_why_and_holds_up_no_other(client):
    job = ruled(2)
    broken = drafts_of(job).first().ruling
    return_draft(ruling=broken, note="补依据", by=UserFactory())
    broken.bases.all().delete()
    submit_draft(ruling=broken, by=broken.author)
    acting(client, Role.REVIEWER)
    response = client.post(at("import_drafts", job.pk, language="en"), {"row": ["2", "3"]})
    assert response.status_code == 409
    assert "A ruling cites at least one provision." in response.content.decode()
    assert Ruling.objects.published().get().service.code == "svc-1"
    broken.refresh_from_db()
    assert (broken.stage, broken.legal_reviewer) == (Stage.SUBMITTED, None)  # the review fell with it


def test_a_confirmed_table_is_submitted_for_legal_review(client):
    """Whoever confirmed what each row changes has handed it in; a row that came back waits for its author."""
    job = ruled(2)
    first, second = (row.ruling for row in drafts_of(job))
    assert first.stage == second.stage == Stage.SUBMITTED
    return_draft(ruling=first, note="请改", by=UserFactory())
    acting(client, Role.REVIEWER)
    assert client.get(at("import_drafts", job.pk)).content.decode().count('type="checkbox"') == 1
    response = client.post(at("import_drafts", job.pk, language="en"), {"row": ["2"]})
    assert response.status_code == 409
    assert "submitted for legal review" in response.content.decode()
    assert not Ruling.objects.published().exists()


def test_the_history_of_an_imported_draft_begins_with_its_row(client):
    job = ruled(1)
    acting(client, Role.REVIEWER)
    draft = drafts_of(job).get().ruling
    page = client.get(reverse("registry:draft_history", args=[draft.pk])).content.decode()
    assert job.by.name in page
    assert job.name in page


@pytest.mark.parametrize("rows", [[], ["x"], ["9" * 40], ["-1"], ["\0"]])
def test_rows_that_are_none_publish_nothing(client, rows):
    job = ruled(1)
    acting(client, Role.REVIEWER)
    assert client.post(at("import_drafts", job.pk), {"row": rows}).status_code == 422
    assert not Ruling.objects.published().exists()


def test_the_importer_cannot_publish_as_a_reviewer(client):
    reviewer = acting(client, Role.REVIEWER)
    job = ruled(1, author=reviewer)
    assert client.post(at("import_drafts", job.pk), {"row": ["2"]}).status_code == 403
    assert "checkbox" not in client.get(at("import_drafts", job.pk)).content.decode()
    assert not Ruling.objects.published().exists()


# --- exports --------------------------------------------------------------------------------


def test_an_export_follows_the_filter_of_the_list(client):
    ApprovalFactory(ref="one", name="取水许可")
    ApprovalFactory(ref="two", name="临时用地审批")
    content = body(client.get(at("export", "approvals", "csv"), {"q": "取水"}))
    rows = [cells for _n, cells in open_table(content).rows]
    assert [row[0] for row in rows[1:]] == ["one"]
    page = client.get(at("approval_list"), {"q": "取水"}).content.decode()
    assert f"{at('export', 'approvals', 'csv')}?q=%E5%8F%96%E6%B0%B4" in page


def test_an_export_of_rulings_follows_its_filters_and_holds_no_draft(client):
    one, other = RulingFactory(), RulingFactory()
    ruled(1)
    everything = body(client.get(at("export", "rulings", "csv")))
    assert len(list(open_table(everything).rows)) == 3
    some = body(client.get(at("export", "rulings", "csv"), {"service": other.service.code}))
    assert one.service.code not in some.decode()


@pytest.mark.parametrize("query", [{"region": "\0"}, {"region": "999999"}, {"department": "9" * 50}])
def test_a_filter_that_is_none_is_not_taken_for_no_filter(client, query):
    assert client.get(at("export", "approvals", "csv"), query).status_code == 404


def test_a_chinese_file_name_survives(client):
    told = client.get(at("export", "services", "xlsx"))["Content-Disposition"]
    assert "中介服务" in unquote(told)
    assert told.startswith("attachment; filename*=utf-8''")


def test_a_csv_opens_in_excel_as_utf8(client):
    ServiceFactory(name="=cmd|' /C calc'!A0")
    content = body(client.get(at("export", "services", "csv")))
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"'=cmd" in content


@pytest.mark.parametrize(("kind", "fmt"), [("users", "csv"), ("services", "pdf")])
def test_there_is_no_other_export(client, kind, fmt):
    assert client.get(at("export", kind, fmt)).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["approvals", "services", "rulings"])
def test_a_template_holds_marked_examples_alone(client, kind, fmt, language):
    acting(client, Role.EDITOR)
    content = body(client.get(at("import_template", kind, fmt, language=language)))
    upload(client, content, kind=kind)
    job = run()
    job.refresh_from_db()
    assert (job.state, job.refusal["code"]) == ("refused", "no_rows")


def test_the_template_has_drop_downs_and_an_explanation(client):
    import io

    import openpyxl

    ServiceFactory(code="eia")
    region("511602")
    content = body(client.get(at("import_template", "rulings", "xlsx")))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["认定", "填写说明", "Lists"]
    sheet, lists = book["认定"], book["Lists"]
    assert sheet.row_dimensions[2].hidden
    assert lists.sheet_state == "hidden"
    head = [cell.value for cell in sheet[2]]
    by_column = {
        head[next(iter(rule.sqref.ranges)).min_col - 1]: rule
        for rule in sheet.data_validations.dataValidation
    }
    assert {"mark", "service", "region", "necessity", "payer", "day_kind"} <= set(by_column)
    letter = by_column["necessity"].formula1.split("$")[1]
    assert [cell.value for cell in lists[letter]][:5] == [
        "强制性", "非强制性，可自行完成", "审批部门委托并付费", "区域评估已覆盖", "已取消，不得要求",
    ]  # fmt: skip
