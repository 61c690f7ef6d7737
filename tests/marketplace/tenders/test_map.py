"""Tenders by province: where one may still bid, as tiles and as a table."""

import datetime as dt

import pytest

from marketplace.tenders.tiles import PLACES, counted, province_of, tiles, within
from tests.factories import world

MAP = "/en/tenders/map/"


def test_no_two_provinces_share_a_tile_or_a_name():
    for part in (lambda place: place[:2], lambda place: place[2], lambda place: place[3]):
        assert len({part(place) for place in PLACES.values()}) == len(PLACES) == 34


@pytest.mark.parametrize(
    ("code", "begins", "province"),
    [
        ("000000", "", "000000"),
        ("510000", "51", "510000"),
        ("511600", "5116", "510000"),
        ("511602", "511602", "510000"),
        ("110100", "1101", "110000"),
    ],
)
def test_what_lies_in_a_region_begins_with_its_code(code, begins, province):
    assert within(code) == begins
    assert province_of(code) == province


def test_cells_are_added_up_and_shaded_by_what_one_may_still_bid_for():
    cells = [
        ("511602", "open", 2),
        ("511600", "clarifying", 1),
        ("510000", "awarded", 9),
        ("110101", "void", 1),
    ]
    provinces = counted(cells, by_province=True)
    assert {code: (n.bidding, n.all) for code, n in provinces.items()} == {
        "510000": (3, 12),
        "110000": (0, 1),
    }
    assert set(counted(cells, by_province=False)) == {"511602", "511600", "510000", "110101"}
    shades = {tile.code: tile.shade for tile in tiles(provinces)}
    assert (shades["510000"], shades["110000"], shades["440000"]) == (2, 0, 0)


@pytest.fixture
def two_places(db):
    province = world.region("370000", "山东省")
    city = world.region("370100", "济南市")
    world.region("510000", "四川省")
    world.trustees()
    return [world.tender(region=city), world.tender(region=province)]


def test_the_page_counts_narrows_by_service_and_leads_to_the_list(two_places, client):
    here, _there = two_places
    text = client.get(MAP).content.decode()
    assert 'aria-label="山东省: 2"' in text
    assert 'aria-label="四川省: 0"' in text
    text = client.get(MAP, {"province": "370000"}).content.decode()
    assert "济南市" in text
    assert "/en/tenders/?region=370100" in text
    text = client.get(MAP, {"service": here.service.code}).content.decode()
    assert f"region=370000&amp;service={here.service.code}" in text
    found = client.get("/en/tenders/", {"region": "370000"}).content.decode()
    assert all(one.title in found for one in two_places), "what lies in a province is found by it"
    found = client.get("/en/tenders/", {"region": "510000"}).content.decode()
    assert "No tender fits" in found
    assert "四川省" in found, "a region without tenders is still named where it is asked for"


@pytest.mark.parametrize(
    "asked", [{"province": "371"}, {"province": "37010x"}, {"province": "370101"}, {"service": "no"}]
)
def test_bad_input_is_told_and_the_map_stays(two_places, client, asked):
    answer = client.get(MAP, asked)
    assert answer.status_code == 422
    assert "山东省" in answer.content.decode()


def test_the_map_takes_the_same_queries_for_any_number(two_places, client, assert_flat):
    assert_flat(client, MAP, lambda: world.tender(region=two_places[0].region))


def test_what_is_over_is_counted_in_all_alone(two_places, client, monkeypatch):
    from marketplace.tenders.views import mapping

    later = two_places[0].closes_at + dt.timedelta(days=1)
    monkeypatch.setattr(mapping, "database_now", lambda: later)
    text = client.get(MAP).content.decode()
    assert 'aria-label="山东省: 0"' in text
    assert '<td class="num">0</td><td class="num">2</td>' in text
