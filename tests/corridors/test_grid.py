"""`Grid` and what is burnt into it, against GDAL's own answers."""

import numpy as np
import pytest
import rasterio.features
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import Affine

from zoning.corridors import Grid
from zoning.corridors.burning import burned
from zoning.corridors.grid import require_aligned
from zoning.errors import LayerError, UsageError
from zoning.model import LayerInfo, Raster

WEST, NORTH = 396_000.0, 3_440_000.0


def grid(
    rows: int = 40, columns: int = 50, cell: tuple[float, float] = (30.0, 20.0)
) -> Grid:
    return Grid(
        values=np.zeros((rows, columns)),
        transform=(cell[0], 0.0, WEST, 0.0, -cell[1], NORTH),
        crs="EPSG:4546",
    )


def test_a_grid_knows_its_cells() -> None:
    made = grid()

    assert made.shape == (40, 50)
    assert made.cell_m == pytest.approx((30, 20))
    assert made.extent == pytest.approx((WEST, NORTH - 800, WEST + 1500, NORTH))
    rows, columns = made.cells_at(
        np.array([[WEST + 31, NORTH - 1], [WEST - 1, NORTH - 1]])
    )
    assert (rows.tolist(), columns.tolist()) == ([0, -1], [1, -1])


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:2263", "nonsense"])
def test_degrees_feet_and_no_crs_are_refused(crs: str) -> None:
    with pytest.raises(LayerError) as refused:
        Grid(values=np.zeros((2, 2)), transform=(1, 0, 0, 0, -1, 0), crs=crs)

    assert refused.value.problem.number == "E542"


@pytest.mark.parametrize(
    "transform",
    [(1, 0.1, 0, 0, -1, 0), (1, 0, 0, 0, 1, 0), (-1, 0, 0, 0, -1, 0)],
)
def test_rotated_and_south_up_grids_are_refused(transform: tuple[float, ...]) -> None:
    a, b, c, d, e, f = transform
    with pytest.raises(LayerError) as refused:
        Grid(values=np.zeros((2, 2)), transform=(a, b, c, d, e, f), crs="EPSG:4546")

    assert refused.value.problem.number == "E543"


def test_grids_off_by_half_a_cell_are_refused_with_both_extents_and_the_cure() -> None:
    land = grid()
    height = Grid(
        values=np.zeros((40, 50)),
        transform=(30.0, 0.0, WEST + 15, 0.0, -20.0, NORTH),
        crs="EPSG:4546",
    )

    require_aligned(land=land, again=grid())
    with pytest.raises(LayerError) as refused:
        require_aligned(land=land, height=height)

    line = refused.value.problem.line("en")
    assert refused.value.problem.number == "E541"
    assert "396000, 3439200, 397500, 3440000" in line
    assert "396015, 3439200, 397515, 3440000" in line
    assert "height.aligned_to(land)" in line
    require_aligned(land=land, height=height.aligned_to(land))


@pytest.mark.parametrize(
    "other", [grid(rows=41), grid(cell=(30.0, 20.001)), grid(cell=(20.0, 30.0))]
)
def test_other_shapes_and_cells_are_refused(other: Grid) -> None:
    with pytest.raises(LayerError):
        require_aligned(land=grid(), other=other)


def test_the_same_cells_in_another_crs_are_refused_and_carried_over() -> None:
    land = grid()
    there = Grid(
        values=np.arange(400.0 * 500).reshape(400, 500),
        transform=(10.0, 0.0, WEST - 1000, 0.0, -10.0, NORTH + 1000),
        crs="EPSG:4547",
    )
    with pytest.raises(LayerError):
        require_aligned(land=land, there=there)

    carried = there.aligned_to(land)

    require_aligned(land=land, carried=carried)
    assert np.isnan(carried.values).all()  # three degrees to the east: elsewhere


def test_alignment_takes_the_nearest_cell_and_marks_what_lies_outside() -> None:
    fine = Grid(
        values=np.arange(16).reshape(4, 4),
        transform=(10.0, 0.0, 0.0, 0.0, -10.0, 40.0),
        crs="EPSG:4546",
        nodata=5,
    )
    coarse = Grid(
        values=np.zeros((1, 2)),
        transform=(30.0, 0.0, 0.0, 0.0, -30.0, 40.0),
        crs="EPSG:4546",
    )

    taken = fine.aligned_to(coarse).values

    assert np.isnan(taken[0, 0])  # the middle of the first is the missing cell
    assert np.isnan(taken[0, 1])  # the middle of the second lies outside


def test_missing_cells_are_nan_and_nodata() -> None:
    made = grid(1, 3).with_values(np.array([[1.0, np.nan, -9.0]]), nodata=-9.0)

    assert made.missing.tolist() == [[False, True, True]]
    assert np.isnan(made.floats()).tolist() == [[False, True, True]]
    with pytest.raises(UsageError):
        made.with_values(np.zeros((2, 2)))


def test_a_raster_of_a_base_becomes_a_grid() -> None:
    raster = Raster(
        info=LayerInfo(id="dem", path="dem.tif", sha256="", features=1),
        values=np.ones((2, 2)),
        transform=(30.0, 0.0, WEST, 0.0, -30.0, NORTH),
        crs="EPSG:4546",
    )

    assert Grid.from_raster(raster).cell_m == pytest.approx((30, 30))


@given(seed=st.integers(0, 10_000))
def test_burnt_polygons_are_gdals_polygons(seed: int) -> None:
    random = np.random.default_rng(seed)
    made = grid()
    centers = random.uniform((WEST, NORTH - 800), (WEST + 1500, NORTH), (6, 2))
    shapes = np.array(
        [
            shapely.Point(c).buffer(r).difference(shapely.Point(c).buffer(r / 3))
            for c, r in zip(centers, random.uniform(5, 400, 6), strict=True)
        ],
        dtype=object,
    )
    values = np.arange(1.0, 7)

    ours = burned(made, shapes, values).values

    theirs = rasterio.features.rasterize(
        zip(shapes, values, strict=True),
        out_shape=made.shape,
        transform=Affine(*made.transform),
        dtype="float64",
    )
    np.testing.assert_array_equal(ours, theirs)


@given(seed=st.integers(0, 10_000))
def test_burnt_lines_take_every_cell_they_pass_and_points_theirs(seed: int) -> None:
    random = np.random.default_rng(seed)
    made = grid(12, 15)
    xy = random.uniform((WEST - 50, NORTH - 300), (WEST + 500, NORTH + 50), (4, 2))
    shapes = np.array([shapely.LineString(xy), shapely.Point(xy[0])], dtype=object)

    ours = burned(made, shapes, np.array([1.0, 2.0])).values

    rows, columns = np.mgrid[:12, :15]
    cells = shapely.box(
        WEST + columns * 30,
        NORTH - rows * 20 - 20,
        WEST + columns * 30 + 30,
        NORTH - rows * 20,
    )
    expected = np.where(shapely.intersects(cells, shapes[0]), 1.0, 0.0)
    expected[shapely.intersects(cells, shapes[1])] = 2.0
    np.testing.assert_array_equal(ours, expected)


def test_polygons_that_share_an_edge_share_no_cell_and_leave_none() -> None:
    made = grid()
    halves = np.array(
        [
            shapely.box(WEST, NORTH - 800, WEST + 715, NORTH),
            shapely.box(WEST + 715, NORTH - 800, WEST + 1500, NORTH),
        ],
        dtype=object,
    )
    first = burned(made, halves[:1], np.array([1.0])).values
    second = burned(made, halves[1:], np.array([1.0])).values

    assert (first + second == 1).all()


def test_values_must_match_geometries() -> None:
    with pytest.raises(UsageError):
        burned(grid(), np.array([shapely.Point(0, 0)], dtype=object), np.zeros(2))
