"""The explorer: for regulators alone, marked, on record, and its evidence can be checked."""

import datetime as dt
import hashlib
import itertools
import json
from xml.etree import ElementTree

import pytest
import rfc8785
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulation.decoupling.models import Gate
from regulation.decoupling.operations import check
from regulation.ledger.models import Entry
from regulation.ledger.queries import body_of, database_now
from regulation.parties.models import Interest, Role, Same
from tests.factories import world

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def regulator(client, sign_in):
    return sign_in(world.member(Role.REGULATOR))


@pytest.fixture
def firm():
    return world.intermediary().entity


def page(firm, query: str = "", sort: str = "entity") -> str:
    return f"/en/explorer/{sort}/{firm.pk}/{query}"


def refs(response) -> set[int]:
    return {row["interest"].pk for row in response.context["rows"]}


@pytest.mark.parametrize("what", ["", "drawing.svg", "evidence.json"])
@pytest.mark.parametrize("role", [Role.AGENT, Role.OWNER, Role.EDITOR])
def test_only_a_regulator_looks_around(client, sign_in, firm, what, role):
    address = page(firm, what)
    assert client.get(address).status_code == 302
    signed = sign_in(world.member(role, firm))
    assert signed.get(address).status_code == 403
    assert signed.get("/en/explorer/").status_code == 403
    assert not Entry.objects.filter(kind="decoupling.explored").exists()


def test_search_finds_by_name_pinyin_and_code_and_masks_people(regulator):
    entity = world.entity(name="渠江测绘", pinyin="qujiangcehui")
    world.person(name="测某人")
    for text in ("江测", "quJiang", entity.credit_code.lower()):
        response = regulator.get("/en/explorer/", {"q": text})
        assert list(response.context["page_obj"]) == [entity]
    response = regulator.get("/en/explorer/", {"q": "测某"})
    assert "测＊＊" in response.content.decode()
    assert "测某人" not in response.content.decode()


def test_depth_tells_how_far(regulator, firm):
    middle, far = world.entity(), world.department()
    near, next_one = world.interest(middle, firm), world.interest(far, middle)
    person = world.person()
    post = world.interest(person, middle, "boardMember")
    assert refs(regulator.get(page(firm))) == {near.pk}
    assert refs(regulator.get(page(firm, "?depth=2"))) == {near.pk, next_one.pk, post.pk}
    assert refs(regulator.get(page(person, "", "person"))) == {post.pk}


def test_day_moment_and_ended(regulator, firm):
    ended = world.interest(world.entity(), firm, held=DateRange(dt.date(2020, 1, 1), dt.date(2024, 1, 1)))
    begins = world.interest(world.entity(), firm, held=DateRange(dt.date(2025, 1, 1), None))
    before = database_now() - dt.timedelta(days=30)
    assert refs(regulator.get(page(firm, "?on=2023-12-31"))) == {ended.pk}
    assert refs(regulator.get(page(firm, "?on=2024-01-01"))) == set()
    assert refs(regulator.get(page(firm, "?on=2025-01-01"))) == {begins.pk}
    response = regulator.get(page(firm, "?on=2025-01-01&ended=1"))
    assert {row["interest"].pk: row["ended"] for row in response.context["rows"]} == {
        ended.pk: True,
        begins.pk: False,
    }
    assert 'class="tie tie-ended"' in response.content.decode()
    assert refs(regulator.get(page(firm), {"known": before.isoformat()})) == set()


def test_a_party_is_opened_and_folded_and_says_how_much_is_behind_it(regulator, firm):
    middle, far = world.entity(), world.department()
    near, behind = world.interest(middle, firm), world.interest(far, middle)
    post = world.interest(world.person(), middle, "boardMember")
    world.interest(world.entity(), middle, held=DateRange(dt.date(2010, 1, 1), dt.date(2011, 1, 1)))
    response = regulator.get(page(firm))
    assert refs(response) == {near.pk}
    text = response.content.decode()
    assert "Show 2 more interests of" in text  # in the drawing
    assert "Show 2 more interests</a>" in text  # and in the table; the ended one is no interest of the day
    opened = regulator.get(page(firm, f"?open=entity-{middle.pk}"))
    assert refs(opened) == {near.pk, behind.pk, post.pk}
    assert "Fold" in opened.content.decode()
    assert f"open=entity-{middle.pk}%2Centity" not in opened.content.decode()  # nothing is behind the others
    assert opened.context["parties"][0]["party"] == firm
    # who is not in the picture cannot be opened from it; who comes into it by another can
    assert refs(regulator.get(page(firm, f"?open=entity-{far.pk}"))) == {near.pk}
    third = world.interest(far, world.entity(), "supervision")
    both = regulator.get(page(firm, f"?open=entity-{far.pk},entity-{middle.pk}"))
    assert refs(both) == {near.pk, behind.pk, post.pk, third.pk}


def test_merged_records_are_one_party_with_the_sources_of_each(regulator, firm):
    department = world.department()
    first, second = world.person(name="某甲", source="登记处"), world.person(name="某甲", source="年报")
    held = world.interest(first, firm, "shareholding", share_min=30, share_max=30)
    post = world.interest(second, department, "official")
    assert refs(regulator.get(page(firm))) == {held.pk}
    assert refs(regulator.get(page(firm, "?depth=2"))) == {held.pk}
    before = database_now()
    same = Same.objects.create(
        person=first, other_person=second, tier="B", reason="x", recorded=(before, None), agreeing=["firm"]
    )
    response = regulator.get(page(firm, "?depth=2"))
    assert refs(response) == {held.pk, post.pk}
    assert len(response.context["drawing"]["boxes"]) == 3  # firm, department, one person
    one = next(party for party in response.context["parties"] if party["is_person"])
    assert [record.source for record in one["records"]] == ["登记处", "年报"]
    text = response.content.decode()
    for words in ("2 records, one party", "one of 2 records of this party", "登记处", "年报"):
        assert words in text
    # the one looked at is the one the party is drawn as
    seen = regulator.get(page(second, "", "person"))
    assert refs(seen) == {held.pk, post.pk}
    assert [box["box"].urn for box in seen.context["drawing"]["boxes"] if box["box"].is_centre] == [
        second.urn
    ]
    # evidence keeps the records apart and says what joins them
    value = json.loads(regulator.get(page(firm, "evidence.json?depth=2")).content)
    assert {node["urn"] for node in value["nodes"]} == {firm.urn, first.urn, second.urn, department.urn}
    assert [merge["records"] for merge in value["merges"]] == [[first.urn, second.urn]]
    # as known before the merge they are two, and so they are after a split
    asked = {"depth": 2, "known": (before - dt.timedelta(microseconds=1)).isoformat()}
    assert "one of 2 records" not in regulator.get(page(firm), asked).content.decode()
    Same.objects.filter(pk=same.pk).update(recorded=(before, database_now()))
    assert refs(regulator.get(page(firm, "?depth=2"))) == {held.pk}


def test_the_slider_stops_where_something_changes(regulator, firm):
    holder = world.entity()
    world.interest(holder, firm, held=DateRange(dt.date(2019, 3, 1), dt.date(2021, 5, 1)))
    world.interest(holder, firm, "shareholding", held=DateRange(dt.date(2021, 5, 1), None))
    world.interest(holder, world.entity(), held=DateRange(dt.date(2015, 1, 1), None))  # of another
    response = regulator.get(page(firm, "?on=2020-06-30"))
    today = timezone.localdate().isoformat()
    assert response.context["days"]["stops"] == f"2019-03-01 2020-06-30 2021-05-01 {today}"
    text = response.content.decode()
    assert "on=2019-03-01" in text  # one step back and one on, without a script
    assert "on=2021-05-01" in text
    first = regulator.get(page(firm, "?on=2019-03-01")).context["days"]
    assert first["before"] is None
    assert first["at"] == 0
    assert regulator.get(page(firm)).context["days"]["after"] is None


def test_a_lead_is_marked_as_one(regulator, firm):
    world.interest(world.person(), firm, "boardMember", tier="C")
    text = regulator.get(page(firm)).content.decode()
    assert text.count("lead, name alone") >= 2
    assert "tie-lead" in text


def test_the_chain_of_a_check_is_marked(regulator, firm):
    department = world.department()
    chained, other = world.interest(department, firm), world.interest(world.entity(), firm, "shareholding")
    made = check(
        intermediary=firm,
        department=department,
        on=timezone.localdate(),
        gate=Gate.INQUIRY,
        by=world.user(),
        at=database_now(),
    )
    assert made.outcome == "conflicted"
    response = regulator.get(page(firm, f"?check={made.pk}"))
    marked = {row["interest"].pk: row["in_chain"] for row in response.context["rows"]}
    assert marked == {chained.pk: True, other.pk: False}
    text = response.content.decode()
    assert text.count('class="tie tie-chained"') == 1
    assert "In the chain" in text
    assert "In the chain" not in regulator.get(page(firm)).content.decode()
    assert response.context["whole_chain"] == ""
    assert f"check={made.pk}" in regulator.get(f"/en/checks/{made.ref}/").content.decode()
    assert f"/explorer/entity/{firm.pk}/" in regulator.get(f"/en/entities/{firm.pk}/").content.decode()


def test_a_chain_that_is_longer_than_the_picture_is_opened_as_a_whole(regulator, firm):
    department, *between = world.department(), *(world.entity() for _ in range(4))
    line = [department, *between, firm]
    ties = {world.interest(above, below).pk for above, below in itertools.pairwise(line)}
    asked = {"intermediary": firm, "department": department, "on": timezone.localdate()}
    made = check(**asked, gate=Gate.INQUIRY, by=world.user(), at=database_now())
    response = regulator.get(page(firm, f"?check={made.pk}"))
    assert "1 of the 5 interests of its chain are shown here." in response.content.decode()
    whole = regulator.get(response.context["whole_chain"])
    assert refs(whole) == ties
    assert "5 of the 5 interests of its chain are shown here." in whole.content.decode()
    assert whole.context["whole_chain"] == ""


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("depth=4", "depth"),
        ("depth=%00", "depth"),
        ("on=2026-02-30", "on"),
        ("on=0001-01-01", "on"),
        ("on=%00", "on"),
        ("known=9999-12-31T23:59:59", "known"),
        ("known=0001-01-01T00:00:00%2B14:00", "known"),
        ("known=x%00", "known"),
        ("check=99999999999999999999999", "check"),
        ("check=9223372036854775807", "check"),
        ("check=-1", "check"),
        ("check=a", "check"),
        ("open=tender-1", "open"),
        ("open=entity-0", "open"),
        ("open=entity-%D9%A1", "open"),
        ("open=entity-1%00", "open"),
        ("open=entity-9999999999999999999", "open"),
        ("open=" + ",".join(f"person-{n}" for n in range(1, 22)), "open"),
    ],
)
def test_a_bad_question_is_refused_and_names_the_field(regulator, firm, query, field):
    response = regulator.get(page(firm, f"?{query}"))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert regulator.get(page(firm, f"evidence.json?{query}")).status_code == 422
    assert regulator.get(page(firm, f"drawing.svg?{query}")).status_code == 422


def test_who_is_not_there_is_not_found(regulator, firm):
    assert regulator.get("/en/explorer/entity/999999999/").status_code == 404
    assert regulator.get(f"/en/explorer/entity/{10**30}/").status_code == 404
    assert regulator.get(f"/en/explorer/tender/{firm.pk}/").status_code == 404
    assert regulator.get("/en/explorer/", {"q": "a\0b"}).status_code == 422
    assert regulator.get("/en/explorer/", {"q": "a" * 101}).status_code == 422


def test_each_view_that_shows_people_and_each_download_is_one_entry(regulator, firm):
    world.interest(world.entity(), firm)
    explored = Entry.objects.filter(kind="decoupling.explored")
    regulator.get(page(firm))
    assert explored.count() == 0
    person = world.person()
    world.interest(person, firm, "boardMember")
    regulator.get(page(firm))
    entry = explored.get()
    body = body_of(entry)
    assert (body["centre"], body["what"], body["people"]) == (firm.urn, "page", 1)
    assert entry.subject == entry.actor.urn  # the record of the firm, open to its agents, does not tell
    assert person.name not in entry.body
    regulator.get(page(firm, "drawing.svg"))
    regulator.get(page(firm, "evidence.json"))
    assert [body_of(e)["what"] for e in explored.order_by("pk")] == ["page", "drawing", "evidence"]


def test_the_same_question_gives_the_same_bytes_and_its_digests_fit(regulator, firm):
    world.interest(world.person(), firm, "shareholding", share_min="12.5", share_max="30")
    asked = {"known": database_now().isoformat(), "on": "2026-11-24", "depth": 2}
    first = regulator.get(page(firm, "evidence.json"), asked).content
    Interest.objects.update(recorded=(Interest.objects.get().recorded.lower, timezone.now()))
    assert regulator.get(page(firm, "evidence.json"), asked).content == first
    value = json.loads(first)
    assert rfc8785.dumps(value) == first
    for name, digest in value["sha256"].items():
        assert hashlib.sha256(rfc8785.dumps(value[name])).hexdigest() == digest
    whole = value.pop("whole")
    assert hashlib.sha256(rfc8785.dumps(value)).hexdigest() == whole
    (interest,) = value["interests"]
    assert (interest["share_min"], interest["share_max"], interest["source"]) == ("12.5", "30", "test")
    assert value["rule_pack"]
    assert {node["urn"] for node in value["nodes"]} == {
        firm.urn,
        interest["holder"],
    }
    assert set(value["sha256"]) == {"question", "rule_pack", "nodes", "merges", "interests"}


def test_the_drawing_is_xml_whatever_the_names(regulator, firm):
    world.interest(world.entity(name="<b>&\x0b\"'"), firm)
    response = regulator.get(page(firm, "drawing.svg"))
    assert response["Content-Type"] == "image/svg+xml"
    root = ElementTree.fromstring(response.content.decode())
    assert root.tag.endswith("svg")
    assert "<b>&\"'" in "".join(root.itertext())


def test_at_most_two_hundred_interests_and_it_says_so(regulator, firm):
    holder = world.entity()
    for _n in range(200):
        world.interest(holder, firm, "shareholding")
    assert regulator.get(page(firm)).context["found"].whole
    world.interest(holder, firm, "shareholding")
    response = regulator.get(page(firm))
    assert len(response.context["rows"]) == 200
    assert "There are more than 200 interests here." in response.content.decode()


def test_queries_do_not_grow_with_rows(regulator, firm):
    def count(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert regulator.get(address).status_code == 200
        return len(seen)

    def add() -> None:
        one, other = world.person(name="单某"), world.person(name="单某")
        world.interest(one, firm, "boardMember")
        Same.objects.create(person=one, other_person=other, tier="B", reason="x")
        holder = world.entity()
        world.interest(holder, firm)
        world.interest(world.department(), world.entity())
        world.interest(world.department(), holder)

    add()
    count(page(firm))  # what is kept between requests
    asked = [page(firm), page(firm, "?depth=2"), "/en/explorer/?q=单"]
    once = [count(address) for address in asked]
    for _n in range(20):
        add()
    assert [count(address) for address in asked] == once
