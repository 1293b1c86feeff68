"""One dataset read by GDAL, with the driver that was expected and fine arcs.

GDAL draws a chord every four degrees of an arc; here every fiftieth of one,
which keeps arcs of up to 650 km radius within a centimetre.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.io.wkb_rows import plain_text

__all__ = ["GdalTable", "as_text", "attentive", "layers_with_geometry", "read_gdal"]

_ARC_STEP_DEGREES = "0.02"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GdalTable:
    """What GDAL made of a layer.

    Parameters
    ----------
    wkb : ndarray of object, shape (n,)
        Bytes, None where the geometry is null.
    columns : dict of str to ndarray of object, each shape (n,)
        Text, '' when missing.
    crs : str or None
        As GDAL names it: ``EPSG:n`` or well-known text.
    """

    wkb: NDArray[np.object_]
    columns: dict[str, NDArray[np.object_]]
    crs: str | None


def read_gdal(
    source: str | bytes,
    *,
    driver: str,
    layer: str | None = None,
    encoding: str | None = None,
    site: bool = False,
) -> GdalTable:
    """Read a layer whole.

    Parameters
    ----------
    source : str or bytes
        Path or connection string; bytes are opened from memory.
    driver : str
        The driver that must have read it.
    layer : str, optional
        Name of the table.
    encoding : str, optional
        Of a Shapefile's table.
    site : bool
        Whether heights are kept, for a note, and a warning of GDAL refuses the
        file; else it is passed on.

    Raises
    ------
    ValueError
        With GDAL's reason, whatever it raised, or when another driver answered,
        or when there is no geometry.
    """
    import pyogrio
    from pyogrio import errors, raw

    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": _ARC_STEP_DEGREES})
    try:
        with attentive() if site else warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Measured .M. geometry")
            if not str(source).startswith(f"{driver}:"):
                _require_driver(source, layer, driver)
            meta, _, wkb, fields = raw.read(
                source, layer=layer, encoding=encoding, force_2d=not site
            )
    except (
        errors.DataSourceError,
        errors.DataLayerError,
        errors.FeatureError,
        errors.FieldError,
        errors.GeometryError,
        errors.CRSError,
        UnicodeError,
        LookupError,  # pyogrio on a FlatGeobuf cut short
    ) as error:
        raise ValueError(str(error)) from error
    if wkb is None:
        raise ValueError("no geometry")
    columns = {
        str(name): as_text(values)
        for name, values in zip(meta["fields"], fields, strict=True)
    }
    return GdalTable(wkb=wkb, columns=columns, crs=meta["crs"])


def _require_driver(source: str | bytes, layer: str | None, driver: str) -> None:
    import pyogrio

    found = pyogrio.read_info(source, layer=layer)["driver"]
    if found != driver:
        raise ValueError(f"{driver}: {found}")


@contextmanager
def attentive() -> Iterator[None]:
    """Make a warning of GDAL a refusal: it tells of damage that was got round.

    Raises
    ------
    ValueError
        With the first warning.
    """
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
    found = [w.message for w in told if issubclass(w.category, RuntimeWarning)]
    if found:
        raise ValueError(str(found[0]))


def layers_with_geometry(path: Path) -> list[str]:
    """Return the names of the tables of a dataset that hold shapes, in order.

    Raises
    ------
    ValueError
        When GDAL cannot open it.
    """
    import pyogrio
    from pyogrio import errors

    try:
        with attentive():
            listed = pyogrio.list_layers(path)
    except errors.DataSourceError as error:
        raise ValueError(str(error)) from error
    return sorted(str(name) for name, kind in listed if kind is not None)


def as_text(values: NDArray[Any]) -> NDArray[np.object_]:
    """Turn a column into text; numbers without a trailing .0, missing as ''."""
    if values.dtype.kind == "f":
        return np.array([plain_text(float(v)) for v in values], dtype=object)
    return np.array(
        ["" if v is None else str(v) for v in values.tolist()], dtype=object
    )
