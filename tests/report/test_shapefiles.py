"""Shapefiles hold every value: GDAL, our own reader and the bytes agree."""

import csv
import io
import struct
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from handmade import handmade_report
from hypothesis import given
from hypothesis import strategies as st

from zoning.errors import OutputError
from zoning.io.crs_text import from_wkt
from zoning.io.shapefile_sites import read_shapefile
from zoning.report.features import write_features
from zoning.report.gis_tables import alias_table, long_text_table
from zoning.report.gis_words import short_names
from zoning.report.run_layers import Column, RunLayer, Value, read_package
from zoning.report.shapefiles import Shapefile, projection_text, shapefile

DAY = date(2026, 11, 23)
PLANE = "EPSG:4546"


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunLayer, ...]:
    path = tmp_path_factory.mktemp("包") / "result.gpkg"
    return read_package(write_features(handmade_report(), path))


def a_layer(
    shapes: list[Any], rows: list[tuple[Value, ...]], *columns: Column
) -> RunLayer:
    column = np.empty(len(shapes), dtype=object)
    column[:] = shapes
    return RunLayer(
        name="sites",
        crs=PLANE,
        columns=columns,
        ids=tuple(range(1, len(shapes) + 1)),
        rows=tuple(rows),
        geometry=column,
    )


def text_layer(*texts: str) -> RunLayer:
    shapes = [shapely.Point(i, i) for i in range(len(texts))]
    rows: list[tuple[Value, ...]] = [(text,) for text in texts]
    return a_layer(shapes, rows, Column(name="why", kind="text"))


def on_disk(file: Shapefile, folder: Path) -> gpd.GeoDataFrame:
    """Let GDAL read the parts from a folder."""
    for suffix, content in file.parts.items():
        (folder / f"part{suffix}").write_bytes(content)
    return gpd.GeoDataFrame(pyogrio.read_dataframe(folder / "part.shp"))


def whole(value: Value) -> Value:
    """Return a value as a .dbf can tell it: it knows no empty text."""
    return value if value not in {"", None} else None


# --------------------------------------------------------------- reads back equal
def test_gdal_reads_every_value_and_every_shape_back(
    layers: tuple[RunLayer, ...], tmp_path: Path
) -> None:
    for layer in layers:
        made = shapefile(layer, day=DAY)
        frame = on_disk(made, tmp_path)
        lost = {(one.row, one.field) for one in made.lost}

        assert frame.crs == pyproj.CRS("EPSG:4546")
        assert len(frame) == len(layer.rows)
        for place, column in enumerate(layer.columns):
            read = frame[made.fields[place + 1].short].to_list()
            for row, value in enumerate(read):
                told = layer.rows[row][place]
                if (row, column.name) in lost:
                    assert str(value).endswith("……")
                elif whole(told) is None:
                    assert value is None or np.isnan(value)
                else:
                    assert value == told, column.name
        for own, back in zip(layer.geometry, frame.geometry, strict=True):
            assert shapely.equals(own, back)
            assert shapely.symmetric_difference(own, back).area == 0


def test_our_own_reader_reads_the_sites_back(layers: tuple[RunLayer, ...]) -> None:
    for layer in (one for one in layers if one.name.startswith("sites")):
        made = shapefile(layer, day=DAY)
        rows = read_shapefile(made.parts, file="sites.shp")
        names = [column.name for column in layer.columns]

        assert len(rows) == len(layer.rows)
        for row, told, shape in zip(rows, layer.rows, layer.geometry, strict=True):
            assert row.rejection is None
            assert row.crs == layer.crs
            assert (row.encoding or "").lower() in {"gbk", "cp936", "gb18030"}
            assert row.geometry is not None
            assert shapely.equals(row.geometry, shape)
            assert told[names.index("site_name")] in {
                row.name,
                row.project_name,
                row.attributes.get("site_name"),
            }


def test_a_hole_stays_a_hole_and_parts_stay_apart(tmp_path: Path) -> None:
    hole = [(40, 40), (60, 40), (60, 60), (40, 60)]
    ring = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [hole])
    inside = shapely.box(45, 45, 55, 55)
    shape = shapely.MultiPolygon([ring, inside, shapely.box(200, 0, 300, 50)])

    frame = on_disk(shapefile(a_layer([shape], [()]), day=DAY), tmp_path)

    back = frame.geometry.iloc[0]
    assert shapely.equals(back, shape)
    assert back.area == shape.area == 10_000 - 400 + 100 + 5_000
    assert len(shapely.get_parts(back)) == 3


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        ([shapely.MultiPoint([(1, 2)]), shapely.MultiPoint([(3, 4)])], "Point"),
        ([shapely.MultiPoint([(1, 2), (3, 4)])], "MultiPoint"),
        ([shapely.MultiLineString([[(0, 0), (5, 5)], [(9, 9), (9, 0)]])], "LineString"),
        ([shapely.box(0, 0, 1, 1), shapely.MultiPolygon()], "Polygon"),
    ],
    ids=["points", "multi-points", "lines", "one empty"],
)
def test_each_kind_of_shape_is_the_kind_gdal_sees(
    shapes: list[Any], kind: str, tmp_path: Path
) -> None:
    frame = on_disk(shapefile(a_layer(shapes, [()] * len(shapes)), day=DAY), tmp_path)

    assert pyogrio.read_info(tmp_path / "part.shp")["geometry_type"] == kind
    for own, back in zip(shapes, list[Any](frame.geometry), strict=True):
        assert own.is_empty if back is None else shapely.equals(own, back)


def test_an_empty_layer_is_a_file_of_no_rows(tmp_path: Path) -> None:
    frame = on_disk(shapefile(text_layer(), day=DAY), tmp_path)

    assert len(frame) == 0


# --------------------------------------------------------------------- GBK, names
def test_the_table_says_gbk_in_both_places(layers: tuple[RunLayer, ...]) -> None:
    for layer in layers:
        parts = shapefile(layer, day=DAY).parts

        assert parts[".cpg"] == b"GBK"
        assert parts[".dbf"][29] == 0x4D
        assert (
            "江北化工产业园一期".encode("gbk") in parts[".dbf"] or layer.name != "sites"
        )


def test_names_are_ten_bytes_at_most_and_differ_in_any_case(
    layers: tuple[RunLayer, ...],
) -> None:
    for layer in layers:
        names = [field.short for field in shapefile(layer, day=DAY).fields]

        assert all(1 <= len(name.encode()) <= 10 for name in names)
        assert all(name.isascii() for name in names)
        assert len({name.lower() for name in names}) == len(names)


@given(st.lists(st.text(max_size=16), max_size=30, unique=True))
def test_any_columns_get_names_that_fit_and_differ(names: list[str]) -> None:
    short = short_names(names)

    assert len(short) == len({name.lower() for name in short}) == len(names)
    assert all(1 <= len(name) <= 10 and name.isascii() for name in short)


def test_a_column_that_colours_a_layer_keeps_its_name() -> None:
    assert short_names(["verdict_word", "verdict", "state"])[1:] == ("verdict", "state")


def test_the_alias_table_leads_from_every_short_name_to_its_words(
    layers: tuple[RunLayer, ...],
) -> None:
    made = {layer.name: (layer, shapefile(layer, day=DAY)) for layer in layers}
    raw = alias_table(made)
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))

    assert raw.startswith(b"\xef\xbb\xbf")
    told = {(row[0], row[2]): row for row in rows[1:]}
    for name, (layer, file) in made.items():
        full = ["rec_id", *(column.name for column in layer.columns)]
        for field, own in zip(file.fields, full, strict=True):
            row = told[name, field.short]
            assert row[3] == own
            assert any("一" <= sign <= "鿿" for sign in row[4]), own
            assert row[5].isascii() or "²" in row[5]
            assert ("m²" in row[6]) == own.endswith("_m2")
    assert len(told) == len(rows) - 1


# ------------------------------------------------------------ nothing cut unseen
@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("压" * 127, "压" * 127),
        ("压" * 128, "压" * 125 + "……"),
        ("a" + "压" * 127, "a" + "压" * 124 + "……"),
        ("面积 5 m²", "面积 5 m〓"),
        ("𠮷家沟", "〓家沟"),
        ("一行\n二行", "一行 二行"),
    ],
    ids=[
        "just fits",
        "too long",
        "odd bytes",
        "no such sign",
        "rare character",
        "line",
    ],
)
def test_a_text_is_whole_or_told_whole_beside_the_table(
    text: str, cell: str, tmp_path: Path
) -> None:
    layer = text_layer("短", text)
    file = shapefile(layer, day=DAY)
    frame = on_disk(file, tmp_path)

    assert frame["why"].to_list() == ["短", cell]
    raw = long_text_table({"sites": (layer, file)}).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(raw, newline="")))[1:]
    assert [(row[1], row[4], row[6]) for row in rows] == (
        [] if cell == text else [("2", "why", text)]
    )


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=300), max_size=4))
def test_no_text_is_lost(texts: list[str]) -> None:
    file = shapefile(text_layer(*texts), day=DAY)
    rows = read_cells(file)
    lost = {one.row: one.value for one in file.lost}

    for number, text in enumerate(texts):
        assert lost.get(number, rows[number]) == (
            text if number in lost else text.rstrip(" ")
        )


def read_cells(file: Shapefile) -> list[str]:
    """Read the text column of a table by its published layout."""
    dbf = file.parts[".dbf"]
    count, head, width = struct.unpack_from("<IHH", dbf, 4)
    first = dbf[32 + 16]
    return [
        dbf[head + width * row + 1 + first : head + width * (row + 1)]
        .decode("gbk")
        .rstrip(" ")
        for row in range(count)
    ]


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.floats(-1e9, 1e9).map(lambda value: round(value, 6)),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_numbers_come_back_to_the_last_bit(numbers: list[float | None]) -> None:
    shapes: list[Any] = [shapely.Point(0, 0)] * len(numbers)
    layer = a_layer(
        shapes, [(n,) for n in numbers], Column(name="area_m2", kind="number")
    )
    dbf = shapefile(layer, day=DAY).parts[".dbf"]
    count, head, width = struct.unpack_from("<IHH", dbf, 4)
    first = dbf[32 + 16]

    for row, number in zip(range(count), numbers, strict=True):
        cell = dbf[head + width * row + 1 + first : head + width * (row + 1)].strip()
        assert (float(cell) if cell else None) == number


def test_a_number_without_room_is_refused_and_not_cut() -> None:
    layer = a_layer(
        [shapely.Point(0, 0)], [(1.5e24,)], Column(name="area_m2", kind="number")
    )

    with pytest.raises(OutputError, match="E453"):
        shapefile(layer, day=DAY)


# --------------------------------------------------------------------------- .prj
@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4546", "EPSG:4525"])
def test_the_prj_speaks_the_words_of_arcmap_for_cgcs2000(crs: str) -> None:
    text = projection_text(crs)

    assert 'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"' in text
    assert 'DATUM["D_China_2000"' in text
    assert 'SPHEROID["CGCS2000",6378137.0,298.257222101]' in text
    assert "AUTHORITY" not in text
    assert from_wkt(text) == crs
    assert pyproj.CRS.from_wkt(text).to_epsg() == int(crs[5:])


def test_the_same_layer_gives_the_same_bytes_with_the_day_of_the_check(
    layers: tuple[RunLayer, ...],
) -> None:
    one, two = (shapefile(layers[0], day=DAY).parts for _ in range(2))

    assert one == two
    assert tuple(one[".dbf"][1:4]) == (126, 11, 23)
