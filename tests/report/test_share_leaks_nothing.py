"""`--share`: no place of the base in any file, as text, as numbers or as a picture.

Every vertex of every layer near the sites is looked for in every file, archives
and inlined data opened: as pairs of numbers in text (degrees, plane metres with
and without zone, either axis first, Web Mercator) and as pairs of binary
doubles. The same search finds plenty in a full run, so it can find.
"""

import base64
import gzip
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import cKDTree

from zoning.check import check
from zoning.io.base import open_base
from zoning.io.project import read_projects
from zoning.io.site_folder import site_files
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, Report
from zoning.report.run import write_run
from zoning.rules.packs import read_rule_book
from zoning.samples.places import sample_folder

pytestmark = pytest.mark.slow

NEAR_M = 6_000.0
"""The report looks for neighbours within 5 km."""

DEGREE_M = 111_000.0
DEGREES = "EPSG:4490"
CRS_LOOKED_FOR = (DEGREES, "EPSG:4545", "EPSG:4546", "EPSG:4547", "EPSG:3857")
NUMBER = re.compile(rb"(?<![\w.])-?\d{2,8}\.\d{2,}")
"""Two decimals at least: metres to the centimetre, degrees to the metre."""

ROUNDING_M = 0.01
"""Of a coordinate printed to the centimetre; of degrees their own digits count."""

Points = NDArray[np.float64]


# -------------------------------------------------------------------- what to find
@dataclass(frozen=True, slots=True, kw_only=True)
class Quarry:
    """Vertices to find in one CRS, and those of the sites, which are allowed."""

    base: Points
    base_tree: cKDTree
    site_tree: cKDTree
    degrees: bool

    def leaked(self, first: Points, second: Points, slack: Points) -> Points:
        """Return the pairs that are a vertex of the base and of no site."""
        found = [np.zeros((0, 2))]
        for x, y in ((first, second), (second, first)):
            inside = self._inside(x, y)
            pairs, near = np.column_stack([x[inside], y[inside]]), slack[inside]
            if not len(pairs):
                continue
            away, _ = self.base_tree.query(pairs)
            own, _ = self.site_tree.query(pairs)
            found.append(pairs[(away <= near) & (own > near)])
        return np.vstack(found)

    def _inside(self, x: Points, y: Points) -> NDArray[np.intp]:
        (west, south), (east, north) = self.base.min(axis=0), self.base.max(axis=0)
        columns = np.flatnonzero((x >= west) & (x <= east))
        kept: NDArray[np.intp] = columns[(y[columns] >= south) & (y[columns] <= north)]
        return kept


def coordinates(shapes: NDArray[np.object_]) -> Points:
    xy: Points = np.unique(shapely.get_coordinates(shapes), axis=0)
    return xy


def quarries(report: Report) -> Iterator[Quarry]:
    plane = report.base.crs
    drawn = [site.geometry for site in report.sites if site.geometry is not None]
    window = shapely.union_all([shapely.box(*g.buffer(NEAR_M).bounds) for g in drawn])
    layers = [
        *(layer.geometry for layer in report.base.layers.values()),
        np.array([report.base.county], dtype=object),
    ]
    base = np.vstack([coordinates(shapes) for shapes in layers])
    base = base[shapely.contains_xy(window, base[:, 0], base[:, 1])]
    own = coordinates(np.array(drawn, dtype=object))
    for crs in CRS_LOOKED_FOR:
        carry = Transformer.from_crs(plane, crs, always_xy=True)
        there, sites = (np.column_stack(carry.transform(*xy.T)) for xy in (base, own))
        yield Quarry(
            base=there,
            base_tree=cKDTree(there),
            site_tree=cKDTree(sites),
            degrees=crs == DEGREES,
        )


# ------------------------------------------------------------------ where to look
PACKED = rb'octet-stream" id="[a-z-]+">([A-Za-z0-9+/=]+)<'


def contents(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a file and everything packed into it."""
    yield name, data
    if zipfile.is_zipfile(BytesIO(data)):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from contents(f"{name}/{member}", archive.read(member))
    for number, code in enumerate(re.findall(rb"base64,([A-Za-z0-9+/=]{8,})", data)):
        yield f"{name}/base64-{number}", base64.b64decode(code)
    for number, code in enumerate(re.findall(PACKED, data)):
        yield f"{name}/packed-{number}", gzip.decompress(base64.b64decode(code))


def of_run(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            yield from contents(name, path.read_bytes())


def in_text(data: bytes, quarry: Quarry) -> Points:
    """Look at numbers that follow one another, or with one other between them."""
    tokens = NUMBER.findall(data)
    values = np.array([float(token) for token in tokens])
    places = np.array([len(token.partition(b".")[2]) for token in tokens])
    if quarry.degrees:
        slack = 0.6 * 10.0 ** -np.minimum(places, 8)
        values = np.where(places >= 5, values, np.nan)
        slack = np.where(places >= 5, slack, 0.0)
    else:
        # an easting may carry its zone: 37 402 100.00
        zoned = (values >= 1e7) & (values < 1e8) & (quarry.base.max() < 1e7)
        values = np.where(zoned, values % 1e6, values)
        slack = np.full(len(values), ROUNDING_M)
    found = [np.zeros((0, 2))]
    for step in (1, 2):
        if len(values) > step:
            wide = np.maximum(slack[:-step], slack[step:]) * np.sqrt(2)
            found.append(quarry.leaked(values[:-step], values[step:], wide))
    return np.vstack(found)


def is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def in_doubles(data: bytes, quarry: Quarry) -> Points:
    """Look at neighbouring doubles of either byte order, at every offset.

    Text holds none: a double of a coordinate has bytes that are no UTF-8.
    """
    if is_text(data):
        return np.zeros((0, 2))
    slack_m = 0.001 / DEGREE_M if quarry.degrees else 0.001
    found = [np.zeros((0, 2))]
    for offset in range(min(8, len(data))):
        whole = data[offset : offset + (len(data) - offset) // 8 * 8]
        for kind in ("<f8", ">f8"):
            values = np.frombuffer(whole, dtype=kind).astype(np.float64)
            wide = np.full(max(len(values) - 1, 0), slack_m)
            found.append(quarry.leaked(values[:-1], values[1:], wide))
    return np.vstack(found)


def leaks(folder: Path, wanted: tuple[Quarry, ...]) -> dict[str, int]:
    """Return how many places of the base are in each file that holds any."""
    found: dict[str, int] = {}
    with np.errstate(invalid="ignore", over="ignore"):
        for name, data in of_run(folder):
            picture = data.startswith(b"\x89PNG")  # compared as a picture below
            count = 0
            for quarry in () if picture else wanted:
                count += len(in_text(data, quarry)) + len(in_doubles(data, quarry))
            if count:
                found[name] = count
    return found


# -------------------------------------------------------------------------- tests
@pytest.fixture(scope="module")
def report() -> Report:
    folder = sample_folder()
    assert folder is not None
    base = open_base(folder)
    projects = read_projects(folder / "sites/projects.yaml")
    sites = read_sites(site_files(folder / "sites"), projects=projects)
    book = read_rule_book(base.packs, folder)
    return check(sites, base, book, options=CheckOptions(as_of=date(2026, 11, 23)))


@pytest.fixture(scope="module")
def wanted(report: Report) -> tuple[Quarry, ...]:
    return tuple(quarries(report))


@pytest.fixture(scope="module")
def shared(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(report, tmp_path_factory.mktemp("runs") / "shared", share=True)


@pytest.fixture(scope="module")
def full(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(report, tmp_path_factory.mktemp("runs") / "full")


def test_no_file_of_a_shared_run_holds_a_place_of_the_base(
    shared: Path, wanted: tuple[Quarry, ...]
) -> None:
    assert len(wanted[0].base) > 10_000

    assert leaks(shared, wanted) == {}


def test_the_same_search_finds_the_base_in_a_full_run(
    full: Path, wanted: tuple[Quarry, ...]
) -> None:
    found = leaks(full, wanted)

    maps = [count for name, count in found.items() if name.startswith("map.html")]
    assert max(maps) > 100
    assert found["result.gpkg"] > 10  # doubles in binary shapes
    assert found["verdict.json"] > 10  # witness points: the nearest is a vertex


def written(place: Points, form: str) -> bytes:
    """Write a place as someone might leak it."""
    (x, y) = place
    return {
        "x first": f"[{x:.6f}, {y:.6f}]",
        "y first": f"<td>{y:.2f}</td><td>{x:.2f}</td>",
        "with zone": f"J1,1,{y:.3f},{37_000_000 + x:.3f}",
        "with height": f"{x:.3f} 120.5555 {y:.3f}",
    }[form].encode()


@pytest.mark.parametrize(
    ("crs", "form"),
    [
        (0, "x first"),
        (2, "x first"),
        (2, "y first"),
        (2, "with zone"),
        (2, "with height"),
        (3, "y first"),
        (4, "x first"),
    ],
)
def test_one_planted_vertex_is_found_however_it_is_written(
    wanted: tuple[Quarry, ...], tmp_path: Path, crs: int, form: str
) -> None:
    quarry = wanted[crs]
    own, _ = quarry.site_tree.query(quarry.base)
    place = quarry.base[int(np.argmax(own))]
    with zipfile.ZipFile(tmp_path / "report.docx", "w") as archive:
        archive.writestr("word/document.xml", written(place, form))

    assert "report.docx/word/document.xml" in leaks(tmp_path, wanted)


def test_one_planted_vertex_in_binary_is_found(
    wanted: tuple[Quarry, ...], tmp_path: Path
) -> None:
    own, _ = wanted[2].site_tree.query(wanted[2].base)
    shape = shapely.Point(wanted[2].base[int(np.argmax(own))])
    (tmp_path / "a.bin").write_bytes(b"abc" + shapely.to_wkb(shape))

    assert leaks(tmp_path, wanted) == {"a.bin": 1}


def emptied(base: Base) -> Base:
    """Return the base with no shape left in any layer, its county elsewhere."""
    layers = {
        name: replace(
            layer,
            geometry=layer.geometry[:0],
            feature_ids=layer.feature_ids[:0],
            attributes={key: column[:0] for key, column in layer.attributes.items()},
        )
        for name, layer in base.layers.items()
    }
    far = shapely.box(0, 0, 1, 1)
    return replace(base, layers=layers, county=far)


def pictures(folder: Path) -> list[bytes]:
    return [data for _, data in of_run(folder) if data.startswith(b"\x89PNG")]


def test_the_pictures_of_a_shared_run_are_those_of_an_empty_base(
    report: Report, shared: Path, full: Path, tmp_path: Path
) -> None:
    """A picture that does not change when the base is gone cannot show it."""
    bare = replace(
        report,
        base=emptied(report.base),
        sites=tuple(replace(site, conflicts=(), layout=()) for site in report.sites),
    )
    without = write_run(bare, tmp_path / "shared", share=True)

    assert pictures(without) == pictures(shared)
    drawn = [site for site in report.sites if site.geometry is not None]
    page = (shared / "report.html").read_bytes()
    assert page.count(b"data:image/png;base64,") == len(drawn)
    assert len(pictures(full)) > len(pictures(shared))
    alike = set(pictures(full)) & set(pictures(shared))
    assert len(alike) <= 2  # two sites have nothing round them that is drawn
