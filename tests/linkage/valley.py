"""A small base with grids: two squares of forest and a red line on even ground.

Cells of 100 m on the county of `small_base`. Forest (1) stands at x 395 to 398 km
and 402 to 405 km, both y 3 441 to 3 444 km; all else is meadow (2), ten times as
hard. The red line with its protected area lies at x 395 to 398 km, y 3 435 to
3 437 km. With an edge of one cell the cores are 28 x 28 cells, 42 cells apart; the
red line is 40 cells of meadow and one of forest from the western core.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import small_base
from numpy.typing import NDArray

CELL_M = 100.0
ROWS = COLUMNS = 200
FOREST, MEADOW, ROCK = 1, 2, 3
WEST, NORTH = small_base.WEST, small_base.NORTH
# two halves of a step between unlike cells, whole steps between like ones
ACROSS = 100 * (1 + 5.5 + 39 * 10 + 5.5 + 1)
DOWN = 100 * (10 + 39 * 10 + 5.5 + 1)

Floats = NDArray[np.float64]

SETTINGS = {
    "connectivity": "8",
    "edge_m": "100",
    "least_patch_m2": "10000",
    "patches": "9",
    "least_protected_m2": "10000",
    "dispersal_m": "4000",
    "dispersal_probability": "0.5",
    "nearest": "1",
    "swath_share": "0.05",
    "pinch_share": "0.01",
    "pinch_points": "5",
    "barrier_radius_m": "200",
    "barriers": "3",
    "gravity_unit_m2": "10000",
}
LAND = (
    "  land_cover: {weight: '1', source: a test, "
    "classes: {'1': '1', '2': '10', '3': barrier}}\n"
)
NAMES = (
    "land_cover:\n"
    "  '1': {zh: 林地, en: forest, habitat: 'true'}\n"
    "  '2': {zh: 草甸, en: meadow, habitat: 'false'}\n"
    "  '3': {zh: 岩石, en: rock, habitat: 'false'}\n"
)


def table_text(
    factors: str = LAND, *, assumption: str = "false", **settings: str
) -> str:
    """Return a table; `settings` replace those of the model."""
    own = SETTINGS | settings
    model = "".join(f"  {key}: '{value}'\n" for key, value in own.items())
    return (
        f"name: valley\nassumption: '{assumption}'\nsource: a test\n"
        f"factors:\n{factors}{NAMES}model:\n{model}"
    )


def cells(x0: float, x1: float, y0: float, y1: float) -> tuple[slice, slice]:
    """Return the cells of a box in metres, as rows and columns."""
    rows = slice(int((NORTH - y1) / CELL_M), int((NORTH - y0) / CELL_M))
    return rows, slice(int((x0 - WEST) / CELL_M), int((x1 - WEST) / CELL_M))


def land_cover() -> Floats:
    """Return the land cover, shape (200, 200)."""
    cover = np.full((ROWS, COLUMNS), float(MEADOW))
    for west in (395_000.0, 402_000.0):
        cover[cells(west, west + 3000, 3_441_000, 3_444_000)] = FOREST
    return cover


def walled(gap_row: int | None) -> Floats:
    """Return the land cover with a wall of rock from north to south at x 400 km.

    It has one gap of one cell, in `gap_row`, or none.
    """
    cover = land_cover()
    cover[:, 100] = ROCK
    if gap_row is not None:
        cover[gap_row, 100] = MEADOW
    return cover


def write_grid(path: Path, values: Floats, *, epsg: int = 4546) -> None:
    """Write a grid of the county's cells; nan is nodata."""
    import rasterio
    from rasterio.transform import Affine

    place = Affine(CELL_M, 0, WEST, 0, -CELL_M, NORTH)
    if epsg == 4490:
        place = Affine(0.001, 0, 109.8, 0, -0.001, 31.2)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        dtype="float64",
        count=1,
        height=values.shape[0],
        width=values.shape[1],
        crs=f"EPSG:{epsg}",
        transform=place,
        nodata=-9999.0,
    ) as target:
        target.write(np.where(np.isnan(values), -9999.0, values), 1)


def write_valley(
    folder: Path,
    cover: Floats | None = None,
    *,
    demo: str = "true",
    epsg: int = 4546,
    left_out: tuple[str, ...] = (),
) -> Path:
    """Write the base; layers of `left_out` are not named in its zoning.yaml."""
    small_base.write_base(folder, demo=demo)
    grids: Mapping[str, Floats] = {
        "land_cover": land_cover() if cover is None else cover,
        "dem": np.full((ROWS, COLUMNS), 300.0),
    }
    settings = folder / "zoning.yaml"
    lines = [
        line
        for line in settings.read_text("utf-8").splitlines()
        if line.partition(":")[0].strip() not in left_out
    ]
    for name, values in grids.items():
        write_grid(folder / f"{name}.tif", values, epsg=epsg)
        if name not in left_out:
            lines.append(f"  {name}: {{path: {name}.tif}}")
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
