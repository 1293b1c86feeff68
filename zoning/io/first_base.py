"""What a folder of files may become: a base, file by file and layer by layer.

Nothing is asserted that the files do not show, and nothing is chosen where two
files fit.
"""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely

from zoning.errors import LayerError, Problem
from zoning.georeference.gauss_kruger import plane_of_zone, zone_at
from zoning.io.catalogue import catalogue, same_name
from zoning.io.geodatabase import is_geodatabase
from zoning.io.layer_sources import (
    GEODATABASE,
    data_set_names,
    driver_of,
    opened,
    table_names,
)
from zoning.io.raw_layer import RawLayer
from zoning.io.reader_lost import ReaderLostError
from zoning.io.recognition import Guess, Traits, may_hold_layers, recognise, word_of_age
from zoning.io.refused_files import refused_file
from zoning.io.vector import read_raw
from zoning.measure import project
from zoning.model.problems import layer_problem
from zoning.terms import label

__all__ = ["Dataset", "FirstBase", "first_base"]

DEGREES = "EPSG:4490"
VECTORS = {".shp", ".gpkg", ".geojson", ".json", ".fgb", ".parquet", ".zip", ".gdb"}
TABLED = {"GPKG", GEODATABASE}
RASTERS = {".tif", ".tiff"}
TABLES = {".xlsx"}
SITE_KINDS = {".kml", ".kmz", ".dxf"}
"""Read as sites; what they hold of a layer is to be converted."""
LIKELY = 3
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?:[-_.年]?(\d{2})[-_.月]?(\d{2}))?(?!\d)")
_COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset of the folder.

    Parameters
    ----------
    path : str
        Relative to the folder, with ``/``.
    tables : tuple of str
        Tables of a GeoPackage that holds several, else empty.
    guess : Guess or None
        The layer that it is, when there is no doubt.
    others : tuple of Guess
        What else it may be.
    crs : str
        '' when the file states none.
    candidates : tuple of str
        CRS by which a file without one would fall into the county.
    features : int
    edition : str
        Date or year in its name, for a person to confirm.
    age : str
        A word in its name that says that it is out of date, '' when there is none.
    problems : tuple of Problem
        Why it could not be read, or serves no layer.
    """

    path: str
    tables: tuple[str, ...] = ()
    guess: Guess | None = None
    others: tuple[Guess, ...] = ()
    crs: str = ""
    candidates: tuple[str, ...] = ()
    features: int = 0
    edition: str = ""
    age: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstBase:
    """What a folder turned out to hold.

    Parameters
    ----------
    chosen : mapping of layer id to Dataset
        One dataset a layer.
    rivals : mapping of layer id to tuple of Dataset
        Layers for which several files stand, or one that calls itself out of
        date: none is chosen.
    unnamed : tuple of Dataset
        Files that are no layer, or more than one, or unreadable; each with its
        reason in `problems`.
    """

    name: str
    admin_code: str
    crs: str
    chosen: dict[str, Dataset]
    rivals: dict[str, tuple[Dataset, ...]]
    unnamed: tuple[Dataset, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    dataset: Dataset
    raw: RawLayer | None = None


def first_base(folder: Path) -> FirstBase:
    """Look at every dataset of a folder and its subfolders.

    Parameters
    ----------
    folder : Path
        Nothing in it is changed. Hidden folders are left out.

    Returns
    -------
    FirstBase
        In the order of the catalogue; files in the order of their names.
    """
    seen = [one for path in _files(folder) for one in _look(path, folder)]
    by_layer: dict[str, list[_Seen]] = defaultdict(list)
    for one in seen:
        if one.dataset.guess is not None:
            _join(by_layer[one.dataset.guess.layer], one)
    whole = {
        name: _without_weaker(by_layer[name])
        for name in catalogue()
        if name in by_layer
    }
    chosen = {
        name: found[0]
        for name, found in whole.items()
        if len(found) == 1 and not found[0].dataset.age
    }
    code, title = _county_of(chosen)
    crs, middle = _plane_of(chosen)
    placed = {name: _placed(one, middle).dataset for name, one in chosen.items()}
    return FirstBase(
        name=title,
        admin_code=code,
        crs=crs,
        chosen=placed,
        rivals={
            name: tuple(one.dataset for one in found)
            for name, found in whole.items()
            if name not in chosen
        },
        unnamed=tuple(_unused(seen, whole)),
    )


def _without_weaker(found: list[_Seen]) -> list[_Seen]:
    """Leave out files that bear a layer's name alone, where others have its fields.

    Of two files that both have them none is the better: an old edition looks
    like the new one.
    """
    able = [one for one in found if one.dataset.guess and one.dataset.guess.content]
    return able or found


def _unused(seen: list[_Seen], whole: dict[str, list[_Seen]]) -> Iterator[Dataset]:
    """Yield what serves no layer, each with its reason."""
    used = {one.dataset.path for found in whole.values() for one in found}
    for one in seen:
        known = one.dataset.guess
        if known is None or one.dataset.path not in used:
            others = (*((known,) if known else ()), *one.dataset.others)
            bare = replace(one.dataset, guess=None, others=others)
            yield replace(bare, problems=bare.problems or (_no_layer(bare),))


def _no_layer(one: Dataset) -> Problem:
    name = Path(one.path).name
    if not one.others:
        return layer_problem("LAYER_NOT_KNOWN", name)
    may = [guess.layer for guess in one.others[:LIKELY]]
    return layer_problem(
        "LAYER_UNSURE",
        name,
        layers="、".join(label("layer", layer, "zh") for layer in may),
        layers_en=", ".join(label("layer", layer, "en") for layer in may),
    )


def _join(found: list[_Seen], one: _Seen) -> None:
    """Add a dataset; further tables of the same file belong to the first."""
    for place, other in enumerate(found):
        first = other.dataset
        if first.path == one.dataset.path and first.crs == one.dataset.crs:
            joined = replace(
                first,
                tables=(*first.tables, *one.dataset.tables),
                features=first.features + one.dataset.features,
            )
            found[place] = replace(other, dataset=joined)
            return
    found.append(one)


def _files(folder: Path) -> Iterator[Path]:
    """Yield what may be data: a geodatabase is one, whatever lies in its folder."""
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder).parts
        if any(part.startswith(".") for part in inner):
            continue
        if any(is_geodatabase(parent) for parent in path.parents):
            continue
        if is_geodatabase(path) or (path.is_file() and _may_be_data(path)):
            yield path


def _may_be_data(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in VECTORS | RASTERS | TABLES | SITE_KINDS:
        return True
    known = refused_file(suffix, b"")
    return known is not None and may_hold_layers(known)


def _look(path: Path, folder: Path) -> Iterator[_Seen]:
    relative = path.relative_to(folder)
    names = (path.stem, *relative.parts[:-1])
    found = Dataset(
        path=relative.as_posix(), edition=_edition(names), age=word_of_age(names)
    )
    kind = path.suffix.lower()
    if kind in VECTORS:
        if kind == ".zip":
            names = (*names, *data_set_names(path))
        tables = _tables(path)
        for table in tables:
            own = replace(found, tables=(table,) if len(tables) > 1 else ())
            yield _vector(path, own, (*names, table) if table else names)
    elif kind in RASTERS | TABLES:
        geometry = "raster" if kind in RASTERS else "table"
        yield _Seen(
            dataset=_named(found, Traits(names=names, geometry=geometry, columns={}))
        )
    else:
        yield _Seen(dataset=replace(found, problems=(_not_read(path),)))


def _not_read(path: Path) -> Problem:
    """Say what a file is that may hold a layer and cannot be one."""
    known = refused_file(path.suffix, b"")
    if known is None:
        return layer_problem("LAYER_KIND_OF_SITES", path.stem, suffix=path.suffix)
    return layer_problem("LAYER_FORMAT_REFUSED", path.stem, **dict(known.values))


def _tables(path: Path) -> tuple[str, ...]:
    """Return the tables of a GeoPackage or geodatabase; one nameless otherwise.

    What cannot be opened is told when it is read.
    """
    try:
        with opened(path, path.stem) as place:
            driver = driver_of(place, path.stem)
            if driver not in TABLED:
                return ("",)
            return tuple(sorted(table_names(place, driver))) or ("",)
    except (LayerError, ReaderLostError, sqlite3.Error, ValueError):
        return ("",)


def _vector(path: Path, found: Dataset, names: tuple[str, ...]) -> _Seen:
    table = found.tables[0] if found.tables else None
    raw, problems = _read(path, table, None)
    if raw is None and problems[0].code == "CRS_MISSING":
        raw, _ = _read(path, table, DEGREES)  # its fields are enough
        stated = ""
    else:
        stated = raw.crs if raw is not None else ""
    if raw is None:
        return _Seen(dataset=replace(found, problems=problems))
    traits = Traits(names=names, geometry=_kind(raw), columns=raw.columns)
    dataset = replace(found, crs=stated, features=len(raw.geometry))
    return _Seen(dataset=_named(dataset, traits), raw=raw)


def _read(
    path: Path, table: str | None, crs: str | None
) -> tuple[RawLayer | None, tuple[Problem, ...]]:
    try:
        return read_raw(path, path.stem, sublayer=table, crs=crs), ()
    except LayerError as error:
        return None, error.problems


def _named(found: Dataset, traits: Traits) -> Dataset:
    best, every = recognise(traits)
    return replace(found, guess=best, others=tuple(g for g in every if g is not best))


def _kind(raw: RawLayer) -> str:
    shapes = raw.geometry[~shapely.is_missing(raw.geometry)]
    sizes = {int(size) for size in shapely.get_dimensions(shapes) if size >= 0}
    names = {0: "point", 1: "line", 2: "polygon"}
    return names[sizes.pop()] if len(sizes) == 1 else "mixed"


def _edition(names: Sequence[str]) -> str:
    """Return the date or year that a name holds; the file's before its folder's."""
    for name in names:
        found = _YEAR.search(name)
        if found:
            return "-".join(part for part in found.groups() if part)
    return ""


# ------------------------------------------------------------------- the county
def _county_of(chosen: dict[str, _Seen]) -> tuple[str, str]:
    """Return the county's code, and its name, as most features state them."""
    codes: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for name in ("county", "township", "permanent_basic_farmland", "land_parcel"):
        raw = chosen[name].raw if name in chosen else None
        for column, values in (raw.columns if raw else {}).items():
            if same_name("XZQDM", column) or same_name("ZLDWDM", column):
                texts = (str(value).strip() for value in values)
                codes.update(t[:_COUNTY_DIGITS] for t in texts if t[:6].isdigit())
            if name == "county" and same_name("XZQMC", column):
                names.update(str(value).strip() for value in values)
        if codes:
            break
    code = min(codes, key=lambda one: (-codes[one], one), default="")
    title = min(names, key=lambda one: (-names[one], one), default="")
    return (code if len(code) == _COUNTY_DIGITS else ""), title


def _plane_of(chosen: dict[str, _Seen]) -> tuple[str, tuple[float, float] | None]:
    """Return the 3-degree plane of the county, and its middle in degrees."""
    for name in ("county", "township", "urban_development_boundary", "control_unit"):
        one = chosen.get(name)
        if one is None or one.raw is None or not one.dataset.crs:
            continue
        middle = _middle(one.raw, one.dataset.crs)
        if middle is not None:
            return plane_of_zone(zone_at(middle[0]), prefixed=False), middle
    return "", None


def _middle(raw: RawLayer, crs: str) -> tuple[float, float] | None:
    boxes = shapely.bounds(raw.geometry)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return None
    west, south = boxes[:, :2].min(axis=0)
    east, north = boxes[:, 2:].max(axis=0)
    point = np.array([shapely.Point((west + east) / 2, (south + north) / 2)], object)
    try:
        placed = project(point, crs, DEGREES)[0]
    except ValueError:
        return None
    x, y = float(placed.x), float(placed.y)
    return (x, y) if np.isfinite([x, y]).all() else None


def _placed(one: _Seen, county: tuple[float, float] | None) -> _Seen:
    """Name the CRS by which a file without one falls into the county."""
    if one.raw is None or one.dataset.crs or county is None:
        return one
    zones = range(zone_at(county[0] - 3), zone_at(county[0] + 3) + 1)
    planes = [[plane_of_zone(z, prefixed=p) for z in zones] for p in (True, False)]
    near = tuple(
        crs
        for crs in (DEGREES, *planes[0], *planes[1])
        if (middle := _middle(one.raw, crs)) is not None
        and abs(middle[0] - county[0]) < 1
        and abs(middle[1] - county[1]) < 1
    )
    return replace(one, dataset=replace(one.dataset, candidates=near))
