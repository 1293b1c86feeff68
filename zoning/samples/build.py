"""The whole sample base, written to a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoning.samples import cover, faults, layout, lines, themes, waters
from zoning.samples.access import texts_by_unit
from zoning.samples.base_file import OWN_RULES, base_text, manifest
from zoning.samples.county import County, make_county
from zoning.samples.faults import Fault
from zoning.samples.indicators import INDICATORS
from zoning.samples.land import (
    BARE,
    BUILT,
    CROP,
    FARMLAND,
    FOREST,
    GARDEN,
    GRASS,
    VILLAGE,
)
from zoning.samples.shapes import burn
from zoning.samples.sheet import Sheet
from zoning.samples.sites import write_sites
from zoning.samples.writing import (
    clear,
    write_access_list,
    write_csv,
    write_json,
    write_raster,
    write_sheet,
)

__all__ = ["LAND_COVER", "build_sample_base", "make_sheets"]

LAND_COVER = {
    10: ("耕地", "cropland"),
    20: ("林地", "forest"),
    30: ("草地", "grassland"),
    40: ("园地与灌木", "orchard and shrub"),
    60: ("水体", "water"),
    80: ("人造地表", "built-up"),
    90: ("裸地", "bare land"),
}
"""Code → Chinese, English; 0 is outside the county."""

_CODES = {
    FARMLAND: 10,
    CROP: 10,
    GARDEN: 40,
    FOREST: 20,
    GRASS: 30,
    VILLAGE: 80,
    BUILT: 80,
    BARE: 90,
}
_WATER = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheets:
    """Layers of the base, old editions, and the faults planted in them."""

    base: tuple[Sheet, ...]
    vintages: tuple[Sheet, ...]
    coverage: Sheet
    planted: tuple[Fault, ...]


def build_sample_base(folder: Path, *, seed: int = 500237) -> None:
    """Write the sample base, its project sites and its manifest.

    Parameters
    ----------
    folder : Path
        Made when missing; an older sample base in it is replaced.
    seed : int
        Same seed and library versions, same bytes.

    Raises
    ------
    FileExistsError
        When the folder holds anything but a sample base.
    """
    clear(folder)
    county = make_county(seed)
    sheets = make_sheets(county)
    for sheet in (*sheets.base, *sheets.vintages, sheets.coverage):
        write_sheet(folder, sheet)
    _write_rasters(folder, county)
    clauses = write_access_list(folder / "准入清单.xlsx")
    _write_tables(folder, sheets.planted)
    _write_rules(folder)
    by_id: dict[str, list[Sheet]] = {}
    for sheet in sheets.base:
        by_id.setdefault(sheet.layer_id, []).append(sheet)
    text = base_text(folder, by_id, clauses)
    (folder / "zoning.yaml").write_text(text, encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(_README, encoding="utf-8", newline="\n")
    write_sites(folder / "sites", county, sheets.base)
    written = [*sheets.base, *sheets.vintages, sheets.coverage]
    write_json(folder / "manifest.json", manifest(folder, written, seed))


def make_sheets(county: County) -> Sheets:
    """Return every layer, with the faults planted."""
    redline, urban = lines.redline_sheet(county), lines.boundary_sheet(county)
    sound = lines.farmland_sheet(county, [])
    extra = [
        faults.plant_farmland(county, sound.geometry, urban),
        faults.plant_farmland(county, sound.geometry, redline),
    ]
    farmland = lines.farmland_sheet(county, extra)
    last = len(farmland.geometry)
    planted = [
        faults.overlap_fault(farmland, last - 2, urban),
        faults.overlap_fault(farmland, last - 1, redline),
    ]
    redline, wrong = faults.spoil_area(redline, "MJ", 3, factor=1.12)
    planted.append(wrong)
    farmland, wrong = faults.spoil_area(farmland, "YJJBNTTBMJ", 120, factor=1.15)
    planted.append(wrong)
    former = lines.township_sheet(county, "vintages/XZQ_2018.gpkg")
    former, gap = faults.plant_vintage_gap(former)
    pattern, broken = layout.layout_sheet(county)
    base = (
        lines.county_sheet(county),
        farmland,
        redline,
        urban,
        lines.unit_sheet(county, texts_by_unit()),
        themes.protected_sheet(county),
        waters.source_sheet(county),
        *waters.river_sheets(county),
        waters.shoreline_sheet(county),
        cover.parcel_sheet(county),
        cover.forest_sheet(county),
        themes.heritage_sheet(county),
        themes.hazard_sheet(county),
        cover.village_sheet(county),
        themes.facility_sheet(county),
        themes.park_sheet(county),
        themes.road_sheet(county),
        pattern,
        lines.township_sheet(county),
    )
    return Sheets(
        base=base,
        vintages=(lines.former_redline_sheet(county), former),
        coverage=cover.parcel_coverage_sheet(county),
        planted=(*planted, gap, *faults.gap_faults(broken)),
    )


def _write_rasters(folder: Path, county: County) -> None:
    relief = county.relief
    write_raster(
        folder / "dem.tif", relief.height.astype(np.float32), relief.grid, nodata=-9999
    )
    grid = county.frame.grid(30.0)
    write_raster(folder / "land_cover.tif", _land_cover(county), grid, nodata=0)
    rows = [
        ("code", "zh", "en"),
        *((code, *words) for code, words in LAND_COVER.items()),
    ]
    write_csv(folder / "land_cover_codes.csv", rows)


def _land_cover(county: County) -> NDArray[np.uint8]:
    mosaic = county.mosaic
    codes = np.array([_CODES[int(value)] for value in mosaic.labels["cover"]])
    codes[mosaic.water > 0] = _WATER
    burnt = burn(mosaic.faces, county.frame.grid(30.0), values=codes.tolist())
    return burnt.astype(np.uint8)


def _write_tables(folder: Path, planted: Sequence[Fault]) -> None:
    rows: list[Sequence[object]] = [faults.HEADER]
    for number, fault in enumerate(planted, start=1):
        rows.append(
            (
                f"F{number:02d}",
                fault.kind,
                fault.layer,
                fault.feature,
                fault.other_layer,
                fault.other_feature,
                fault.area_m2,
                fault.length_m,
                fault.note,
            )
        )
    write_csv(folder / "planted_faults.csv", rows)
    write_csv(folder / "indicators.csv", INDICATORS)


def _write_rules(folder: Path) -> None:
    """Write the county's own rule pack, which is also a pattern to copy."""
    text = files("zoning.samples").joinpath("demo_county.yaml").read_text("utf-8")
    target = folder / OWN_RULES
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")


_README = """\
# 示范县底图 · sample base

全部数据由 `python -m zoning.samples` 生成，是**合成的示范数据**：
界线、名称、数值均为虚构，不代表任何真实的行政区、控制线或保护地。

All data are made by `python -m zoning.samples`: **synthetic**. Outlines, names and
numbers are invented and stand for no real district, control line or protected area.

| | |
|---|---|
| `zoning.yaml` | 图层清单 what the base holds |
| `manifest.json` | 内容与文件校验值 hashes of contents and files |
| `planted_faults.csv` | 有意埋设的错误 faults planted for the audit |
| `vintages/` | 旧版图层 older editions |
| `indicators.csv` | 指标表 indicators |
| `land_cover_codes.csv` | 土地覆被代码 codes of land_cover.tif |
| `rules/` | 本县自己的规则包，也是样板 the county's own rules, a pattern to copy |
| `sites/` | 示范项目、属性与预期结论 project sites, attributes, expected verdicts |
"""
