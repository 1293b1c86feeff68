"""A base and sites on disk whose every text is hostile, and what a run says of them.

One cell of 200 m for each string of ``hostile_strings.yaml``: a field, a unit,
a river, a township, a corridor and a hazard in it bear the string, and so does
the site, which lies upon them, its file and a column of that file.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import shapely
import small_base
import yaml
from shapely.geometry.base import BaseGeometry

from zoning.check import check
from zoning.io.base import open_base
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, Report, Site
from zoning.report.document import clean
from zoning.rules.packs import read_rule_book

__all__ = ["STRINGS", "hostile_report", "shown"]

_FILE = Path(__file__).with_name("hostile_strings.yaml")
_CELL_M, _ACROSS = 200.0, 10
_DAY = date(2026, 11, 23)
_UNFIT = re.compile(r"[\0/\ud800-\udfff]")
"""What a file system of Linux cannot hold in a name."""


@cache
def _strings() -> tuple[str, ...]:
    # no loader of libyaml: it refuses the lone surrogates
    groups: dict[str, list[Any]] = yaml.load(
        _FILE.read_text(encoding="utf-8"), Loader=yaml.SafeLoader
    )
    return tuple(
        entry if isinstance(entry, str) else entry["text"] * entry["times"]
        for entries in groups.values()
        for entry in entries
    )


STRINGS = _strings()


def shown(words: str) -> str:
    """Return the words as a reader sees them: blanks run together, no controls."""
    return " ".join(clean(words).split())


def _cell(number: int, inset: float = 0.0) -> BaseGeometry:
    west = 400_000 + _CELL_M * (number % _ACROSS)
    south = 3_435_000 + _CELL_M * (number // _ACROSS)
    return shapely.box(
        west + inset, south + inset, west + _CELL_M - inset, south + _CELL_M - inset
    )


def _bearing(words: str, number: int) -> dict[str, dict[str, Any]]:
    """Return the attributes of a feature of each layer, all of them `words`."""
    return {
        "permanent_basic_farmland": {
            "BSM": words,
            "YJJBNTTBBH": words,
            "DLBM": "0101",
            "XZQMC": words,
            words: words,
        },
        "ecological_redline": {"BSM": words, "HXMC": words, "ZRBHDFQ": ""},
        "urban_development_boundary": {"BSM": f"U{number}", "GHFQMC": words},
        "control_unit": {
            "HJZHGKDYBM": words,
            "HJZHGKDYMC": words,
            "ZHGKDYFL": "一般管控单元",
        },
        "protected_area": {
            "BSM": words,
            "ZRBHDMC": words,
            "ZRBHDLX": "自然保护区",
            "ZRBHDJB": words,
            "ZRBHDFQ": "一般控制区",
        },
        "river": {
            "BSM": words,
            "HLMC": words,
            "HLDJ": "支流",
            "LYMJ": "4200",
            "BJLX": "水面",
        },
        "hazard_zone": {"BSM": words, "MC": words, "ZHLX": words},
        "corridor_layout": {"BSM": words, "MC": words, "GJLX": "廊", "MBKD": "150"},
        "township": {"XZQDM": words, "XZQMC": words},
    }


def _write(path: Path, rows: Sequence[tuple[BaseGeometry, dict[str, Any]]]) -> None:
    """Write GeoJSON with every sign escaped: no other way holds half a character."""
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for shape, properties in rows
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(document), encoding="utf-8")


def hostile_base(folder: Path) -> Base:
    """Write the base into `folder` and open it."""
    small_base.write_base(folder)
    for layer in _bearing("", 0):
        _write(
            folder / f"{layer}.geojson",
            [
                (_cell(number, 20.0), _bearing(words, number)[layer])
                for number, words in enumerate(STRINGS)
            ],
        )
    return open_base(folder)


def hostile_sites(folder: Path) -> tuple[Site, ...]:
    """Write a file for each string, named by it where it may be, and read them all."""
    folder.mkdir()
    paths = []
    for number, words in enumerate(STRINGS):
        stem = _UNFIT.sub("_", words).encode()[:200].decode(errors="ignore")
        path = folder / f"{stem}{number}.geojson"
        properties = {"name": words, words: words, "note": words}
        _write(path, [(_cell(number, 60.0), properties)])
        paths.append(path)
    return read_sites(paths)


def hostile_report(folder: Path) -> Report:
    """Check the sites against the base."""
    base = hostile_base(folder / "base")
    book = read_rule_book(base.packs, base.folder)
    options = CheckOptions(as_of=_DAY)
    return check(hostile_sites(folder / "sites"), base, book, options=options)
