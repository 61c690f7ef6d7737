"""Provinces as tiles of one size, and what of the public tenders lies in each. Pure: no ORM, no clock.

A tile lies about where the province does; its size says nothing. With boundaries drawn it would be a map, and
one that is public has to be examined first (地图管理条例 15).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .life import State

NATION = "000000"
SIDE, GAP = 40, 4
MANY = (1, 3, 10, 50)  # from how many on a tile is of the first, second, third, fourth shade
BIDDING = (State.PUBLISHED, State.CLARIFYING, State.OPEN)

# First two digits of GB/T 2260: column, row, the one character and the two letters (ISO 3166-2) of its name.
PLACES: dict[str, tuple[int, int, str, str]] = {
    "23": (8, 0, "黑", "HL"),
    "22": (8, 1, "吉", "JL"),
    "15": (5, 1, "蒙", "NM"),
    "65": (0, 2, "新", "XJ"),
    "62": (2, 2, "甘", "GS"),
    "64": (3, 2, "宁", "NX"),
    "14": (4, 2, "晋", "SX"),
    "13": (5, 2, "冀", "HE"),
    "11": (6, 2, "京", "BJ"),
    "12": (7, 2, "津", "TJ"),
    "21": (8, 2, "辽", "LN"),
    "63": (1, 3, "青", "QH"),
    "61": (3, 3, "陕", "SN"),
    "41": (4, 3, "豫", "HA"),
    "37": (5, 3, "鲁", "SD"),
    "54": (0, 4, "藏", "XZ"),
    "51": (2, 4, "川", "SC"),
    "50": (3, 4, "渝", "CQ"),
    "42": (4, 4, "鄂", "HB"),
    "34": (5, 4, "皖", "AH"),
    "32": (6, 4, "苏", "JS"),
    "31": (7, 4, "沪", "SH"),
    "53": (2, 5, "云", "YN"),
    "52": (3, 5, "贵", "GZ"),
    "43": (4, 5, "湘", "HN"),
    "36": (5, 5, "赣", "JX"),
    "33": (6, 5, "浙", "ZJ"),
    "45": (3, 6, "桂", "GX"),
    "44": (4, 6, "粤", "GD"),
    "35": (5, 6, "闽", "FJ"),
    "71": (7, 6, "台", "TW"),
    "46": (3, 7, "琼", "HI"),
    "82": (4, 7, "澳", "MO"),
    "81": (5, 7, "港", "HK"),
}
WIDTH = (max(column for column, *_ in PLACES.values()) + 1) * (SIDE + GAP) - GAP
HEIGHT = (max(row for _, row, *_ in PLACES.values()) + 1) * (SIDE + GAP) - GAP


@dataclass(slots=True)
class Counted:
    """Of a region: how many tenders one may still bid for, and how many were published in all."""

    bidding: int = 0
    all: int = 0


@dataclass(frozen=True, slots=True)
class Tile:
    """One province: its code, the corner of its tile, its short names, its counts, and its shade 0 to 4."""

    code: str
    x: int
    y: int
    zh: str
    letters: str
    counted: Counted
    shade: int


def province_of(code: str) -> str:
    """The province a region lies in by its code; the nation of the nation."""
    return f"{code[:2]}0000"


def within(code: str) -> str:
    """What the codes of a region and of all that lies in it begin with: 510000 → 51, 511600 → 5116."""
    for zeros in ("000000", "0000", "00"):
        if code.endswith(zeros):
            return code.removesuffix(zeros)
    return code


def counted(cells: Iterable[tuple[str, str, int]], *, by_province: bool) -> dict[str, Counted]:
    """Cells of (region, state, how many) added up by region, or by the province it lies in."""
    found: dict[str, Counted] = {}
    for region, state, count in cells:
        place = found.setdefault(province_of(region) if by_province else region, Counted())
        place.all += count
        place.bidding += count if state in BIDDING else 0
    return found


def tiles(provinces: dict[str, Counted]) -> list[Tile]:
    """Every province, in the order of the codes; those where nothing was published too."""
    made = []
    for digits, (column, row, zh, letters) in sorted(PLACES.items()):
        code = f"{digits}0000"
        here = provinces.get(code, Counted())
        shade = sum(here.bidding >= least for least in MANY)
        step = SIDE + GAP
        made.append(Tile(code, column * step, row * step, zh, letters, here, shade))
    return made
