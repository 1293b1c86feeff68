"""Layers read as streams of columns: as feature by feature, or not at all."""

import datetime as dt
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoning.io.asking import GdalTable, table_of
from zoning.io.native import streams, vectors
from zoning.io.native.arrow_columns import pack_arrow_bytes, pack_arrow_field
from zoning.io.native.packing import open_bytes, open_column
from zoning.io.quarantine.frames import Frame, Gathered, joined

CRS = "EPSG:4546"
SQUARE = shapely.box(0, 0, 1, 1)
DRIVERS = {
    ".gpkg": "GPKG",
    ".fgb": "FlatGeobuf",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".gdb": "OpenFileGDB",
}
WORDS = ("甲", "乙𠮷", "", "a", None)


def frame_of(count: int, **columns: Any) -> geopandas.GeoDataFrame:
    shapes = np.array([shapely.box(i, 0, i + 1, 1) for i in range(count)], dtype=object)
    shapes[-1] = shapely.MultiPolygon([SQUARE, shapely.box(3, 3, 4, 4)])
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def read(path: Path, expected: int | None, encoding: str | None = None) -> GdalTable:
    driver = DRIVERS[path.suffix]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = vectors.read_table(
            str(path),
            driver=driver,
            layer=None,
            encoding=encoding,
            site=False,
            expected=expected,
        )
    return table_of(made)


def streamed(path: Path, expected: int, encoding: str | None = None) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return (
            streams.read_stream(str(path), expected, layer=None, encoding=encoding)
            is not None
        )


def told(table: GdalTable) -> tuple[object, ...]:
    shapes = shapely.from_wkb(table.shapes.values())
    wkb = shapely.to_wkb(shapes, output_dimension=4).tolist()
    columns = {name: values.tolist() for name, values in table.columns.items()}
    return wkb, columns, table.crs, table.kind


@pytest.mark.parametrize("suffix", DRIVERS)
def test_a_stream_tells_what_the_features_tell(tmp_path: Path, suffix: str) -> None:
    count = 300
    table = frame_of(
        count,
        NAME=[WORDS[i % 5] for i in range(count)],
        BSM=[f"永农{i:012d}" for i in range(count)],
        COUNT=np.arange(count, dtype=np.int32),
        MJ=np.where(np.arange(count) % 7 == 0, np.nan, np.arange(count) / 8),
        DAY=[dt.date(2026, 1, 1 + i % 28) for i in range(count)],
    )
    path = tmp_path / f"a{suffix}"
    encoding = "gb18030" if suffix == ".shp" else None
    table.to_file(
        path, driver=DRIVERS[suffix], encoding=encoding, promote_to_multi=True
    )

    assert streamed(path, count, encoding)
    assert told(read(path, count, encoding)) == told(read(path, None, encoding))


@pytest.mark.parametrize("suffix", [".gpkg", ".fgb"])
def test_heights_and_missing_shapes_are_the_same_both_ways(
    tmp_path: Path, suffix: str
) -> None:
    high = shapely.Polygon([(0, 0, 5), (1, 0, 6), (1, 1, 7)])
    shapes = np.array([high, None], dtype=object)
    table = geopandas.GeoDataFrame({"A": ["x", "y"]}, geometry=shapes, crs=CRS)
    path = tmp_path / f"a{suffix}"
    table.to_file(path, driver=DRIVERS[suffix], SPATIAL_INDEX="NO")

    assert told(read(path, 2)) == told(read(path, None))


def test_a_stream_of_another_number_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame_of(5, A=list("abcde")).to_file(path)

    assert streamed(path, 5)
    assert not streamed(path, 4)
    assert not streamed(path, 6)
    assert not streamed(path, -2)
    assert told(read(path, 4)) == told(read(path, None))


@pytest.mark.parametrize(
    "column",
    [
        pd.to_datetime(["2026-01-01 10:00", "2026-01-02 11:30"]),
        pd.array([1, None], dtype="Int64"),
        pd.array([True, None], dtype="boolean"),
    ],
    ids=["time", "number or none", "switch or none"],
)
def test_columns_of_other_kinds_are_the_same_both_ways(
    tmp_path: Path, column: Any
) -> None:
    path = tmp_path / "a.gpkg"
    frame_of(2, A=column).to_file(path)

    assert told(read(path, 2)) == told(read(path, None))


@pytest.mark.parametrize(
    "head",
    [
        b"\x01" + (7).to_bytes(4, "little"),
        b"\x01" + (10).to_bytes(4, "little"),
        b"\x01" + (2003).to_bytes(4, "little"),
        b"\x00" + (3).to_bytes(4, "big"),
        b"\x01",
    ],
    ids=["collection", "curve", "measures", "other byte order", "cut short"],
)
def test_shapes_that_are_not_plain_are_left_to_the_features(head: bytes) -> None:
    chunk = pa.array([shapely.to_wkb(SQUARE), None, head])

    assert streams._without_curves(chunk[:2])
    assert streams._without_curves(pa.array([None], pa.binary()))
    assert not streams._without_curves(chunk)


def test_a_stream_that_breaks_off_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.gpkg"
    frame_of(5, A=list("abcde")).to_file(path)

    def broken(*_: object) -> bool:
        raise pa.ArrowInvalid("offsets")

    monkeypatch.setattr(streams, "_plain", broken)
    assert not streamed(path, 5)
    assert told(read(path, 5)) == told(read(path, None))


def whole(buffers: list[Gathered]) -> Any:
    return iter([joined(buffer) for buffer in buffers])


@given(
    values=st.lists(st.none() | st.text(max_size=4), max_size=30),
    cuts=st.lists(st.integers(0, 30), max_size=3),
    kind=st.sampled_from([pa.string(), pa.large_string()]),
)
def test_arrow_text_is_unpacked_as_python_reads_it(
    values: list[str | None], cuts: list[int], kind: Any
) -> None:
    plain = [None if v is None else v.encode("utf-8", "replace") for v in values]
    text = [None if v is None else v.decode() for v in plain]
    array = pa.array(text, kind)
    edges = sorted({0, len(values), *(min(cut, len(values)) for cut in cuts)})
    chunks = [array[a:b] for a, b in pairwise(edges)]
    packed_as, packed = pack_arrow_field(pa.chunked_array(chunks, kind))
    opened = open_column(packed_as, whole(packed))

    assert opened.values().tolist() == [v or "" for v in text]

    binary = pa.chunked_array([chunk.cast(pa.binary()) for chunk in chunks], "binary")
    buffers = [joined(buffer) for buffer in pack_arrow_bytes(binary)]
    found = open_bytes(*buffers)
    assert found.values().tolist() == plain
    assert [v for run in found.runs() for v in run] == plain


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ([1.0, None, 0.1, 1e20], pa.float64(), ["1", "", "0.1", "1e+20"]),
        ([1.5, None], pa.float32(), ["1.5", ""]),
        ([2**62 + 1, -3], pa.int64(), [str(2**62 + 1), "-3"]),
        ([2**62 + 1, None], pa.int64(), [str(2**62 + 1), ""]),
        ([2**64 - 1], pa.uint64(), [str(2**64 - 1)]),
        ([True, False], pa.bool_(), ["True", "False"]),
        ([dt.date(2026, 1, 2), None], pa.date32(), ["2026-01-02", ""]),
    ],
)
def test_arrow_numbers_become_the_text_that_tables_show(
    values: list[Any], kind: Any, text: list[str]
) -> None:
    packed_as, packed = pack_arrow_field(pa.chunked_array([pa.array(values, kind)]))

    assert open_column(packed_as, whole(packed)).values().tolist() == text


def test_pieces_are_joined_in_a_frame() -> None:
    frame = Frame(header={}, buffers=[(b"ab", b"", memoryview(b"c")), b"d"])

    assert list(frame.whole) == [b"abc", b"d"]
