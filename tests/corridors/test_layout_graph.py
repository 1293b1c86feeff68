"""The layout as a graph: what holds together, against ways tried one by one."""

import os
from collections.abc import Mapping

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_ground import CRS, all_tried, box, layout, obstacle

from zoning.corridors.layout.graph import layout_graph
from zoning.corridors.layout.modelled import missed_paths
from zoning.corridors.layout.table import house_table
from zoning.corridors.layout.validation import layer_faults

TABLE = house_table()
NAN = float("nan")
EXAMPLES = 60 if os.environ.get("ZONING_THOROUGH") == "1" else 5
# Three patches in a row, joined by two corridors; a third corridor leads nowhere.
ROW = layout(
    ("甲", "patch", box(0, 0, 1000, 1000), NAN),
    ("乙", "patch", box(3000, 0, 4000, 1000), NAN),
    ("丙", "patch", box(6000, 0, 7000, 1000), NAN),
    ("甲乙", "corridor", box(1000, 400, 3000, 600), 200),
    ("乙丙", "corridor", box(4000, 400, 6000, 600), 200),
    ("断头", "corridor", box(7000, 400, 9000, 600), 200),
)
TOWN = obstacle("town", box(1800, 0, 2200, 1000))


def test_a_chain_hangs_on_each_of_its_corridors() -> None:
    graph = layout_graph(all_tried(ROW, TOWN), TABLE, CRS)

    assert graph.parts_planned == ((0, 1, 2),)
    assert graph.parts_standing == ((1, 2), (0,))
    assert [one.articulation for one in graph.worth] == [True, True, False]
    assert [one.bridges for one in graph.worth] == [1, 1, 0]
    assert [one.joins for one in graph.worth] == [(0, 1), (1, 2), (2,)]
    assert (graph.places, graph.junctions, graph.links) == (3, 0, 2)
    assert (graph.alpha, graph.beta) == pytest.approx((0, 2 / 3))
    assert graph.gamma == pytest.approx(2 / 3)


def test_equivalent_connectivity_is_that_of_the_formula() -> None:
    graph = layout_graph(all_tried(ROW, TOWN), TABLE, CRS)
    # one km² each; 2 km less the contact on both sides at p = 0.5 over 10 km
    p = 0.5 ** ((2000 - 2 * TABLE.contact_m) / TABLE.dispersal_m)
    planned, cut = 3 + 4 * p + 2 * p * p, 3 + 2 * p

    assert graph.ec_planned == pytest.approx(1e6 * planned**0.5, rel=1e-3)
    assert graph.ec_standing == pytest.approx(1e6 * cut**0.5, rel=1e-3)
    first, second, third = graph.worth
    assert first.ec_without == pytest.approx(1e6 * cut**0.5, rel=1e-3)
    assert first.loss_share == pytest.approx((planned - cut) / planned, rel=1e-3)
    assert first.gain_share == pytest.approx((planned - cut) / planned, rel=1e-3)
    assert (second.gain_share, third.loss_share) == (0, 0)


def test_corridors_that_meet_join_what_each_leads_to() -> None:
    planned = layout(
        ("甲", "screen", box(0, 0, 1000, 1000), NAN),
        ("乙", "screen", box(3000, 0, 4000, 1000), NAN),
        ("丙", "patch", box(1500, 3000, 2500, 4000), NAN),
        ("干", "corridor", box(1000, 400, 3000, 600), 200),
        ("支", "corridor", box(1900, 600, 2100, 3000), 200),
    )
    graph = layout_graph(all_tried(planned), TABLE, CRS)

    assert graph.parts_planned == graph.parts_standing == ((0, 1, 2),)
    assert (graph.places, graph.junctions, graph.links) == (3, 1, 3)
    assert [one.bridges for one in graph.worth] == [2, 1]


def reached(contacts: Mapping[int, set[int]], start: int, gone: int) -> set[int]:
    """Walk from feature to feature, without one of them."""
    seen, ahead = {start}, [start]
    while ahead:
        for other in contacts[ahead.pop()] - seen - {gone}:
            seen.add(other)
            ahead.append(other)
    return seen


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda p: p[0] < p[1]),
        min_size=2,
        max_size=6,
        unique=True,
    )
)
@settings(max_examples=EXAMPLES)
def test_articulation_is_what_walking_every_way_gives(
    links: list[tuple[int, int]],
) -> None:
    at = [(400.0 * k, 160.0 * k * k) for k in range(5)]
    patches = [box(x - 60, y - 60, x + 60, y + 60) for x, y in at]
    ways = [
        shapely.LineString([patches[a].centroid, patches[b].centroid])
        .buffer(20, cap_style="flat")
        .difference(shapely.union_all(patches))
        for a, b in links
    ]
    shapes = [*patches, *ways]
    kinds = ["patch"] * 5 + ["corridor"] * len(ways)
    planned = layout(
        *[
            (f"{k}", kind, shape, 40.0)
            for k, (kind, shape) in enumerate(zip(kinds, shapes, strict=True))
        ]
    )
    contacts = {
        k: {
            other
            for other in range(len(shapes))
            if other != k and shapes[k].distance(shapes[other]) <= TABLE.contact_m
        }
        for k in range(len(shapes))
    }
    graph = layout_graph(all_tried(planned), TABLE, CRS)

    held = {k: reached(contacts, k, -1) & set(range(5)) for k in range(5)}
    assert {frozenset(part) for part in graph.parts_planned} == {
        frozenset(part) for part in held.values()
    }
    for one in graph.worth:
        left = {k: reached(contacts, k, one.row) & set(range(5)) for k in range(5)}
        assert one.articulation == (left != held)


def test_the_order_of_features_changes_no_figure() -> None:
    order = [5, 2, 4, 0, 3, 1]
    turned = layout(
        *[
            (ROW.names[k], ROW.kinds[k], ROW.geometry[k], ROW.targets_m[k])
            for k in order
        ]
    )
    one = layout_graph(all_tried(ROW, TOWN), TABLE, CRS)
    other = layout_graph(all_tried(turned, TOWN), TABLE, CRS)

    assert one.ec_planned == pytest.approx(other.ec_planned, rel=1e-12)
    assert one.ec_standing == pytest.approx(other.ec_standing, rel=1e-12)
    found = {ROW.names[order[w.row]]: w.articulation for w in other.worth}
    assert found == {ROW.names[w.row]: w.articulation for w in one.worth}


def test_modelled_paths_that_the_plan_does_not_follow_are_missed() -> None:
    near = shapely.LineString([(500_000, 3_440_500), (509_000, 3_440_500)])
    far = shapely.LineString([(500_000, 3_445_000), (509_000, 3_445_000)])
    drawn = shapely.union_all(ROW.geometry)

    found = missed_paths({"a": near, "b": far}, drawn, within_m=500, share=0.5)
    assert found == ("b",)


@pytest.mark.parametrize(
    ("joins", "code"),
    [
        (["", "", "", "甲", "乙", ""], None),
        (["", "", "", "F0", "", ""], None),
        (["", "", "", "甲、乙", "", ""], None),
        (["", "", "", "丁", "", ""], "LAYOUT_END_UNKNOWN"),
        (["", "", "", "丙", "", ""], "LAYOUT_END_APART"),
        (["", "", "", "甲乙", "", ""], "LAYOUT_END_ITSELF"),
    ],
)
def test_what_a_corridor_says_it_joins_is_followed(
    joins: list[str], code: str | None
) -> None:
    planned = layout(
        *zip(ROW.names, ROW.kinds, ROW.geometry, ROW.targets_m, strict=True),
        joins_from=joins,
        joins_to=[""] * 6,
    )
    expected = {"corridor": 3, "patch": 3}
    found = layer_faults(planned, expected, contact_m=30)

    assert [one.code for one in found] == ([code] if code else [])


def test_counts_names_and_kinds_are_those_of_the_plan() -> None:
    planned = layout(
        ("甲", "patch", box(0, 0, 10, 10), NAN),
        ("甲", "patch", box(20, 0, 30, 10), NAN),
        ("", "corridor", box(40, 0, 50, 10), 5),
        ("己", "路", box(60, 0, 70, 10), 5),
    )
    found = layer_faults(planned, {"corridor": 2, "belt": 0}, contact_m=30)

    assert [one.code for one in found] == [
        "LAYOUT_COUNT",
        "LAYOUT_KIND_UNKNOWN",
        "LAYOUT_NAMELESS",
        "LAYOUT_NAME_TWICE",
    ]
    assert "1" in found[0].text("en")
    assert "2" in found[0].text("en")
    unstated = layer_faults(ROW, {}, contact_m=30)
    assert [one.code for one in unstated] == ["LAYOUT_COUNTS_UNSTATED"]
