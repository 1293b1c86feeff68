"""The table that a model of corridors is built from: numbers, meanings, provenance.

One YAML file holds the resistance table, what the codes of the land-cover
raster mean and which of them are habitat, and how sources, links and narrow
places are looked for. Nothing in it has a default: what is not said is asked
for, so that no result rests on a number that nobody chose.
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from zoning import strict_yaml
from zoning.corridors.resistance import ResistanceTable, table_of
from zoning.errors import Problem, UsageError

__all__ = [
    "PACKAGED",
    "CoverClass",
    "ModelSettings",
    "ModelTable",
    "SiteRules",
    "model_table_of",
    "packaged_table",
]

PACKAGED: Mapping[str, str] = {
    "worldcover": "resistance.yaml",
    "demo": "resistance_demo.yaml",
}
"""Tables that come with the package, by the name that a user calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverClass:
    """What one code of the land-cover raster means."""

    code: float
    label: Mapping[str, str]
    habitat: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """How sources, links and narrow places are looked for.

    Parameters
    ----------
    connectivity : 4 or 8
        Neighbours of a habitat cell.
    edge_m : float
        How deep core lies within habitat, metres; one cell at least is taken.
    least_patch_m2, least_protected_m2 : float
        Smaller patches of core, and smaller pieces of protected land, are no
        source.
    patches : int
        How many of the best patches are sources.
    dispersal_m, dispersal_probability : float
        The distance that is reached with that probability.
    nearest : int
        How many of its cheapest links each source keeps.
    swath_share : float
        A corridor is the ground on which a way costs at most this share more
        than the link.
    pinch_share : float
        Share of the cells of corridors that are pinch points.
    pinch_points, barriers : int
        How many are listed.
    barrier_radius_m : float
        Of the ground thought restored; one cell at least is taken.
    gravity_unit_m2 : float
        Square metres of the unit in which areas enter the gravity model.
    """

    connectivity: Literal[4, 8]
    edge_m: float
    least_patch_m2: float
    patches: int
    least_protected_m2: float
    dispersal_m: float
    dispersal_probability: float
    nearest: int
    swath_share: float
    pinch_share: float
    pinch_points: int
    barrier_radius_m: float
    barriers: int
    gravity_unit_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """What a project makes of its ground.

    Parameters
    ----------
    land_cover : float
        The class that its cells take.
    counts_as : tuple of str
        Factors of distance that measure to it too.
    source : str
    """

    land_cover: float
    counts_as: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTable:
    """A whole table.

    Parameters
    ----------
    resistance : ResistanceTable
    cover : tuple of CoverClass
        In the order of their codes.
    settings : ModelSettings
    text : str
        The file as it was read: a run keeps it.
    site : SiteRules or None
        None where the table says nothing of projects.
    """

    resistance: ResistanceTable
    cover: tuple[CoverClass, ...]
    settings: ModelSettings
    text: str
    site: SiteRules | None = None

    @property
    def sha256(self) -> str:
        """Hash of the text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


def packaged_table(name: str) -> ModelTable:
    """Return a table of the package by its name in `PACKAGED`."""
    place = files("zoning").joinpath("data", PACKAGED[name])
    return model_table_of(place.read_text("utf-8"))


def model_table_of(text: str) -> ModelTable:
    """Return a table from YAML, written as ``zoning/data/resistance.yaml``.

    Raises
    ------
    UsageError
        ``RESISTANCE_TABLE``: what is missing, unknown or out of range, by key.
    """
    resistance = table_of(text)
    loaded: Any = strict_yaml.load_text(text)
    faults: list[str] = []
    cover = _cover(loaded.get("land_cover"), faults)
    settings = _settings(loaded.get("model"), faults)
    faults += _unnamed(resistance, cover)
    site = _site(loaded.get("site"), resistance, faults)
    if faults or settings is None:
        values = {"table": resistance.name, "faults": "; ".join(faults)}
        raise UsageError(Problem(code="RESISTANCE_TABLE", values=values))
    return ModelTable(
        resistance=resistance, cover=cover, settings=settings, text=text, site=site
    )


def _site(rows: Any, table: ResistanceTable, faults: list[str]) -> SiteRules | None:
    """Return what is said of projects; a class or factor must be in the table."""
    if rows is None:
        return None
    classes = {
        code
        for factor in table.factors
        if factor.name == "land_cover"
        for code, _ in factor.classes
    }
    banded = {factor.name for factor in table.factors if factor.bands}
    try:
        code, source = float(rows["land_cover"]), str(rows["source"])
        named = rows["counts_as"]
        counted = tuple(map(str, named)) if isinstance(named, list) else ()
    except (KeyError, TypeError, ValueError) as error:
        faults.append(f"site: {type(error).__name__} {error}")
        return None
    strange = [name for name in counted if name not in banded]
    if code not in classes or not isinstance(named, list) or strange:
        faults.append(f"site: {code:g}, {named}")
    return SiteRules(land_cover=code, counts_as=counted, source=source)


def _cover(rows: Any, faults: list[str]) -> tuple[CoverClass, ...]:
    if not isinstance(rows, Mapping) or not rows:
        faults.append("land_cover: none")
        return ()
    found = []
    for code, row in rows.items():
        try:
            label = {"zh": str(row["zh"]), "en": str(row["en"])}
            habitat = {"true": True, "false": False}[str(row["habitat"]).lower()]
            found.append(CoverClass(code=float(code), label=label, habitat=habitat))
        except (KeyError, TypeError, ValueError) as error:
            faults.append(f"land_cover.{code}: {type(error).__name__} {error}")
    if found and not any(one.habitat for one in found):
        faults.append("land_cover: no class is habitat")
    return tuple(sorted(found, key=lambda one: one.code))


def _unnamed(table: ResistanceTable, cover: tuple[CoverClass, ...]) -> list[str]:
    """Return the classes that have a resistance and no meaning, or the reverse."""
    named = {one.code for one in cover}
    costs = {
        code
        for factor in table.factors
        if factor.name == "land_cover"
        for code, _ in factor.classes
    }
    return [f"land_cover.{code:g}: in one list only" for code in sorted(named ^ costs)]


def _number(low: float, high: float, *, whole: bool = False) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not low <= value <= high or (whole and value != int(value)):
            raise ValueError(text)
        return value

    return read


_SOME, _ANY, _SHARE = (
    _number(math.ulp(0.0), 1e12),
    _number(0.0, 1e12),
    _number(1e-6, 1.0),
)
_COUNT = _number(1, 10_000, whole=True)
_READ: Mapping[str, Callable[[str], float]] = {
    "connectivity": _number(4, 8, whole=True),
    "edge_m": _SOME,
    "least_patch_m2": _ANY,
    "patches": _COUNT,
    "least_protected_m2": _ANY,
    "dispersal_m": _SOME,
    "dispersal_probability": _number(1e-6, 1 - 1e-6),
    "nearest": _COUNT,
    "swath_share": _SHARE,
    "pinch_share": _SHARE,
    "pinch_points": _COUNT,
    "barrier_radius_m": _SOME,
    "barriers": _COUNT,
    "gravity_unit_m2": _SOME,
}


def _settings(rows: Any, faults: list[str]) -> ModelSettings | None:
    given = rows if isinstance(rows, Mapping) else {}
    read: dict[str, float] = {}
    for key, number in _READ.items():
        try:
            read[key] = number(str(given[key]))
        except KeyError:
            faults.append(f"model.{key}: missing")
        except ValueError:
            faults.append(f"model.{key}: {given[key]}")
    faults += [f"model.{key}: unknown" for key in given if key not in _READ]
    if read.get("connectivity") not in {4, 8, None}:
        faults.append(f"model.connectivity: {read['connectivity']:g}")
    if faults:
        return None
    return ModelSettings(
        connectivity=4 if read["connectivity"] == 4 else 8,  # noqa: PLR2004
        edge_m=read["edge_m"],
        least_patch_m2=read["least_patch_m2"],
        patches=int(read["patches"]),
        least_protected_m2=read["least_protected_m2"],
        dispersal_m=read["dispersal_m"],
        dispersal_probability=read["dispersal_probability"],
        nearest=int(read["nearest"]),
        swath_share=read["swath_share"],
        pinch_share=read["pinch_share"],
        pinch_points=int(read["pinch_points"]),
        barrier_radius_m=read["barrier_radius_m"],
        barriers=int(read["barriers"]),
        gravity_unit_m2=read["gravity_unit_m2"],
    )
