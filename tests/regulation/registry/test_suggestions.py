"""What was meant is offered; what is known or too short is not."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from regulation.registry.alike import part_meant
from regulation.registry.models import Document
from regulation.registry.queries import Choice, search_documents, suggestions
from regulation.registry.queries.suggestions import _candidates
from regulation.registry.shortnames import in_full


@pytest.mark.parametrize(
    ("name", "name_en", "typed", "part"),
    [
        ("建筑工程施工许可证核发", "", "施工许克", "施工许可"),
        ("建筑工程施工许可证核发", "", "shigongxvke", "施工许可"),
        ("建设项目环境影响评价", "Environmental impact assessment", "assesment", "assessment"),
        ("建设项目环境影响评价", "Environmental impact assessment", "impact asessment", "impact assessment"),
        ("取水许可（延续）", "Water permit", "qushuixuke", "取水许可"),
        ("取水许可", "", "", ""),
        ("", "", "qushui", ""),
        ("😀", "", "qushui", ""),
        ("矿山安全评价", "", "环平", ""),  # 全评 sounds near it, and is noise
        ("环评备案", "", "环平", "环评"),
    ],
)
def test_the_part_that_was_meant(name, name_en, typed, part):
    assert part_meant(name, name_en, typed)[0] == part


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("环评", "环境影响"),
        ("环评报告", "环境影响报告"),
        ("huan ping", "环境影响"),
        ("环平", "环境影响"),
        ("环境影响评价", ""),
        ("人防", "人民防空"),
        ("取水许可", ""),
        ("", ""),
        ("permit", ""),
    ],
)
def test_short_names_in_full(typed, full):
    assert in_full(typed) == full


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_seed", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("seed", "db")
@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("shigongxvke", "施工许可"),
        ("施工许克", "施工许可"),
        ("assesment", "assessment"),
        ("取水许克", "取水许可"),
        ("huanjingyinxiang", "环境影响"),
    ],
)
def test_a_slip_in_the_real_register_is_understood(typed, wanted):
    offered = suggestions(typed)
    assert any(wanted.lower() in words.lower() for words in offered), offered
    assert len(offered) <= 3
    for words in offered:
        assert search_documents(Choice(q=words)).exists()


@pytest.mark.usefixtures("seed", "db")
@pytest.mark.parametrize(
    "typed", ["", " ", "\0", "的", "abc", "qqqqzzzzwwww", "%_%_%_", "x" * 5000, "😀😀😀😀"]
)
def test_nothing_is_offered_for_what_is_like_nothing(typed):
    assert suggestions(typed) == []


@pytest.mark.usefixtures("seed", "db")
def test_candidates_come_by_the_index():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_document; SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', '0.4', true)")
        # on a table as small as the seed's the keys with the kind are cheaper; without them likeness is left
        cursor.execute("ALTER TABLE registry_document DROP CONSTRAINT document_once_per_object")
        for facet in ("region", "department", "necessity", "level"):
            cursor.execute(f"DROP INDEX document_of_{facet}")
    found = Document.objects.filter(
        names__trigram_word_similar="shigongxvke", kind__in=["approvals", "services", "laws"]
    )
    assert "document_names_alike" in found.explain()
    assert 0 < len(_candidates("shigongxvke", "shigongxvke")) <= 24
