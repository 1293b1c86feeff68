"""What can be asked of the reading process."""

from types import MappingProxyType

from zoning.io.native import vectors
from zoning.io.quarantine.frames import Frame
from zoning.io.quarantine.running import Jobs

__all__ = ["JOBS", "prepare"]

prepare = vectors.load_lightly


def _source(question: Frame) -> str | bytes:
    """Return the path of a file, or its bytes where they came along."""
    path: str | None = question.header.get("path")
    return bytes(question.whole[0]) if path is None else path


def _table(question: Frame) -> Frame:
    asked = question.header
    return vectors.read_table(
        _source(question),
        driver=asked["driver"],
        layer=asked["layer"],
        encoding=asked["encoding"],
        site=asked["site"],
        expected=asked["expected"],
    )


def _tables(question: Frame) -> Frame:
    return vectors.tables_with_geometry(question.header["path"])


def _rows(question: Frame) -> Frame:
    asked = question.header
    return vectors.numbered_rows(asked["path"], asked["table"], asked["column"])


def _parquet(question: Frame) -> Frame:
    from zoning.io.native.parquet import read_parquet

    return read_parquet(_source(question), file=question.header["file"])


def _raster(question: Frame) -> Frame:
    from zoning.io.native.rasters import read_grid

    asked = question.header
    return read_grid(
        asked["path"], driver=asked["driver"], most_cells=asked["most_cells"]
    )


def _nothing(_: Frame) -> Frame:
    return Frame(header={})


JOBS: Jobs = MappingProxyType(
    {
        "table": _table,
        "tables": _tables,
        "rows": _rows,
        "parquet": _parquet,
        "raster": _raster,
        "nothing": _nothing,
    }
)
