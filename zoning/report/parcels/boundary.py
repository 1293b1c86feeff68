"""Parcels as a boundary-point TXT (报部坐标).

References
----------
.. [1] `zoning.report.boundary_file`: the same form, for what a trim leaves.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from zoning import measure
from zoning.check.survey_plane import survey_plane
from zoning.errors import Problem
from zoning.model.parcels import Parcel, ParcelTable, WrittenParcels
from zoning.report.document import clean
from zoning.report.parcels.points import KINDS, Places, listed_points, places_of
from zoning.report.parcels.remarks import beyond_gbk, fields_left, held, rounding

__all__ = ["STATEMENTS", "boundary_parcels", "survey_statements"]

STATEMENTS = ("数据产生单位", "数据产生日期")
"""What one boundary file takes over from another beside its parcels."""

_MINISTRY = ("图幅号", "用途", "地类编码")
_LATER = re.compile(r"字段([6-9]|[1-3]\d)")
_LEAST_LONG, _BEFORE_LATER = 9, 5
"""Fields of the shortest long form, and those before the first free one."""
_SEPARATORS = str.maketrans(dict.fromkeys(",，@＠\t\n", "、"))
"""What a reader would take for the end of a field or of the line."""
_CONTROLS = dict.fromkeys([*range(32), 0x7F])


def boundary_parcels(table: ParcelTable, *, encoding: str) -> WrittenParcels:
    """Write a table in a Gauss-Krüger plane of CGCS2000, CRLF line ends.

    Parameters
    ----------
    table : ParcelTable
        Its CRS with or without zone in the eastings, as they are written.
    encoding : str
        ``gb18030`` or ``utf-8``.
    """
    carried = _carried_columns(table)
    known = held(table, plain, columns=carried)
    places = places_of(table)
    shared = {parcel.project_name for parcel in known.parcels}
    project = shared.pop() if len(shared) == 1 else ""
    parcels = [
        parcel if project else replace(parcel, project_name="")
        for parcel in known.parcels
    ]
    lines = [*(["[项目信息]", f"项目名称={project}"] if project else ())]
    said = {key: plain(table.statements.get(key, ""))[0] for key in STATEMENTS}
    lines += ["[属性描述]", "格式版本号=1.01版本"]
    lines += [f"{key}={said[key]}" for key in STATEMENTS]
    lines += survey_statements(table.crs, places.count)
    lines += ["转换参数=,,,,,,", "[地块坐标]"]
    for parcel, area in zip(parcels, _areas(table), strict=True):
        lines += _lines(parcel, area, table.columns, places=places)
    text = "\r\n".join(lines) + "\r\n"
    return WrittenParcels(
        parts={".txt": text.encode(encoding)},
        crs=table.crs,
        encoding=encoding,
        parcels=tuple(parcels),
        remarks=(
            *known.remarks,
            *fields_left(table, ".txt", carried),
            *_projects_left(known.parcels, project),
            *rounding(places.count, places.shift, degrees=False),
            *(beyond_gbk(text) if encoding == "gb18030" else ()),
        ),
    )


def plain(text: str) -> tuple[str, str]:
    """Return a text that ends no field and is no word for a shape."""
    known = clean(text).translate(_SEPARATORS).strip()
    known = f"地块{known}" if known in KINDS else known
    controls = known.replace("\ufffd", "") == text.translate(_CONTROLS)
    return known, "control" if controls else "separator"


def survey_statements(crs: str, places: int) -> list[str]:
    """Return what a list states of its plane, as ``key=value``."""
    plane = survey_plane(crs, crs, 0.0)
    return [
        "坐标系=2000国家大地坐标系",
        f"几度分带={plane.width_deg}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={plane.zone}",
        f"精度={10.0**-places:.{places}f}",
    ]


def _carried_columns(table: ParcelTable) -> list[str]:
    """Return the columns that have a field: a line cannot have both forms."""
    filled = [
        {name for name, value in zip(table.columns, p.values, strict=True) if value}
        for p in table.parcels
    ]
    later = [name for name in table.columns if _LATER.fullmatch(name)]
    mixed = any(own & set(later) and own & set(_MINISTRY) for own in filled)
    return [*_MINISTRY, *(() if mixed else later)]


def _areas(table: ParcelTable) -> list[float]:
    """Return the declared areas, where there is none the ellipsoidal one."""
    column = np.array([*(p.geometry for p in table.parcels), None], dtype=object)[:-1]
    measured = measure.area_m2(column, table.crs).tolist()
    return [
        own if parcel.area_declared_m2 is None else parcel.area_declared_m2
        for parcel, own in zip(table.parcels, measured, strict=True)
    ]


def _lines(
    parcel: Parcel, area_m2: float, columns: Sequence[str], *, places: Places
) -> list[str]:
    points = [
        f"{p.name},{p.ring},{p.y:.{places.count}f},{p.x:.{places.count}f}"
        for p in listed_points(parcel.geometry, places)
    ]
    kind = KINDS[int(shapely.get_dimensions(parcel.geometry))]
    title = [
        str(len(points)),
        hectares_text(area_m2) if kind == "面" else "",
        parcel.number,
        parcel.name,
        kind,
        *_later(dict(zip(columns, parcel.values, strict=True))),
        "@",
    ]
    return [",".join(title), *points]


def _later(values: dict[str, str]) -> list[str]:
    """Return the fields behind the shape: the ministry's three, or a long form."""
    places = {
        int(match.group(1)): value
        for name, value in values.items()
        if value and (match := _LATER.fullmatch(name))
    }
    if not places or any(values.get(name) for name in _MINISTRY):
        return [values.get(name, "") for name in _MINISTRY]
    count = max(_LEAST_LONG, *places)
    return [places.get(number, "") for number in range(_BEFORE_LATER + 1, count + 1)]


def hectares_text(area_m2: float) -> str:
    """Return square metres as hectares, to 4 decimals or as many as they have."""
    whole, _, decimals = f"{round(area_m2, 4) / 10_000:.8f}".partition(".")
    return f"{whole}.{decimals[:4]}{decimals[4:].rstrip('0')}"


def _projects_left(parcels: Sequence[Parcel], project: str) -> list[Problem]:
    if project or not any(parcel.project_name for parcel in parcels):
        return []
    values = {"suffix": ".txt", "fields": "项目名称 project name"}
    return [Problem(code="CONVERT_FIELDS_LEFT", values=values)]
