"""Two vintages of a layer for an account of change: of bases, files or grids."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.accounts import ABSENT, Vintage
from zoning.check.editions import LayerEdition
from zoning.errors import LayerError, Problem, UsageError
from zoning.georeference.gauss_kruger import plane_of_zone, zone_at
from zoning.io.base import base_of
from zoning.io.catalogue import catalogue, same_name
from zoning.io.config import read_config
from zoning.io.layer_editions import DiffOptions, read_edition
from zoning.model import Base, CheckOptions
from zoning.model.problems import layer_problem
from zoning.overlay import double_cover
from zoning.partition.ground import is_areal
from zoning.partition.rules import SCHEMES, UNKNOWN_CLASS, class_column, grouped
from zoning.partition.tabulation import class_labels
from zoning.partition.trust import covered_twice, trust_problems
from zoning.topology import oriented

__all__ = ["VintageOptions", "VintagePair", "read_vintages"]

_LAND_CODES = ("DLBM", "land_class")


@dataclass(frozen=True, slots=True, kw_only=True)
class VintageOptions:
    """What the user asked for.

    Parameters
    ----------
    layer : str or None
        Layer id, of two bases; of files it tells the class column.
    classes : str or None
        A column, or ``land_class``, ``land_use``, ``code``.
    table, crs : str or None
        Of files that hold several tables, or state no CRS.
    """

    layer: str | None = None
    classes: str | None = None
    table: str | None = None
    crs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VintagePair:
    """Two vintages in one working plane `crs`."""

    layer: str
    old: Vintage
    new: Vintage
    crs: str

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of both, each once."""
        told = (*self.old.problems, *self.new.problems)
        return tuple({(p.where, p.line()): p for p in told}.values())


def read_vintages(
    old: Path, new: Path, options: VintageOptions, *, check: CheckOptions
) -> VintagePair:
    """Read two vintages.

    Parameters
    ----------
    old, new : Path
        Two bases, or two files.
    options : VintageOptions
        Which layer, by which classes.
    check : CheckOptions
        Boundary tolerance; the day is not asked of old vintages.

    Raises
    ------
    UsageError
        When a base stands beside a file, no layer or class column is named.
    LayerError
        When one cannot be read whole.
    """
    bases = [(path / "zoning.yaml").is_file() for path in (old, new)]
    if bases[0] != bases[1]:
        raise UsageError(Problem(code="DIFF_UNLIKE"))
    if bases[0]:
        return _of_bases(old, new, options, check=check)
    return _of_files(old, new, options)


def _of_bases(
    old: Path, new: Path, options: VintageOptions, *, check: CheckOptions
) -> VintagePair:
    if options.layer is None or options.layer not in catalogue():
        values = {"layer": options.layer or "-", "known": "、".join(catalogue())}
        raise UsageError(Problem(code="LAYER_NOT_LISTED", values=values))
    opened = [_only(path, options.layer) for path in (old, new)]
    crs = opened[1].crs
    sides = [
        _of_base(base, path, options, check=check)
        for base, path in zip(opened, (old, new), strict=True)
    ]
    moved = measure.project(sides[0].geometry, opened[0].crs, crs)
    return VintagePair(
        layer=options.layer,
        old=replace(sides[0], geometry=moved),
        new=sides[1],
        crs=crs,
    )


def _only(folder: Path, layer: str) -> Base:
    """Open a base with one layer: the others need not be read."""
    config = read_config(folder)
    listed = {key: entry for key, entry in config.layers.items() if key == layer}
    return base_of(config.model_copy(update={"layers": listed}), folder)


def _of_base(
    base: Base, path: Path, options: VintageOptions, *, check: CheckOptions
) -> Vintage:
    key = options.layer or ""
    if key not in base.layers:
        problems = base.missing.get(key)
        raise LayerError(*(problems or (layer_problem("LAYER_MISSING", key),)))
    layer = base.layers[key]
    label = class_labels(layer, options.classes)
    label = np.where(label == ABSENT, UNKNOWN_CLASS, label)
    areal = is_areal(layer.geometry)
    _, twice = covered_twice(layer, check, crs=base.crs)
    day = replace(check, as_of=check.as_of)
    edition = layer.info.edition or ""
    return Vintage(
        name=f"{path.name} {edition}".strip(),
        geometry=layer.geometry[areal],
        label=label[areal],
        problems=(*_standing(trust_problems(layer, day)), *twice),
    )


def _standing(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Leave out that an edition is not of today: an account compares two days."""
    return tuple(one for one in problems if one.code != "EDITION_NOT_VALID")


def _of_files(old: Path, new: Path, options: VintageOptions) -> VintagePair:
    diff = DiffOptions(table=options.table, crs=options.crs)
    editions = [read_edition(path, diff) for path in (old, new)]
    crs = _plane(editions)
    sides = [_of_edition(one, crs, options) for one in editions]
    return VintagePair(layer=options.layer or "", old=sides[0], new=sides[1], crs=crs)


def _of_edition(edition: LayerEdition, crs: str, options: VintageOptions) -> Vintage:
    label = _labels(edition, options)
    there = ~shapely.is_missing(edition.geometry)
    shapes = oriented(measure.project(edition.geometry[there], edition.crs, crs))
    areal = is_areal(shapes)
    if not areal.any():
        raise LayerError(_of_file("VINTAGE_WITHOUT_AREAS", edition))
    problems = list(edition.problems)
    if not there.all():
        count = str(int((~there).sum()))
        problems.append(_of_file("DIFF_UNREADABLE_ROWS", edition, count=count))
    shapes = shapes[areal]
    twice = double_cover(shapes, crs=crs)
    if len(twice):
        area = f"{twice.area_m2.sum():.2f}"
        count = str(len(twice))
        problems.append(
            _of_file("VINTAGE_COVERS_TWICE", edition, count=count, area=area)
        )
    return Vintage(
        name=edition.path,
        geometry=shapes,
        label=np.asarray(label[there][areal]),
        problems=tuple(problems),
    )


def _of_file(code: str, edition: LayerEdition, **values: str) -> Problem:
    return Problem(code=code, values={"path": edition.path, **values})


def _labels(edition: LayerEdition, options: VintageOptions) -> NDArray[np.object_]:
    """Return the class of each row; a blank one is its own class."""
    scheme = options.classes if options.classes in SCHEMES else None
    column = _column(edition, options)
    found = edition.columns[column]
    values = np.array([*(str(v).strip() for v in found), None], object)[:-1]
    if any(same_name(name, column) for name in _LAND_CODES) and (
        scheme or options.classes is None
    ):
        return grouped(values, scheme or SCHEMES[0])
    known = _canonical(options.layer, column)
    return np.array(
        [*(known.get(v, v) or UNKNOWN_CLASS for v in values), None], dtype=object
    )[:-1]


def _column(edition: LayerEdition, options: VintageOptions) -> str:
    """Return the column of classes: as named, of the layer, or of land classes."""
    wanted: tuple[str, ...] = _LAND_CODES
    if options.classes not in {None, "code", *SCHEMES}:
        wanted = (str(options.classes),)
    elif options.layer in catalogue():
        definition = catalogue()[str(options.layer)]
        field = definition.fields.get(class_column(definition.id) or "")
        wanted = field.aliases if field else wanted
    for name in wanted:
        for column in edition.columns:
            if same_name(name, column):
                return column
    values = {"column": "、".join(wanted), "known": "、".join(edition.columns)}
    raise UsageError(Problem(code="CLASS_COLUMN_UNKNOWN", values=values))


def _canonical(layer: str | None, column: str) -> dict[str, str]:
    """Return what the values of a known class column stand for."""
    if layer not in catalogue():
        return {}
    definition = catalogue()[str(layer)]
    field = definition.fields.get(class_column(definition.id) or "")
    if field is None or field.values is None:
        return {}
    named = any(same_name(alias, column) for alias in field.aliases)
    return dict(field.values) if named else {}


def _plane(editions: list[LayerEdition]) -> str:
    """Return a working plane: that of a file in metres, else the 3-degree zone."""
    for edition in reversed(editions):
        if not measure.is_geographic(edition.crs):
            return edition.crs
    west, _, east, _ = shapely.total_bounds(editions[1].geometry)
    return plane_of_zone(zone_at((west + east) / 2), prefixed=False)
