"""Every fault: at its row and column, told in both languages, with what was meant; and nothing is written."""

import io
import zipfile

import pytest
from django.utils.translation import override

from regulation.ledger.models import Entry
from regulation.registry.exchange.columns import SHEETS
from regulation.registry.exchange.faults import WHAT, sentence
from regulation.registry.models import Approval, Condition, Level, Ruling, Service
from regulation.tables.errors import REFUSALS, refusal
from tests.factories.registry import (
    ApprovalFactory,
    DepartmentFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    region,
)
from tests.regulation.registry.exchange.conftest import csv_of, xlsx_of

pytestmark = pytest.mark.django_db
A_HEAD = ["ref", "code", "name", "region", "region_name", "department", "committed_days", "source"]
R_HEAD = ["approval", "service", "service_name", "region", "start", "end", "necessity", "provisions"]
R_HEAD += ["reason", "condition", "days", "day_kind", "follow_up", "source"]


@pytest.fixture(autouse=True)
def record():
    """What the rows refer to."""
    place = region("511602")
    type(place).objects.filter(pk="511602").update(name="广安区")
    DepartmentFactory(name="广安区水务局", region=place)
    for code in ("510100", "510200"):
        DepartmentFactory(name="某市水务局", region=region(code))
        region(code)
    ServiceFactory(code="eia-report", name="环境影响评价报告编制")
    for code in ("twin-a", "twin-b"):
        ServiceFactory(code=code, name="同名服务")
    ApprovalFactory(ref="taken", code="CODE-1", name="取水许可")
    RulingFactory(approval=ApprovalFactory(ref="ruled"), region=region("511602"))
    ProvisionFactory(ref="law-1", instrument=InstrumentFactory(ref="the-law"))
    ProvisionFactory(ref="rule-1", instrument=InstrumentFactory(ref="the-rule", level=Level.LOCAL_RULE))
    Condition.objects.create(code="over-5-mw", question="超过5兆瓦吗？", source="测试")
    for code in ("110101", "120101"):
        region(code)
        type(place).objects.filter(pk=code).update(name="鼓楼区")


def approval(**changes):
    row = {"ref": "new", "name": "新许可", "region": "511602", "department": "广安区水务局", "source": "来源"}
    return [(row | changes).get(name, "") for name in A_HEAD]


def ruling(**changes):
    row = {"service": "eia-report", "region": "000000", "start": "2026-01-01", "necessity": "optional"}
    row |= {"provisions": "law-1", "reason": "理由", "source": "来源"}
    return [(row | changes).get(name, "") for name in R_HEAD]


APPROVALS = [
    ({"ref": ""}, "ref", "needed", ""),
    ({"name": ""}, "name", "needed", ""),
    ({"name": "字" * 301}, "name", "too_long", ""),
    ({"ref": "a b/c"}, "ref", "not_a_key", "a-b-c"),
    ({"name": "x\x01y"}, "name", "control", ""),
    ({"committed_days": "二十"}, "committed_days", "not_a_number", ""),
    ({"committed_days": "20天"}, "committed_days", "not_a_number", "20"),
    ({"committed_days": "-1"}, "committed_days", "number_out_of_range", ""),
    ({"committed_days": "9" * 40}, "committed_days", "number_out_of_range", ""),
    ({"region": "广安曲"}, "region", "unknown_region", "511602 广安区"),
    ({"region": "511603"}, "region", "unknown_region", "511602"),
    ({"region": "鼓楼区"}, "region", "ambiguous_region", "110101, 120101"),
    ({"region_name": "岳池县"}, "region_name", "contradicts", "511602 广安区"),
    ({"department": "广安区水利局"}, "department", "unknown_department", "广安区水务局"),
    ({"department": "某市水务局"}, "department", "ambiguous_department", ""),
    ({"code": "CODE-1"}, "code", "code_taken", "taken"),
    ({"ref": "ruled", "region": "110101"}, "region", "moved_apart", ""),
]
RULINGS = [
    ({"service": "eia-reprot"}, "service", "unknown_service", "eia-report 环境影响评价报告编制"),
    ({"service": "环境影响评价报告"}, "service", "unknown_service", "eia-report"),
    ({"service": "同名服务"}, "service", "ambiguous_service", "twin-a, twin-b"),
    ({"service_name": "别的服务"}, "service_name", "contradicts", "eia-report"),
    ({"approval": "取水许可"}, "approval", "unknown_approval", "taken 取水许可"),
    ({"approval": "takem"}, "approval", "unknown_approval", ""),
    ({"approval": "taken", "region": "110101"}, "approval", "approval_elsewhere", ""),
    ({"start": "2026-02-30"}, "start", "not_a_day", ""),
    ({"start": "15/8/2026"}, "start", "not_a_day", "2026-08-15"),
    ({"start": "0001-01-01"}, "start", "day_out_of_range", ""),
    ({"end": "2025-12-31"}, "end", "end_before_start", ""),
    ({"necessity": "optionl"}, "necessity", "not_a_choice", "optional"),
    ({"provisions": "law-2"}, "provisions", "unknown_provision", "law-1"),
    ({"provisions": "law-1; law-1"}, "provisions", "repeated_provision", "law-1"),
    ({"condition": "over-5-nw"}, "condition", "unknown_condition", "over-5-mw"),
    ({"necessity": "mandatory", "provisions": "rule-1"}, "provisions", "no_lawful_basis", ""),
    ({"necessity": "mandatory", "start": "2019-12-31"}, "provisions", "no_lawful_basis", ""),
    ({"days": "5"}, "day_kind", "days_without_kind", ""),
    ({"day_kind": "working"}, "days", "days_without_kind", ""),
    ({"necessity": "abolished"}, "follow_up", "follow_up_missing", ""),
]
CASES = [("approvals", A_HEAD, approval, *case) for case in APPROVALS]
CASES += [("rulings", R_HEAD, ruling, *case) for case in RULINGS]


@pytest.mark.parametrize(
    ("kind", "head", "make", "changes", "column", "code", "meant"),
    CASES,
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_fault_names_its_row_its_column_and_what_was_meant(
    checked, kind, head, make, changes, column, code, meant
):
    counts = Approval.objects.count(), Ruling.objects.count()
    job = checked(
        kind,
        csv_of(
            head, make(**({"ref": "good"} if kind == "approvals" else {"region": "511602"})), make(**changes)
        ),
    )
    (fault,) = job.faults.all()
    assert (fault.row, fault.column, fault.code) == (3, column, code)
    assert meant in fault.meant
    assert (job.state, job.faults_found, job.new) == ("checked", 1, 1)
    assert (Approval.objects.count(), Ruling.objects.count()) == counts
    with override("en"):
        english = sentence(SHEETS[kind], fault.code, fault.params)
    with override("zh-hans"):
        chinese = sentence(SHEETS[kind], fault.code, fault.params)
    assert english.isascii() or "“" in english
    assert any("一" <= c <= "鿿" for c in chinese)


@pytest.mark.parametrize(
    ("kind", "rows", "column", "code", "other"),
    [
        ("approvals", [A_HEAD, approval(), approval()], "ref", "repeated", 2),
        ("approvals", [A_HEAD, approval(code="X"), approval(ref="b", code="X")], "code", "repeated", 2),
        ("rulings", [R_HEAD, ruling(end="2027-01-01"), ruling(start="2026-06-01")], "start", "overlaps", 2),
    ],
)
def test_two_rows_that_cannot_both_be(checked, kind, rows, column, code, other):
    job = checked(kind, csv_of(*rows))
    (fault,) = job.faults.all()
    assert (fault.row, fault.column, fault.code, fault.params["other"]) == (3, column, code, other)


def test_periods_that_only_meet_do_not_overlap(checked):
    job = checked("rulings", csv_of(R_HEAD, ruling(end="2027-01-01"), ruling(start="2027-01-01")))
    assert (job.faults_found, job.new) == (0, 2)


def test_a_formula_in_a_workbook_is_not_taken_for_a_text(checked):
    job = checked("approvals", xlsx_of(A_HEAD, approval(name="=1+1")))
    assert [(f.row, f.column, f.code) for f in job.faults.all()] == [(2, "name", "formula")]


def test_an_import_with_a_fault_cannot_be_written(checked):
    from regulation.registry.exchange.errors import NotConfirmable
    from regulation.registry.exchange.operations import confirm_import

    job = checked("approvals", csv_of(A_HEAD, approval(), approval(ref="other", region="x")))
    entries = Entry.objects.count()
    with pytest.raises(NotConfirmable):
        confirm_import(job=job, by=job.by)
    assert not Approval.objects.filter(ref="new").exists()
    assert Entry.objects.count() == entries


def test_the_database_itself_refuses_to_write_an_import_with_faults(checked):
    from django.db import IntegrityError

    from regulation.registry.models import Import

    job = checked("approvals", csv_of(A_HEAD, approval(region="x")))
    with pytest.raises(IntegrityError, match="import_with_faults_is_never_written"):
        Import.objects.filter(pk=job.pk).update(state="confirmed")


def test_what_stands_on_record_is_not_judged_again(checked):
    """An old demand whose law has since ended is on record all the same, and its row changes nothing."""
    standing = RulingFactory(provisions=[ProvisionFactory(ref="gone")])
    standing.bases.get().provision.instrument.provisions.update(in_force=None)
    row = ruling(service=standing.service.code, start="2020-01-01", provisions="gone", source="测试来源")
    row[R_HEAD.index("reason")], row[R_HEAD.index("follow_up")] = standing.reason, standing.follow_up
    job = checked("rulings", csv_of(R_HEAD, row))
    assert (job.faults_found, job.unchanged) == (0, 1)


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(401):
                part.write(b"0" * 1024 * 1024)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"  \n ", "empty"),
        (b"\xd0\xcf\x11\xe0rest", "old_excel"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not_a_table"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (xlsx_of(A_HEAD)[:-200], "damaged"),
        (b"nothing,here\n1,2", "no_header"),
        (b"ref,nmae\nx,y", "unknown_column"),
        (b"ref,name,Name\nx,y,z", "repeated_column"),
        (b"name\ny", "missing_column"),
        (b"ref,name\n", "no_rows"),
        (b'ref,name\nx,"never closed', "bad_csv"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(checked, content, code):
    job = checked("approvals", content)
    assert (job.state, job.refusal["code"]) == ("refused", code)
    for language in ("zh-hans", "en"):
        with override(language):
            assert refusal(code, job.refusal["params"])


def test_a_workbook_that_unpacks_to_far_too_much_is_not_opened(checked):
    assert checked("approvals", bomb()).refusal["code"] == "bomb"


def test_a_misspelt_header_is_told_with_what_was_meant(checked):
    job = checked("approvals", b"ref,nmae\nx,y")
    with override("en"):
        assert str(refusal("unknown_column", job.refusal["params"])).endswith("Perhaps you meant “name”.")


def test_every_fault_and_refusal_has_its_chinese():
    with override("zh-hans"):
        for said in [*WHAT.values(), *REFUSALS.values()]:
            assert any("一" <= c <= "鿿" for c in str(said)), said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_excel_writes(checked, encoding):
    content = "\n".join(",".join(row) for row in (A_HEAD, approval())).encode(encoding)
    job = checked("approvals", content)
    assert (job.state, job.new, job.faults_found) == ("checked", 1, 0)
    assert job.sample[0]["changes"]["name"] == ["", "新许可"]


def test_example_rows_are_skipped(checked):
    head = ["mark", *A_HEAD]
    before = Service.objects.count()
    job = checked("approvals", csv_of(head, ["示例", *approval(region="x")], ["", *approval()]))
    assert (job.rows, job.new, job.faults_found) == (1, 1, 0)
    assert Service.objects.count() == before


def test_a_row_with_a_fault_tells_of_its_department_too(checked):
    row = approval(committed_days="二十", department="没有这个局")
    job = checked("approvals", csv_of(A_HEAD, row))
    assert {(f.column, f.code) for f in job.faults.all()} == {
        ("committed_days", "not_a_number"),
        ("department", "unknown_department"),
    }
