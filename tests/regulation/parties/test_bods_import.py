"""BODS 0.4 in: what is stated, closed, refused, reported and never kept."""

import datetime as dt
import gzip
import io
import json
import re
import tracemalloc
from decimal import Decimal
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis

from regulation.ledger.models import Entry
from regulation.parties.exchange import errors, faults
from regulation.parties.exchange.cycles import on_cycles
from regulation.parties.exchange.operations import (
    cancel_import,
    confirm_import,
    run_import,
    upload_interests,
)
from regulation.parties.exchange.statements import Reader
from regulation.parties.exchange.streaming import statements
from regulation.parties.identifiers import credit_code_check_character, identity_digest
from regulation.parties.models import (
    BodsStatement,
    Entity,
    Interest,
    InterestFault,
    InterestImport,
    Person,
    StagedRow,
)
from tests.factories import bods, world

NUMBER = "11010519491231002X"  # the worked example of GB 11643


def code(n):
    body = f"91110000{n:09d}"
    return body + credit_code_check_character(body)


def check(stream, *, by=None, **more):
    job = upload_interests(name="x.jsonl", stream=stream, by=by, at=timezone.now(), **more)
    run_import(pk=job.pk, at=timezone.now())
    job.refresh_from_db()
    return job


def write(stream, *, by=None):
    job = check(stream, by=by)
    assert not job.faults_found, list(job.faults.values_list("line", "path", "code", "value"))
    confirm_import(job=job, by=by)
    run_import(pk=job.pk, at=timezone.now())
    job.refresh_from_db()
    assert job.state == "written"
    return job


def codes(job):
    return sorted(set(job.faults.values_list("code", flat=True)))


def three():
    return [
        bods.entity("e-1", name="甲公司", code=code(1)),
        bods.person("p-1", name="某甲", number=NUMBER),
        bods.holding("r-1", "p-1", "e-1", share=60, interest={"startDate": "2015-05-01"}),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("form", [bods.lines, bods.array])
def test_parties_and_interests_are_written_once_with_one_entry(form):
    said = three()
    job = write(form(*said))
    made = Interest.objects.get()
    assert (made.holder.name, made.subject.credit_code, made.share_min, made.share_max) == (
        "某甲", code(1), Decimal(60), Decimal(60),
    )  # fmt: skip
    assert (made.held.lower, made.held.upper, made.tier) == (dt.date(2015, 5, 1), None, "A")
    assert (made.statement_id, made.record_id, made.source) == (said[2]["statementId"], "r-1", "试验登记处")
    entry = Entry.objects.get(kind="parties.import_written")
    body = json.loads(entry.body)
    assert body["changes"] == job.changes_digest
    assert body["file"] == job.file_digest
    assert not StagedRow.objects.exists()
    again = check(form(*said))
    assert (again.unchanged, again.stated, again.parties_new, again.closed) == (3, 0, 0, 0)
    with pytest.raises(errors.NotConfirmable):
        confirm_import(job=again, by=None)
    assert Interest.objects.count() == 1


@pytest.mark.django_db
def test_an_identity_number_is_kept_nowhere(caplog):
    """Every text of every table the room has is searched; the digest alone is found."""
    bad = bods.person("p-2", number=NUMBER, name=f"某乙{NUMBER}")
    check(bods.lines(*three(), bad, bods.person(NUMBER, number=NUMBER)))
    job = write(bods.lines(*three()))
    assert bytes(Person.objects.get().identity_digest) == identity_digest(
        NUMBER, key=settings.IDENTITY_HMAC_KEY.encode()
    )
    assert InterestFault.objects.filter(code="identity_number_in_text").count() == 4
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{NUMBER[:17]}%"])
            assert cursor.fetchone()[0] == 0, table
    assert NUMBER[:17] not in caplog.text
    assert job.file_digest != InterestImport.objects.exclude(pk=job.pk).get().file_digest


@pytest.mark.django_db
def test_an_update_closes_what_stood_and_opens_what_is_said_now():
    write(bods.lines(*three()))
    write(
        bods.lines(
            bods.holding("r-1", "p-1", "e-1", share=30, recordStatus="updated", statementDate="2026-02-01")
        )
    )
    old, new = Interest.objects.order_by("pk")
    assert old.recorded.upper == new.recorded.lower
    assert (old.share_min, new.share_min) == (Decimal(60), Decimal(30))
    assert list(Interest.objects.standing()) == [new]


@pytest.mark.django_db
def test_closing_with_a_day_ends_and_without_one_retracts():
    write(bods.lines(*three()))
    ended = bods.holding("r-1", "p-1", "e-1", share=60, recordStatus="closed",
                         statementDate="2026-03-01",
                         interest={"startDate": "2015-05-01", "endDate": "2020-01-01"})  # fmt: skip
    write(bods.lines(ended))
    assert Interest.objects.standing().get().held.upper == dt.date(2020, 1, 1)
    write(bods.lines(bods.holding("r-1", "p-1", "e-1", recordStatus="closed", statementDate="2026-04-01")))
    assert not Interest.objects.standing().exists()
    assert Interest.objects.count() == 2


@pytest.mark.django_db
def test_the_latest_statement_of_a_file_stands_whatever_its_order():
    late = bods.holding("r-1", "p-1", "e-1", share=30, recordStatus="updated", statementDate="2026-02-01")
    said = three()
    job = write(bods.lines(late, *said))
    assert Interest.objects.get().share_min == Decimal(30)
    assert codes(job) == ["not_on_record", "older"]
    assert check(bods.lines(late, *said)).unchanged == 4
    stale = bods.holding("r-1", "p-1", "e-1", share=5, recordStatus="updated", statementDate="2026-01-15")
    assert codes(check(bods.lines(stale))) == ["older"]


@pytest.mark.django_db
def test_another_body_under_a_known_id_is_refused():
    said = three()
    write(bods.lines(*said))
    said[2]["recordDetails"]["interests"][0]["share"] = {"exact": 61}
    job = check(bods.lines(*said))
    assert (codes(job), job.unchanged) == (["changed_body"], 2)
    twice = three()
    twice.append({**twice[0], "recordId": "e-9"})
    twice.append(twice[0])
    job = check(bods.lines(*twice))
    assert codes(job) == ["repeated", "repeated_differs", "stands_already"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("share", "range_"),
    [
        (None, (None, None)),
        ({}, (None, None)),
        ({"exact": 0}, (0, 0)),
        ({"minimum": 25, "maximum": 50}, (25, 50)),
        ({"exclusiveMinimum": 25, "maximum": 50}, ("25.0001", 50)),
        ({"minimum": 25, "exclusiveMaximum": 50}, (25, "49.9999")),
        ({"minimum": 75}, (75, 100)),
        ({"exact": 33.33333333}, ("33.3333", "33.3334")),
    ],
)
def test_a_share_that_is_not_stated_is_not_zero_and_bounds_are_kept(share, range_):
    said = three()
    said[2]["recordDetails"]["interests"][0].pop("share")
    if share is not None:
        said[2]["recordDetails"]["interests"][0]["share"] = share
    write(bods.lines(*said))
    made = Interest.objects.get()
    wanted = tuple(None if end is None else Decimal(end) for end in range_)
    assert (made.share_min, made.share_max) == wanted


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code_", "path"),
    [
        ({"share": {"exact": 101}}, "share_out_of_range", "share.exact"),
        ({"share": {"exact": -1}}, "share_out_of_range", "share.exact"),
        ({"share": {"exact": 1e300}}, "share_out_of_range", "share.exact"),
        ({"share": {"exact": "30"}}, "not_a_number", "share.exact"),
        ({"share": {"minimum": 60, "maximum": 50}}, "share_reversed", "share"),
        ({"share": []}, "not_an_object", "share"),
        ({"type": "shareholdings"}, "not_a_choice", "type"),
        ({"type": None}, "needed", "type"),
        ({"startDate": "2026-02-30"}, "not_a_day", "startDate"),
        ({"startDate": 20260101}, "not_a_day", "startDate"),
        ({"startDate": "2020-01-01", "endDate": "2019-01-01"}, "ends_before_start", "endDate"),
        ({"qinqing": {"kind": "setup"}}, "not_a_choice", "qinqing.kind"),
        ({"qinqing": {"rank": "leading"}}, "rank_of_officials", "qinqing.rank"),
        ({"qinqing": {"post": "a\0b"}}, "control", "qinqing.post"),
        ({"qinqing": {"post": "\ud800"}}, "control", "qinqing.post"),
        ({"qinqing": {"post": "长" * 101}}, "too_long", "qinqing.post"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change, code_, path):
    said = three()
    said[2]["recordDetails"]["interests"][0] |= change
    job = check(io.BytesIO("\n".join(json.dumps(s) for s in said).encode()))
    fault = job.faults.get()
    assert (fault.line, fault.code, fault.statement_id) == (3, code_, said[2]["statementId"])
    assert fault.path.endswith(f"interests[0].{path}")
    assert job.faults_found == 1
    with pytest.raises(errors.NotConfirmable):
        confirm_import(job=job, by=None)


@pytest.mark.django_db
def test_a_near_miss_is_told_what_was_probably_meant():
    said = three()
    said[2]["recordDetails"]["interests"][0]["type"] = "shareholdings"
    assert check(bods.lines(*said)).faults.get().meant == "shareholding"


@pytest.mark.django_db
def test_names_nobody_has_are_faults_and_nobody_named_is_left_out():
    job = check(bods.lines(*three()[:2], bods.holding("r-1", "p-9", "e-9")))
    assert sorted(job.faults.values_list("path", "code")) == [
        ("recordDetails.interestedParty", "dangling"), ("recordDetails.subject", "dangling"),
    ]  # fmt: skip
    nobody = bods.holding("r-1", {"reason": "noBeneficialOwners"}, "e-1")
    job = check(bods.lines(*three()[:2], nobody))
    assert (codes(job), job.left_out, job.faults_found) == (["unspecified"], 1, 0)


@pytest.mark.django_db
def test_circles_self_holdings_and_sums_over_a_hundred_are_told_and_kept():
    said = [bods.entity(f"e-{n}", code=code(n)) for n in range(5)]
    said += [bods.holding(f"r-{n}", f"e-{n}", f"e-{(n + 1) % 3}", share=70) for n in range(3)]
    said += [bods.holding("r-7", "e-3", "e-3", share=1), bods.holding("r-8", "e-4", "e-0", share=40)]
    job = write(bods.lines(*said))
    assert sorted(job.faults.values_list("line", "code")) == [
        (6, "cycle"), (7, "cycle"), (8, "cycle"), (8, "over_hundred"), (9, "self_holding"),
    ]  # fmt: skip
    assert job.faults.get(code="over_hundred").params == {"sum": "110.0000"}
    assert Interest.objects.count() == 5


@pytest.mark.django_db
def test_tiers_follow_from_what_tells_the_parties():
    where = {"addresses": [{"address": "青田路1号"}], "qinqing": {"phone": "0578-1", "kind": "intermediary"}}
    on_record = world.entity(name="乙所", credit_code=None, address="青田路1号", phone="0578-1")
    write(bods.lines(
        bods.entity("a", code=code(1)),
        bods.entity("b", name="乙所", details=where),
        bods.entity("c", name="丙"),
        bods.holding("ab", "a", "b"), bods.holding("ac", "a", "c"), bods.holding("aa", "a", "a"),
    ))  # fmt: skip
    tiers = dict(Interest.objects.values_list("record_id", "tier"))
    assert tiers == {"ab": "B", "ac": "C", "aa": "A"}
    assert Interest.objects.get(record_id="ab").subject == on_record
    assert not Entity.objects.filter(name="乙所").exclude(pk=on_record.pk).exists()


@pytest.mark.django_db
def test_the_credit_code_joins_what_several_publishers_call_differently():
    known = world.entity(credit_code=code(1), name="甲")
    write(
        bods.lines(
            bods.entity("x-1", code=code(1), name="另名"),
            bods.entity("y-1", code=code(2)),
            bods.holding("r", "y-1", "x-1"),
        )
    )
    write(bods.lines(bods.entity("z-1", code=code(1)), bods.holding("r2", "y-1", "z-1")))
    known.refresh_from_db()
    assert known.name == "甲"
    assert {i.subject for i in Interest.objects.all()} == {known}
    assert Entity.objects.filter(credit_code=code(2)).count() == 1


@pytest.mark.django_db
def test_parts_stated_apart_are_not_counted_twice():
    said = three()
    said[2]["recordDetails"] |= {"componentRecords": ["r-2"]}
    said[2]["recordDetails"]["interests"][0]["directOrIndirect"] = "indirect"
    job = check(bods.lines(*said))
    assert (codes(job), job.stated) == (["indirect"], 0)


@pytest.mark.django_db
def test_the_kinds_of_this_field_travel_beside_bods_codes():
    said = [
        bods.entity("d", details={
            "entityType": {"type": "stateBody"}, "qinqing": {"region": world.region().code},
        }),
        bods.person("p", number=NUMBER), bods.person("q", number="11010519491231003X"),
        bods.holding("o", "p", "d", type="otherInfluenceOrControl",
                     interest={"qinqing": {"kind": "official", "post": "局长", "rank": "leading"}}),
        bods.holding("k", "p", "q", type="unknownInterest", interest={"qinqing": {"kind": "closeKin"}}),
    ]  # fmt: skip
    write(bods.lines(*said))
    official, kin = Interest.objects.order_by("record_id")[::-1]
    assert (official.kind, official.post, official.rank, official.subject.kind) == (
        "official", "局长", "leading", "department",
    )  # fmt: skip
    assert (kin.kind, kin.holder.name, kin.subject_person.name) == ("closeKin", "p", "q")
    wrong = bods.holding("k2", "p", "d", interest={"qinqing": {"kind": "closeKin"}})
    assert codes(check(bods.lines(wrong))) == ["kin_of_two_people", "name_alone"]
    assert codes(check(bods.lines(bods.holding("k3", "p", "q")))) == ["wrong_party"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code_"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"hello", "no_header"),  # it could be a table of interests
        (gzip.compress(b"hello", mtime=0), "not_bods"),
        (b"\xff\xfe[\0]\0", "not_utf8"),
        ("[{}, {\"a\": \"中\"}]".encode("gb18030"), "not_utf8"),
        (b"[", "bad_json"),
        (b"[{}", "bad_json"),
        (b"[{} {}]", "bad_json"),
        (b"[{}] x", "bad_json"),
        (b"[{}, nope, " + b" " * 100 + b"{}]", "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b"[1e9999999999999999999]", "bad_json"),
        (b"[" + b"9" * 5000 + b"]", "bad_json"),
        (b'["' + b"a" * 3_000_000 + b'"]', "statement_too_big"),
        (gzip.compress(b"[{}]", mtime=0)[:-9], "bad_gzip"),
        (b"\x1f\x8bnonsense", "bad_gzip"),
        (b"[]", "no_statements"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(content, code_):
    job = check(io.BytesIO(content))
    assert (job.state, job.refusal["code"]) == ("refused", code_)
    assert str(errors.refusal(job.refusal["code"], job.refusal["params"]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": "b', "a text is not closed"),
        ('{"a": "\x01"}', "a text holds a line break or another control character"),
        (r'{"a": "\x"}', "a text holds a backslash with nothing it stands for"),
        ('{"a": }', "a value is missing"),
        ('{"a": 1 "b": 2}', "a comma is missing"),
        ('{"a" 1}', "a colon is missing"),
        ("{a: 1}", "the name of a field is missing, or not in double quotation marks"),
    ],
)
def test_what_is_broken_is_said_in_the_readers_language(text, words):
    _digest, reads = statements(io.BytesIO(f"{text}\n".encode()))
    (read,) = reads
    said = partial(faults.sentence, "bad_json", {"detail": read.unreadable.detail})
    assert said() == f"This line is no JSON: {words}."
    with override("zh-hans"):
        assert not re.search("[A-Za-z]{3}", said().replace("JSON", ""))


@pytest.mark.django_db
def test_a_broken_line_spoils_that_line_alone():
    said = three()
    content = "\n".join([*(json.dumps(s) for s in said), "{", '{"a": NaN}', "[" * 100_000, "7"])
    job = check(io.BytesIO(content.encode()))
    assert sorted(job.faults.values_list("line", "code")) == [
        (4, "bad_json"), (5, "not_a_json_number"), (6, "bad_json"), (7, "not_an_object"),
    ]  # fmt: skip
    assert job.stated == 1


@pytest.mark.django_db
def test_a_compressed_file_is_read_and_a_bomb_is_not():
    content = gzip.compress(bods.lines(*three()).getvalue())
    assert check(io.BytesIO(content)).stated == 1
    bomb = gzip.compress(b"{" + b" " * 5_000_000, mtime=0)
    assert check(io.BytesIO(bomb), most=1_000_000).refusal["code"] in ("too_big", "statement_too_big")


@pytest.mark.django_db
def test_whoever_brought_a_file_confirms_it_and_giving_it_up_forgets_it():
    mine, other = world.user(), world.user()
    job = check(bods.lines(*three()), by=mine)
    with pytest.raises(errors.NotTheImporter):
        confirm_import(job=job, by=other)
    cancel_import(job=job, by=other, at=timezone.now())
    assert not StagedRow.objects.exists()
    with pytest.raises(errors.NotConfirmable):
        confirm_import(job=job, by=mine)
    with pytest.raises(errors.NotCancellable):
        cancel_import(job=job, by=other, at=timezone.now())


@pytest.mark.django_db
def test_what_changed_since_it_was_checked_is_checked_anew_and_not_written():
    job = check(bods.lines(*three()))
    confirm_import(job=job, by=None)
    world.entity(credit_code=code(1))
    run_import(pk=job.pk, at=timezone.now())
    job.refresh_from_db()
    assert (job.state, job.parties_new) == ("checked", 1)
    assert not Interest.objects.exists()
    assert not BodsStatement.objects.exists()


json_values = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats()
    | strategies.text() | strategies.sampled_from(["entity", "relationship", "person", NUMBER]),
    lambda inner: strategies.lists(inner, max_size=3)
    | strategies.dictionaries(
        strategies.sampled_from([
            "statementId", "recordId", "recordType", "recordStatus", "statementDate", "recordDetails",
            "interests", "subject", "interestedParty", "share", "exact", "identifiers", "id", "scheme",
            "names", "fullName", "source", "type",
            "kind", "qinqing", "addresses", "address", "entityType", "startDate", "reason",
        ]),
        inner,
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@hypothesis(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(json_values, strategies.sampled_from(["entity", "person", "relationship"]))
def test_arbitrary_json_never_breaks_the_reader(value, kind):
    reader = Reader(key=b"k", site="00000000")
    for said in (value, {**bods.holding("r", "a", "b"), "recordType": kind, "recordDetails": value}):
        form, reads = statements(io.BytesIO(b"[" + json.dumps(said).encode() + b"]"))
        try:
            (read,) = reads
        except errors.InterestFileRefused:  # a number too long to be one
            continue
        rows, faults = reader.read(read.line, read.value)
        assert form == "json"
        assert NUMBER not in repr(faults)
        assert not any(NUMBER in repr(row) for row in rows)


@hypothesis(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.binary(max_size=300))
def test_arbitrary_bytes_never_break_the_reader(content):
    try:
        _form, reads = statements(io.BytesIO(content))
        for read in reads:
            assert read.line >= 1
    except errors.InterestFileRefused:
        pass


@hypothesis(max_examples=200, deadline=None)
@given(strategies.lists(strategies.tuples(strategies.integers(0, 8), strategies.integers(0, 8)), max_size=20))
def test_circles_are_those_that_a_walk_finds(edges):
    def reaches(start, goal):
        seen, todo = set(), [start]
        while todo:
            node = todo.pop()
            for a, b in edges:
                if a == node and b not in seen:
                    seen.add(b)
                    todo.append(b)
        return goal in seen

    assert on_cycles(edges) == {(a, b) for a, b in edges if a != b and reaches(b, a)}


@pytest.mark.parametrize("form", ["array", "jsonl"])
def test_reading_takes_no_more_memory_for_a_longer_file(form, tmp_path):
    """The peak of what Python holds while it reads is that of a piece of the file, not of the file."""

    def peak(count):
        said = json.dumps(bods.holding("r", "a", "b", share=1)).encode()
        joined = (b",\n" if form == "array" else b"\n").join([said] * count)
        path.write_bytes(b"[" + joined + b"]" if form == "array" else joined)
        reader = Reader(key=b"k", site="00000000")
        tracemalloc.start()
        with path.open("rb") as stream:
            found = sum(len(reader.read(one.line, one.value)[0]) for one in statements(stream)[1])
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == count
        return most

    path = tmp_path / "x"
    assert peak(8_000) < peak(2_000) * 1.5
