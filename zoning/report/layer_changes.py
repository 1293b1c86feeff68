"""Differences of two editions of layers: for programs, spreadsheets and QGIS.

Bytes depend on the two editions alone. Areas are ellipsoidal, square metres.
"""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely

from zoning import measure
from zoning.check.editions import Change, FeatureChange, LayerChanges, LayerEdition
from zoning.report.document import clean
from zoning.report.ledger import guarded

__all__ = ["changes_csv", "changes_document", "changes_package", "total_m2"]

SCHEMA = "zoning/layers-diff/1"
_PLACES = 4
_COLUMNS = (
    *("layer", "change", "id", "moved", "fields", "values"),
    *("area_old_m2", "area_new_m2", "gained_m2", "lost_m2"),
)

Json = dict[str, Any]


def total_m2(edition: LayerEdition) -> float:
    """Return the sum of the areas of an edition, square metres."""
    return round(float(np.sum(np.sort(edition.area_m2))), _PLACES)


def changes_document(layer: str, changes: LayerChanges) -> Json:
    """Return the differences of one layer as a tree of plain JSON values."""
    old, new = total_m2(changes.old), total_m2(changes.new)
    return {
        "schema": SCHEMA,
        "layer": layer,
        "old": _side(changes.old, old),
        "new": _side(changes.new, new),
        "area_change_m2": round(new - old, _PLACES) + 0.0,
        "told_by": None if changes.id_fields is None else list(changes.id_fields),
        "counts": {
            **{str(kind): changes.count(kind) for kind in Change},
            "unchanged": changes.unchanged,
        },
        "fields_added": list(changes.fields_added),
        "fields_removed": list(changes.fields_removed),
        "values_changed": dict(changes.values_changed),
        "features": [_feature(one) for one in changes.features],
    }


def _side(edition: LayerEdition, area: float) -> Json:
    return {
        "path": edition.path,
        "crs": edition.crs,
        "encoding": edition.encoding,
        "features": len(edition.geometry),
        "unreadable": edition.unreadable,
        "repaired": edition.repaired,
        "area_m2": area,
    }


def _feature(one: FeatureChange) -> Json:
    return {
        "change": str(one.change),
        "id": one.id,
        "moved": one.moved,
        "values": [{"field": v.field, "old": v.old, "new": v.new} for v in one.values],
        "area_old_m2": _rounded(one.area_old_m2),
        "area_new_m2": _rounded(one.area_new_m2),
        "gained_m2": _rounded(one.gained_m2),
        "lost_m2": _rounded(one.lost_m2),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _PLACES) + 0.0


def _rows(compared: Mapping[str, LayerChanges]) -> Iterator[tuple[Any, ...]]:
    """Yield a row per changed feature; `values` tells each as ``field: old → new``."""
    for layer, changes in compared.items():
        for one in changes.features:
            yield (
                *(layer, str(one.change), clean(one.id), "yes" if one.moved else "no"),
                clean("; ".join(v.field for v in one.values)),
                clean("; ".join(f"{v.field}: {v.old} → {v.new}" for v in one.values)),
                *(_rounded(one.area_old_m2), _rounded(one.area_new_m2)),
                *(_rounded(one.gained_m2), _rounded(one.lost_m2)),
            )


def changes_csv(compared: Mapping[str, LayerChanges]) -> bytes:
    """Return every changed feature as CSV, UTF-8 with a mark for Excel."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in _rows(compared):
        writer.writerow([guarded(c) if isinstance(c, str) else c for c in row])
    return text.getvalue().encode("utf-8-sig")


def changes_package(compared: Mapping[str, LayerChanges]) -> bytes:
    """Return every changed feature as a GeoPackage 1.2 of one table, ``changes``.

    In the CRS of the new edition of the first layer; removed features with
    their old outline.
    """
    import geopandas as gpd
    import pyogrio

    crs = next((one.new.crs for one in compared.values()), measure.GEOGRAPHIC_CRS)
    shapes: list[Any] = []
    for changes in compared.values():
        own = np.array([*(f.geometry for f in changes.features), None], dtype=object)
        shapes += measure.project(own[:-1], changes.new.crs, crs).tolist()
    rows = list(_rows(compared))
    columns = {
        name: np.array(
            [row[k] for row in rows],
            dtype=np.float64 if name.endswith("_m2") else object,
        )
        for k, name in enumerate(_COLUMNS)
    }
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
    dimensions = {int(shapely.get_dimensions(s)) for s in shapes if s is not None}
    with TemporaryDirectory(prefix="zoning-") as folder:
        path = Path(folder) / "changes.gpkg"
        pyogrio.write_dataframe(
            frame,
            path,
            layer="changes",
            driver="GPKG",
            geometry_type=None if len(dimensions) == 1 else "Unknown",
            promote_to_multi=len(dimensions) == 1,
            dataset_options={"VERSION": "1.2"},
        )
        return path.read_bytes()
