"""Points in polygons and lines through them, against GEOS."""

import numpy as np
import pytest
import shapely

from zoning import measure
from zoning.overlay import lengths_inside, points_inside, ragged_edges
from zoning.overlay.density import PLAIN

CRS = "EPSG:4546"
CORNER = np.array([395_000.0, 3_440_000.0])


def polygons() -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """A frame, and a star of so many vertices that it is cut."""
    frame = shapely.box(0, 0, 100, 90).difference(shapely.box(20, 20, 70, 80))
    angle = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    reach = 40 + 9 * np.sin(7 * angle) + 2 * np.sin(131 * angle)
    star = shapely.Polygon(
        np.stack([50 + reach * np.cos(angle), 45 + reach * np.sin(angle)], axis=1)
    )
    shapes = np.array([frame, star], dtype=object)
    return np.asarray(shapely.transform(shapes, lambda xy: xy + CORNER), dtype=object)


@pytest.mark.parametrize("feature", [0, 1], ids=["with a hole", "in pieces"])
def test_points_lie_where_geos_says(feature: int) -> None:
    xy = np.random.default_rng(1).uniform(-10, 110, (500, 2)) + CORNER
    shapes = polygons()

    inside = points_inside(ragged_edges(shapes), np.full(500, feature), xy)

    expected = shapely.contains_xy(shapes[feature], *xy.T)
    assert 50 < expected.sum() < 450
    assert inside.tolist() == expected.tolist()


@pytest.mark.parametrize("feature", [0, 1], ids=["with a hole", "in pieces"])
def test_lengths_are_those_of_geos(feature: int) -> None:
    ends = np.random.default_rng(2).uniform(-10, 110, (200, 4)) + np.tile(CORNER, 2)
    ends[:20, 2] = ends[:20, 0]  # upright
    ends[20:40, 3] = ends[20:40, 1]  # level
    shapes = polygons()
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    cut = np.asarray(shapely.intersection(lines, shapes[feature]), dtype=object)
    edges, rows = ragged_edges(shapes), np.full(200, feature)

    plane = lengths_inside(edges, rows, ends, crs=PLAIN)
    geodesic = lengths_inside(edges, rows, ends, crs=CRS)

    assert plane == pytest.approx(shapely.length(cut), abs=1e-6)
    assert geodesic == pytest.approx(measure.length_m(cut, CRS), abs=5e-6)
