"""Numbers of a list of points are the rounded ones, not roundings of their own."""

import numpy as np
import shapely

from zoning.model.parcels import Parcel, ParcelTable
from zoning.report.parcels.points import listed_points, places_of

SEED = 41
"""A star of which each point printed by itself would move the area by 0.12 m²."""


def test_half_millimetres_go_the_way_whose_area_was_compared() -> None:
    rng = np.random.default_rng(SEED)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    reach = rng.uniform(90, 160, 40)[:, None]
    xy = np.column_stack([np.cos(angle), np.sin(angle)]) * reach
    xy = np.round(xy + np.array([37_400_000, 3_435_000]), 4)
    xy[::2] = np.round(xy[::2], 3) + 0.0005
    shape = shapely.Polygon(np.round(xy, 4))
    parcel = Parcel(number="1", name="a", project_name="", geometry=shape)
    table = ParcelTable(crs="EPSG:4525", columns=(), roles={}, parcels=(parcel,))

    places = places_of(table)
    told = [(f"{p.x:.3f}", f"{p.y:.3f}") for p in listed_points(shape, places)]

    assert places.count == 3
    written = shapely.Polygon([(float(x), float(y)) for x, y in told])
    assert abs(written.area - shape.area) <= 0.08
