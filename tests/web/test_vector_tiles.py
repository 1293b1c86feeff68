"""Tiles read back by GDAL: the same features where they were."""

from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoning.measure import to_lonlat
from zoning.web.vector_tiles import EXTENT, TilePlace, encode_varints, tile_of

CRS = "EPSG:4546"
HALF = 20037508.342789244


def place_of(x: float, y: float, z: int) -> TilePlace:
    """Return the tile of a point, by the usual formula of slippy maps."""
    ((lon, lat),) = np.radians(to_lonlat(np.array([[x, y]]), CRS))
    u = (lon / np.pi + 1) / 2
    v = (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2
    return TilePlace(z=z, x=int(u * 2**z), y=int(v * 2**z))


def read(content: bytes, place: TilePlace, folder: Path) -> geopandas.GeoDataFrame:
    """Read a tile with GDAL, in Web Mercator."""
    path = folder / "tile.mvt"
    path.write_bytes(content)
    where = {"X": place.x, "Y": place.y, "Z": place.z}
    frame = pyogrio.read_dataframe(f"MVT:{path}", **where)
    return geopandas.GeoDataFrame(frame).set_crs("EPSG:3857", allow_override=True)


SHAPES = [
    shapely.box(400_000, 3_435_000, 400_200, 3_435_200),
    shapely.box(400_300, 3_435_000, 400_700, 3_435_400).difference(
        shapely.box(400_400, 3_435_100, 400_600, 3_435_300)
    ),
    shapely.MultiPolygon(
        [
            shapely.box(401_000, 3_435_000, 401_100, 3_435_100),
            shapely.box(401_200, 3_435_000, 401_300, 3_435_100),
        ]
    ),
    shapely.LineString([(400_000, 3_435_600), (400_500, 3_435_650)]),
    shapely.Point(400_500, 3_435_500),
    shapely.GeometryCollection(
        [
            shapely.Point(400_900, 3_435_500),
            shapely.box(400_800, 3_435_600, 400_900, 3_435_700),
        ]
    ),
]
KINDS = np.array(["a", "b", "", "b", "a", "c"], dtype=object)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_gdal_reads_the_shapes_that_were_put_in(tmp_path: Path) -> None:
    shapes = np.array(SHAPES, dtype=object)
    place = place_of(400_500, 3_435_400, 12)

    tile = tile_of(shapes, shapely.bounds(shapes), KINDS, place=place, crs=CRS)
    found = read(tile.content, place, tmp_path)

    assert (tile.there, tile.shown) == (6, 6)
    wanted = geopandas.GeoSeries(shapes, crs=CRS).to_crs("EPSG:3857")
    unit = place.size_m / EXTENT
    back = found.dissolve(by="mvt_id") if found["mvt_id"].duplicated().any() else found
    for row, shape in enumerate(wanted):
        mine = found[found["mvt_id"] == row]
        union = shapely.union_all(mine.geometry.to_numpy())
        assert union.hausdorff_distance(shape) < 2 * unit
        assert set(mine["kind"]) == {KINDS[row]}
        assert union.is_valid
    assert len(back) == len(SHAPES)


def test_rings_wind_as_the_specification_says() -> None:
    """A tile without holes wound the other way fills them in strict readers."""
    place = place_of(400_500, 3_435_200, 12)
    shapes = np.array([SHAPES[1]], dtype=object)
    tile = tile_of(shapes, shapely.bounds(shapes), KINDS[1:2], place=place, crs=CRS)

    signs = [np.sign(area(ring)) for ring in rings(tile.content)]

    assert signs == [1, -1]


def rings(content: bytes) -> list[list[tuple[int, int]]]:
    """Decode the rings of the one feature of a tile, by the book."""
    numbers, place, value = [], 0, 0
    for byte in content:
        value |= (byte & 0x7F) << place
        place += 7
        if byte < 0x80:
            numbers.append(value)
            place = value = 0
    start = numbers.index(9)
    found: list[list[tuple[int, int]]] = []
    x = y = 0
    while numbers[start] & 7 == 1:
        for command in (1, 2):
            count, start = numbers[start] >> 3, start + 1
            for _ in range(count):
                x += (numbers[start] >> 1) ^ -(numbers[start] & 1)
                y += (numbers[start + 1] >> 1) ^ -(numbers[start + 1] & 1)
                start += 2
                found = [*found, []] if command == 1 else found
                found[-1].append((x, y))
        assert numbers[start] == 15
        start += 1
    return found


def area(ring: list[tuple[int, int]]) -> int:
    """Return twice the area by the surveyor's formula."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)


def test_a_tile_beside_everything_is_empty() -> None:
    shapes = np.array(SHAPES, dtype=object)
    tile = tile_of(
        shapes,
        shapely.bounds(shapes),
        KINDS,
        place=place_of(420_000, 3_400_000, 14),
        crs=CRS,
    )

    assert (tile.content, tile.there, tile.shown) == (b"", 0, 0)


def test_what_is_left_out_far_away_is_counted() -> None:
    shapes = np.array(SHAPES, dtype=object)
    tile = tile_of(
        shapes,
        shapely.bounds(shapes),
        KINDS,
        place=place_of(400_500, 3_435_400, 6),
        crs=CRS,
    )

    assert tile.there == 6
    assert tile.shown == 1  # the point; the others are less than a pixel


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=30))
def test_varints_are_those_of_protocol_buffers(values: list[int]) -> None:
    by_the_book = bytearray()
    for value in values:
        left = value
        while left > 0x7F:
            by_the_book.append(left & 0x7F | 0x80)
            left >>= 7
        by_the_book.append(left)

    assert encode_varints(np.array(values)) == bytes(by_the_book)
