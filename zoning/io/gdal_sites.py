"""FlatGeobuf and file geodatabases to site rows: GDAL reads, another path counts."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from zoning.errors import Problem, SiteError
from zoning.io.crs_text import code_of
from zoning.io.feature_row import described_row
from zoning.io.flatgeobuf import count_flatgeobuf
from zoning.io.gdal_reading import GdalTable, layers_with_geometry, read_gdal
from zoning.io.geodatabase import CATALOG, DRIVER, count_geodatabase
from zoning.io.geoparquet import read_geoparquet
from zoning.io.site_row import SiteRow
from zoning.io.wkb_rows import wkb_row

__all__ = ["read_flatgeobuf", "read_geodatabase", "read_parquet"]


def read_flatgeobuf(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read a FlatGeobuf whole.

    Parameters
    ----------
    content : bytes
    file : str
        File name for messages; places read ``file#n``, features from 1.
    crs : str, optional
        ``EPSG:n`` where the file names no CRS.

    Raises
    ------
    SiteError
        ``SITE_FILE_DAMAGED``, ``SITE_COUNT_MISMATCH``, ``SITE_NO_ROWS`` or
        ``SITE_CRS_UNSUPPORTED``.
    """
    try:
        expected = count_flatgeobuf(content)
        table = read_gdal(content, driver="FlatGeobuf", site=True)
    except ValueError as error:
        raise SiteError(_damaged(str(error), file)) from error
    return _rows(table, expected, file=file, crs=crs)


def read_geodatabase(
    parts: Mapping[str, bytes], *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read the one layer with geometry of a file geodatabase.

    Parameters
    ----------
    parts : mapping of str to bytes
        Contents by file name.
    file, crs
        As for `read_flatgeobuf`.

    Raises
    ------
    SiteError
        As `read_flatgeobuf`, and ``SITE_SEVERAL_TABLES`` with their names.
    """
    if CATALOG not in parts:
        raise SiteError(_damaged(CATALOG, file))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "sites.gdb"
        folder.mkdir()
        for name, content in parts.items():
            (folder / name).write_bytes(content)
        try:
            layer = _single(layers_with_geometry(folder), file)
            expected = count_geodatabase(folder, layer)
            table = read_gdal(str(folder), driver=DRIVER, layer=layer, site=True)
        except ValueError as error:
            detail = str(error).replace(str(folder), file).replace(place, "")
            raise SiteError(_damaged(detail, file)) from error
    return _rows(table, expected, file=file, crs=crs)


def read_parquet(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read a GeoParquet whole; parameters and errors as for `read_flatgeobuf`."""
    found = read_geoparquet(content, file=file)
    rows = tuple(
        wkb_row(
            described_row(
                {name: values[index] for name, values in found.columns.items()}
            ),
            wkb,
            stated=found.crs,
            argument=crs,
            where=f"{file}#{index + 1}",
        )
        for index, wkb in enumerate(found.shapes.values())
    )
    if not rows:
        raise SiteError(Problem(code="SITE_NO_ROWS", where=file))
    return rows


def _single(names: list[str], file: str) -> str:
    if len(names) == 1:
        return names[0]
    if not names:
        raise SiteError(Problem(code="SITE_NO_ROWS", where=file))
    values = {"names": "、".join(names)[:200], "names_en": ", ".join(names)[:200]}
    raise SiteError(Problem(code="SITE_SEVERAL_TABLES", where=file, values=values))


def _rows(
    table: GdalTable, expected: int, *, file: str, crs: str | None
) -> tuple[SiteRow, ...]:
    if len(table.shapes) != expected:
        values = {"found": str(len(table.shapes)), "expected": str(expected)}
        raise SiteError(Problem(code="SITE_COUNT_MISMATCH", where=file, values=values))
    if not expected:
        raise SiteError(Problem(code="SITE_NO_ROWS", where=file))
    stated = _stated(table.crs, file)
    return tuple(
        wkb_row(
            described_row(
                {name: values[index] for name, values in table.columns.items()}
            ),
            wkb,
            stated=stated,
            argument=crs,
            where=f"{file}#{index + 1}",
        )
        for index, wkb in enumerate(table.shapes.values())
    )


def _stated(text: str | None, file: str) -> str | None:
    if not text:
        return None
    code = code_of(text)
    if code is None:
        values = {"crs": text.partition(",")[0][:80]}
        raise SiteError(Problem(code="SITE_CRS_UNSUPPORTED", where=file, values=values))
    return code


def _damaged(detail: str, where: str) -> Problem:
    values = {"detail": detail[:160]}
    return Problem(code="SITE_FILE_DAMAGED", where=where, values=values)
