"""Boxes and lines around one party, laid out in layers. Pure: no ORM, no clock. Lengths in pixels."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 190, 52  # of a box
ACROSS, DOWN = 60, 92  # free space between two boxes, beside and below
COLUMNS = 6  # boxes in a row at most: a longer layer takes several rows
MARGIN = 24
MOST_BOXES = 60
LINE_UNITS = 26  # of text in a box: a Chinese character is two
FAR = 1_000_000  # the distance of a party that nothing joins to the centre


@dataclass(frozen=True, slots=True)
class Party:
    """What a box stands for. `kind` as in the graph: "department" goes to the top. `note` stands above it."""

    urn: str
    name: str
    kind: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """What a line stands for, from holder to subject. `lines` is its label, `tones` its classes."""

    ref: str
    holder: str
    subject: str
    lines: tuple[str, ...] = ()
    tones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A party, or with `hidden` that many parties behind the one whose URN it carries."""

    urn: str
    kind: str
    x: int
    y: int
    text: tuple[str, ...] = ()
    name: str = ""
    hidden: int = 0
    is_centre: bool = False
    note: str = ""

    @property
    def corner(self) -> int:
        """Where its button stands: the middle of it, on the upper right corner."""
        return self.x + WIDTH - 6

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def rows(self) -> list[tuple[int, str]]:
        """The lines of text with the height of each."""
        first = self.y + HEIGHT // 2 + 5 - 9 * (len(self.text) - 1)
        return [(first + 18 * n, text) for n, text in enumerate(self.text)]


@dataclass(frozen=True, slots=True)
class Line:
    """`path` is SVG path data; the label stands at `x`, `y`."""

    tie: Tie
    path: str
    x: int
    y: int

    @property
    def rows(self) -> list[tuple[int, str]]:
        return [(self.y + 15 * n, text) for n, text in enumerate(self.tie.lines)]


@dataclass(frozen=True)
class Drawing:
    """`stubs` are paths from a party to the box of those hidden behind it; `undrawn` ties of hidden ones."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    stubs: tuple[str, ...]
    undrawn: tuple[str, ...]
    width: int
    height: int


@dataclass
class _Rings:
    """How far each party is from the centre, over which other, and how high above (-) or below (+)."""

    away: dict[str, int] = field(default_factory=dict)
    over: dict[str, str] = field(default_factory=dict)
    level: dict[str, int] = field(default_factory=dict)


def draw(parties: Iterable[Party], ties: Iterable[Tie], *, centre: str) -> Drawing:
    """Departments on top, below them holders above what they hold, layer by layer around the centre.

    Whatever the order of what is given, the drawing is the same. No two boxes overlap. Every party has a box,
    or beyond MOST_BOXES is counted once in the box "more" of the nearest party drawn on its way to the
    centre. Every tie has one line, or is in `undrawn`. Ties must name parties given; raises KeyError.
    """
    known = {party.urn: party for party in sorted(parties, key=lambda p: p.urn)}
    ordered = sorted(ties, key=lambda t: (t.ref, t.holder, t.subject))
    rings = _rings(known, ordered, centre)
    nearest = sorted(known, key=lambda urn: (rings.away[urn], urn))
    shown, hidden = set(nearest[:MOST_BOXES]), nearest[MOST_BOXES:]
    behind = _behind(hidden, shown, rings, centre)
    boxes = _placed(_layers(shown, behind, known, rings, centre), ordered, known, behind, centre)
    lines, undrawn = _lines(ordered, boxes)
    stubs = [_path(boxes[urn], boxes[f"+{urn}"], 0)[0] for urn in sorted(behind)]
    width = max((box.x + WIDTH for box in boxes.values()), default=0) + MARGIN
    height = max((box.y + HEIGHT for box in boxes.values()), default=0) + MARGIN
    return Drawing(tuple(boxes.values()), tuple(lines), tuple(stubs), tuple(undrawn), width, height)


def _rings(known: dict[str, Party], ties: Sequence[Tie], centre: str) -> _Rings:
    beside: dict[str, list[tuple[str, int]]] = {urn: [] for urn in known}
    for tie in ties:
        beside[tie.holder].append((tie.subject, 1))
        beside[tie.subject].append((tie.holder, -1))
    rings = _Rings({centre: 0}, {}, {centre: 0})
    front = [centre]
    while front:
        coming = []
        for urn in front:
            for other, step in sorted(beside[urn]):
                if other not in rings.away:
                    rings.away[other], rings.over[other] = rings.away[urn] + 1, urn
                    rings.level[other] = rings.level[urn] + step
                    coming.append(other)
        front = coming
    lowest = max(rings.level.values()) + 1
    for urn in known:
        if urn not in rings.away:
            rings.away[urn], rings.over[urn], rings.level[urn] = FAR, centre, lowest
    return rings


def _behind(hidden: Iterable[str], shown: set[str], rings: _Rings, centre: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for urn in hidden:
        over = rings.over.get(urn, centre)
        while over not in shown:
            over = rings.over[over]
        counts[over] = counts.get(over, 0) + 1
    return counts


def _layers(
    shown: set[str], behind: dict[str, int], known: dict[str, Party], rings: _Rings, centre: str
) -> list[list[str]]:
    """URNs layer by layer from the top; "+" and a URN is the box of what is behind it."""
    layers: dict[tuple[int, int], list[str]] = {}
    for urn in sorted(shown):
        on_top = known[urn].kind == "department"
        layers.setdefault((0, 0) if on_top else (1, rings.level[urn]), []).append(urn)
    for urn in sorted(behind):
        layers.setdefault((1, rings.level[urn] + 1), []).append(f"+{urn}")
    return [layers[key] for key in sorted(layers)]


def _placed(
    layers: list[list[str]],
    ties: Sequence[Tie],
    known: dict[str, Party],
    behind: dict[str, int],
    centre: str,
) -> dict[str, Box]:
    beside: dict[str, list[str]] = {f"+{urn}": [urn] for urn in behind}
    for tie in ties:
        beside.setdefault(tie.holder, []).append(tie.subject)
        beside.setdefault(tie.subject, []).append(tie.holder)
    widest = min(max((len(layer) for layer in layers), default=1), COLUMNS)
    whole = widest * WIDTH + (widest - 1) * ACROSS
    boxes: dict[str, Box] = {}
    y = MARGIN
    for layer in layers:
        ordered = sorted(layer, key=lambda urn: (_pull(beside.get(urn, []), boxes, whole), urn))
        for begin in range(0, len(ordered), COLUMNS):
            row = ordered[begin : begin + COLUMNS]
            x = MARGIN + (whole - len(row) * WIDTH - (len(row) - 1) * ACROSS) // 2
            for urn in row:
                boxes[urn] = _box(urn, x, y, known, behind, centre)
                x += WIDTH + ACROSS
            y += HEIGHT + DOWN
    return boxes


def _pull(others: Sequence[str], boxes: dict[str, Box], whole: int) -> float:
    """Where the parties placed above would have it."""
    placed = [boxes[urn].middle for urn in others if urn in boxes]
    return round(sum(placed) / len(placed), 3) if placed else whole / 2


def _box(urn: str, x: int, y: int, known: dict[str, Party], behind: dict[str, int], centre: str) -> Box:
    if urn.startswith("+"):
        return Box(urn[1:], "more", x, y, hidden=behind[urn[1:]])
    party = known[urn]
    named = folded(party.name), plain(party.name)
    return Box(urn, party.kind, x, y, *named, is_centre=urn == centre, note=plain(party.note))


def _lines(ties: Sequence[Tie], boxes: dict[str, Box]) -> tuple[list[Line], list[str]]:
    lines, undrawn, between = [], [], dict[tuple[str, str], int]()
    for tie in ties:
        if tie.holder not in boxes or tie.subject not in boxes:
            undrawn.append(tie.ref)
            continue
        pair = (min(tie.holder, tie.subject), max(tie.holder, tie.subject))
        nth = between[pair] = between.get(pair, -1) + 1
        lines.append(Line(tie, *_path(boxes[tie.holder], boxes[tie.subject], nth)))
    return lines, undrawn


def _path(one: Box, other: Box, nth: int) -> tuple[str, int, int]:
    """From one box to another, the nth between them, and where its label stands."""
    aside = nth * 46
    if one.y == other.y:  # beside each other, or a party's tie to itself: below both
        y = one.y + HEIGHT
        ends = (one.middle - 20, other.middle + 20) if one == other else (one.middle, other.middle)
        deep = y + 44 + nth * 36
        path = f"M{ends[0]} {y}C{ends[0]} {deep} {ends[1]} {deep} {ends[1]} {y}"
        return path, sum(ends) // 2, y + 36 + nth * 27
    down = other.y > one.y
    begin, end = (one.y + HEIGHT, other.y) if down else (one.y, other.y + HEIGHT)
    half = (begin + end) // 2
    x1, x2 = one.middle + aside, other.middle + aside
    label = (x1 + 3 * x2) // 4 if not down else (3 * x1 + x2) // 4
    near = begin + 24 if down else end + 24
    return f"M{x1} {begin}C{x1} {half} {x2} {half} {x2} {end}", label, near + nth * 32


def plain(text: str) -> str:
    """Without the characters that XML does not allow."""
    return "".join(c for c in text if c.isprintable())


def folded(text: str, lines: int = 2) -> tuple[str, ...]:
    """Text in at most so many lines of LINE_UNITS; what does not fit ends in an ellipsis."""
    rows, row, used = [], "", 0
    for c in plain(text):
        wide = 2 if unicodedata.east_asian_width(c) in "WF" else 1
        if used + wide > LINE_UNITS:
            begun, _space, rest = row.rpartition(" ") if c != " " else (row, "", "")
            if not begun or not rest.isascii():
                begun, rest = row, ""
            rows.append(begun)
            row, used = rest, len(rest)
        if row or c != " ":
            row, used = row + c, used + wide
    rows.append(row)
    if len(rows) <= lines:
        return tuple(rows)
    return (*rows[: lines - 1], rows[lines - 1][:-1] + "…")
