"""Values as bytes: exact, of one form, and nothing but the model's values."""

import json
import zlib
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from plots_of_batch import OPTIONS, plots
from shapely.geometry.base import BaseGeometry

from zoning.batch.codec import decode, encode
from zoning.check import check
from zoning.errors import Problem
from zoning.io.sites import read_sites
from zoning.model import Base, Site, SiteSource
from zoning.rules.packs import read_rule_book


def same(one: Any, other: Any) -> bool:
    """Compare values member by member; shapes by their coordinates, to the bit."""
    if isinstance(one, BaseGeometry):
        return bool(shapely.equals_identical(one, other))
    if is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(
            same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one)
        )
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(other) is type(one) and bool(one == other)


def test_results_come_back_as_they_were(base: Base) -> None:
    book = read_rule_book(base.packs, base.folder)
    results = check(plots(40), base, book, options=OPTIONS).sites

    back = [decode(encode(result)) for result in results]

    assert all(map(same, results, back))
    assert {str(result.verdict) for result in results} >= {"PROHIBITED", "CONDITIONAL"}
    assert [encode(one) for one in back] == [encode(one) for one in results]


@pytest.mark.parametrize("name", ["degrees.geojson", "degrees.wkt"])
def test_sites_as_they_are_read_from_files_of_degrees_survive(
    tmp_path: Path, name: str
) -> None:
    """Degrees that nobody vouched for carry the systems they may be in."""
    plot = shapely.box(109.9, 31.05, 109.901, 31.051)
    text = shapely.to_geojson(plot) if name.endswith("json") else plot.wkt
    (tmp_path / name).write_text(text)

    (site,) = read_sites([tmp_path / name], crs="EPSG:4490" if "wkt" in name else None)

    assert same(decode(encode(site)), site)
    assert all(type(system) is str for system in site.open_readings)


def test_heights_signs_and_odd_keys_survive() -> None:
    site = Site(
        id="#1",
        name='"',
        geometry=shapely.from_wkt("POLYGON Z ((0 0 7, 1 0 -0.0, 1 1 3, 0 0 7))"),
        crs="EPSG:4490",
        source=SiteSource(path="\udcff.txt", sha256="", row=0),
        attributes={"#7": "[3, 1]", "": "\x00"},
        problems=(Problem(code="WGS84_READ", values={"crs": "EPSG:4326"}),),
        area_declared_m2=0.1 + 0.2,
    )

    assert same(decode(encode(site)), site)


@pytest.mark.parametrize(
    "value", [{1, 2}, b"bytes", [1], object(), np.zeros(2), {"a": {1}}]
)
def test_what_is_no_value_of_the_model_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize("read", [[99, 1], [-9, "x"], [12, "too", "few"], [-3, "x"]])
def test_bytes_that_are_no_value_are_refused(read: Any) -> None:
    with pytest.raises((ValueError, IndexError, TypeError)):
        decode(zlib.compress(json.dumps(read).encode()))


def test_numbers_of_numpy_become_plain() -> None:
    assert type(decode(encode(np.float64(0.1)))) is float
    assert decode(encode(date(2026, 1, 2))) == date(2026, 1, 2)
