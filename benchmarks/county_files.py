"""The benchmark county as a base folder: files with the standard field names.

    python -m benchmarks.county_files FOLDER [SIZE]

The shapes of `benchmarks.county`, with urban polygons, corridors and rivers
added, written as GeoPackages, a FlatGeobuf and a Shapefile in GBK, with
``zoning.yaml``, seals and a site of 20 ha. At size 1 about 1.1 GB.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import shapely
import xlsxwriter
from numpy.typing import NDArray

from benchmarks.county import CRS, SIDE_M, SOUTH, WEST, County, Shapes, make_county
from zoning.io.hashing import file_sha256
from zoning.samples.access import HEADER

__all__ = ["asked_county", "county_at", "write_county", "write_parcels", "write_site"]

ADMIN_CODE = "500237"
URBAN, CORRIDORS, RIVERS = 80, 22, 40
DRIVERS = {".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".shp": "ESRI Shapefile"}
SCOPE = "[three_lines, control_units, yangtze, water, corridors]"
EDITION = "2024-12-31"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sheet:
    layer: str
    path: str
    geometry: Shapes
    columns: Mapping[str, Sequence[Any] | NDArray[Any]]


@contextmanager
def asked_county(
    about: str | None, layers: str
) -> Iterator[tuple[argparse.Namespace, Path, Path]]:
    """Read FOLDER, ``--size``, ``--layers``; yield them, base and place of a desk.

    Without FOLDER the county is written for the block alone.
    """
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--size", type=float, default=0.02)
    parser.add_argument("--layers", default=layers)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        base = county_at(asked.folder or Path(place) / "county", asked.size)
        yield asked, base, Path(place) / "desk"


def county_at(folder: Path, size: float) -> Path:
    """Return the base in a folder, written where none is there."""
    if not (folder / "zoning.yaml").is_file():
        write_county(folder, size)
    return folder


def write_county(folder: Path, size: float = 1.0) -> Path:
    """Write the base of a size into a folder, which is made; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    county = make_county(size)
    sheets = _sheets(county, size)
    for sheet in sheets:
        _write(folder / sheet.path, sheet)
    clauses = _write_access_list(folder / "access_list.xlsx", len(county.units))
    text = _base_text(folder, sheets, clauses)
    (folder / "zoning.yaml").write_text(text, encoding="utf-8", newline="\n")
    return folder


def write_parcels(folder: Path, county: County) -> Path:
    """Write the parcels alone; return their file."""
    sheet = _parcels(county)
    _write(folder / sheet.path, sheet)
    return folder / sheet.path


def write_site(path: Path, size: float = 1.0) -> Path:
    """Write a site of 20 ha in the middle of the county, as GeoJSON."""
    side = SIDE_M * np.sqrt(size)
    middle = np.array([WEST, SOUTH]) + side / 2 + np.array([310.0, -270.0])
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = middle + 252.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    frame = geopandas.GeoDataFrame(
        {"name": ["选址"]}, geometry=[shapely.Polygon(ring)], crs=CRS
    ).to_crs("EPSG:4326")
    path.write_text(frame.to_json(drop_id=True), encoding="utf-8")
    return path


def _sheets(county: County, size: float) -> list[_Sheet]:
    rng = np.random.default_rng(11)
    side = SIDE_M * np.sqrt(size)
    urban, rivers, corridors = (
        max(3, round(count * size)) for count in (URBAN, RIVERS, CORRIDORS)
    )
    whole = shapely.box(WEST, SOUTH, WEST + side, SOUTH + side)
    return [
        _named("county", "county.gpkg", np.array([whole]), XZQDM=[ADMIN_CODE]),
        _farmland(county),
        _named(
            "ecological_redline",
            "STBHHX.gpkg",
            county.red_lines,
            HXMC=_numbered("红线", len(county.red_lines)),
            ZRBHDFQ=["非自然保护地"] * len(county.red_lines),
        ),
        _urban(rng, side, urban),
        _units(county),
        _parcels(county),
        _rivers(rng, side, rivers),
        _corridors(rng, side, corridors),
    ]


def _named(layer: str, path: str, shapes: Shapes, **columns: Any) -> _Sheet:
    return _Sheet(layer=layer, path=path, geometry=shapes, columns=columns)


def _numbered(word: str, count: int) -> list[str]:
    return [f"{word}{k + 1:06d}" for k in range(count)]


def _farmland(county: County) -> _Sheet:
    count = len(county.farmland)
    return _named(
        "permanent_basic_farmland",
        "YJJBNTTB.shp",
        county.farmland,
        BSM=_numbered("N", count),
        YJJBNTTBBH=_numbered("永农", count),
        DLBM=_cycled(["0101", "0103", "0102"], count),
        XZQMC=_cycled(["官渡镇", "龙溪镇", "双龙镇"], count),
        YJJBNTTBMJ=np.round(shapely.area(county.farmland), 2),
    )


def _parcels(county: County) -> _Sheet:
    count = len(county.parcels)
    return _named(
        "land_parcel",
        "DLTB.gpkg",
        county.parcels,
        TBYBH=_numbered("P", count),
        TBBH=_numbered("", count),
        DLBM=_cycled(["0103", "0301", "0305", "0702", "1006"], count),
        DLMC=_cycled(["旱地", "乔木林地", "灌木林地", "农村宅基地", "农村道路"], count),
        ZLDWDM=_cycled(["500237101", "500237102", "500237103"], count),
        ZLDWMC=_cycled(["官渡镇", "龙溪镇", "双龙镇"], count),
        TBMJ=np.round(shapely.area(county.parcels), 2),
    )


def _cycled(words: list[str], count: int) -> list[str]:
    return (words * (count // len(words) + 1))[:count]


def _urban(rng: np.random.Generator, side: float, count: int) -> _Sheet:
    zones = ["城镇集中建设区", "城镇弹性发展区", "特别用途区"]
    shapes = _stars(rng, side, count, reach=side / 60, vertices=1200)
    return _named(
        "urban_development_boundary",
        "CZKFBJ.fgb",
        shapes,
        BSM=_numbered("U", count),
        GHFQMC=_cycled(zones, count),
    )


def _units(county: County) -> _Sheet:
    count = len(county.units)
    classes = ["优先保护单元", "重点管控单元", "一般管控单元"]
    return _named(
        "control_unit",
        "HJGKDY.gpkg",
        county.units,
        HJZHGKDYBM=[_unit_code(k) for k in range(count)],
        HJZHGKDYMC=_numbered("单元", count),
        ZHGKDYFL=_cycled(classes, count),
    )


def _unit_code(number: int) -> str:
    return f"ZH{ADMIN_CODE}{number + 1:05d}"


def _rivers(rng: np.random.Generator, side: float, count: int) -> _Sheet:
    """Wind rivers across the county: a center line each, and drawn water."""
    steps = np.linspace(0, 1, 800)
    lines, waters = [], []
    for k in range(count):
        start, end = rng.uniform(0, 1, 2)
        sway = sum(
            rng.uniform(0, 0.02) / j * np.sin(2 * np.pi * j * steps) for j in (2, 5, 11)
        )
        across = start + (end - start) * steps + sway
        xy = np.stack([steps, across] if k % 2 else [across, steps], axis=1) * side
        line = shapely.LineString(xy + np.array([WEST, SOUTH]))
        lines.append(line)
        waters.append(shapely.buffer(line, 15.0 + 5.0 * (k % 5), quad_segs=4))
    names = _numbered("溪", count)
    shapes = np.array([*lines, *waters], dtype=object)
    return _named(
        "river",
        "HL.gpkg",
        shapes,
        HLMC=[*names, *names],
        HLDJ=_cycled(["干流", *["支流"] * (count - 1)], 2 * count),
        LYMJ=np.tile(np.linspace(20, 2000, count), 2),
        BJLX=["中心线"] * count + ["水面"] * count,
    )


def _corridors(rng: np.random.Generator, side: float, count: int) -> _Sheet:
    """Lay corridors of 0.4 to 1.2 km, each through a part of the county."""
    start = rng.uniform(0, side * 0.8, (count, 1, 2)) + np.array([WEST, SOUTH])
    steps = rng.uniform(-0.04, 0.08, (count, 5, 2)) * side
    lines = shapely.linestrings(start + np.cumsum(steps, axis=1))
    shapes = shapely.buffer(
        shapely.segmentize(lines, 50.0), rng.uniform(200, 600, count)
    )
    return _named(
        "corridor_layout",
        "GJ.gpkg",
        np.asarray(shapes),
        MC=_numbered("廊", count),
        GJLX=_cycled(["廊", "廊", "带"], count),
        MBKD=[300.0] * count,
    )


def _stars(
    rng: np.random.Generator, side: float, count: int, *, reach: float, vertices: int
) -> Shapes:
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    middle = rng.uniform(reach, side - reach, (count, 1, 2)) + np.array([WEST, SOUTH])
    away = reach * rng.uniform(0.9, 1.0, (count, vertices, 1))
    return np.asarray(
        shapely.polygons(middle + away * np.stack([np.cos(angle), np.sin(angle)], 1))
    )


def _write(path: Path, sheet: _Sheet) -> None:
    path.unlink(missing_ok=True)
    shapes = sheet.geometry
    if len({shape.geom_type for shape in shapes[:200]} | {shapes[-1].geom_type}) > 1:
        lines = shapely.get_dimensions(shapes) == 1
        shapes = shapes.copy()
        shapes[lines] = [shapely.MultiLineString([one]) for one in shapes[lines]]
        shapes[~lines] = [
            one if one.geom_type == "MultiPolygon" else shapely.MultiPolygon([one])
            for one in shapes[~lines]
        ]
    frame = geopandas.GeoDataFrame(dict(sheet.columns), geometry=shapes, crs=CRS)
    encoding = "GBK" if path.suffix == ".shp" else None
    pyogrio.write_dataframe(
        frame, path, layer=path.stem, driver=DRIVERS[path.suffix], encoding=encoding
    )


def _write_access_list(path: Path, units: int) -> int:
    text, source = "严格控制开发强度，保护生态空间。", "基准县准入清单"
    rows = [
        (f"T{k + 1:03d}", "单元", _unit_code(k), "空间布局约束", text)
        for k in range(units)
    ]
    rows.append(("Q001", "区县总体", "", "污染物排放管控", text))
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("准入清单")
        page.write_row(0, 0, HEADER)
        for row, cells in enumerate(rows, start=1):
            page.write_row(row, 0, (*cells, "", "", "", "人工判断", source))
    return len(rows)


def _base_text(folder: Path, sheets: Sequence[_Sheet], clauses: int) -> str:
    lines = [
        *("name: 基准县", "demo: false", f'admin_code: "{ADMIN_CODE}"', f"crs: {CRS}"),
        *("packs: [national, yangtze, chongqing]", f"scope: {SCOPE}"),
    ]
    lines += ["county:", *_entry(folder, sheets[0].path, len(sheets[0].geometry))]
    lines.append("layers:")
    for sheet in sheets[1:]:
        own = _entry(folder, sheet.path, len(sheet.geometry))
        lines += [f"  {sheet.layer}:", *(f"  {line}" for line in own)]
    own = _entry(folder, "access_list.xlsx", clauses)
    lines += [
        "  access_list:",
        *(f"  {line}" for line in own if "coverage" not in line),
    ]
    return "\n".join(lines) + "\n"


def _entry(folder: Path, path: str, features: int) -> list[str]:
    return [
        f"  path: {path}",
        f'  edition: "{EDITION}"',
        "  authority: statutory",
        "  coverage: county",
        f"  sha256: {file_sha256(folder / path)}",
        f"  features: {features}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("size", type=float, nargs="?", default=1.0)
    chosen = parser.parse_args()
    write_county(chosen.folder, chosen.size)
    write_site(chosen.folder / "site.geojson", chosen.size)
    total = sum(path.stat().st_size for path in chosen.folder.iterdir())
    print(f"{chosen.folder}: {total / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
