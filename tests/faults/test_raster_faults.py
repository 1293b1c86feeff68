"""Bad elevation grids: a slope that was not looked at is never clear."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
import small_base
from numpy.typing import NDArray
from plots import ROAD, TODAY, site
from rasterio.transform import Affine, from_origin

from zoning.check import check
from zoning.io.base import open_base
from zoning.model import CheckOptions, Report, State
from zoning.rules.packs import read_rule_book

FIELDS = {**ROAD, "activity": "reclamation_cropland"}
STEEP = shapely.box(400_100, 3_435_100, 400_300, 3_435_200)
FLAT = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
WEST, NORTH, CELL, SIDE = 399_000.0, 3_437_000.0, 30.0, 200
RULE = "SWC-001"
NODATA = -9999.0
PLACE = from_origin(WEST, NORTH, CELL, CELL)


def heights() -> NDArray[np.float32]:
    """Return land that rises by a metre a metre round the steep plot: 45 degrees."""
    east = WEST + CELL * (np.arange(SIDE) + 0.5)
    rise = np.clip(east - 399_900, 0, 600)
    return np.tile(rise + 200, (SIDE, 1)).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """How a grid is written, and what is said of it in zoning.yaml."""

    crs: str | None = "EPSG:4546"
    change: Callable[[NDArray[np.float32]], object] = lambda _: None
    transform: Affine = PLACE
    spoil: Callable[[bytes], bytes] = lambda content: content
    said: str = 'vertical_datum: "1985"'
    nodata: float | None = NODATA


def emptied(grid: NDArray[np.float32]) -> None:
    grid[:] = NODATA


def holed(grid: NDArray[np.float32]) -> None:
    grid[40:, :] = NODATA


def absurd(grid: NDArray[np.float32]) -> None:
    grid[40:, :] = 32_767


def not_numbers(grid: NDArray[np.float32]) -> None:
    grid[40:, :] = np.nan


FAULTS = {
    "no CRS": (Grid(crs=None), "CRS_MISSING"),
    "nodata everywhere": (Grid(change=emptied), "LAYER_EMPTY"),
    "no data at the sites": (Grid(change=holed), "RASTER_GAP"),
    "voids of 32 767 that nothing declares": (
        Grid(change=absurd, nodata=None),
        "RASTER_GAP",
    ),
    "no numbers at the sites": (Grid(change=not_numbers, nodata=None), "RASTER_GAP"),
    "another zone": (Grid(crs="EPSG:4545"), "RASTER_GAP"),
    "an old datum": (Grid(crs="EPSG:2382"), "CRS_UNSUPPORTED"),
    "a CRS of the web": (Grid(crs="EPSG:3857"), ""),
    "declared otherwise": (Grid(said="crs: EPSG:4545"), "CRS_CONTRADICTION"),
    "turned": (
        Grid(transform=Affine(30.0, 5.0, WEST, 5.0, -30.0, NORTH)),
        "LAYER_UNREADABLE",
    ),
    "upside down": (
        Grid(transform=Affine(30.0, 0.0, WEST, 0.0, 30.0, NORTH - 6_000)),
        "LAYER_UNREADABLE",
    ),
    "beside the county": (
        Grid(transform=from_origin(WEST + 90_000, NORTH, CELL, CELL)),
        "RASTER_GAP",
    ),
    "cut short": (Grid(spoil=lambda c: c[: len(c) // 2]), "LAYER_UNREADABLE"),
    "a head alone": (Grid(spoil=lambda c: c[:8]), "LAYER_UNREADABLE"),
    "a VRT": (
        Grid(spoil=lambda _: b'<VRTDataset rasterXSize="1" rasterYSize="1"/>'),
        "LAYER_UNREADABLE",
    ),
    "a picture": (Grid(spoil=lambda _: b"\x89PNG\r\n\x1a\n"), "LAYER_UNREADABLE"),
    "an empty file": (Grid(spoil=lambda _: b""), "LAYER_UNREADABLE"),
    "a broken seal": (Grid(said=f"sha256: {'0' * 64}"), "SEAL_BROKEN"),
    "a draft": (Grid(said="authority: draft"), "AUTHORITY_NOT_STATUTORY"),
    "an edition that ran out": (Grid(said="valid_to: 2026-01-01"), "EDITION_NOT_VALID"),
}


def answer(folder: Path, grid: Grid) -> Report:
    """Check a steep and a flat plot against a base with this grid."""
    small_base.write_geojson(folder / "county.geojson", small_base.LAYERS["county"])
    values = heights()
    grid.change(values)
    path = folder / "dem.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=SIDE,
        height=SIDE,
        count=1,
        dtype="float32",
        crs=grid.crs,
        transform=grid.transform,
        nodata=grid.nodata,
    ) as target:
        target.write(values, 1)
    path.write_bytes(grid.spoil(path.read_bytes()))
    (folder / "zoning.yaml").write_text(
        'name: 小县\ndemo: true\nadmin_code: "500237"\ncrs: EPSG:4546\n'
        "county: {path: county.geojson}\npacks: [national]\nscope: [soil]\n"
        f"layers:\n  dem: {{path: dem.tif, coverage: county, {grid.said}}}\n",
        encoding="utf-8",
    )
    base = open_base(folder)
    book = read_rule_book(base.packs)
    plots = (site(STEEP, FIELDS), site(FLAT, FIELDS))
    return check(plots, base, book, options=CheckOptions(as_of=TODAY))


def states(report: Report) -> list[State]:
    return [
        finding.state
        for one in report.sites
        for finding in one.findings
        if finding.rule_id == RULE
    ]


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_grid_is_never_clear(tmp_path: Path, name: str) -> None:
    grid, code = FAULTS[name]

    report = answer(tmp_path, grid)

    assert set(states(report)) == {State.NOT_CHECKED}
    assert report.exit_code == 4
    for one in report.sites:
        told = {gap.problem.code for gap in one.gaps if gap.layer == "dem"}
        assert told
        assert not code or code in told


def test_its_good_twin_finds_the_steep_plot_and_clears_the_flat_one(
    tmp_path: Path,
) -> None:
    report = answer(tmp_path, Grid())

    assert states(report) == [State.PROHIBITED, State.CLEAR]
