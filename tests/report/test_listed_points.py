"""Numbers of a list of points are the rounded ones, not roundings of their own."""

import numpy as np
import shapely

from zoning.model.parcels import Parcel, ParcelTable
from zoning.report.parcels.points import listed_points, places_of


def test_half_millimetres_go_the_way_whose_area_was_compared() -> None:
    """Ties in eastings with zone: printing each by itself would move some."""
    steps = np.arange(40) * 0.002
    east = 37_400_000.0005 + np.concatenate([steps, steps[::-1] + 200])
    north = 3_435_000.0005 + np.concatenate([np.arange(40), np.arange(40)[::-1]]) * 50.0
    shape = shapely.Polygon(np.column_stack([east, north]))
    parcel = Parcel(number="1", name="a", project_name="", geometry=shape)
    table = ParcelTable(crs="EPSG:4525", columns=(), roles={}, parcels=(parcel,))
    places = places_of(table)
    told = [
        (float(f"{p.x:.{places.count}f}"), float(f"{p.y:.{places.count}f}"))
        for p in listed_points(shape, places)
    ]
    assert abs(shapely.Polygon(told).area - shape.area) <= 0.07
