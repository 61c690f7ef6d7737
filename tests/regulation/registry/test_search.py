"""Searching answers whatever a full scan would."""

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulation.registry.models import Approval, Document
from regulation.registry.queries import search_approvals
from regulation.registry.queries.search import matching
from regulation.registry.text import query_terms, terms
from tests.factories.registry import ApprovalFactory

NAMES = [
    "建设项目环境影响评价文件审批",
    "建筑工程施工许可证核发（新办）",
    "取水许可",
    "取水许可（延续）",
    "安全生产许可证 颁发",
    "Ⅱ类放射源A证100%审批",
    "㐀龠字号登记",
    "林木采伐许可证核发_副本",
]
COLUMNS = ("name", "name_en", "pinyin", "initials", "code")


@pytest.fixture
def approvals(db):
    for n, name in enumerate(NAMES):
        ApprovalFactory(name=name, name_en="Water permit" if n == 2 else "")


def by_scan(text):
    """What ILIKE would answer, whole text as one."""
    like = "%" + text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    where = " OR ".join(f"{column} ILIKE %s" for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM registry_approval WHERE {where}", [like] * len(COLUMNS))
        return {pk for (pk,) in cursor.fetchall()}


parts = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(st.integers(0, len(name) - 1), st.integers(1, 6)).map(
        lambda cut: name[cut[0] : cut[0] + cut[1]]
    )
)
typed = st.one_of(
    parts,
    st.text(alphabet="环境影响评价取水许可证jhspqsxkAa1%_\\（）' &|!:*", max_size=8),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=typed)
def test_every_query_a_full_scan_answers_is_answered(approvals, text):
    wanted = text.replace("\0", " ").strip()
    if not wanted:
        return
    found = set(search_approvals(Approval.objects.all(), text).values_list("pk", flat=True))
    scanned = by_scan(wanted)
    assert scanned <= found
    if len(wanted.split()) == 1 and wanted.isascii():
        assert found == scanned


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("取水许可", "取水许可"),
        ("取", "取水许可"),
        ("qsxk", "取水许可"),
        ("QuShuiXuKe", "取水许可"),
        ("water perm", "取水许可"),
        ("延续 取水", "取水许可（延续）"),
        ("施工许可", "建筑工程施工许可证核发（新办）"),
        ("（延", "取水许可（延续）"),
        ("100%", "Ⅱ类放射源A证100%审批"),
        ("a证", "Ⅱ类放射源A证100%审批"),
    ],
)
def test_what_is_typed_finds_the_approval_first(approvals, typed, first):
    assert search_approvals(Approval.objects.all(), typed)[0].name == first


def test_one_character_is_found_wherever_it_stands(approvals):
    found = {a.name for a in search_approvals(Approval.objects.all(), "可")}
    assert found == {name for name in NAMES if "可" in name}


def test_a_code_finds_its_approval_alone(approvals):
    wanted = Approval.objects.get(name="取水许可")
    assert list(search_approvals(Approval.objects.all(), wanted.code.lower())) == [wanted]


@pytest.mark.parametrize("typed", ["没有这样的事项", "xyzzy", "取水%许可", "_"])
def test_what_is_nowhere_finds_nothing_it_does_not_hold(approvals, typed):
    assert all(typed in a.name for a in search_approvals(Approval.objects.all(), typed))


def test_the_index_answers_two_characters(approvals):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = matching(["取水"]).explain()
    assert "document_bigrams" in plan


@given(text=st.text(max_size=20), start=st.integers(0, 19), length=st.integers(1, 20))
def test_the_pairs_of_a_part_are_among_the_pairs_of_the_whole(text, start, length):
    part = text[start : start + length]
    whole = terms(text)
    for term in filter(None, query_terms(part).split(" & ")):
        if term.endswith(":*"):
            assert any(t.startswith(term[1:-3]) for t in whole)
        else:
            assert term[1:-1] in whole


@pytest.mark.parametrize("typed", ["许可", "许", "可证", "a可", "可a", "许可证", "X", "㐀可"])
def test_where_the_pairs_decide_alone_they_decide_as_a_full_scan_does(db, typed):
    names = ("取水许可", "可许", "许 可", "许-可", "a可证", "A可", "许可证X", "㐀可")
    for name in names:
        ApprovalFactory(name=name, pinyin="", initials="")
    scan = Document.objects.filter(Q(names__icontains=typed) | Q(body__icontains=typed))
    assert set(matching([typed])) == set(scan)
