"""Rows of a site file as a table of parcels, for writing in another format.

Number, name, project and declared area are put into columns of their own
where the source has none, under names by which the readers find them again.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from zoning.io.boundary_lines import parse_document
from zoning.io.site_columns import column
from zoning.io.site_row import SiteRow
from zoning.io.text import decode, lines_of
from zoning.model.parcels import Parcel, ParcelTable

__all__ = ["parcel_table", "statements_of"]

_OWN_NAMES = {
    "number": "地块编号",
    "name": "地块名称",
    "project_name": "项目名称",
    "area": "面积(平方米)",
}
_CARRIED_KEYS = {
    *("坐标系", "几度分带", "分带", "投影类型", "计量单位", "带号", "精度"),
    *("格式版本号", "项目名称", "中央经线", "中央子午线"),
}
_NOTHING = frozenset(", 0.")


def parcel_table(rows: Sequence[SiteRow], crs: str) -> ParcelTable:
    """Return accepted rows of one CRS as a table, in order.

    Parameters
    ----------
    rows : sequence of SiteRow
        None of them rejected.
    crs : str
        CRS of all their geometries.

    Notes
    -----
    The column in which a reader would look for a role first takes the row's
    own number or name, so that rows with differing columns stay readable.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row.attributes))
    roles: dict[str, int] = {}
    for role, own in _OWN_NAMES.items():
        found = column(role, columns)
        if found is None and any(_role(row, role) for row in rows):
            columns.append(own)
            found = len(columns) - 1
        if found is not None:
            roles[role] = found
    return ParcelTable(
        crs=crs,
        columns=tuple(columns),
        roles=MappingProxyType(roles),
        parcels=tuple(_parcel(row, columns, roles) for row in rows),
    )


def _parcel(row: SiteRow, columns: Sequence[str], roles: Mapping[str, int]) -> Parcel:
    values = [row.attributes.get(name, "") for name in columns]
    for role, place in roles.items():
        if not values[place].strip():
            values[place] = _role(row, role)
    if row.geometry is None:
        raise ValueError(row.number)
    return Parcel(
        number=row.number,
        name=row.name,
        project_name=row.project_name,
        geometry=row.geometry,
        area_declared_m2=row.area_declared_m2,
        values=tuple(values),
    )


def _role(row: SiteRow, role: str) -> str:
    if role != "area":
        return str(getattr(row, role))
    area = row.area_declared_m2
    return "" if area is None else f"{area:.4f}"


def statements_of(content: bytes, file: str) -> Mapping[str, str]:
    """Return what the head of a boundary file says beside CRS, version and project.

    Raises
    ------
    SiteError
        When the text cannot be decoded.
    """
    header = parse_document(lines_of(decode(content, file).text)).header
    return {
        key: value
        for key, value in header.items()
        if key not in _CARRIED_KEYS and not set(value) <= _NOTHING
    }
