"""``zoning export``: a stored run handed over to QGIS, ArcMap and GeoServer.

Reads the run alone: no base is opened, nothing is measured again. A run made
for handing out (``--share``) holds the sites alone, and so does its export.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from zoning import measure
from zoning.errors import OutputError, Problem
from zoning.report.features import write_layers
from zoning.report.folder import Artefact, write_folder
from zoning.report.gis_tables import alias_table, colour_table, long_text_table
from zoning.report.gis_words import gis_text, short_names
from zoning.report.manifest import MANIFEST, verify_run
from zoning.report.project_file import project_bytes
from zoning.report.qml import layer_qml
from zoning.report.recorded import read_run
from zoning.report.run_layers import RunLayer, read_package, read_shared
from zoning.report.shapefiles import RECORD, shapefile
from zoning.report.sld import layer_sld
from zoning.report.verdict import json_bytes

__all__ = ["FORMATS", "StoredRun", "open_run", "write_export"]

FORMATS = ("gpkg", "geojson", "shp", "sld")

PACKAGE, SHARED, PROJECT = "result.gpkg", "sites.geojson", "result.qgs"
READ_FIRST = "说明.txt"
ALIASES, LONG_TEXTS, COLOURS = "字段别名表.csv", "长文本表.csv", "配色表.csv"
_DEGREE_PLACES = 9
_FATAL = frozenset({"RUN_NOT_FOUND", "RUN_MANIFEST_BROKEN", "RUN_DIGEST_WRONG"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredRun:
    """What an export needs of a run.

    Parameters
    ----------
    source : Path
        ``result.gpkg``, or ``sites.geojson`` of a shared run.
    layers : tuple of RunLayer
    base : str
        Name of the base.
    as_of : date
        Day of the check.
    shared : bool
        True when the run holds the sites alone.
    sites : int
        Number of sites checked.
    undrawn : tuple of str
        Ids of those that no layer shows.
    """

    source: Path
    layers: tuple[RunLayer, ...]
    base: str
    as_of: date
    shared: bool
    sites: int
    undrawn: tuple[str, ...]

    @property
    def crs(self) -> str:
        """``EPSG:n`` of the layers."""
        return self.layers[0].crs


def open_run(folder: Path) -> StoredRun:
    """Read a run folder for export.

    Raises
    ------
    OutputError
        When the folder is no run, or a file that the export rests on differs
        from its manifest: an altered shape must not travel on as a result.
    """
    problems = verify_run(folder)
    needed = {PACKAGE, SHARED, "verdict.json"}
    wrong = [
        problem
        for problem in problems
        if problem.code in _FATAL or problem.values.get("name") in needed
    ]
    if wrong:
        raise OutputError(*wrong)
    listed = json.loads((folder / MANIFEST).read_bytes())
    names = {entry["name"] for entry in listed["files"]}
    shared = PACKAGE not in names
    source = folder / (SHARED if shared else PACKAGE)
    layers: tuple[RunLayer, ...] = ()
    if source.name in names:
        layers = read_shared(source) if shared else read_package(source)
    if not layers:
        values = {"folder": folder.name}
        raise OutputError(Problem(code="EXPORT_NO_SHAPES", values=values))
    run = read_run(folder)
    drawn = {site for layer in layers for site in _site_ids(layer)}
    return StoredRun(
        source=source,
        layers=layers,
        base=run.base,
        as_of=date.fromisoformat(run.as_of),
        shared=shared,
        sites=len(run.sites),
        undrawn=tuple(site.id for site in run.sites if site.id not in drawn),
    )


def _site_ids(layer: RunLayer) -> Iterator[str]:
    """Yield the sites that a layer of sites shows."""
    if layer.look.item == "site" and layer.rows:
        place = [column.name for column in layer.columns].index("site_id")
        yield from (str(row[place]) for row in layer.rows)


def write_export(
    run: StoredRun, folder: Path, *, formats: Sequence[str] = FORMATS, lang: str = "zh"
) -> Path:
    """Write a run in several formats into a new folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty. Every format has a folder of its own in it;
        beside them ``说明.txt`` and the table of colours.
    formats : sequence of str
        Of `FORMATS`.
    lang : str
        ``zh`` or ``en``, for notes, headings and titles.

    Raises
    ------
    OutputError
        As `zoning.report.folder.write_folder`; when a layer has no room in a
        Shapefile.
    """
    return write_folder(folder, tuple(_artefacts(run, formats, lang)))


def _artefacts(run: StoredRun, formats: Sequence[str], lang: str) -> Iterator[Artefact]:
    makers: Mapping[str, Callable[[StoredRun, str], Iterator[Artefact]]] = {
        "gpkg": _geopackage,
        "geojson": _geojson,
        "shp": _shapefiles,
        "sld": _styles,
    }
    for name, make in makers.items():
        if name in formats:
            yield from make(run, lang)
    looks = [layer.look for layer in run.layers]
    yield _bytes(COLOURS, colour_table(looks, lang))
    note = gis_text(
        "read_first",
        lang,
        base=run.base,
        as_of=run.as_of.isoformat(),
        crs=run.crs,
        missing=_missing(run, lang),
    )
    lines = note.replace("\n", "\r\n")
    yield _bytes(READ_FIRST, lines.encode("utf-8-sig"))


def _missing(run: StoredRun, lang: str) -> str:
    """Say which sites no layer shows: a site that is not drawn is not clear."""
    if not run.undrawn:
        return gis_text("all_drawn", lang, count=run.sites)
    listed = ("、" if lang == "zh" else ", ").join(run.undrawn)
    return gis_text("some_missing", lang, count=run.sites, sites=listed)


def _bytes(name: str, content: bytes) -> Artefact:
    return Artefact.of(name, content)


# ------------------------------------------------------------------- GeoPackage
def _geopackage(run: StoredRun, lang: str) -> Iterator[Artefact]:
    """Yield the package of the run as it is, with a project beside it."""
    if run.shared:
        frames = {layer.name: _frame(layer) for layer in run.layers}
        yield Artefact(
            name=f"gpkg/{PACKAGE}", draw=lambda path: write_layers(path, frames)
        )
    else:
        yield Artefact(name=f"gpkg/{PACKAGE}", make=run.source.read_bytes)
    yield _bytes(
        f"gpkg/{PROJECT}", project_bytes(run.layers, PACKAGE, base=run.base, lang=lang)
    )


def _frame(layer: RunLayer) -> Any:
    import geopandas as gpd

    names = [column.name for column in layer.columns]
    rows = [dict(zip(names, row, strict=True)) for row in layer.rows]
    return gpd.GeoDataFrame(rows, columns=names, geometry=layer.geometry, crs=layer.crs)


# ---------------------------------------------------------------------- GeoJSON
def _geojson(run: StoredRun, _lang: str) -> Iterator[Artefact]:
    for layer in run.layers:
        yield _bytes(f"geojson/{layer.name}.geojson", _collection(layer))
        yield _bytes(f"geojson/{layer.name}.qml", _sidecar(layer, short=False))


def _collection(layer: RunLayer) -> bytes:
    """Return a layer in degrees (EPSG:4490), 9 decimals, under the full names."""
    degrees = measure.project(layer.geometry, layer.crs, measure.GEOGRAPHIC_CRS)
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, _DEGREE_PLACES))
    names = [column.name for column in layer.columns]
    features = [
        {
            "type": "Feature",
            "id": key,
            "properties": {RECORD.name: key, **dict(zip(names, row, strict=True))},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for key, row, shape in zip(layer.ids, layer.rows, rounded, strict=True)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    return json_bytes({"type": "FeatureCollection", "crs": crs, "features": features})


def _sidecar(layer: RunLayer, *, short: bool) -> bytes:
    """Return the style that QGIS takes on its own from beside a file."""
    names = [RECORD.name, *(column.name for column in layer.columns)]
    renamed = dict(zip(names, short_names(names) if short else names, strict=True))
    return layer_qml(layer.name, columns=renamed).encode("utf-8")


# -------------------------------------------------------------------- Shapefile
def _shapefiles(run: StoredRun, lang: str) -> Iterator[Artefact]:
    made = {
        layer.name: (layer, shapefile(layer, day=run.as_of)) for layer in run.layers
    }
    for name, (layer, file) in made.items():
        for suffix, content in file.parts.items():
            yield _bytes(f"shp/{name}{suffix}", content)
        yield _bytes(f"shp/{name}.qml", _sidecar(layer, short=True))
    yield _bytes(f"shp/{ALIASES}", alias_table(made, lang))
    yield _bytes(f"shp/{LONG_TEXTS}", long_text_table(made, lang))


# -------------------------------------------------------------------------- SLD
def _styles(run: StoredRun, _lang: str) -> Iterator[Artefact]:
    for layer in run.layers:
        yield _bytes(f"sld/{layer.name}.sld", layer_sld(layer.name).encode("utf-8"))
