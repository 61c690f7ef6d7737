"""The drawing of the explorer: boxes do not overlap, and nothing is lost or drawn twice."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulation.decoupling.drawing import HEIGHT, MOST_BOXES, WIDTH, Party, Tie, draw, folded

KINDS = ("department", "enterprise", "person", "intermediary")
names = st.text(max_size=60)


@st.composite
def pictures(draw_from, most=60):
    count = draw_from(st.integers(1, most))
    parties = [Party(f"p/{n:03d}", draw_from(names), draw_from(st.sampled_from(KINDS))) for n in range(count)]
    ends = st.integers(0, count - 1)
    pairs = draw_from(st.lists(st.tuples(ends, ends), max_size=90))
    ties = [Tie(f"t/{n:03d}", f"p/{a:03d}", f"p/{b:03d}", ("x",)) for n, (a, b) in enumerate(pairs)]
    return parties, ties, f"p/{draw_from(ends):03d}"


def overlaps(one, other) -> bool:
    return abs(one.x - other.x) < WIDTH and abs(one.y - other.y) < HEIGHT


relaxed = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@relaxed
@given(pictures(), st.randoms(use_true_random=False))
def test_no_overlap_every_party_and_tie_once_and_the_same_each_time(picture, dice):
    parties, ties, centre = picture
    drawing = draw(parties, ties, centre=centre)
    assert sorted(box.urn for box in drawing.boxes) == sorted(p.urn for p in parties)
    assert sorted(line.tie.ref for line in drawing.lines) == sorted(t.ref for t in ties)
    assert not any(overlaps(a, b) for a, b in itertools.combinations(drawing.boxes, 2))
    assert [box.urn for box in drawing.boxes if box.is_centre] == [centre]
    shuffled = dice.sample(parties, len(parties)), dice.sample(ties, len(ties))
    assert draw(*shuffled, centre=centre) == drawing


@relaxed
@given(pictures(most=150))
def test_beyond_the_bound_every_party_is_drawn_or_counted_once(picture):
    parties, ties, centre = picture
    drawing = draw(parties, ties, centre=centre)
    shown = [box.urn for box in drawing.boxes if not box.hidden]
    assert len(shown) == len(set(shown)) == min(len(parties), MOST_BOXES)
    assert centre in shown
    assert len(shown) + sum(box.hidden for box in drawing.boxes) == len(parties)
    refs = [line.tie.ref for line in drawing.lines] + list(drawing.undrawn)
    assert sorted(refs) == sorted(t.ref for t in ties)
    assert not any(overlaps(a, b) for a, b in itertools.combinations(drawing.boxes, 2))
    more = [box for box in drawing.boxes if box.hidden]
    assert len(drawing.stubs) == len(more) == len({box.urn for box in more})
    assert {box.urn for box in more} <= set(shown)


def test_boxes_stay_inside_the_picture_and_departments_are_on_top():
    parties = [
        Party("a", "本单位", "intermediary"),
        Party("d", "局", "department"),
        Party("s", "子", "enterprise"),
    ]
    ties = [Tie("1", "d", "a"), Tie("2", "a", "s"), Tie("3", "s", "d"), Tie("4", "a", "a")]
    drawing = draw(parties, ties, centre="a")
    tops = {box.urn: box.y for box in drawing.boxes}
    assert tops["d"] < tops["a"] < tops["s"]
    assert all(box.x >= 0 and box.x + WIDTH <= drawing.width for box in drawing.boxes)
    assert all(box.y >= 0 and box.y + HEIGHT <= drawing.height for box in drawing.boxes)


def test_the_farthest_are_the_ones_that_are_hidden():
    parties = [Party(f"p/{n:03d}", "", "enterprise") for n in range(100)]
    ties = [Tie(f"{n:03d}", f"p/{n:03d}", f"p/{n + 1:03d}") for n in range(99)]
    drawing = draw(parties, ties, centre="p/000")
    assert {box.urn for box in drawing.boxes if not box.hidden} == {f"p/{n:03d}" for n in range(60)}
    assert [(box.urn, box.hidden) for box in drawing.boxes if box.hidden] == [("p/059", 40)]


def test_long_names_are_folded_and_end_in_an_ellipsis():
    assert folded("广安") == ("广安",)
    rows = folded("广" * 60)
    assert len(rows) == 2
    assert rows[1].endswith("…")
    assert len(rows[0]) == 13
    assert folded("Guang'an Port Technology (demo)") == ("Guang'an Port Technology", "(demo)")
    assert folded("a\x0bb") == ("ab",)
