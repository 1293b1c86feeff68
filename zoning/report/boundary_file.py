"""Boundary-point TXT (报部坐标) of what a trim leaves, for the surveyor.

References
----------
.. [1] Coordinate file of the ministry's reporting system, as
   `zoning.io.boundary_txt` reads it: north first (X), then east with its zone
   (Y), rings numbered, each closed by a row that repeats its first point.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.check.survey_plane import SurveyPlane
from zoning.report.document import clean
from zoning.report.numbers import hectares

__all__ = ["Parcel", "boundary_bytes"]

ENCODING = "gb18030"  # what survey software on Chinese Windows reads
_SHAPE_WORDS = {"面", "线", "点"}
_LATER_FIELDS = ("图幅号", "用途", "地类编码")
_SEPARATORS = str.maketrans(dict.fromkeys(",，;；@＠\t\r\n=＝[]［］【】", "、"))
"""What a reader would take for the end of a field."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parcel:
    """One parcel line with its points.

    Parameters
    ----------
    geometry : polygon or multipolygon
        In the plane of the file, eastings without zone, whole millimetres.
    area_m2 : float
        Ellipsoidal; written in hectares.
    attributes : mapping of str to str
        Of the file it came from; sheet, use and land class are carried on.
    """

    number: str
    name: str
    geometry: BaseGeometry
    area_m2: float
    attributes: Mapping[str, str] = field(default_factory=dict)


def boundary_bytes(
    parcels: Sequence[Parcel], plane: SurveyPlane, *, day: date, producer: str
) -> bytes:
    """Return a boundary-point file, GB18030 with CRLF line ends.

    Outlines run clockwise from their north-western point, holes the other
    way, as survey practice has it; points are numbered through a parcel.
    """
    lines = [
        "[属性描述]",
        "格式版本号=1.01版本",
        f"数据产生单位={_plain(producer)}",
        f"数据产生日期={day.isoformat()}",
        "坐标系=2000国家大地坐标系",
        f"几度分带={plane.width_deg}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={plane.zone}",
        "精度=0.001",
        "转换参数=,,,,,,",
        "[地块坐标]",
    ]
    for parcel in parcels:
        lines += _parcel_lines(parcel, plane)
    text = "\r\n".join(lines) + "\r\n"
    return text.encode(ENCODING)


def _parcel_lines(parcel: Parcel, plane: SurveyPlane) -> list[str]:
    points = list(_point_lines(parcel.geometry, plane))
    name = _plain(parcel.name)
    later = [_plain(parcel.attributes.get(key, "")) for key in _LATER_FIELDS]
    title = [
        str(len(points)),
        hectares(parcel.area_m2),
        _worded(_plain(parcel.number)),
        _worded(name),
        "面",
        *later,
        "@",
    ]
    return [",".join(title), *points]


def _point_lines(shape: BaseGeometry, plane: SurveyPlane) -> Iterator[str]:
    first = 1
    for number, ring in enumerate(_rings(shape), start=1):
        names = [*range(first, first + len(ring) - 1), first]
        for name, (east, north) in zip(names, ring, strict=True):
            yield f"J{name},{number},{north:.3f},{plane.prefix_m + east:.3f}"
        first += len(ring) - 1


def _rings(shape: BaseGeometry) -> Iterator[NDArray[np.float64]]:
    """Yield closed rings: each part's outline, then its holes."""
    turned = shapely.orient_polygons(shape, exterior_cw=True)
    for part in shapely.get_parts(turned):
        for ring in shapely.get_rings(part):
            xy = shapely.get_coordinates(ring)[:-1]
            corner = int(np.argmax(xy[:, 1] - xy[:, 0]))
            around = np.roll(xy, -corner, axis=0)
            yield np.vstack([around, around[:1]])


def _plain(text: str) -> str:
    return clean(text).translate(_SEPARATORS).strip()


def _worded(text: str) -> str:
    """Keep a name from being read as the word for the shape."""
    return f"地块{text}" if text in _SHAPE_WORDS else text
