"""Interests as tables: read, judged by row and column, hashed at once, sent out, and read back unchanged."""

import csv
import datetime as dt
import io
import json
import tracemalloc
from decimal import Decimal

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone, translation

from regulation.parties.exchange.operations import confirm_import, run_import, upload_interests
from regulation.parties.exchange.places import column_at, place_of
from regulation.parties.exchange.sheets import ENTITIES, INTERESTS, PEOPLE, SHEETS
from regulation.parties.exchange.statements import Reader
from regulation.parties.exchange.tables_out import TableExporter, template
from regulation.parties.exchange.tabling import Rows
from regulation.parties.identifiers import credit_code_check_character, identity_digest
from regulation.parties.models import Entity, Interest, InterestFault, InterestImport, Person, Role
from regulation.tables.writing import csv_lines, workbook_of
from tests.factories import world

NUMBER = "11010519491231002X"  # the worked example of GB 11643
NEW = "/en/interests/imports/new/"


def code(n):
    body = f"91110000{n:09d}"
    return body + credit_code_check_character(body)


def cells(sheet, **said):
    given = {"publisher": "试验登记处"} | said
    return [str(given.get(column.name, "")) for column in sheet.columns]


def entity(key, **more):
    return cells(ENTITIES, **({"entity_id": key, "name": f"单位{key}", "kind": "enterprise"} | more))


def person(key, **more):
    return cells(PEOPLE, **({"person_id": key, "name": f"某{key}"} | more))


def interest(key, holder, subject, **more):
    said = {"kind": "shareholding", "source": "试验登记处，第1号", "statement_date": "2026-01-01"}
    return cells(INTERESTS, **(said | {"interest_id": key, "holder": holder, "subject": subject} | more))


def book(entities=(), people=(), interests=()):
    rows = zip(SHEETS, (entities, people, interests), strict=True)
    return workbook_of((str(sheet.title), sheet.columns, some) for sheet, some in rows)


def text(sheet, *rows):
    said = "".join(csv_lines([str(column.label) for column in sheet.columns], rows))
    return io.BytesIO(said.encode())


def check(stream, *, by=None):
    job = upload_interests(name="x.xlsx", stream=stream, by=by, at=timezone.now())
    run_import(pk=job.pk, at=timezone.now())
    job.refresh_from_db()
    return job


def write(stream):
    job = check(stream)
    assert not job.faults_found, list(job.faults.values_list("line", "path", "code", "value"))
    confirm_import(job=job, by=None)
    run_import(pk=job.pk, at=timezone.now())
    job.refresh_from_db()
    assert job.state == "written"
    return job


def found(job):
    """Every fault: sheet, row, column, code."""
    told = []
    for fault in job.faults.order_by("line", "pk"):
        sheet, row = place_of(fault.line)
        column = column_at(sheet, fault.path)
        told.append((sheet.kind, row, column and column.name, fault.code))
    return told


def three():
    return book(
        [entity("E-1", credit_code=code(1), kind="intermediary", region="")],
        [person("P-1", identity_number=NUMBER, birth_month="1949-12")],
        [interest("I-1", "P-1", "E-1", share="60", start="2015-05-01")],
    )


@pytest.mark.django_db
def test_a_workbook_of_three_sheets_is_written_once():
    job = write(three())
    assert job.form == "table"
    made = Interest.objects.get()
    assert (made.holder.name, made.subject.credit_code, made.subject.kind) == (
        "某P-1",
        code(1),
        "intermediary",
    )
    assert (made.share_min, made.share_max, made.tier) == (Decimal(60), Decimal(60), "A")
    assert (made.held.lower, made.held.upper) == (dt.date(2015, 5, 1), None)
    assert bytes(Person.objects.get().identity_digest) == identity_digest(
        NUMBER, key=settings.IDENTITY_HMAC_KEY.encode()
    )
    again = check(three())
    assert (again.unchanged, again.stated, again.parties_new, again.parties_changed) == (3, 0, 0, 0)
    assert not again.writes_something


@pytest.mark.django_db
def test_a_csv_of_each_kind_does_the_same_as_a_workbook():
    write(text(ENTITIES, entity("E-1", credit_code=code(1))))
    write(text(PEOPLE, person("P-1", birth_month="1949年12月", address="某街1号")))
    write(text(INTERESTS, interest("I-1", "P-1", "E-1", start="2015/5/1")))
    made = Interest.objects.get()
    assert (made.holder.name, made.subject.name, made.tier) == ("某P-1", "单位E-1", "B")
    assert (made.share_min, made.share_max) == (None, None)  # not stated is not zero


@pytest.mark.django_db
def test_every_fault_names_sheet_row_column_and_what_was_meant():
    job = check(
        book(
            [entity("E-1", kind="enterprize"), entity("E-2", credit_code=code(2)[:-1] + "0"), entity("")],
            [person("P-1", identity_number="110105194912310021"), person("P-2", birth_month="March")],
            [
                interest("I-1", "E-9", "E-2", share="140"),
                interest("I-2", "E-9", "P-1", start="2020-01-01", end="2019-01-01"),
                interest("I-3", "E-2", "E-2", share_min="60", share_max="25"),
                interest("I-4", "E-2", "E-2", statement_date="", source=""),
                interest("I-5", "E-2", "E-2", share="a half"),
            ],
        )
    )
    assert found(job) == [
        ("entities", 3, "kind", "not_a_choice"),
        ("entities", 4, "credit_code", "bad_credit_code"),
        ("entities", 5, "entity_id", "needed"),
        ("people", 3, "identity_number", "bad_identity_number"),
        ("people", 4, "birth_month", "not_a_day"),
        ("interests", 3, "share", "share_out_of_range"),
        ("interests", 4, "end", "ends_before_start"),
        ("interests", 5, "share", "share_reversed"),
        ("interests", 6, "source", "needed"),
        ("interests", 6, "statement_date", "needed"),
        ("interests", 7, "share", "not_a_number"),
    ]
    assert job.faults.get(code="not_a_choice").meant == "enterprise"
    assert not Interest.objects.exists()
    assert not Entity.objects.exists()


@pytest.mark.django_db
def test_a_dangling_id_and_a_name_that_is_another_partys_are_told():
    job = check(
        book(
            [entity("E-1"), entity("E-2")],
            [],
            [
                interest("I-1", "E-9", "E-1"),
                interest("I-2", "E-1", "E-2", holder_name="单位E-2"),
                interest("I-3", "E-1", "E-2", holder_name="单位E-1", subject_name="单位E-2"),
            ],
        )
    )
    assert [one for one in found(job) if one[3] != "name_alone"] == [
        ("interests", 3, "holder", "dangling"),
        ("interests", 4, "holder_name", "name_differs"),
    ]
    assert job.faults.get(code="name_differs").params == {"other": "单位E-1"}


@pytest.mark.django_db
@pytest.mark.parametrize("before", [False, True], ids=["in one file", "on record"])
def test_a_party_may_be_named_by_its_credit_code(before):
    firms = [entity("E-1", credit_code=code(1)), entity("E-2", credit_code=code(2))]
    if before:
        write(text(ENTITIES, *firms))
    write(book([] if before else firms, [], [interest("I-1", code(1).lower(), code(2), share="51")]))
    made = Interest.objects.get()
    assert (made.holder.credit_code, made.subject.credit_code, made.tier) == (code(1), code(2), "A")
    assert Entity.objects.count() == 2


@pytest.mark.django_db
def test_the_same_id_of_two_publishers_is_two_parties():
    write(text(ENTITIES, entity("E-1", name="甲公司"), entity("E-2", name="乙公司")))
    write(text(ENTITIES, entity("E-1", name="丙公司", publisher="另一登记处")))
    assert sorted(Entity.objects.values_list("name", flat=True)) == ["丙公司", "乙公司", "甲公司"]


@pytest.mark.django_db
def test_updates_take_the_place_and_closings_end_or_retract():
    write(three())
    write(text(INTERESTS, interest("I-1", "P-1", "E-1", share="30", statement_date="2026-02-01")))
    old, new = Interest.objects.order_by("pk")
    assert (old.share_min, new.share_min, old.recorded.upper) == (60, 30, new.recorded.lower)
    older = check(text(INTERESTS, interest("I-1", "P-1", "E-1", share="20", statement_date="2026-01-15")))
    assert (older.left_out, older.stated, found(older)[0][3]) == (1, 0, "older")
    write(
        text(
            INTERESTS,
            interest(
                "I-1",
                "P-1",
                "E-1",
                share="30",
                end="2026-03-01",
                status="closed",
                statement_date="2026-03-02",
            ),
        )
    )
    assert Interest.objects.standing().get().held.upper == dt.date(2026, 3, 1)
    write(text(INTERESTS, interest("I-1", "P-1", "E-1", status="closed", statement_date="2026-04-01")))
    assert not Interest.objects.standing().exists()


@pytest.mark.django_db
def test_a_publisher_corrects_its_own_parties_and_nobody_elses():
    write(three())
    job = write(
        text(ENTITIES, entity("E-1", credit_code=code(1), name="新名公司", statement_date="2026-02-01"))
    )
    assert (job.parties_changed, job.parties_new) == (1, 0)
    assert Entity.objects.get().name == "新名公司"
    write(
        text(
            PEOPLE, person("P-1", identity_number=NUMBER, birth_month="1949-11", statement_date="2026-02-01")
        )
    )
    assert Person.objects.get().birth_month == "1949-11"
    other = check(text(ENTITIES, entity("X", credit_code=code(1), name="他人所说", publisher="另一登记处")))
    assert (other.parties_changed, other.parties_new) == (0, 0)


@pytest.mark.django_db
def test_going_back_to_what_was_said_once_is_told_and_not_passed_over():
    write(book([entity("E-1", credit_code=code(1)), entity("E-2", credit_code=code(2))]))
    said = {share: interest("I-1", "E-1", "E-2", share=share) for share in ("60", "30")}
    write(text(INTERESTS, said["60"]))
    write(text(INTERESTS, said["30"]))
    back = check(text(INTERESTS, said["60"]))
    assert (back.stated, found(back)[0][3]) == (0, "said_before")


@pytest.mark.django_db
def test_a_number_is_kept_nowhere_wherever_in_a_table_it_stands(caplog):
    """Every text of every table is searched; the digest alone is found."""
    write(three())
    job = check(
        book(
            [entity("E-2", name=f"公司{NUMBER}"), entity(NUMBER)],
            [person("P-2", identity_number=NUMBER, number_kind=NUMBER), person("P-3", birth_month=NUMBER)],
            [
                interest(NUMBER, NUMBER, "E-2", kind=NUMBER),
                interest("I-3", "P-2", "E-2", share=NUMBER, start=NUMBER, source=NUMBER, publisher=NUMBER),
                interest("I-4", NUMBER, "E-2", holder_name=NUMBER, source_url=NUMBER, declared_by=NUMBER),
            ],
        )
    )
    assert job.faults_found
    upload_interests(name=f"{NUMBER}.csv", stream=io.BytesIO(NUMBER.encode()), by=None, at=timezone.now())
    header = [column.name for column in PEOPLE.columns]
    broken = ",".join([*header, NUMBER]) + "\n"
    refused = upload_interests(name="h.csv", stream=io.BytesIO(broken.encode()), by=None, at=timezone.now())
    assert refused.refusal["code"] == "unknown_column"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{NUMBER[:17]}%"])
            assert cursor.fetchone()[0] == 0, table
    assert NUMBER[:17] not in caplog.text


@pytest.mark.django_db
def test_a_number_that_lost_its_digits_in_a_spreadsheet_is_refused():
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append([column.name for column in PEOPLE.columns])
    row = dict(zip([c.name for c in PEOPLE.columns], person("P-1"), strict=True)) | {
        "identity_number": 110105194912310020
    }
    sheet.append(list(row.values()))
    stream = io.BytesIO()
    made.save(stream)
    stream.seek(0)
    assert found(check(stream)) == [("people", 2, "identity_number", "digits_lost")]
    assert "1101" not in str(list(InterestFault.objects.values()))


@pytest.mark.django_db
def test_a_share_of_a_cell_shown_as_a_percentage_is_worth_a_look():
    job = check(book([entity("E-1"), entity("E-2")], [], [interest("I-1", "E-1", "E-2", share="0.6")]))
    fault = job.faults.get(code="share_below_one")
    assert (fault.severity, fault.meant) == ("warning", "60")
    assert not job.faults_found


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_template_is_read_back_as_it_is_and_its_examples_are_skipped(language):
    with translation.override(language):
        stream = template()
    named = openpyxl.load_workbook(stream)
    assert [sheet.sheet_state for sheet in named.worksheets] == ["visible"] * 4 + ["hidden"]
    assert len(named.worksheets[2].data_validations.dataValidation) == 5
    column = [c.name for c in PEOPLE.columns].index("identity_number") + 1
    assert (
        named.worksheets[1].column_dimensions[openpyxl.utils.get_column_letter(column)].number_format == "@"
    )
    stream.seek(0)
    job = upload_interests(name="t.xlsx", stream=stream, by=None, at=timezone.now())
    assert job.refusal["code"] == "no_statements"


def the_record():
    """Entities, people, kin, shares of every sort, ended and invented ones, what is told by name alone."""
    a, b, c = (world.entity(name=f"单位{n}") for n in "甲乙丙")
    one, other = world.person(name="某甲"), world.person(name="某乙")
    world.interest(a, b, kind="shareholding", share_min=Decimal("33.3333"), share_max=Decimal("33.3333"))
    world.interest(
        b,
        c,
        kind="shareholding",
        share_min=Decimal(25),
        share_max=Decimal(50),
        held=DateRange(None, dt.date(2020, 1, 1)),
    )
    world.interest(one, c, kind="official", post="=处长", rank="leading")
    world.interest(one, other, kind="closeKin")
    world.interest(other, b, kind="shareholding", tier="C", is_invented=True, source="'=来源")
    return Interest.objects.standing()


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_goes_out_comes_back_and_changes_nothing(form, language):
    standing = the_record()
    before = list(Interest.objects.order_by("pk").values())
    with translation.override(language):
        tables = TableExporter(standing)
        if form == "xlsx":
            files = [tables.workbook()]
        else:
            heads = [(sheet, [str(column.label) for column in sheet.exported]) for sheet in SHEETS]
            files = [
                io.BytesIO("".join(csv_lines(head, tables.rows(sheet))).encode()) for sheet, head in heads
            ]
    for file in files:
        job = check(file)
        assert not job.faults_found, list(job.faults.values_list("line", "path", "code", "value"))
        assert (job.stated, job.closed, job.parties_new, job.parties_changed) == (0, 0, 0, 0)
        assert job.unchanged == job.statements > 0
    assert list(Interest.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_an_edited_export_is_an_update_of_what_was_edited():
    standing = the_record()
    rows = list(TableExporter(standing).rows(INTERESTS))
    names = [column.name for column in INTERESTS.exported]
    rows[0][names.index("share")] = "40"
    rows[0][names.index("statement_date")] = timezone.localdate().isoformat()
    said = io.BytesIO("".join(csv_lines(names, rows)).encode())
    job = write(said)
    assert (job.stated, job.closed, job.unchanged) == (1, 1, len(rows) - 1)
    assert Interest.objects.latest("pk").share_min == 40


def test_reading_takes_no_more_memory_for_a_longer_table():
    """What grows is the file itself; the rows are gone through one by one."""

    def peak(size):
        rows = (interest(f"I-{n}", f"E-{n}", f"E-{n + 1}", share=n % 100) for n in range(size))
        content = text(INTERESTS, *rows).getvalue()
        reader = Rows(content, reader=Reader(key=b"k", site="a" * 8), regions={})
        tracemalloc.start()
        count = sum(1 for _read in reader.reads())
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == size
        return most - len(content)

    assert peak(4_000) < 2 * peak(400) + 2**20


@pytest.mark.django_db
class TestScreens:
    def signed_in(self, role=Role.REGULATOR):
        client = Client()
        client.force_login(world.member(role).user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def test_the_report_names_row_and_column_in_the_readers_language(self):
        client = self.signed_in()
        file = SimpleUploadedFile("a.xlsx", book([entity("E-1", kind="enterprize")]).read())
        where = client.post(NEW, {"file": file}).url
        run_import(pk=InterestImport.objects.get().pk, at=timezone.now())
        page = client.get(where).content.decode()
        for said in ("Entities, row 3", "Kind of entity", "enterprize", "enterprise"):
            assert said in page
        chinese = client.get(where.removeprefix("/en")).content.decode()
        assert "第 3 行" in chinese

    def test_templates_and_every_download_are_handed_out(self):
        client = self.signed_in()
        the_record()
        page = client.get(NEW).content.decode()
        for sheet in SHEETS:
            assert f"/imports/template/{sheet.kind}.csv" in page
            answer = client.get(f"/en/interests/imports/template/{sheet.kind}.csv")
            assert next(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")))) == [
                str(column.label) for column in sheet.columns
            ]
        assert client.get("/en/interests/imports/template/all.xlsx").status_code == 200
        assert client.get("/en/interests/imports/template/all.csv").status_code == 404
        for form in ("jsonl", "json", "xlsx", "entities.csv", "people.csv", "interests.csv"):
            answer = client.post("/en/interests/export/", {"format": form})
            assert answer.status_code == 200, form
            assert b"".join(answer), form
        assert client.post("/en/interests/export/", {"format": "exe"}).status_code == 404

    def test_a_download_is_an_entry_with_its_form(self):
        from regulation.ledger.models import Entry

        self.signed_in().post("/en/interests/export/", {"format": "people.csv"})
        body = json.loads(Entry.objects.get(kind="parties.interests_downloaded").body)
        assert body["format"] == "people.csv"
