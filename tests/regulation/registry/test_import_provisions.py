"""Loading laws and articles from the operator's file: all of it or nothing, and a second time nothing."""

import datetime as dt
import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import override

from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of
from regulation.registry.models import Instrument, Provision, Ruling
from regulation.registry.operations import import_provisions
from regulation.registry.provision_file import ARTICLE, INSTRUMENT
from regulation.registry.queries import lapsed_rulings
from tests.factories.registry import InstrumentFactory, ProvisionFactory, RulingFactory, region

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 25, 4, tzinfo=dt.UTC)
END = dt.date(2026, 8, 15)


@pytest.fixture
def article():
    instrument = InstrumentFactory(ref="law", title="测试法", number="第1号")
    return ProvisionFactory(ref="law-1", instrument=instrument, article="第一条")


def load(*instruments, at=AT, dry_run=False, **top):
    document = {"source": "国家法律法规数据库 2026-11-01", "instruments": list(instruments)} | top
    return import_provisions(content=json.dumps(document).encode(), at=at, dry_run=dry_run)


def law(*articles, **fields):
    return {"ref": "law", **({"articles": list(articles)} if articles else {}), **fields}


def faults(loaded):
    return [(fault.row, fault.field) for fault in loaded.faults]


NEW = {
    "ref": "new-law",
    "title": "新法",
    "level": "law",
    "region": "000000",
    "in_force_from": "2026-01-01",
    "source": "来源",
    "articles": [
        {
            "article": "第三条",
            "article_order": 3,
            "summary": "概要。",
            "text": "条文。",
            "in_force_from": "2026-01-01",
        }
    ],
}


def test_a_text_is_loaded_with_its_source_and_day(article):
    loaded = load(law({"article": "第一条", "text": "第一条　正文。\n第二款。"}))
    assert (loaded.faults, loaded.changed) == ([], [article.urn])
    article.refresh_from_db()
    assert article.full_text.endswith("第二款。")
    assert (article.full_text_source, article.full_text_on) == (
        "国家法律法规数据库 2026-11-01",
        dt.date(2026, 11, 25),
    )


def test_the_entry_keeps_the_digest_and_what_was_written(article):
    loaded = load(law({"article": "第一条", "text": "正文。"}))
    entry = Entry.objects.get()
    assert (entry.kind, entry.subject) == ("registry.provisions_imported", loaded.urn)
    body = body_of(entry)
    assert (body["sha256"], body["changed"]) == (loaded.digest, [article.urn])


def test_a_second_run_writes_nothing_on_another_day_too(article):
    region()
    items = (law({"article": "第一条", "text": "正文。", "in_force_to": None}, in_force_to="2026-08-15"), NEW)
    assert load(*items)
    assert not load(*items, at=AT + dt.timedelta(days=9))
    assert Entry.objects.count() == 1
    assert Provision.objects.get(ref="law-1").full_text_on == dt.date(2026, 11, 25)


def test_a_law_and_its_articles_that_are_not_on_record_are_made():
    region()
    loaded = load(NEW)
    made = Provision.objects.get(ref="new-law-3")
    assert loaded.created == [made.instrument.urn, made.urn]
    assert (made.level, made.article_order, made.source) == ("law", 3, loaded.source)


def test_a_law_is_found_by_title_and_number(article):
    InstrumentFactory(title="测试法", number="第2号")
    assert faults(load({"title": "测试法", "issuer": "甲"})) == [("1", "title")]
    assert not load({"title": "测试法", "number": "第1号", "issuer": "甲"}).faults
    assert Instrument.objects.get(ref="law").issuer == "甲"


def test_the_end_of_a_law_makes_its_demands_lapse_and_touches_no_ruling(article):
    ruling = RulingFactory(necessity="mandatory", provisions=[article])
    before = Ruling.objects.filter(pk=ruling.pk).values().get()
    InstrumentFactory(ref="code")
    loaded = load(law(in_force_to="2026-08-15", repealed_by="code"))
    assert loaded.ended == [article.urn]
    assert Instrument.objects.get(ref="law").repealed_by.ref == "code"
    assert list(lapsed_rulings(on=END)) == [ruling]
    assert not lapsed_rulings(on=END - dt.timedelta(days=1)).exists()
    assert Ruling.objects.filter(pk=ruling.pk).values().get() == before


def test_an_article_alone_may_end(article):
    load(law({"article": "第一条", "in_force_to": "2026-08-15"}))
    assert Provision.objects.get(ref="law-1").in_force == DateRange(dt.date(2020, 1, 1), END, "[)")


def test_a_text_may_be_taken_away(article):
    load(law({"article": "第一条", "text": "正文。"}))
    load(law({"article": "第一条", "text": None}))
    article.refresh_from_db()
    assert (article.full_text, article.full_text_source, article.full_text_on) == ("", "", None)


def test_a_law_may_be_repealed_by_one_of_the_same_file(article):
    assert not load(law(repealed_by="new-law"), NEW).faults
    assert Instrument.objects.get(ref="law").repealed_by.ref == "new-law"


def test_a_dry_run_says_the_same_and_writes_nothing(article):
    items = (law({"article": "第一条", "text": "正文。"}), NEW)
    tried = load(*items, dry_run=True)
    assert not Entry.objects.exists()
    assert not Instrument.objects.filter(ref="new-law").exists()
    done = load(*items)
    assert (tried.created, tried.changed) == (done.created, done.changed)


WRONG = [
    (law({"article": "第一条", "txt": "正文。"}), "1.1", "txt"),
    (law({"text": "正文。"}), "1.1", "article"),
    (law({"article": "第一条", "text": 5}), "1.1", "text"),
    (law({"article": "第一条", "text": "a\0b"}), "1.1", "text"),
    (law({"article": "第一条", "text": "x" * 100_001}), "1.1", "text"),
    (law({"article": "第一条", "text": "\ud800"}), "1.1", "text"),
    (law({"article": "第一条", "in_force_to": "2026-02-30"}), "1.1", "in_force_to"),
    (law({"article": "第一条", "in_force_to": "9999-12-31"}), "1.1", "in_force_to"),
    (law({"article": "第一条", "in_force_to": "2019-12-31"}), "1.1", "in_force_to"),
    (law({"article": "第一条", "in_force_from": "2019-12-31"}), "1.1", "in_force_from"),
    (law({"article": "第一条", "article_order": 10**12}), "1.1", "article_order"),
    (law({"article": "第一条", "article_order": True}), "1.1", "article_order"),
    (law({"article": "第一条"}, {"article": "第一条"}), "1.2", "article"),
    (law({"article": "第一条", "ref": "other"}), "1.1", "ref"),
    (law({"article": "第九条"}), "1.1", "summary"),
    (
        law({"article": "第九条", "summary": "概", "in_force_from": "2020-01-01", "ref": "law-1"}),
        "1.1",
        "ref",
    ),
    (law({"article": "9/1", "summary": "概", "in_force_from": "2020-01-01"}), "1.1", "ref"),
    (law({"article": "九" * 60, "ref": "x" * 81}), "1.1", "ref"),
    (law({"article": "第一条"}, repealed_by="nothing"), "1", "repealed_by"),
    (law(repealed_by="law"), "1", "repealed_by"),
    (law(level="department_rule"), "1", "level"),
    (law(level="decree"), "1", "level"),
    (law(region="999999"), "1", "region"),
    (law(in_force_from="2021-01-01"), "1", "in_force_from"),
    (law(in_force_to="2020-01-01"), "1", "in_force_to"),
    (law(articles=[]), "1", "articles"),
    (law(articles="all"), "1", "articles"),
    (law("第一条"), "1.1", ""),
    ("law", "1", ""),
    ({"number": "第1号"}, "1", "ref"),
    ({"title": "没有的法"}, "1", "title"),
    ({"ref": "not-there"}, "1", "title"),
    ({"ref": "a/b", "title": "法"}, "1", "ref"),
]


@pytest.mark.parametrize(
    ("item", "row", "name"), WRONG, ids=[f"{r} {n} {i}" for i, (_x, r, n) in enumerate(WRONG)]
)
def test_each_fault_names_its_row_and_field_and_nothing_is_written(article, item, row, name):
    before = list(Provision.objects.values()), list(Instrument.objects.values())
    good = {**NEW, "ref": "good-law"}
    loaded = load(item, good)
    assert (row, name) in faults(loaded)
    assert all(fault.message for fault in loaded.faults)
    assert (list(Provision.objects.values()), list(Instrument.objects.values())) == before
    assert not Entry.objects.exists()


def test_all_faults_of_a_file_are_told_at_once(article):
    loaded = load(law({"article": "第九条"}, {"article": "第八条"}), {"ref": "law"}, {"ref": "other"})
    assert {row for row, _name in faults(loaded)} == {"1.1", "1.2", "2", "3"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"null",
        b'{"source": "x", "instruments": 5}',
        b'{"source": "x", "instruments": [], "instruments": []}',
        b'{"source": "", "instruments": [{"ref": "law"}]}',
        b'{"source": "x", "extra": 1, "instruments": [{"ref": "law"}]}',
        b'{"source": "x", "instruments": [{"ref": NaN}]}',
        b'{"source": "x", "instruments": [{"ref": ' + b"9" * 5000 + b"}]}",
        b"[" * 200_000,
    ],
)
def test_what_is_not_such_a_file_is_said_so(content):
    assert import_provisions(content=content, at=AT).faults


def run(path, *args):
    out, err = StringIO(), StringIO()
    with override("en"):
        call_command("import_provisions", str(path), *args, stdout=out, stderr=err)
    return out.getvalue()


def test_the_command_tells_rows_and_ends_with_a_fault(article, tmp_path):
    path = tmp_path / "laws.json"
    path.write_text(json.dumps({"source": "来源", "instruments": [law({"article": "第九条"})]}))
    err = StringIO()
    with override("en"), pytest.raises(CommandError, match="2 faults; nothing was written"):
        call_command("import_provisions", str(path), stderr=err)
    assert "row 1.1 · summary: " in err.getvalue()
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nothing.json")


def test_the_command_says_what_it_did(article, tmp_path):
    path = tmp_path / "laws.json"
    path.write_text(
        json.dumps({"source": "来源", "instruments": [law({"article": "第一条", "text": "正文"})]})
    )
    assert "Would create 0, change 1" in run(path, "--dry-run")
    assert "Created 0, changed 1" in run(path)
    assert "nothing was written" in run(path)


def test_the_documented_example_loads_and_every_field_is_documented():
    region()
    text = (Path(settings.BASE_DIR) / "docs" / "import-provisions.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.S)
    assert import_provisions(content=example.encode(), at=timezone.now()).faults == []
    for name in (*INSTRUMENT, *ARTICLE):
        assert f"`{name}`" in text
