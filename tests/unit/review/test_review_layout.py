"""The layered layout: boxes apart, labels apart, and no edge through a box, for any graph."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tapgen.review.picture.layout import Box, Layout, Wire, layout

NAMES = [f"Box{number}" for number in range(9)]
ends = st.sampled_from(NAMES)
wires = st.lists(st.builds(Wire, ends, ends, st.sampled_from([0, 40, 150]), st.sampled_from([0, 14, 42])), max_size=20)
sizes = st.fixed_dictionaries({name: st.sampled_from([(90, 44), (200, 44), (120, 90)]) for name in NAMES})
bands = st.fixed_dictionaries({name: st.integers(0, 2) for name in NAMES})


def overlap(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x + 0.1 or other.x + other.width <= one.x + 0.1
    return not beside and one.y + one.height > other.y + 0.1 and other.y + other.height > one.y + 0.1


def inside(x: float, y: float, box: Box) -> bool:
    return box.x + 1 < x < box.x + box.width - 1 and box.y + 1 < y < box.y + box.height - 1


def along(way: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Points of the curves that are drawn: cubic, level at both ends of each piece."""
    points = []
    for (x, y), (to_x, to_y) in pairwise(way):
        for step in range(21):
            t = step / 20
            ease = 3 * t * t - 2 * t**3
            middle = (x + to_x) / 2
            across = (1 - t) ** 3 * x + 3 * (1 - t) * t * middle + t**3 * to_x
            points.append((across, y + ease * (to_y - y)))
    return points


def check(placed: Layout, edges: list[Wire]) -> None:
    boxes = list(placed.boxes.values())
    labels = [one for one in placed.labels if one is not None]
    assert not any(overlap(one, other) for one, other in combinations([*boxes, *labels], 2))
    for wire, way in zip(edges, placed.ways, strict=True):
        source, target = placed.boxes[wire.source], placed.boxes[wire.target]
        assert source.y <= way[0][1] <= source.y + source.height
        assert target.y <= way[-1][1] <= target.y + target.height
        assert not any(inside(x, y, box) for x, y in along(way) for box in boxes)
    for box in (*boxes, *labels):
        assert box.x >= -0.1
        assert box.y >= -0.1
        assert box.x + box.width <= placed.width + 0.1
        assert box.y + box.height <= placed.height + 0.1


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(sizes=sizes, wires=wires, bands=bands)
def test_nothing_covers_anything(
    sizes: dict[str, tuple[float, float]], wires: list[Wire], bands: dict[str, int]
) -> None:
    edges = [wire for wire in wires if wire.source != wire.target]

    check(layout(sizes, edges, bands), edges)


def test_edges_lead_from_left_to_right_and_back_only_where_they_close_a_circle() -> None:
    edges = [Wire("a", "b"), Wire("b", "c"), Wire("c", "b"), Wire("c", "d")]
    placed = layout(dict.fromkeys("abcd", (90, 44)), edges, dict.fromkeys("abcd", 0))

    x = {name: box.x for name, box in placed.boxes.items()}
    assert x["a"] < x["b"] < x["c"] < x["d"]
    assert [way[0][0] < way[-1][0] for way in placed.ways] == [True, True, False, True]


def test_a_lower_band_stands_above_a_higher_one() -> None:
    edges = [Wire("a", "b"), Wire("a", "c"), Wire("b", "d"), Wire("c", "d")]
    placed = layout(dict.fromkeys("abcd", (90, 44)), edges, {"a": 1, "b": 1, "c": 0, "d": 0})

    assert placed.boxes["c"].y + 44 < placed.boxes["b"].y


def test_an_empty_picture() -> None:
    assert layout({}, [], {}).boxes == {}


def test_nothing_stands_in_the_frame_of_a_band_that_it_is_not_of() -> None:
    """A box between two columns of a band stands below both, though its neighbours would draw it up."""
    edges = [Wire("a", "b"), Wire("b", "c")]
    placed = layout(dict.fromkeys("abc", (90, 44)), edges, {"a": 0, "b": 1, "c": 0})

    assert placed.boxes["b"].y > max(placed.boxes[name].y + 44 for name in "ac")
