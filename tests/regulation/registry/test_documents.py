"""The search documents and their counts follow their sources, whoever writes and however."""

import datetime as dt
import itertools

import pytest
from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulation.registry.models import Approval, Document, DocumentCell, Instrument, Kind, Ruling, Service
from regulation.registry.operations import compact_cells, rebuild_search
from regulation.registry.queries import Choice, documents, facets, first_of_each, search_documents
from tests.factories.registry import (
    ApprovalFactory,
    DraftFactory,
    InstrumentFactory,
    ProvisionFactory,
    RulingFactory,
    ServiceFactory,
    region,
)

pytestmark = pytest.mark.django_db
numbers = itertools.count()
GROUP = ("kind", "region_id", "department_id", "necessity", "level")


def cells():
    summed = DocumentCell.objects.order_by().values(*GROUP).annotate(total=Sum("n")).exclude(total=0)
    return {tuple(row[c] for c in GROUP): row["total"] for row in summed}


def counted():
    rows = Document.objects.order_by().values(*GROUP).annotate(total=Count("pk"))
    return {tuple(row[c] for c in GROUP): row["total"] for row in rows}


def stored():
    columns = [f.name for f in Document._meta.concrete_fields if f.name not in ("id", "region", "department")]
    return set(Document.objects.values_list(*columns, "region_id", "department_id"))


def with_bulk(n):
    Service.objects.bulk_create(
        [Service(code=f"bulk-{next(numbers)}", name=f"批量{i}", source="s") for i in range(3)]
    )


def close_record(_n):
    ruling = Ruling.objects.on_record().order_by("pk").last()
    if ruling:
        ends = ruling.recorded.lower + dt.timedelta(microseconds=1)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE registry_ruling SET recorded = tstzrange(lower(recorded), %s) WHERE id = %s",
                [max(ends, timezone.now()), ruling.pk],
            )


def move_department(_n):
    approval = Approval.objects.order_by("pk").last()
    if approval:
        approval.department = ApprovalFactory().department
        approval.save()


CHANGES = {
    "approval": lambda n: ApprovalFactory(region=region("510000")),
    "ruling": lambda n: RulingFactory(approval=ApprovalFactory(), region=region("511600")),
    "draft": lambda n: DraftFactory(),
    "bulk": with_bulk,
    "provision": lambda n: ProvisionFactory(),
    "rename services": lambda n: Service.objects.update(name=f"改名{n}"),
    "rename approvals": lambda n: Approval.objects.update(name=f"事项{n}", name_en="Renamed"),
    "rename laws": lambda n: Instrument.objects.update(title=f"条例{n}"),
    "rename region": lambda n: type(region()).objects.update(name=f"地方{n}"),
    "close": close_record,
    "move": move_department,
    "delete": lambda n: Service.objects.filter(rulings=None).delete(),
    "compact": lambda n: compact_cells(),
}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 9)), max_size=8))
def test_what_is_maintained_is_what_a_rebuild_makes(changes):
    for name, n in changes:
        CHANGES[name](n)
    kept, kept_cells = stored(), cells()
    assert kept_cells == counted()
    assert rebuild_search() == 0
    Document.objects.all().delete()
    assert not cells()
    rebuild_search()
    assert (stored(), cells()) == (kept, kept_cells)


def test_a_ruling_is_found_while_it_is_on_record_only():
    draft, ruling = DraftFactory(reason="草稿理由"), RulingFactory(reason="正式理由")
    assert [d.object_id for d in search_documents(Choice(q="理由"))] == [ruling.pk]
    close_record(0)
    assert not search_documents(Choice(q="理由")).exists()
    assert draft.pk


def test_a_ruling_follows_the_name_of_its_service():
    ruling = RulingFactory()
    Service.objects.filter(pk=ruling.service_id).update(name="水土保持监测")
    keys = first_of_each(Choice(q="水土保持", kind=Kind.RULINGS), kinds=[Kind.RULINGS], n=5)
    assert documents(keys)[0].object_id == ruling.pk


@pytest.mark.parametrize("typed", ["第四十三条", "43条", "art. 43", "article 43", "Art.43", "测试法 43条"])
def test_an_article_is_found_by_its_number(typed):
    law = InstrumentFactory(title="测试法", title_en="Test Law")
    wanted = ProvisionFactory(instrument=law, article="第四十三条", article_order=43)
    ProvisionFactory(instrument=law, article="第四十四条", article_order=44)
    found = search_documents(Choice(q=typed, kind=Kind.PROVISIONS))
    assert [d.object_id for d in found] == [wanted.pk]


HELD = (
    "取水许可审批",
    "Water\\permit_100%",
    'O\'Brien "quoted"',
    "😀表情",
    "𠮷野家",
    "İstanbul K",
    "a|b&!(c):*",
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.one_of(
        st.text(max_size=8),
        st.sampled_from(HELD).flatmap(lambda t: st.integers(0, len(t) - 1).map(lambda i: t[i : i + 3])),
        st.text(alphabet="取水许可审批%_\\'\"|&!:*() 😀", max_size=12),
    )
)
def test_search_answers_whatever_ilike_would(typed):
    for n, name in enumerate(HELD):
        Service.objects.get_or_create(code=f"held-{n}", defaults={"name": name, "source": "s"})
    wanted = typed.replace("\0", " ").strip()
    if not wanted:
        return
    like = "%" + wanted.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registry_document WHERE names ILIKE %s OR body ILIKE %s", [like, like])
        scanned = {pk for (pk,) in cursor.fetchall()}
    assert scanned <= set(search_documents(Choice(q=typed)).values_list("pk", flat=True))


def test_facets_count_what_the_other_facets_leave_with_and_without_words():
    here, there = region("511602"), region("510000")
    ApprovalFactory.create_batch(3, name="取水许可", region=here)
    ApprovalFactory.create_batch(2, name="取水许可", region=there)
    for q in ("", "取水"):
        found = facets(Choice(q=q, region=here.pk))
        assert {o.value: o.count for o in found["kind"]}["approvals"] == 3
        assert {o.value: o.count for o in found["region_id"]} == {here.pk: 3, there.pk: 2}
    assert facets(Choice(q="没有"))["kind"] == []


@pytest.mark.usefixtures("as_site_role")
def test_the_sites_own_role_keeps_and_mends_the_index():
    service = ServiceFactory(name="隐私测绘")
    assert search_documents(Choice(q="隐私"))[0].object_id == service.pk
    assert rebuild_search() == 0
    assert compact_cells() >= 1
