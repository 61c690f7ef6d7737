"""An import from the upload to the record: who, how often, and what happens when the world moves."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.registry.exchange import checking, operations, progress
from regulation.registry.exchange.errors import NotCancellable, NotConfirmable, NotTheImporter
from regulation.registry.exchange.operations import (
    cancel_import,
    confirm_import,
    forget_files,
    run_import,
    upload_import,
)
from regulation.registry.exchange.queries import drafts_of, imports
from regulation.registry.models import Approval, Import, ImportedRow, Ruling, Service
from regulation.registry.queries import drafts, search_approvals
from regulation.registry.tasks import forget_import_files, resume_imports
from regulation.tables.errors import FileRefused
from tests.factories.registry import (
    ApprovalFactory,
    DepartmentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    UserFactory,
    region,
)
from tests.regulation.registry.exchange.conftest import csv_of

pytestmark = pytest.mark.django_db
SERVICES = ["code", "name", "source"]
RULINGS = ["service", "region", "start", "necessity", "provisions", "reason", "source"]


def services(count=2, name="服务"):
    return csv_of(SERVICES, *([f"s-{n}", f"{name}{n}", "来源"] for n in range(count)))


def test_what_is_confirmed_is_written_with_one_entry(written):
    ServiceFactory(code="s-0", name="旧名", category="类别", source="来源")
    entries = Entry.objects.count()
    job = written("services", services())
    assert (job.state, job.new, job.changed) == ("written", 1, 1)
    assert list(Service.objects.order_by("code").values_list("code", "name", "category", "pinyin")) == [
        ("s-0", "服务0", "类别", "fuwu0"),
        ("s-1", "服务1", "", "fuwu1"),
    ]
    uploaded, confirmed, entry = Entry.objects.order_by("pk")[entries:]
    assert (uploaded.kind, confirmed.kind) == ("registry.import_uploaded", "registry.import_confirmed")
    assert (entry.kind, entry.subject, entry.actor) == ("registry.import_written", job.urn, job.by)
    said = body_of(entry)
    assert (said["sha256"], said["created"], said["updated"], said["unchanged"]) == (job.sha256, 1, 1, 0)
    rows = ImportedRow.objects.order_by("row")
    assert [(r.row, r.subject, r.created, r.changes["name"]) for r in rows] == [
        (2, "registry.service/s-0", False, ["旧名", "服务0"]),
        (3, "registry.service/s-1", True, ["", "服务1"]),
    ]


def test_a_row_that_says_nothing_new_is_not_touched(written):
    ServiceFactory(code="s-0", name="服务0", source="来源", pinyin="kept")
    written("services", services())
    assert Service.objects.get(code="s-0").pinyin == "kept"
    assert ImportedRow.objects.count() == 1


def test_an_imported_approval_is_found_at_once(written):
    department = DepartmentFactory(name="水务局", region=region("511602"))
    head = ["ref", "name", "region", "department", "committed_days", "source"]
    written("approvals", csv_of(head, ["new", "取水许可", "511602", "水务局", "20", "来源"]))
    (made,) = search_approvals(Approval.objects.all(), "qsxk")
    assert (made.ref, made.department, made.committed_days, made.code) == ("new", department, 20, None)


def ruled(standing=None, **changes):
    row = {"service": "eia", "region": "000000", "start": "2020-01-01", "necessity": "abolished"}
    row |= {"provisions": "law-x", "reason": "理由", "source": "来源"} | changes
    return csv_of(RULINGS, [row[name] for name in RULINGS])


@pytest.fixture
def standing():
    return RulingFactory(
        service=ServiceFactory(code="eia"),
        provisions=[ProvisionFactory(ref="law-x")],
        reason="理由",
        source="来源",
    )


def test_a_ruling_that_differs_becomes_a_draft_of_the_importer(standing, written):
    job = written("rulings", ruled())
    (row,) = drafts_of(job)
    draft = row.ruling
    assert (draft.author, draft.necessity, draft.follow_up) == (job.by, "abolished", standing.follow_up)
    assert [b.provision.ref for b in draft.bases.all()] == ["law-x"]
    assert row.changes == {"necessity": ["optional", "abolished"]}
    assert Ruling.objects.on_record().get() == standing
    assert list(drafts()) == [draft]


def test_a_ruling_already_on_record_or_already_drafted_changes_nothing(standing, checked, written):
    assert checked("rulings", ruled(necessity="optional")).unchanged == 1
    written("rulings", ruled())
    again = checked("rulings", ruled())
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)


def test_only_the_importer_confirms(checked):
    job = checked("services", services())
    with pytest.raises(NotTheImporter):
        confirm_import(job=job, by=UserFactory())
    assert Import.objects.get().state == "checked"


def test_a_job_is_safe_to_run_twice(written):
    job = written("services", services())
    entries = Entry.objects.count()
    assert run_import(pk=job.pk, at=timezone.now()) == "written"
    with pytest.raises(NotConfirmable):
        confirm_import(job=job, by=job.by)
    assert Entry.objects.count() == entries


def test_when_the_record_moved_the_import_is_checked_anew_and_nothing_is_written(checked):
    job = checked("services", services())
    confirm_import(job=job, by=job.by)
    ServiceFactory(code="s-1", name="别人先写")
    assert run_import(pk=job.pk, at=timezone.now()) == "checked"
    job = Import.objects.get()
    assert (job.new, job.changed) == (1, 1)
    assert not Service.objects.filter(code="s-0").exists()
    assert not ImportedRow.objects.exists()
    confirm_import(job=job, by=job.by)
    assert run_import(pk=job.pk, at=timezone.now()) == "written"
    assert Service.objects.get(code="s-1").name == "服务1"


def test_when_what_a_row_refers_to_is_gone_nothing_is_written(checked, monkeypatch):
    region("511602")
    DepartmentFactory(name="水务局", region=region("511602"))
    head = ["ref", "name", "region", "department", "source"]
    rows = [[f"a-{n}", "取水许可", "511602", "水务局", "来源"] for n in range(2)]
    job = checked("approvals", csv_of(head, *rows))
    confirm_import(job=job, by=job.by)
    ApprovalFactory(ref="other").department.__class__.objects.filter(name="水务局").update(name="改名")
    assert run_import(pk=job.pk, at=timezone.now()) == "checked"
    assert Import.objects.get().faults_found == 2
    assert not Approval.objects.filter(ref__startswith="a-").exists()


def test_a_failure_half_way_leaves_nothing_and_can_be_taken_up_again(checked, monkeypatch):
    monkeypatch.setattr("regulation.registry.exchange.checking.chunks", lambda items: _ones(items))
    job = checked("services", services(3))
    confirm_import(job=job, by=job.by)
    keep, calls = operations._keep, []

    def dies(*args):
        calls.append(args)
        if len(calls) == 2:
            raise SystemExit
        keep(*args)

    with monkeypatch.context() as broken:
        broken.setattr(operations, "_keep", dies)
        with pytest.raises(SystemExit):
            run_import(pk=job.pk, at=timezone.now())
    assert not Service.objects.exists()
    assert Import.objects.get().state == "confirmed"
    assert run_import(pk=job.pk, at=timezone.now()) == "written"
    assert Service.objects.count() == 3


def _ones(items):
    for item in items:
        yield [item]


def test_what_nobody_took_up_is_queued_again(monkeypatch):
    job = upload_import(kind="services", name="x", content=services(), by=UserFactory())
    queued = []
    monkeypatch.setattr("regulation.registry.tasks.run_import.delay", queued.append)
    assert resume_imports() == 0
    Import.objects.update(created_at=timezone.now() - timezone.timedelta(minutes=1))
    assert resume_imports() == 1
    assert queued == [job.pk]


def test_an_import_given_up_while_it_is_checked_stops(monkeypatch):
    job = upload_import(kind="services", name="x", content=services(), by=UserFactory())
    tell = progress.tell

    def given_up(pk, done, total):
        cancel_import(job=job, by=job.by, at=timezone.now())
        tell(pk, done, total)

    monkeypatch.setattr(progress, "tell", given_up)
    assert run_import(pk=job.pk, at=timezone.now()) == "cancelled"
    job = Import.objects.get()
    assert (job.rows, job.content) == (0, None)


def test_what_is_written_is_not_given_up(written):
    job = written("services", services())
    with pytest.raises(NotCancellable):
        cancel_import(job=job, by=job.by, at=timezone.now())


def test_progress_is_told_in_rows(checked):
    job = checked("services", services(7))
    assert progress.told(job.pk) == (7, 7)


def test_a_file_that_is_too_big_is_not_kept(monkeypatch):
    monkeypatch.setattr(operations, "MAX_BYTES", 10)
    with pytest.raises(FileRefused):
        upload_import(kind="services", name="x", content=services(), by=UserFactory())
    assert not Import.objects.exists()


def test_a_file_with_too_many_rows_is_refused(checked, monkeypatch):
    monkeypatch.setattr("regulation.tables.reading.MAX_ROWS", 3)
    assert checked("services", services(4)).refusal["code"] == "too_many_rows"


def test_old_files_are_forgotten_and_their_reports_stay(written, checked):
    job, left = written("services", services()), checked("services", services(3))
    assert forget_import_files() == 0
    Import.objects.update(created_at=timezone.now() - timezone.timedelta(days=31))
    assert forget_files(before=timezone.now()) == 1
    job.refresh_from_db()
    left.refresh_from_db()
    assert (job.state, job.content, job.new) == ("written", None, 2)
    assert (left.state, left.content) == ("cancelled", None)
    assert ImportedRow.objects.count() == 2


def test_what_an_import_wrote_is_kept(written):
    written("services", services())
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        ImportedRow.objects.all().delete()
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        ImportedRow.objects.update(subject="x")


def test_faults_kept_are_bounded_and_all_are_counted(checked, monkeypatch):
    monkeypatch.setattr(checking, "FAULTS_KEPT", 2)
    job = checked("services", csv_of(SERVICES, *([f"s {n}", "x", "来源"] for n in range(5))))
    assert (job.faults_found, job.faults.count()) == (5, 2)


def test_the_list_of_imports_counts_the_drafts_that_wait(standing, written):
    written("rulings", ruled())
    written("services", services())
    assert [job.waiting for job in imports()] == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_check_one_import_together():
    job = upload_import(kind="services", name="x", content=services(), by=UserFactory())
    answers = []

    def other():
        try:
            answers.append(run_import(pk=job.pk, at=timezone.now()))
        finally:
            connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [operations.JOB_LOCK, job.pk])
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(20)
    assert answers == ["busy"]
    assert run_import(pk=job.pk, at=timezone.now()) == "checked"


def test_a_settled_import_has_its_moment(checked):
    job = checked("services", services())
    with pytest.raises(IntegrityError, match="import_settled_has_a_moment"):
        Import.objects.filter(pk=job.pk).update(state="cancelled")
