"""Bad layers whose files are whole: geometries, classes, fields, places."""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from fault_case import BaseFault, Edit, Outcome, both, on, swap
from layer_files import FARMLAND, features, geojson, redraw, words

__all__ = ["CONTENT_FAULTS"]

GOOD, FARM = geojson(), geojson(FARMLAND)
EAST, NORTH = 400_200, 3_435_000
FARM_LAYER = "permanent_basic_farmland"
Ring = list[list[float]]


def fault(kind: str, name: str, spoil: Edit, *codes: str) -> BaseFault:
    """Return a red line that ends as a gap."""
    return BaseFault(name=name, kind=kind, good=GOOD, spoil=spoil, codes=codes)


def told(kind: str, name: str, spoil: Edit, *codes: str) -> BaseFault:
    """Return a red line that is read whole all the same."""
    return BaseFault(
        name=name, kind=kind, good=GOOD, spoil=spoil, codes=codes, outcome=Outcome.TOLD
    )


def farm(
    kind: str, name: str, spoil: Edit, *codes: str, outcome: Outcome = Outcome.GAP
) -> BaseFault:
    """Return a case of permanent basic farmland."""
    return BaseFault(
        name=name,
        kind=kind,
        good=FARM,
        spoil=spoil,
        codes=codes,
        layer=FARM_LAYER,
        outcome=outcome,
    )


def ring(*corners: tuple[float, float], closed: bool = True) -> Ring:
    """Return corners in metres from the second feature's south-west, as a ring."""
    found = [[EAST + x, NORTH + y] for x, y in corners]
    return [*found, found[0]] if closed else found


def shaped(kind: str, coordinates: Any) -> Edit:
    """Give the second feature another geometry."""
    geometry = {"type": kind, "coordinates": coordinates}
    return features(lambda feature: feature.update(geometry=geometry))


def polygon(*rings: Ring) -> Edit:
    return shaped("Polygon", list(rings))


def added(change: Callable[[dict[str, Any]], None]) -> Edit:
    """Append a copy of the second feature, changed."""

    def edit(found: dict[str, Any]) -> None:
        copy = {
            "type": "Feature",
            "properties": dict(found["features"][-1]["properties"]),
            "geometry": dict(found["features"][-1]["geometry"]),
        }
        change(copy)
        found["features"].append(copy)

    return redraw(edit)


def also(*corners: tuple[float, float]) -> Edit:
    """Append a polygon of its own number."""
    geometry = {"type": "Polygon", "coordinates": [ring(*corners)]}

    def change(copy: dict[str, Any]) -> None:
        copy["geometry"] = geometry
        copy["properties"]["BSM"] = "R3"

    return added(change)


SQUARE = ((0, 0), (200, 0), (200, 200), (0, 200))

# ------------------------------------------------------- nothing there, no number
NOTHING = (
    fault(
        "NULL",
        "geometry null",
        features(lambda feature: feature.update(geometry=None)),
        "UNREADABLE_ROWS",
    ),
    fault(
        "NULL",
        "no geometry member",
        features(lambda feature: feature.pop("geometry") and None),
        "UNREADABLE_ROWS",
    ),
    fault(
        "NULL",
        "every geometry null",
        features(lambda feature: feature.update(geometry=None), every=True),
    ),
    fault("NULL", "polygon without rings", polygon(), "UNREADABLE_ROWS"),
    fault("NULL", "ring without points", polygon([]), "UNREADABLE_ROWS"),
    fault(
        "NULL", "multipolygon of none", shaped("MultiPolygon", []), "UNREADABLE_ROWS"
    ),
    fault("EMPTY", "no features", redraw(lambda found: found.update(features=[]))),
    fault("EMPTY", "no list", redraw(lambda found: found.pop("features") and None)),
    fault("EMPTY", "list of null", redraw(lambda found: found.update(features=[None]))),
)
BEYOND = (1e12, 1e16, 1e300, -1e9)
NUMBERS = (
    *(
        fault(
            "NONFINITE",
            f"a vertex of {text}",
            both(
                polygon(ring((0, 0), (200, 0), (200, 200), (0, 123_456_789))),
                swap(str(NORTH + 123_456_789).encode(), text.encode()),
            ),
        )
        for text in ("NaN", "Infinity", "-Infinity", "1e400", "null", '"3435200"')
    ),
    *(
        fault(
            "COORD_HUGE",
            f"a vertex at {far:g}",
            polygon(ring((0, 0), (200, 0), (200, 200), (far, 200))),
        )
        for far in BEYOND
    ),
)

# ------------------------------------------------------------------ kinds
KINDS = (
    *(
        fault("KIND", name, shaped(kind, coordinates), "GEOMETRY_KIND")
        for name, kind, coordinates in (
            ("an open line", "LineString", ring(*SQUARE, closed=False)),
            ("an outline", "LineString", ring(*SQUARE)),
            ("two lines", "MultiLineString", [ring(*SQUARE), ring(*SQUARE)]),
            ("a point", "Point", [EAST + 100, NORTH + 100]),
            ("points", "MultiPoint", ring(*SQUARE)),
        )
    ),
    fault(
        "KIND",
        "a collection of polygon and line",
        features(
            lambda feature: feature.update(
                geometry={
                    "type": "GeometryCollection",
                    "geometries": [
                        {"type": "Polygon", "coordinates": [ring(*SQUARE)]},
                        {"type": "LineString", "coordinates": ring(*SQUARE)},
                    ],
                }
            )
        ),
        "GEOMETRY_KIND",
    ),
    fault("KIND", "a type of no standard", shaped("Circle", [EAST, NORTH])),
    fault("KIND", "a ring of two points", polygon(ring((0, 0), (200, 0)))),
    fault(
        "KIND",
        "a polygon without area",
        polygon(ring((0, 0), (200, 0), (100, 0))),
        "UNREADABLE_ROWS",
    ),
    told(
        "HEIGHT",
        "heights",
        polygon([[x, y, 250.0] for x, y in ring(*SQUARE)]),
        "HEIGHTS_LEFT_OUT",
    ),
    told("KIND", "a multipolygon of one", shaped("MultiPolygon", [[ring(*SQUARE)]])),
)

# ------------------------------------------------------- self-crossing outlines
LOOP = ((0, 0), (200, 0), (200, 150), (50, 150), (50, 50), (150, 50), (150, 200))
INVALID = (
    fault(
        "TWO_AREAS", "twice round", polygon(ring(*LOOP, (0, 200))), "NUMBERS_DISAGREE"
    ),
    fault(
        "TWO_AREAS",
        "hole outside its shell",
        polygon(ring(*SQUARE), ring((300, 0), (300, 50), (350, 50), (350, 0))),
        "NUMBERS_DISAGREE",
    ),
    fault(
        "TWO_AREAS",
        "hole across its shell",
        polygon(ring(*SQUARE), ring((150, 50), (150, 100), (300, 100), (300, 50))),
        "NUMBERS_DISAGREE",
    ),
    fault(
        "TWO_AREAS",
        "hole in a hole",
        polygon(
            ring(*SQUARE),
            ring((20, 160), (180, 160), (180, 190), (20, 190)),
            ring((50, 170), (150, 170), (150, 180), (50, 180)),
        ),
        "NUMBERS_DISAGREE",
    ),
    told(
        "MENDED",
        "parts over each other",
        shaped(
            "MultiPolygon",
            [
                [ring((0, 0), (150, 0), (150, 200), (0, 200))],
                [ring((100, 0), (200, 0), (200, 200), (100, 200))],
            ],
        ),
        "OUTLINES_MENDED",
    ),
    fault(
        "TWO_AREAS",
        "a pentagram",
        polygon(
            ring(
                *(
                    (
                        100 + 100 * math.sin(math.tau * 2 * k / 5),
                        100 + 100 * math.cos(math.tau * 2 * k / 5),
                    )
                    for k in range(5)
                )
            )
        ),
        "NUMBERS_DISAGREE",
    ),
    told(
        "MENDED",
        "a spike",
        polygon(ring((0, 0), (200, 0), (200, 200), (200, 300), (200, 200), (0, 200))),
        "OUTLINES_MENDED",
    ),
    told(
        "MENDED",
        "a ring drawn twice",
        polygon(ring(*SQUARE, *SQUARE)),
        "OUTLINES_MENDED",
    ),
    told(
        "MENDED",
        "a bow-tie beside the site",
        polygon(
            ring(*SQUARE[:3], (60, 200), (60.5, 201), (60.5, 200), (60, 201), (0, 200))
        ),
        "OUTLINES_MENDED",
    ),
    told(
        "MENDED", "points repeated", polygon(ring(*(c for c in SQUARE for _ in "ab")))
    ),
    fault(
        "MENDED",
        "ring left open",
        polygon(ring(*SQUARE, closed=False)),
        "UNREADABLE_ROWS",
    ),
    fault(
        "TWO_AREAS",
        "corners exchanged",
        polygon(ring((0, 0), (200, 200), (200, 0), (0, 200))),
        "NUMBERS_DISAGREE",
    ),
    told("MENDED", "clockwise", polygon(ring(*SQUARE[::-1]))),
)

# ----------------------------------------------------------------- said twice
TWICE = (
    told("DUPLICATE", "a feature twice", added(lambda _: None), "FEATURES_REPEATED"),
    told(
        "DUPLICATE",
        "twice under two numbers",
        added(lambda copy: copy["properties"].update(BSM="R3")),
        "FEATURES_REPEATED",
    ),
    told(
        "DUPLICATE",
        "twice, drawn from another corner",
        added(
            lambda copy: copy.update(
                geometry={
                    "type": "Polygon",
                    "coordinates": [ring(*SQUARE[2:], *SQUARE[:2])],
                }
            )
        ),
        "FEATURES_REPEATED",
    ),
    told(
        "OVERLAP",
        "a feature over another",
        also((150, 50), (300, 50), (300, 150), (150, 150)),
        "LAYER_OVERLAPS_ITSELF",
    ),
    told(
        "OVERLAP",
        "a feature within another",
        also((50, 150), (100, 150), (100, 180), (50, 180)),
        "LAYER_OVERLAPS_ITSELF",
    ),
)

# ------------------------------------------------------------- classes and codes
UNKNOWN = "UNKNOWN_CLASS_VALUE"


def renamed(old: str, new: str) -> Edit:
    """Give a column of every feature another name."""

    def change(feature: dict[str, Any]) -> None:
        found = feature["properties"]
        found[new] = found.pop(old)

    return features(change, every=True)


CLASSES = (
    *(
        fault("CLASS", f"zone {text!r}", words(ZRBHDFQ=text), UNKNOWN)
        for text in (
            "核心",
            "1",
            "N/A",
            "核心保护区 一般控制区",
            "ºËÐÄ±£»¤Çø",
            "鏍稿績",
            "０",
        )
    ),
    *(
        told("CLASS", f"zone {text!r}", words(ZRBHDFQ=text))
        for text in (
            "核心保护区 ",
            "核心保护区\n",
            "\t一般控制区",
            "核心保护区\u3000",
            "",
        )
    ),
    *(
        farm("CODE", f"land class {text!r}", words(DLBM=text), UNKNOWN)
        for text in (103, "103", "01", "", None, "旱地", "0103.0", "01O3", 101.0)
    ),
    *(
        farm("CODE", f"land class {text!r}", words(DLBM=text), outcome=Outcome.TOLD)
        for text in ("０１０３", " 0103", "0103\n", "0103K")
    ),
    farm(
        "CODE",
        "every land class a number",
        features(lambda feature: feature["properties"].update(DLBM=103), every=True),
        UNKNOWN,
    ),
)

# --------------------------------------------------------------------- fields
MISSING = "FIELD_MISSING"
FIELDS = (
    fault("FIELD", "no column of zones", renamed("ZRBHDFQ", "BZ"), MISSING),
    fault("FIELD", "a column of another name", renamed("ZRBHDFQ", "分区"), MISSING),
    fault("FIELD", "a column cut to nine bytes", renamed("ZRBHDFQ", "ZRBHDF"), MISSING),
    farm("FIELD", "no column of land classes", renamed("DLBM", "DLMC"), MISSING),
    *(
        told("FIELD", f"a column {name!r}", renamed("ZRBHDFQ", name))
        for name in ("zrbhdfq", "ZRBHDFQ\n", " ZRBHDFQ ", "ZRBHD FQ", "Zrbhdfq\r\n")
    ),
    farm("FIELD", "no name", renamed("YJJBNTTBBH", "BZ"), outcome=Outcome.TOLD),
)


# ---------------------------------------------------------- another layer's file
def _exchanged() -> Iterator[BaseFault]:
    """Farmland under the name of red lines, and the other way."""
    yield fault(
        "WRONG_LAYER",
        "farmland as red lines",
        lambda _: geojson(FARMLAND)(),
        MISSING,
    )
    yield farm("WRONG_LAYER", "red lines as farmland", lambda _: geojson()(), MISSING)
    yield farm(
        "WRONG_LAYER",
        "land parcels as farmland",
        renamed("YJJBNTTBBH", "TBYBH"),
        "LAYER_WRONG",
    )
    yield farm(
        "WRONG_LAYER",
        "cropland targets as farmland",
        renamed("YJJBNTTBBH", "SFWHTD"),
        "LAYER_WRONG",
    )
    yield fault(
        "WRONG_LAYER",
        "protected areas as red lines",
        renamed("HXMC", "ZRBHDBM"),
        "LAYER_WRONG",
    )


# ---------------------------------------------------------------------- place
def stated(name: str) -> Edit:
    return redraw(lambda found: found["crs"]["properties"].update(name=name))


def named(code: str) -> dict[str, Any]:
    """Return a CRS member of GeoJSON."""
    return {"type": "name", "properties": {"name": code}}


def moved(change: Callable[[float, float], list[float]]) -> Edit:
    """Move every vertex."""

    def edit(feature: dict[str, Any]) -> None:
        rings = feature["geometry"]["coordinates"]
        feature["geometry"]["coordinates"] = [
            [change(x, y) for x, y in points] for points in rings
        ]

    return features(edit, every=True)


PLACES = (
    fault("PLACE", "axes swapped", moved(lambda x, y: [y, x]), "LAYER_OUTSIDE_COUNTY"),
    fault("PLACE", "zone prefixed", moved(lambda x, y: [x + 37e6, y])),
    fault("PLACE", "far away", moved(lambda x, y: [x + 5e6, y])),
    fault("PLACE", "in kilometres", moved(lambda x, y: [x / 1e3, y / 1e3])),
    fault("PLACE", "next zone stated", stated("urn:ogc:def:crs:EPSG::4545")),
    fault(
        "PLACE", "old datum", stated("urn:ogc:def:crs:EPSG::2382"), "CRS_UNSUPPORTED"
    ),
    fault("PLACE", "web map", stated("urn:ogc:def:crs:EPSG::3857")),
    fault("PLACE", "no CRS member", redraw(lambda found: found.pop("crs") and None)),
    fault("PLACE", "CRS null", redraw(lambda found: found.update(crs=None))),
    fault("PLACE", "CRS of no registry", stated("urn:local:wushan")),
    fault(
        "NET",
        "CRS behind a link",
        redraw(
            lambda found: found.update(
                crs={"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}
            )
        ),
        "LAYER_UNREADABLE",
    ),
    fault(
        "PLACE",
        "a feature of another CRS than the file",
        redraw(lambda found: found["features"][0].update(crs=named("EPSG:4610"))),
        "LAYER_UNREADABLE",
    ),
    fault(
        "PLACE",
        "a geometry of another CRS than the file",
        redraw(
            lambda found: found["features"][1]["geometry"].update(
                crs=named("EPSG:4547")
            )
        ),
        "LAYER_UNREADABLE",
    ),
    told(
        "PLACE",
        "the CRS of the file said again",
        redraw(
            lambda found: found["features"][0].update(
                crs={"type": "EPSG", "properties": {"code": 4546}}
            )
        ),
    ),
    fault(
        "PLACE",
        "one feature elsewhere",
        also((60_000, 0), (60_100, 0), (60_100, 100)),
        "LAYER_OUTSIDE_COUNTY",
    ),
)


# ------------------------------------------------------------------- the text
def _lines(content: bytes) -> list[bytes]:
    """Return the features of a collection, one a line (GeoJSONSeq)."""
    found = json.loads(content)["features"]
    return [json.dumps(feature).encode() for feature in found]


TEXTS = (
    fault("JSON", "text behind the end", on(".geojson", lambda c: c + b"{}")),
    fault("JSON", "two documents", on(".geojson", lambda c: c + c)),
    fault(
        "JSON",
        "features said twice",
        on(".geojson", lambda c: c[:-1] + b', "features": []}'),
    ),
    fault(
        "JSON",
        "the first features count",
        on(".geojson", lambda c: b'{"features": [],' + c[1:]),
    ),
    fault(
        "JSON",
        "geometry said twice",
        swap(b'"geometry": {', b'"geometry": null, "geometry": {'),
    ),
    fault(
        "JSON",
        "a feature a line, the last cut off",
        on(".geojson", lambda c: b"\n".join(_lines(c))[:-30]),
    ),
    fault("JSON", "a feature a line", on(".geojson", lambda c: b"\n".join(_lines(c)))),
    fault("JSON", "an array of numbers", on(".geojson", lambda _: b"[1, 2]")),
    fault(
        "JSON",
        "an array that does not close",
        on(".geojson", lambda c: b"[" + b",".join(_lines(c))),
    ),
    fault(
        "JSON",
        "a comma and nothing behind it",
        on(".geojson", lambda c: b"[" + b",".join(_lines(c)) + b",]"),
    ),
    fault(
        "JSON",
        "metres in an array, which states no CRS",
        on(".geojson", lambda c: b"[" + b",".join(_lines(c)) + b"]"),
    ),
    fault("JSON", "another object", on(".geojson", lambda _: b'{"a": 1}')),
    fault("JSON", "nested deeply", on(".geojson", lambda _: b"[" * 100_000)),
    told("JSON", "a byte order mark", on(".geojson", lambda c: b"\xef\xbb\xbf" + c)),
    fault("JSON", "UTF-16", on(".geojson", lambda c: c.decode().encode("utf-16"))),
)

CONTENT_FAULTS = (
    *NOTHING,
    *NUMBERS,
    *KINDS,
    *INVALID,
    *TWICE,
    *CLASSES,
    *FIELDS,
    *_exchanged(),
    *PLACES,
    *TEXTS,
)
