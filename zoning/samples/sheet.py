"""A layer ready to be written: geometry, columns, and how it arrives."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.measure import area_m2
from zoning.samples.districts import ADMIN_CODE
from zoning.samples.frame import PLANE

__all__ = ["DEMO", "Sheet", "areas", "content_hash", "millimetres", "serials"]

Column = Sequence[str] | Sequence[float] | Sequence[int]

DEMO = "示范数据，非真实界线"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """One layer in EPSG:4546 and the dialect it is written in.

    Parameters
    ----------
    layer_id : str
        Layer id of the catalogue; several sheets may share one.
    path : str
        File under the base folder.
    geometry : sequence of geometry, length n
        On the millimetre grid of EPSG:4546.
    columns : mapping of str to sequence, each length n
        Field names as they arrive in practice.
    crs : str
        CRS of the file.
    sublayer : str or None
        Table inside a GeoPackage that holds several.
    """

    layer_id: str
    path: str
    geometry: Sequence[BaseGeometry]
    columns: Mapping[str, Column]
    crs: str = PLANE
    sublayer: str | None = None
    encoding: str = "UTF-8"
    code_page_file: bool = False
    edition: str = "2022-10-31"
    valid_to: str | None = None
    coverage: str = "county"
    fields: Mapping[str, str] = field(default_factory=dict)


def millimetres(geometry: BaseGeometry) -> BaseGeometry:
    """Return a valid geometry on the millimetre grid."""
    return shapely.normalize(shapely.set_precision(geometry, 0.001))


def areas(geometry: Sequence[BaseGeometry]) -> list[float]:
    """Ellipsoidal areas in m2, two decimals."""
    column = np.empty(len(geometry), dtype=object)
    column[:] = list(geometry)
    return [round(float(value), 2) for value in area_m2(column, PLANE)]


def serials(code: str, count: int) -> list[str]:
    """Return 18-digit identifiers: county, layer code, eight-digit serial."""
    return [f"{ADMIN_CODE}{code}{number:08d}" for number in range(1, count + 1)]


def content_hash(
    geometry: NDArray[np.object_], columns: Mapping[str, Sequence[object]]
) -> str:
    """Return a hash of what a layer says, whatever the bytes of its file.

    Parameters
    ----------
    geometry : ndarray of object, shape (n,)
        In EPSG:4546; compared after rounding to 1 mm and ordering of rings
        and parts.
    columns : mapping of str to sequence
        Numbers are compared to 4 decimals, missing text equals empty text.
    """
    digest = hashlib.sha256()
    digest.update("\x1f".join(columns).encode())
    whole = shapely.transform(geometry, lambda xy: np.round(xy * 1000) + 0.0)
    texts = [[_plain(value) for value in column] for column in columns.values()]
    rows = zip(*texts, strict=True) if texts else ((),) * len(geometry)
    for shape, row in zip(whole, rows, strict=True):
        parts = shapely.normalize(shapely.get_parts(shape))
        blobs = sorted(shapely.to_wkb(parts, byte_order=1, output_dimension=2))
        digest.update(b"\x1e".join([*blobs, "\x1f".join(row).encode()]))
    return digest.hexdigest()


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float, np.integer, np.floating)):
        number = float(value)
        return "" if np.isnan(number) else f"{number + 0.0:.4f}"
    return str(value)
