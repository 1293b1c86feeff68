"""Center lines without drawn water: tiles that are kept change no answer."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from zoning.check.bare_rivers import TILE_M, BareReaches, bare_lines
from zoning.model import Layer, LayerInfo
from zoning.overlay import nearest_features
from zoning.rules.schema import View

CRS = "EPSG:4546"
VIEW = View(layer="river", zh="河流", en="rivers", center_line_margin_m=50)
WEST, SOUTH = 98 * TILE_M, 840 * TILE_M
REACH_M = 900.0


def along(y: float, start: float, end: float) -> shapely.LineString:
    """A line from west to east, `y` above the corner of the lattice, metres."""
    xy = np.array([(x, y) for x in np.linspace(start, end, 40)])
    return shapely.LineString(xy + np.array([WEST, SOUTH]))


def rivers() -> Layer:
    """Two rivers through four tiles; water is drawn for one, half of the other."""
    lines = [along(1_000.0, -500.0, 9_000.0), along(3_000.0, -500.0, 9_000.0)]
    water = [
        shapely.buffer(lines[0], 20.0),
        shapely.buffer(along(3_000.0, -500.0, 4_000.0), 20.0),
    ]
    names = np.array(["溪", "沟", "溪", "沟"], dtype=object)
    outline = np.array([*["center_line"] * 2, *["water_surface"] * 2], dtype=object)
    info = LayerInfo(id="river", path="river.gpkg", sha256="0" * 64, features=4)
    return Layer(
        info=info,
        geometry=np.array([*lines, *water], dtype=object),
        feature_ids=np.array(["1", "2", "3", "4"], dtype=object),
        attributes={"name": names, "outline": outline},
        coverage=None,
    )


def site(x: float, y: float) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    square = shapely.box(WEST + x, SOUTH + y, WEST + x + 100, SOUTH + y + 100)
    return np.array([square], dtype=object)


def distance_m(
    found: BareReaches, sites: "np.ndarray[tuple[int], np.dtype[np.object_]]"
) -> float:
    near = nearest_features(sites, found.shapes, REACH_M, crs=CRS)
    return float(near.distance_m[0])


def test_water_that_is_drawn_leaves_nothing_bare() -> None:
    found = bare_lines(rivers(), VIEW, site(2_000, 1_500), reach_m=REACH_M)

    assert distance_m(found, site(2_000, 1_500)) == np.inf


def test_the_undrawn_half_is_bare_from_where_the_water_ends() -> None:
    found = bare_lines(rivers(), VIEW, site(4_300, 2_500), reach_m=REACH_M)

    assert set(found.names) == {"沟"}
    ground = shapely.union_all(found.shapes)
    assert shapely.get_coordinates(ground)[:, 0].min() - WEST == pytest.approx(
        4_021.0, abs=0.5
    )
    assert distance_m(found, site(4_300, 2_500)) == pytest.approx(400.0, abs=0.2)


@pytest.mark.parametrize("x", [300.0, 3_500.0, 4_000.0, 4_300.0, 8_000.0])
def test_what_was_asked_before_changes_no_byte(x: float) -> None:
    layer = rivers()
    for other in (8_500.0, 100.0, 4_100.0):
        bare_lines(layer, VIEW, site(other, 2_000), reach_m=2 * REACH_M)
    plot = site(x, 2_400)

    fresh = bare_lines(rivers(), VIEW, plot, reach_m=REACH_M)
    kept = bare_lines(layer, VIEW, plot, reach_m=REACH_M)

    assert [s.wkb for s in kept.shapes] == [s.wkb for s in fresh.shapes]
    assert kept.names.tolist() == fresh.names.tolist()


def test_another_layer_does_not_inherit_what_was_kept() -> None:
    layer, plot = rivers(), site(2_000, 1_500)
    bare_lines(layer, VIEW, plot, reach_m=REACH_M)
    outline = np.array(["center_line"] * 4, dtype=object)
    lines = shapely.boundary(layer.geometry[2:])
    changed = replace(
        layer,
        geometry=np.array([*layer.geometry[:2], *lines], dtype=object),
        attributes={**layer.attributes, "outline": outline},
    )

    found = bare_lines(changed, VIEW, plot, reach_m=REACH_M)

    assert distance_m(found, plot) == pytest.approx(480.0, abs=0.2)


def test_a_view_of_other_features_is_kept_apart() -> None:
    layer, plot = rivers(), site(6_000, 2_500)
    bare_lines(layer, VIEW, plot, reach_m=REACH_M)
    only = VIEW.model_copy(update={"where": {"name": ("溪",)}})

    found = bare_lines(layer, only, plot, reach_m=REACH_M)

    assert len(found.shapes) == 0 or distance_m(found, plot) == np.inf
