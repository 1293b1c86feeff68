"""Map page against `geopandas.explore`, same layers, same browser, same run.

Run with `make bench`. One site of 20 ha lies among 5 000 fields. In the first scene
they lie as densely as in the benchmark county (37 500 on 2 958 km²), and the page of
the product shows those round the site; in the second all 5 000 lie in its picture.
The page of `explore` carries all of them in both; its scripts from content networks
are answered from the vendored copy of Leaflet, for nothing here may ask the network:
the rest of them counts as empty, which favours the peer. The time runs from opening
the file to two frames after the last layer was added, the best of five.
"""

import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas
import numpy as np
import shapely
from playwright.sync_api import Browser, Route, sync_playwright

from zoning.check import check
from zoning.measure import project
from zoning.model import (
    Base,
    CheckOptions,
    Layer,
    LayerInfo,
    Report,
    Site,
    SiteSource,
)
from zoning.report.map import write_map
from zoning.rules.packs import read_rule_book

CRS = "EPSG:4546"
FIELDS = 5_000
ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """How fields lie: spacing and greatest radius in metres, vertices of each."""

    title: str
    spacing: float
    radius: float
    vertices: int


SCENES = (
    Scene(title="as in the county", spacing=281.0, radius=130.0, vertices=100),
    Scene(title="all in the picture", spacing=55.0, radius=26.0, vertices=30),
)
_LEAFLET = files("zoning").joinpath("report/static/leaflet")
_DRAWN = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    while (!document.querySelector("canvas, .leaflet-overlay-pane path")) await frame();
    await frame();
    await frame();
    return performance.now();
}"""


def fields(scene: Scene) -> np.ndarray:
    """Star-shaped fields on a lattice round the site."""
    rng = np.random.default_rng(7)
    side = int(np.ceil(np.sqrt(FIELDS)))
    at = np.arange(FIELDS)
    east = 395_000 + scene.spacing * (at % side - side / 2)
    north = 3_440_000 + scene.spacing * (at // side - side / 2)
    angles = np.linspace(0, 2 * np.pi, scene.vertices + 1)[:-1]
    radius = scene.radius * rng.uniform(0.75, 1.0, (FIELDS, scene.vertices))
    x = east[:, None] + radius * np.cos(angles)
    y = north[:, None] + radius * np.sin(angles)
    return np.asarray(shapely.polygons(np.stack([x, y], axis=2)), dtype=object)


def report_among(shapes: np.ndarray) -> Report:
    """Check a site of 20 ha among the fields."""
    names = np.array([f"农田{n + 1}" for n in range(len(shapes))], dtype=object)
    info = LayerInfo(
        id="permanent_basic_farmland", path="f.gpkg", sha256="", features=len(shapes)
    )
    layer = Layer(
        info=info,
        geometry=shapes,
        feature_ids=names,
        attributes={"name": names, "land_class": np.full(len(shapes), "0101", object)},
        coverage=None,
    )
    county = shapely.box(384_000, 3_429_000, 406_000, 3_451_000)
    base = Base(
        name="示范县",
        demo=True,
        admin_code="500237",
        crs=CRS,
        county=county,
        scope=("three_lines",),
        packs=("national",),
        layers={info.id: layer},
    )
    site = Site(
        id="S1",
        name="选址",
        geometry=shapely.box(394_800, 3_439_750, 395_200, 3_440_250),
        crs=CRS,
        source=SiteSource(path="s.geojson", sha256="", row=0),
    )
    book = read_rule_book(base.packs, base.folder)
    return check((site,), base, book, options=CheckOptions(as_of=date(2026, 11, 23)))


def without_classes() -> None:
    """Let `explore` run without mapclassify, which it imports before it looks.

    Nothing is classed here, so that a stand-in does.
    """
    stand_in = ModuleType("mapclassify")
    vars(stand_in)["classify"] = None
    sys.modules.setdefault("mapclassify", stand_in)


def explored(report: Report, path: Path, **options: Any) -> None:
    """Write what `GeoDataFrame.explore` makes of the fields and the site."""
    layer = report.base.layers["permanent_basic_farmland"]
    geometry = [project(layer.geometry, CRS, "EPSG:4490")]
    table = geopandas.GeoDataFrame(
        {"id": layer.feature_ids, "name": layer.attributes["name"]},
        geometry=geometry[0],
        crs="EPSG:4490",
    )
    own = np.array([report.sites[0].geometry], dtype=object)
    site = geopandas.GeoDataFrame(
        {"name": ["选址"]}, geometry=project(own, CRS, "EPSG:4490"), crs="EPSG:4490"
    )
    page = table.explore(tiles=None, **options)  # the peer measured
    site.explore(m=page, color="#111111").save(str(path))


def _answer(route: Route) -> None:
    """Serve Leaflet from the package; nothing else, and never the network."""
    url = route.request.url
    if url.startswith(("file:", "data:")):
        route.continue_()
        return
    name = url.rpartition("/")[2]
    known = {"leaflet.js": "text/javascript", "leaflet.css": "text/css"}
    body = _LEAFLET.joinpath(name).read_text("utf-8") if name in known else ""
    route.fulfill(body=body, content_type=known.get(name, "text/plain"))


def seconds(browser: Browser, path: Path) -> float:
    """Return the best of five loads."""
    taken = []
    for _ in range(ROUNDS):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.route("**/*", _answer)
        page.goto(path.as_uri())
        taken.append(float(page.evaluate(_DRAWN)) / 1000)
        page.close()
    return min(taken)


def compare(scene: Scene, browser: Browser, folder: Path) -> None:
    """Print size and time of the product's page and of the peer's."""
    report = report_among(fields(scene))
    makers: dict[str, Callable[[Path], object]] = {
        "zoning": lambda path: write_map(report, path),
        "explore": lambda path: explored(report, path),
        "explore, canvas": lambda path: explored(report, path, prefer_canvas=True),
    }
    print(f"{FIELDS} fields of {scene.vertices} vertices, {scene.title}; one site")
    print("page               MB   load / zoning")
    first = 0.0
    for name, make in makers.items():
        path = folder / "map.html"
        path.unlink(missing_ok=True)
        make(path)
        took = seconds(browser, path)
        first = first or took
        size = path.stat().st_size / 1e6
        print(f"{name:16s} {size:5.2f}   {took / first:5.2f}  ({took:.2f} s)")


def main() -> None:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        print("maps: no Chromium here, nothing measured")
        return
    without_classes()
    with (
        tempfile.TemporaryDirectory() as folder,
        warnings.catch_warnings(),
        sync_playwright() as playwright,
    ):
        warnings.simplefilter("ignore")
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        for scene in SCENES:
            compare(scene, browser, Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
