"""Opening a base folder: every layer of the catalogue, read or accounted for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.errors import BaseError, LayerError, Problem
from zoning.io.access_list import AccessList, read_access_list
from zoning.io.catalogue import LayerDefinition, catalogue
from zoning.io.config import AbsentEntry, BaseConfig, LayerEntry, read_config
from zoning.io.known_hashes import KnownHashes
from zoning.io.layer_place import AWAY_M, LayerPlace, located_here
from zoning.io.layers import read_layer
from zoning.io.rasters import read_raster
from zoning.model import (
    Absence,
    Base,
    Clause,
    HashesUsed,
    Layer,
    LayerInfo,
    LayoutPlan,
    Raster,
)
from zoning.model.problems import layer_problem

__all__ = ["COUNTY", "base_of", "open_base"]

COUNTY = "county"
PRUDENCE = "prudence"
"""Pack that belongs to every base: it asks a person where the others are silent."""


def open_base(folder: Path, *, verify: bool = False) -> Base:
    """Open a base folder.

    Parameters
    ----------
    folder : Path
        Holds ``zoning.yaml``; all paths are relative to it.
    verify : bool
        Compute the hash of every file, also where size and time are those that
        were recorded with it.

    Returns
    -------
    Base
        Layers that could not be relied on are in `missing`, with the reason;
        none is left out in silence.

    Raises
    ------
    BaseError
        When zoning.yaml or the county outline cannot be used.
    """
    return base_of(read_config(folder), folder, verify=verify)


def base_of(
    config: BaseConfig,
    folder: Path,
    *,
    verify: bool = False,
    told: Callable[[str], None] | None = None,
) -> Base:
    """Open a base by settings that were read, or made; see `open_base`.

    `told` is called with the id of each layer before it is read.
    """
    say = told or (lambda _layer: None)
    hashes = KnownHashes(folder, verify=verify)
    say(COUNTY)
    county = _county(config, folder, hashes)
    outline: BaseGeometry = shapely.union_all(county.geometry)
    place = LayerPlace(folder=folder, crs=config.crs, county=outline, hashes=hashes)
    opened = _Opened()
    for layer_id, definition in catalogue().items():
        entry = config.layers.get(layer_id)
        if layer_id == COUNTY:
            opened.layers[COUNTY] = replace(county, coverage=outline)
        elif entry is None:
            opened.missing[layer_id] = (layer_problem("LAYER_MISSING", layer_id),)
        elif isinstance(entry, AbsentEntry):
            opened.absent[layer_id] = Absence(
                statement=entry.statement,
                source=entry.source,
                date=entry.date.isoformat(),
            )
        else:
            say(layer_id)
            opened.read(layer_id, definition.geometry, entry, place=place)
    hashes.record()
    return Base(
        name=config.name,
        demo=config.demo,
        admin_code=config.admin_code,
        crs=config.crs,
        county=outline,
        scope=config.scope,
        packs=(*(p for p in config.packs if p != PRUDENCE), PRUDENCE),
        layers=opened.layers,
        rasters=opened.rasters,
        absent=opened.absent,
        missing=opened.missing,
        clauses=opened.clauses,
        tables=opened.tables,
        folder=folder,
        hashes=HashesUsed(recorded=hashes.recorded, computed=hashes.computed),
        layout=_layout(config),
    )


def _layout(config: BaseConfig) -> LayoutPlan | None:
    said = config.layout
    if said is None:
        return None
    counts = {str(kind): count for kind, count in said.counts.items()}
    return LayoutPlan(counts=counts, built_up=said.built_up, source=said.source)


class _Opened:
    """Collects what the layers of a base turn out to be."""

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}
        self.rasters: dict[str, Raster] = {}
        self.absent: dict[str, Absence] = {}
        self.missing: dict[str, tuple[Problem, ...]] = {}
        self.clauses: tuple[Clause, ...] | None = None
        self.tables: dict[str, LayerInfo] = {}

    def read(
        self, layer_id: str, kind: str, entry: LayerEntry, *, place: LayerPlace
    ) -> None:
        """Read one layer; a layer that cannot be relied on is `missing`."""
        definition = catalogue()[layer_id]
        try:
            if kind == "raster":
                self.rasters[layer_id] = read_raster(entry, layer_id, place)
            elif kind == "table":
                self._take(read_access_list(entry, definition, place))
            else:
                layer = read_layer(entry, definition, place)
                self.layers[layer_id] = _covered(layer, entry, place)
        except LayerError as error:
            self.missing[layer_id] = located_here(error.problems, place)

    def _take(self, found: AccessList) -> None:
        self.clauses = found.clauses
        self.tables[found.info.id] = found.info
        if found.problems:
            self.missing[found.info.id] = found.problems


def _county(config: BaseConfig, folder: Path, hashes: KnownHashes) -> Layer:
    place = LayerPlace(folder=folder, crs=config.crs, county=None, hashes=hashes)
    try:
        county = read_layer(config.county, catalogue()[COUNTY], place)
    except LayerError as error:
        raise BaseError(_unusable(error.problem)) from error
    if county.problems:
        raise BaseError(_unusable(county.problems[0]))
    county = _own_county(county, config.admin_code)
    if not (shapely.get_dimensions(county.geometry) == 2).all():  # noqa: PLR2004  polygons
        raise BaseError(_unusable(layer_problem("LAYER_EMPTY", COUNTY)))
    return county


def _own_county(county: Layer, admin_code: str) -> Layer:
    """Keep the features of this county; neighbours may share the file.

    One feature without a code is the county; among several the code decides.
    """
    codes = county.attributes.get("code", np.full(len(county.geometry), ""))
    own = np.array([str(code).startswith(admin_code) for code in codes], dtype=bool)
    if len(own) == 1 and not str(codes[0]):
        return county
    if not own.any():
        detail = f"XZQDM {admin_code}: {', '.join(map(str, codes[:8]))}"
        raise BaseError(Problem(code="COUNTY_UNUSABLE", values={"detail": detail}))
    kept = county.taken(np.flatnonzero(own))
    return replace(kept, info=replace(county.info, features=int(own.sum())))


def _covered(layer: Layer, entry: LayerEntry, place: LayerPlace) -> Layer:
    """Give a layer its coverage: the county, a polygon file, or unknown."""
    if entry.coverage is None:
        return layer
    if entry.coverage == COUNTY:
        return replace(layer, coverage=place.county)
    bounds = LayerEntry(path=entry.coverage)
    try:
        shape = read_layer(bounds, _outline_definition(layer.info.id), place)
    except LayerError:
        return layer
    if shape.problems:
        return layer
    whole = shapely.union_all(shape.geometry)
    if entry.source is not None and place.county is not None:
        whole = shapely.intersection(whole, _asked_for(place.county))
    return replace(layer, coverage=whole)


def _asked_for(county: BaseGeometry) -> BaseGeometry:
    """Return the box within which rows of a database were read."""
    west, south, east, north = county.bounds
    return shapely.box(west - AWAY_M, south - AWAY_M, east + AWAY_M, north + AWAY_M)


def _outline_definition(layer_id: str) -> LayerDefinition:
    """Return a definition for a coverage file: polygons, no fields."""
    return LayerDefinition(
        id=f"{layer_id}.coverage",
        geometry="polygon",
        files=(),
        id_aliases=(),
        fields={},
    )


def _unusable(problem: Problem) -> Problem:
    return Problem(code="COUNTY_UNUSABLE", values={"detail": problem.text()})
