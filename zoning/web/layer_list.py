"""What the desk says of the layers of a base: legend, edition, standing."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import terms
from zoning.errors import Problem
from zoning.model import Base, Layer, LayerInfo
from zoning.report import styles
from zoning.report.map_layers import bounds_lonlat
from zoning.report.texts import text
from zoning.report.verdict import problem_document

__all__ = ["base_document", "kinds_of", "layer_key"]

Json = dict[str, Any]
_DEFAULT = ""
_DRAWING = "2"
"""Hexadecimal; another one whenever tiles of the same layer come to look different."""


def base_document(base: Base) -> Json:
    """Return the base and its layers, topmost first, as the page lists them."""
    groups = styles.groups()
    return {
        "name": base.name,
        "demo": base.demo,
        "crs": base.crs,
        "bounds": bounds_lonlat(base.county, base.crs),
        "groups": [
            {"id": group, **_words("map_group", group), "layers": list(members)}
            for group, members in groups.items()
        ],
        "layers": [_layer(base, name) for name in reversed(styles.layer_ids())],
        "tables": {name: info.sha256 for name, info in base.tables.items()},
    }


def kinds_of(layer: Layer) -> NDArray[np.object_]:
    """Return what each feature of a layer is drawn as."""
    column = styles.class_column(layer.info.id)
    values = None if column is None else layer.attributes.get(column)
    if values is None:
        return np.full(len(layer.feature_ids), _DEFAULT, dtype=object)
    known = set(styles.kinds(layer.info.id))
    told = [value if value in known else _DEFAULT for value in map(str, values)]
    return np.array(told, dtype=object)


def layer_key(base: Base, name: str) -> str:
    """Return what stands for the content of a layer in addresses of tiles.

    Browsers keep a tile for ever, so that it stands for the way of drawing too.
    """
    return _DRAWING + (base.layers[name].info.sha256[:16] or "0")


def _layer(base: Base, name: str) -> Json:
    layer = base.layers.get(name)
    raster = base.rasters.get(name)
    known: Json = {
        "id": name,
        **_words("layer", name),
        "style": _style(styles.style(name)),
        "kinds": [
            {
                "id": kind,
                "zh": styles.style(name, kind).label("zh"),
                "en": styles.style(name, kind).label("en"),
                "style": _style(styles.style(name, kind)),
            }
            for kind in styles.kinds(name)
        ],
        "drawn": layer is not None,
        "standing": _standing(base, name),
        "problems": [],
    }
    if layer is not None:
        known |= _facts(layer.info, layer.problems) | {"key": layer_key(base, name)}
    elif raster is not None:
        known |= _facts(raster.info, raster.problems)
    elif name in base.absent:
        known["absence"] = asdict(base.absent[name])
    else:
        missing = base.missing.get(name, ())
        known["problems"] = [problem_document(problem) for problem in missing]
    return known


def _facts(info: LayerInfo, problems: tuple[Problem, ...]) -> Json:
    authority = {
        lang: text(f"authority.{info.authority}", lang) for lang in terms.LANGUAGES
    }
    return {
        "edition": info.edition,
        "valid_from": info.valid_from and info.valid_from.isoformat(),
        "valid_to": info.valid_to and info.valid_to.isoformat(),
        "authority": authority,
        "features": info.features,
        "sha256": info.sha256,
        "sealed": info.sealed,
        "problems": [problem_document(problem) for problem in problems],
    }


def _standing(base: Base, name: str) -> str:
    if name in base.layers:
        return "doubted" if base.layers[name].problems else "present"
    if name in base.rasters:
        return "doubted" if base.rasters[name].problems else "present"
    return "absent" if name in base.absent else "missing"


def _words(group: str, key: str) -> Mapping[str, str]:
    return {lang: terms.label(group, key, lang) for lang in terms.LANGUAGES}


def _style(style: styles.Style) -> Json:
    return {
        "fill": style.fill,
        "line": style.line,
        "width": style.width,
        "opacity": style.opacity,
        "dash": list(style.dash),
        "order": style.order,
    }
