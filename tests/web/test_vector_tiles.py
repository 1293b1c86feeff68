"""Tiles read back by GDAL: the same features where they were."""

from collections.abc import Sequence
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from zoning.measure import to_lonlat
from zoning.web.drawn_layer import DrawnLayer
from zoning.web.tile_bytes import EXTENT, encode_varints
from zoning.web.tile_place import SCREEN, TilePlace
from zoning.web.vector_tiles import MERGED, MOST_FEATURES, SINGLE, Tile, tile_of

CRS = "EPSG:4546"
HALF = 20037508.342789244


def place_of(x: float, y: float, z: int) -> TilePlace:
    """Return the tile of a point, by the usual formula of slippy maps."""
    ((lon, lat),) = np.radians(to_lonlat(np.array([[x, y]]), CRS))
    u = (lon / np.pi + 1) / 2
    v = (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2
    return TilePlace(z=z, x=int(u * 2**z), y=int(v * 2**z))


def drawn(
    shapes: Sequence[BaseGeometry], place: TilePlace, kinds: object = None
) -> Tile:
    """Return the tile of some shapes."""
    words = np.full(len(shapes), "", dtype=object) if kinds is None else kinds
    layer = DrawnLayer(np.array(shapes, dtype=object), np.asarray(words), CRS)
    return tile_of(layer, place)


def read(
    content: bytes, place: TilePlace, folder: Path, layer: str = SINGLE
) -> geopandas.GeoDataFrame:
    """Read a layer of a tile with GDAL, in Web Mercator."""
    path = folder / "tile.mvt"
    path.write_bytes(content)
    where = {"X": place.x, "Y": place.y, "Z": place.z}
    frame = pyogrio.read_dataframe(f"MVT:{path}", layer=layer, **where)
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

    tile = drawn(SHAPES, place, KINDS)
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
    tile = drawn(SHAPES[1:2], place)

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
    tile = drawn(SHAPES, place_of(420_000, 3_400_000, 14))

    assert (tile.content, tile.there, tile.shown) == (b"", 0, 0)


def gaps(shapes: Sequence[BaseGeometry], place: TilePlace, folder: Path) -> list[float]:
    """Return how far each shape is from what a tile shows of it, in pixels."""
    kinds = np.array([f"k{k % 3}" for k in range(len(shapes))], dtype=object)
    tile = drawn(shapes, place, kinds)
    assert tile.there == len(shapes)
    path = folder / "tile.mvt"
    path.write_bytes(tile.content)
    frames = [
        read(tile.content, place, folder, layer)
        for layer in pyogrio.list_layers(f"MVT:{path}")[:, 0]
    ]
    pixel = place.size_m / SCREEN
    wanted = geopandas.GeoSeries(shapes, crs=CRS).to_crs("EPSG:3857")
    found = []
    for kind, shape in zip(kinds, wanted, strict=True):
        near = [frame.geometry[frame["kind"] == kind] for frame in frames]
        seen = shapely.union_all(np.concatenate([one.to_numpy() for one in near]))
        found.append(seen.distance(shape.centroid) / pixel)
    return found


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_no_feature_is_left_out_at_any_zoom(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """GDAL finds something of its kind beside each, whatever its size and shape."""
    folder = tmp_path_factory.mktemp("tile")
    shapes = list[BaseGeometry]()
    for _ in range(data.draw(st.integers(1, 8))):
        x = data.draw(st.floats(400_000, 401_000))
        y = data.draw(st.floats(3_435_000, 3_436_000))
        wide = data.draw(st.floats(0.5, 400))
        high = data.draw(st.sampled_from([0.0, 0.3, wide / 300, wide]))
        if high == 0.0:
            shapes.append(shapely.LineString([(x, y), (x + wide, y + wide / 2)]))
        else:
            flat = shapely.box(x, y, x + wide, y + high)
            shapes.append(shapely.affinity.rotate(flat, data.draw(st.floats(0, 180))))
    zoom = data.draw(st.integers(5, 13))

    assert max(gaps(shapes, place_of(400_500, 3_435_500, zoom), folder)) < 3.0


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_small_neighbours_are_merged_without_gap_or_overlap(tmp_path: Path) -> None:
    """A partition seen from afar covers its ground once."""
    corner, side = np.array([400_000, 3_435_000]), 20.0
    steps = np.stack(np.meshgrid(range(50), range(50)), axis=-1).reshape(-1, 2)
    steps = steps[(steps < 25).any(axis=1)]  # an L
    low = corner + steps * side
    cells = [shapely.box(*one, *(one + side)) for one in low]
    place = place_of(400_500, 3_435_500, 12)
    tile = drawn(cells, place)
    (ground,) = read(tile.content, place, tmp_path, MERGED).geometry
    whole = shapely.coverage_union_all(cells)
    wanted = geopandas.GeoSeries([whole], crs=CRS).to_crs("EPSG:3857")[0]

    assert (tile.there, tile.shown) == (1875, 0)
    parts = shapely.get_parts(ground)
    assert shapely.area(parts).sum() == pytest.approx(shapely.union_all(parts).area)
    assert ground.hausdorff_distance(wanted) < 3 * place.size_m / SCREEN
    assert ground.area == pytest.approx(wanted.area, rel=0.1)
    assert len(tile.content) < 2000


def test_too_many_are_drawn_by_size_and_the_rest_merged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("zoning.web.vector_tiles.MOST_FEATURES", 3)
    plots = [
        shapely.box(400_000 + 100 * k, 3_435_000, 400_050 + 105 * k, 3_435_060)
        for k in range(10)
    ]
    place = place_of(400_500, 3_435_100, 13)
    tile = drawn(plots, place)

    assert MOST_FEATURES > 3
    assert (tile.there, tile.shown) == (10, 3)
    assert set(read(tile.content, place, tmp_path)["mvt_id"]) == {7, 8, 9}
    assert len(read(tile.content, place, tmp_path, MERGED)) == 1


def test_a_large_outline_is_thinned_once_for_a_zoom() -> None:
    """And gives the tile that it gives when thinned on the way."""
    angle = np.linspace(0, 2 * np.pi, 9000, endpoint=False)
    radius = 400 + 3 * np.sin(900 * angle)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    blob = shapely.Polygon(ring + np.array([400_500, 3_435_500]))
    layer = DrawnLayer(np.array([blob], dtype=object), np.array([""], object), CRS)
    place = place_of(400_500, 3_435_500, 11)

    first, second = tile_of(layer, place), tile_of(layer, place)
    few = layer.outlined(np.array([0]), 20.0)[0]

    assert first == second
    assert shapely.get_num_coordinates(few) < 500
    assert shapely.hausdorff_distance(few, blob) < 40


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
