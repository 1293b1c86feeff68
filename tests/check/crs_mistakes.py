"""One plot on farmland, written with every mistake of coordinates that is made."""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from zoning.georeference.web_maps import WebMap, from_wgs84

__all__ = ["MISTAKES", "Mistake", "written"]

PLOT = shapely.box(400_300, 3_435_100, 400_500, 3_435_150)
"""Crosses the farmland of the small base with 100 x 50 m; EPSG:4546."""
TO_DEGREES = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
TABLES = (".gpkg", ".shp", ".fgb", ".parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A file with a mistake in it, and what has to be said of it.

    Parameters
    ----------
    outcome : str
        ``refused``; ``found``: harmless, the whole conflict is there;
        ``doubted``: the conflict is not there, and that it may be is a gap.
    code : str
        Of the message that names the mistake; '' where there is none to name.
    names : str
        What the message must propose.
    """

    name: str
    suffix: str
    numbers: Callable[[BaseGeometry], BaseGeometry]
    crs: str | None
    outcome: str
    code: str = ""
    names: str = ""
    prj: str = ""
    argument: str | None = None


def shifted(
    east: float = 0.0, north: float = 0.0
) -> Callable[[BaseGeometry], BaseGeometry]:
    return lambda shape: shapely.transform(shape, lambda xy: np.add(xy, (east, north)))


def swapped(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


def degrees(shape: BaseGeometry) -> BaseGeometry:
    def carry(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(TO_DEGREES.transform(xy[:, 0], xy[:, 1]))

    return shapely.transform(shape, carry)


def off_gaode(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(degrees(shape), lambda xy: from_wgs84(xy, WebMap.GCJ02))


def written(folder: Path, mistake: Mistake) -> Path:
    """Write the plot as the mistake has it."""
    path = folder / f"site{mistake.suffix}"
    shape = mistake.numbers(PLOT)
    if mistake.suffix == ".geojson":
        path.write_text(_geojson(shape, mistake.crs), encoding="utf-8")
    elif mistake.suffix in {".kml", ".wkt", ".txt", ".csv"}:
        path.write_text(_TEXTS[mistake.suffix](shape, mistake), encoding="utf-8")
    else:
        table = geopandas.GeoDataFrame({"n": ["a"]}, geometry=[shape], crs=mistake.crs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is no CRS is the point
            table.to_parquet(path) if path.suffix == ".parquet" else table.to_file(path)
    if mistake.prj:
        path.with_suffix(".prj").write_text(mistake.prj, encoding="utf-8")
    return path


def _geojson(shape: BaseGeometry, crs: str | None) -> str:
    feature: dict[str, Any] = {"type": "Feature", "properties": {}}
    feature |= {"geometry": json.loads(shapely.to_geojson(shape))}
    document: dict[str, Any] = {"type": "FeatureCollection", "features": [feature]}
    if crs == "null":
        document |= {"crs": None}
    elif crs is not None:
        document |= {"crs": {"type": "name", "properties": {"name": crs}}}
    return json.dumps(document)


def _kml(shape: BaseGeometry, _: Mistake) -> str:
    ring = " ".join(f"{x!r},{y!r}" for x, y in shapely.get_coordinates(shape).tolist())
    return (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon>'
        f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark></kml>"
    )


def _wkt(shape: BaseGeometry, mistake: Mistake) -> str:
    head = f"SRID={mistake.crs};" if mistake.crs else ""
    return head + str(shapely.to_wkt(shape, rounding_precision=-1))


def _txt(shape: BaseGeometry, mistake: Mistake) -> str:
    """Write a boundary file; `crs` holds lines of its head."""
    ring = shapely.get_coordinates(shape).tolist()
    head = ["[属性描述]", *(mistake.crs or "").split(";"), "[地块坐标]"]
    head.append(f"{len(ring)},1.0,DK01,地块一,面,,,,@")
    rows = [f"J{k % 4 + 1},1,{y!r},{x!r}" for k, (x, y) in enumerate(ring)]
    return "\n".join([*filter(None, head), *rows]) + "\n"


def _csv(shape: BaseGeometry, _: Mistake) -> str:
    ring = shapely.get_coordinates(shape).tolist()[:-1]
    geographic = ring[0][0] < 180
    title = "经度,纬度" if geographic else "Y(东),X(北)"
    rows = [f"DK01,J{k + 1},{x!r},{y!r}" for k, (x, y) in enumerate(ring)]
    return "\n".join([f"地块编号,点号,{title}", *rows]) + "\n"


_TEXTS = {".kml": _kml, ".wkt": _wkt, ".txt": _txt, ".csv": _csv}
STATED = "坐标系=2000国家大地坐标系;几度分带=3;计量单位=米;带号="
IN_DEGREES = "计量单位=十进制度"


def _esri(code: int) -> str:
    return str(CRS.from_epsg(code).to_wkt("WKT1_ESRI"))


def _proj(text: str) -> str:
    return str(CRS.from_user_input(text).to_wkt("WKT1_ESRI"))


def _shp(name: str, prj: str, outcome: str, **more: str) -> Mistake:
    return Mistake(
        name=name,
        suffix=".shp",
        numbers=shifted(),
        crs=None,
        outcome=outcome,
        prj=prj,
        **more,
    )


def _geo(
    name: str,
    numbers: Callable[[BaseGeometry], BaseGeometry],
    crs: str | None,
    outcome: str,
    code: str = "",
    names: str = "",
    argument: str | None = None,
) -> Mistake:
    return Mistake(
        name=name,
        suffix=".geojson",
        numbers=numbers,
        crs=crs,
        outcome=outcome,
        code=code,
        names=names,
        argument=argument,
    )


PLAIN, PREFIXED, SIX = shifted(), shifted(37e6), shifted(19e6)
ZONES = {"EPSG:4544": "35", "EPSG:4545": "36", "EPSG:4547": "38"}
_KRUGER = (
    "+proj=tmerc +lat_0=0 +lon_0=111 +k=1 +x_0={east} +y_0=0 +units=m +ellps={figure}"
)

MISTAKES = (
    # a zone that is not the plot's, in every format that states one
    *(
        Mistake(
            name=f"zone {zone} stated",
            suffix=suffix,
            numbers=PLAIN,
            crs=crs,
            outcome="refused",
            code="SITE_FAR_FROM_COUNTY",
            names="EPSG:4546",
        )
        for suffix in (*TABLES, ".geojson")
        for crs, zone in ZONES.items()
        if suffix == ".geojson" or zone == "36"
    ),
    Mistake(
        name="zone 36 stated",
        suffix=".wkt",
        numbers=PLAIN,
        crs="4545",
        outcome="refused",
        code="SITE_FAR_FROM_COUNTY",
        names="EPSG:4546",
    ),
    *(
        Mistake(
            name=f"zone {zone} before the easting",
            suffix=suffix,
            numbers=shifted(zone * 1e6),
            crs="",
            outcome="refused",
            code="SITE_FAR_FROM_COUNTY",
            names="EPSG:4546",
        )
        for suffix in (".txt", ".csv", ".wkt")
        for zone in (36, 38, 20)
    ),
    *(
        Mistake(
            name=f"zone {zone} in the head",
            suffix=".txt",
            numbers=PLAIN,
            crs=STATED + str(zone),
            outcome="refused",
            code="SITE_FAR_FROM_COUNTY",
            names="EPSG:4546",
        )
        for zone in (35, 36, 38)
    ),
    Mistake(
        name="a 6-degree zone in the head of a 3-degree file",
        suffix=".txt",
        numbers=PLAIN,
        crs=STATED + "19",
        outcome="refused",
        code="ZONE_IMPOSSIBLE",
        names="EPSG:4546",
    ),
    # prefix missing, superfluous; 6 degrees for 3
    _geo(
        "prefix missing",
        PLAIN,
        "EPSG:4525",
        "refused",
        "STATED_CRS_DOES_NOT_FIT",
        "EPSG:4546",
    ),
    _geo(
        "prefix superfluous",
        PREFIXED,
        "EPSG:4546",
        "refused",
        "STATED_CRS_DOES_NOT_FIT",
        "EPSG:4525",
    ),
    _geo("6-degree plane of the same meridian", PLAIN, "EPSG:4508", "found"),
    _geo(
        "6-degree plane of another meridian",
        PLAIN,
        "EPSG:4507",
        "refused",
        "SITE_FAR_FROM_COUNTY",
        "EPSG:4546",
    ),
    _geo("6-degree prefix under a 6-degree code", SIX, "EPSG:4497", "found"),
    _geo(
        "6-degree prefix under a 3-degree code",
        SIX,
        "EPSG:4525",
        "refused",
        "STATED_CRS_DOES_NOT_FIT",
        "EPSG:4497",
    ),
    Mistake(
        name="6-degree prefix, no word of it",
        suffix=".csv",
        numbers=SIX,
        crs="",
        outcome="found",
        code="DATUM_ASSUMED",
    ),
    # axes
    _geo(
        "north first in a plane",
        swapped,
        "EPSG:4546",
        "refused",
        "STATED_CRS_DOES_NOT_FIT",
        "EPSG:4546",
    ),
    _geo(
        "latitude first in 4490",
        lambda s: swapped(degrees(s)),
        "EPSG:4490",
        "refused",
        "DEGREES_OUT_OF_RANGE",
        "EPSG:4490",
    ),
    _geo(
        "latitude first, no crs",
        lambda s: swapped(degrees(s)),
        None,
        "refused",
        "DEGREES_OUT_OF_RANGE",
        "EPSG:4490",
    ),
    Mistake(
        name="latitude first",
        suffix=".kml",
        numbers=lambda s: swapped(degrees(s)),
        crs=None,
        outcome="refused",
        code="DEGREES_OUT_OF_RANGE",
        names="EPSG:4490",
    ),
    Mistake(
        name="latitude first",
        suffix=".wkt",
        numbers=lambda s: swapped(degrees(s)),
        crs="4490",
        outcome="refused",
        code="DEGREES_OUT_OF_RANGE",
        names="EPSG:4490",
    ),
    # units that are not those of the CRS
    _geo("metres, no crs", PLAIN, None, "refused", "DEGREES_OUT_OF_RANGE", "EPSG:4546"),
    _geo(
        "metres in 4326",
        PLAIN,
        "EPSG:4326",
        "refused",
        "DEGREES_OUT_OF_RANGE",
        "EPSG:4546",
    ),
    Mistake(
        name="metres",
        suffix=".kml",
        numbers=PREFIXED,
        crs=None,
        outcome="refused",
        code="DEGREES_OUT_OF_RANGE",
        names="EPSG:4525",
    ),
    _geo(
        "degrees in a plane",
        degrees,
        "EPSG:4546",
        "refused",
        "STATED_CRS_DOES_NOT_FIT",
        "EPSG:4490",
    ),
    # no CRS at all
    *(
        Mistake(
            name="no crs",
            suffix=suffix,
            numbers=PLAIN,
            crs=None,
            outcome="refused",
            code="SITE_CRS_MISSING",
            names="--crs EPSG:4546",
        )
        for suffix in (*TABLES, ".wkt")
    ),
    _geo("crs null", PLAIN, "null", "refused", "SITE_CRS_MISSING", "--crs EPSG:4546"),
    *(
        Mistake(
            name="no zone",
            suffix=suffix,
            numbers=PLAIN,
            crs="",
            outcome="refused",
            code="ZONE_MISSING",
            names="--crs EPSG:4546",
        )
        for suffix in (".txt", ".csv")
    ),
    # a wrong answer to the question
    *(
        Mistake(
            name=f"--crs {crs} for plain eastings",
            suffix=".wkt",
            numbers=PLAIN,
            crs=None,
            argument=crs,
            outcome="refused",
            code=code,
            names="EPSG:4546",
        )
        for crs, code in {
            "EPSG:4545": "SITE_FAR_FROM_COUNTY",
            "EPSG:4525": "CRS_ARGUMENT_DOES_NOT_FIT",
            "EPSG:4490": "CRS_ARGUMENT_DOES_NOT_FIT",
        }.items()
    ),
    _geo(
        "--crs gcj02 for a survey",
        PLAIN,
        "EPSG:4546",
        "refused",
        "WEB_MAP_DOES_NOT_FIT",
        argument="gcj02",
    ),
    # texts of one and the same plane
    _geo("compound", PLAIN, "EPSG:4546+5737", "found"),
    _geo(
        "compound urn", PLAIN, "urn:ogc:def:crs,crs:EPSG::4546,crs:EPSG::5737", "found"
    ),
    _geo("3-D degrees", degrees, "EPSG:4480", "found"),
    _geo("CRS84", degrees, "urn:ogc:def:crs:OGC:1.3:CRS84", "found", "WGS84_READ"),
    _geo(
        "CRS84 by url",
        degrees,
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "found",
        "WGS84_READ",
    ),
    _geo("a vertical crs", PLAIN, "EPSG:5737", "refused", "SITE_CRS_UNSUPPORTED"),
    Mistake(
        name="compound",
        suffix=".gpkg",
        numbers=PLAIN,
        crs="EPSG:4546+5737",
        outcome="found",
    ),
    _shp("no authority", _esri(4546), "found"),
    _shp("nameless plane", _proj(_KRUGER.format(east=500000, figure="GRS80")), "found"),
    _shp(
        "nameless plane of Krassovsky",
        _proj(_KRUGER.format(east=500000, figure="krass")),
        "refused",
        code="SITE_CRS_UNSUPPORTED",
    ),
    _shp(
        "nameless plane of WGS 84",
        _proj(_KRUGER.format(east=500000, figure="WGS84")),
        "refused",
        code="SITE_CRS_UNSUPPORTED",
    ),
    _shp(
        "another offset under a known name",
        _esri(4546).replace("500000.0", "600000.0"),
        "refused",
        code="SITE_CRS_UNSUPPORTED",
    ),
    _shp(
        "Xian ellipsoid under a CGCS2000 name",
        _esri(4546).replace("298.257222101", "298.257"),
        "refused",
        code="SITE_CRS_UNSUPPORTED",
    ),
    # old datums: by code, by name, by the words of a head
    *(
        _geo(
            f"{code} stated",
            numbers,
            f"EPSG:{code}",
            "refused",
            "DATUM_NEEDS_PARAMETERS",
        )
        for numbers, codes in (
            (PLAIN, (2382, 2434)),
            (PREFIXED, (2361, 2413)),
            (degrees, (4610, 4214)),
        )
        for code in codes
    ),
    *(
        _shp(f"{code} by name", _esri(code), "refused", code="DATUM_NEEDS_PARAMETERS")
        for code in (2382, 2434)
    ),
    _shp(
        "Xian 1980 named over the figure of CGCS2000",
        _esri(4546).replace("D_China_2000", "D_Xian_1980"),
        "refused",
        code="SITE_CRS_UNSUPPORTED",
    ),
    *(
        Mistake(
            name=head,
            suffix=".txt",
            numbers=PREFIXED,
            crs=head,
            outcome="refused",
            code="DATUM_NEEDS_PARAMETERS",
        )
        for head in (
            "坐标系=1980西安坐标系",
            "坐标系=北京54坐标系",
            "坐标系=80坐标系",
            "坐标系=2000国家大地坐标系;备注=西安80成果",
            "投影类型=高斯克吕格(北京54)",
        )
    ),
    # degrees off a web map, and the same with the question answered
    *(
        Mistake(
            name="off a web map",
            suffix=suffix,
            numbers=off_gaode,
            crs=crs,
            outcome="doubted",
            code="READING_CHANGES_ANSWER",
            names="gcj02",
        )
        for suffix, crs in (
            (".kml", None),
            (".geojson", None),
            (".geojson", "EPSG:4326"),
            (".shp", "EPSG:4326"),
            (".gpkg", "EPSG:4326"),
            (".wkt", "4326"),
            (".parquet", "EPSG:4326"),
        )
    ),
    *(
        Mistake(
            name="off a web map, no word of a datum",
            suffix=suffix,
            numbers=off_gaode,
            crs=IN_DEGREES,
            outcome="doubted",
            code="READING_CHANGES_ANSWER",
            names="gcj02",
        )
        for suffix in (".txt", ".csv")
    ),
    *(
        Mistake(
            name="off a web map, and said so",
            suffix=suffix,
            numbers=off_gaode,
            crs=crs,
            argument="gcj02",
            outcome="found",
            code="WEB_MAP_CONVERTED",
            names="531",
        )
        for suffix, crs in (
            (".kml", None),
            (".geojson", None),
            (".wkt", "4326"),
            (".csv", None),
        )
    ),
    _geo(
        "off a web map, said to be 4490",
        off_gaode,
        "EPSG:4490",
        "refused",
        "WEB_MAP_DOES_NOT_FIT",
        argument="gcj02",
    ),
    # UTM stated for Gauss-Krüger
    *(
        Mistake(
            name="utm stated",
            suffix=suffix,
            numbers=PLAIN,
            crs="EPSG:32649",
            outcome="doubted",
            code="READING_CHANGES_ANSWER",
            names="EPSG:4546",
        )
        for suffix in (".geojson", ".gpkg", ".shp")
    ),
    _geo("web mercator stated", PLAIN, "EPSG:3857", "refused", "SITE_CRS_UNSUPPORTED"),
)
