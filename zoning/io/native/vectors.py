"""What GDAL makes of a vector file. Nothing here is called but as a job.

A layer comes as a stream of Arrow columns, which costs a third of asking for one
feature after the other. A stream can end early or hold broken arrays in silence,
so it is taken only where it is whole and plain; else the features are asked for.

GDAL draws a chord every four degrees of an arc; here every fiftieth of one,
which keeps arcs of up to 650 km radius within a centimetre.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from numpy.typing import NDArray

from zoning.io.native.packing import (
    NUMBER,
    TEXT,
    pack_bytes,
    pack_numbers,
    pack_text,
)
from zoning.io.native.streams import described, read_stream
from zoning.io.quarantine.frames import Frame, Gathered

__all__ = ["load_lightly", "numbered_rows", "read_table", "tables_with_geometry"]

_ARC_STEP_DEGREES = "0.02"
_NOT_NEEDED = ("geopandas", "pandas", "pyarrow", "pyproj", "shapely")
"""What pyogrio loads where it finds it: most of a second, for nothing here."""


def load_lightly() -> None:
    """Load pyogrio without the libraries that it loads where it finds them.

    For a process that reads and does nothing else: elsewhere its writers need
    them.
    """
    absent = [name for name in _NOT_NEEDED if name not in sys.modules]
    modules: dict[str, Any] = sys.modules
    modules.update(dict.fromkeys(absent))
    try:
        import_module("pyogrio")
    finally:
        for name in absent:
            del modules[name]


def read_table(
    source: str | bytes,
    *,
    driver: str,
    layer: str | None,
    encoding: str | None,
    site: bool,
    expected: int | None,
) -> Frame:
    """Read a layer whole; see `zoning.io.gdal_reading.read_gdal`.

    Returns
    -------
    Frame
        Header ``fields``, ``kinds`` of fields, ``crs``, ``kind`` of geometry; two
        buffers of the geometry, three of each field of text, one of each of
        numbers.

    Raises
    ------
    ValueError
        With GDAL's reason, whatever it raised, or when another driver answered,
        or when there is no geometry.
    """
    import pyogrio
    from pyogrio import errors

    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": _ARC_STEP_DEGREES})
    try:
        with _attentive() if site else warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Measured .M. geometry")
            if not str(source).startswith(f"{driver}:"):
                _require_driver(source, layer, driver)
            asked = {"layer": layer, "encoding": encoding}
            streamed = None
            if expected is not None:
                streamed = read_stream(source, expected, **asked)
            return streamed or _features(source, **asked)
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


def _features(source: str | bytes, **asked: str | None) -> Frame:
    """Read feature by feature.

    Raises
    ------
    ValueError
        When there is no geometry.
    """
    from pyogrio import raw

    meta, _, wkb, fields = raw.read(source, **asked)
    if wkb is None:
        raise ValueError("no geometry")
    buffers, kinds = list[Gathered](pack_bytes(wkb)), []
    for values in fields:
        number = values.dtype.kind == "f"
        kinds.append(NUMBER if number else TEXT)
        buffers += pack_numbers(values) if number else pack_text(_as_text(values))
    return Frame(header={**described(meta), "kinds": kinds}, buffers=buffers)


def tables_with_geometry(path: str) -> Frame:
    """Name the tables of a dataset that hold shapes, in order.

    Raises
    ------
    ValueError
        When GDAL cannot open it.
    """
    import pyogrio
    from pyogrio import errors

    try:
        with _attentive():
            listed = pyogrio.list_layers(path)
    except errors.DataSourceError as error:
        raise ValueError(str(error)) from error
    names = sorted(str(name) for name, kind in listed if kind is not None)
    return Frame(header={"names": names})


def numbered_rows(path: str, table: str, column: str) -> Frame:
    """Return the row numbers of a table without shapes, and one text column.

    Raises
    ------
    ValueError
        When there is no such table.
    """
    from pyogrio import errors, raw

    try:
        with _attentive():
            _, numbers, _, fields = raw.read(
                path, layer=table, columns=[column], return_fids=True
            )
    except (errors.DataSourceError, errors.DataLayerError) as error:
        raise ValueError(table) from error
    rows = zip(fields[0].tolist(), numbers.tolist(), strict=True)
    return Frame(header={"rows": [[str(name), int(number)] for name, number in rows]})


def _require_driver(source: str | bytes, layer: str | None, driver: str) -> None:
    import pyogrio

    found = pyogrio.read_info(source, layer=layer)["driver"]
    if found != driver:
        raise ValueError(f"{driver}: {found}")


@contextmanager
def _attentive() -> Iterator[None]:
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


def _as_text(values: NDArray[Any]) -> list[str]:
    """Turn a column into text; missing as ''."""
    return ["" if v is None else str(v) for v in values.tolist()]
