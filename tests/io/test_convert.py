"""`zoning convert`: what goes in comes out, and what cannot is said."""

import csv
import io
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import openpyxl
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from zoning.cli.conversion import Conversion, ConvertOptions, convert
from zoning.errors import OutputError, SiteError, UsageError, ZoningError
from zoning.io import sites
from zoning.io.boundary_txt import read_boundary_txt

FORMATS = ("txt", "shp", "gpkg", "kml", "geojson", "xlsx", "csv")
KEEPING_TEXT = ("gpkg", "kml", "geojson", "xlsx")
CORNER = (37_400_000, 3_435_000)  # zone 37, metres

each_format = pytest.mark.parametrize("suffix", FORMATS)


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A parcel as the tests write it: whole millimetres, eastings with zone."""

    number: str
    name: str
    rings: tuple[tuple[tuple[int, int], ...], ...]


def boundary_text(plots: Sequence[Plot], head: str = "") -> str:
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=37"]
    lines += [head] if head else []
    lines.append("[地块坐标]")
    for plot in plots:
        count = sum(len(ring) + 1 for ring in plot.rings)
        lines.append(f"{count},,{plot.number},{plot.name},面,,,,@")
        for number, ring in enumerate(plot.rings, start=1):
            for point, (x, y) in enumerate((*ring, ring[0]), start=1):
                lines.append(f"J{point},{number},{y / 1000:.3f},{x / 1000:.3f}")
    return "\n".join(lines) + "\n"


def square(x: int, y: int, size: int) -> tuple[tuple[int, int], ...]:
    """Corners clockwise from the south-west, millimetres from the corner."""
    east, north = CORNER[0] * 1000 + x, CORNER[1] * 1000 + y
    return (
        (east, north),
        (east, north + size),
        (east + size, north + size),
        (east + size, north),
    )


def shoelace_m2(plot: Plot) -> float:
    """Plane area by whole millimetres: the first ring is the largest."""

    def ring(points: tuple[tuple[int, int], ...]) -> float:
        following = (*points[1:], points[0])
        pairs = zip(points, following, strict=True)
        return abs(sum(a * d - c * b for (a, b), (c, d) in pairs)) / 2e6

    return sum(ring(points) for points in plot.rings)


def one(folder: Path, text: str, name: str = "in.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def collection(folder: Path, *names: str, **more: str) -> Path:
    """A GeoJSON file of one small square per name, in CGCS2000 degrees."""
    features = [
        {
            "type": "Feature",
            "properties": {"地块编号": f"K{k}", "地块名称": name, **more},
            "geometry": json.loads(
                shapely.to_geojson(
                    shapely.box(110 + k / 1000, 31, 110.0005 + k / 1000, 31.0005)
                )
            ),
        }
        for k, name in enumerate(names)
    ]
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    document = {"type": "FeatureCollection", "crs": member, "features": features}
    return one(folder, json.dumps(document, ensure_ascii=False), "in.geojson")


def done(source: Path, out: Path, **options: object) -> Conversion:
    return convert(source, out, ConvertOptions(**options))  # type: ignore[arg-type]


def codes(conversion: Conversion) -> set[str]:
    return {problem.code for problem in conversion.remarks}


def refusal(error: pytest.ExceptionInfo[ZoningError]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def read(path: Path) -> list[tuple[str, str, BaseGeometry]]:
    rows = read_boundary_txt(path.read_bytes(), file=path.name)
    found = []
    for row in rows:
        assert row.rejection is None
        assert row.geometry is not None
        found.append((row.number, row.name, row.geometry))
    return found


# -------------------------------------------------------- there and back, anything
names = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["C", "Z"],
        exclude_characters=",，@＠;；[]［］【】=＝",
    ),
    max_size=12,
).filter(lambda text: text not in {"面", "线", "点"} and text[:1] not in set("+-＋－"))


@st.composite
def plots(draw: st.DrawFn, alphabet: st.SearchStrategy[str] = names) -> list[Plot]:
    made = []
    for place in range(draw(st.integers(1, 3))):
        size = draw(st.integers(2_000, 3_000_000))
        x = place * 10_000_000 + draw(st.integers(0, 999))
        rings = [square(x, draw(st.integers(0, 999)), size)]
        if draw(st.booleans()):  # a part that lies apart
            rings.append(square(x + size + 5_000, 0, draw(st.integers(2_000, 400_000))))
        made.append(
            Plot(number=draw(alphabet), name=draw(alphabet), rings=tuple(rings))
        )
    return made


gbk_names = st.text(
    st.sampled_from("甲乙丙镇村地块一二ABC01（）·-"), max_size=10
).filter(lambda text: text[:1] != "-")


@each_format
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_there_and_back_loses_no_parcel_ring_name_code_or_area(
    suffix: str, data: st.DataObject
) -> None:
    own = names if suffix in KEEPING_TEXT else gbk_names
    wanted = data.draw(plots(own))
    with TemporaryDirectory() as folder:
        source = one(Path(folder), boundary_text(wanted))
        there = Path(folder) / f"there.{suffix}"
        done(source, there)
        done(there, Path(folder) / "back.txt")
        found = read(Path(folder) / "back.txt")

    assert [(number, name) for number, name, _ in found] == [
        (plot.number, plot.name) for plot in wanted
    ]
    for plot, (_, _, shape) in zip(wanted, found, strict=True):
        rings = [
            r for part in shapely.get_parts(shape) for r in shapely.get_rings(part)
        ]
        assert len(rings) == len(plot.rings)
        assert shape.area == pytest.approx(shoelace_m2(plot), abs=0.1)


@each_format
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_the_same_source_gives_the_same_bytes(suffix: str, data: st.DataObject) -> None:
    wanted = data.draw(plots(gbk_names))
    with TemporaryDirectory() as one_folder, TemporaryDirectory() as other_folder:
        made = []
        for folder in (one_folder, other_folder):
            source = one(Path(folder), boundary_text(wanted))
            files = done(source, Path(folder) / f"out.{suffix}").files
            made.append({path.name: path.read_bytes() for path in files})

    assert made[0] == made[1]


@each_format
def test_a_hole_stays_a_hole(suffix: str, tmp_path: Path) -> None:
    plot = Plot(
        number="1",
        name="带洞",
        rings=(square(0, 0, 100_000), square(20_000, 20_000, 20_000)),
    )

    made = done(one(tmp_path, boundary_text([plot])), tmp_path / f"there.{suffix}")
    done(made.files[0], tmp_path / "back.txt")

    ((_, _, shape),) = read(tmp_path / "back.txt")
    assert shape.area == pytest.approx(10_000 - 400, abs=0.1)
    assert (made.before.rings, made.before.points) == (2, 8)
    assert (made.after.rings, made.after.points) == (2, 8)


@each_format
def test_two_equal_neighbours_stay_two(suffix: str, tmp_path: Path) -> None:
    twins = [
        Plot(number="1", name="同名", rings=(square(0, 0, 50_000),)),
        Plot(number="1", name="同名", rings=(square(60_000, 0, 50_000),)),
    ]

    made = done(one(tmp_path, boundary_text(twins)), tmp_path / f"there.{suffix}")

    assert (made.before.parcels, made.after.parcels) == (2, 2)


@each_format
@pytest.mark.parametrize(
    ("kind", "shape"), [("线", "LineString"), ("点", "Point")], ids=["line", "point"]
)
def test_lines_and_points_stay_what_they_are(
    suffix: str, kind: str, shape: str, tmp_path: Path
) -> None:
    points = [(3_435_000.5, 37_400_000.25), (3_435_100.0, 37_400_200.0)]
    rows = [
        f"J{k},1,{n},{e}" for k, (n, e) in enumerate(points[: 1 if kind == "点" else 2])
    ]
    text = boundary_text([]) + "\n".join([f"2,,L1,管线,{kind},,,,@", *rows]) + "\n"

    done(one(tmp_path, text), tmp_path / f"there.{suffix}")
    done(tmp_path / f"there.{suffix}", tmp_path / "back.txt")

    ((number, name, found),) = read(tmp_path / "back.txt")
    assert (number, name, found.geom_type) == ("L1", "管线", shape)
    assert shapely.get_coordinates(found)[0].tolist() == pytest.approx(
        [37_400_000.25, 3_435_000.5], abs=0.001
    )


# ------------------------------------------------------- the files of other hands
def outcomes(shared: Path) -> list[tuple[Path, dict[str, object]]]:
    folder = shared / "realdata/txt_written_here"
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    older = {"outcome": "another datum"}  # read, but nothing here carries it over
    return [
        (folder / entry["file"], entry | (older if entry.get("epsg") == 2361 else {}))
        for entry in listed
    ]


def test_files_of_other_hands_are_written_as_read_or_refused_with_a_reason(
    shared: Path, tmp_path: Path
) -> None:
    written = 0
    for path, entry in outcomes(shared):
        once, twice = tmp_path / f"1-{path.name}", tmp_path / f"2-{path.name}"
        if any(site.rejection for site in sites.read_sites([path])):
            assert entry["outcome"] != "load", path.name
            with pytest.raises(SiteError) as error:
                done(path, once)
            assert refusal(error)[-1] == "CONVERT_REJECTED"
            assert not once.exists()
            continue
        made = done(path, once)
        written += 1
        done(once, twice)
        assert once.read_bytes() == twice.read_bytes(), path.name
        if "areas_m2" in entry:
            areas = [shape.area for _, _, shape in read(once)]
            plane = entry.get("epsg") is not None
            assert areas == pytest.approx(entry["areas_m2"], abs=0.1) or not plane
        assert made.before.rings == made.after.rings
        assert made.before.points == made.after.points

    assert written >= 18


@each_format
def test_files_of_other_hands_go_through_every_format(
    suffix: str, shared: Path, tmp_path: Path
) -> None:
    for path, entry in outcomes(shared):
        if entry["outcome"] == "load":
            made = done(path, tmp_path / f"{path.stem}.{suffix}")
            back = done(made.files[0], tmp_path / f"{path.stem}-{suffix}.txt")
            assert back.after.parcels == made.before.parcels, path.name
            assert back.after.rings == made.before.rings, path.name
            if made.before.area_m2 is not None:
                assert back.after.area_m2 == pytest.approx(made.before.area_m2, abs=0.1)


# --------------------------------------------------------------------- the formats
def test_gdal_reads_the_shapefile_with_chinese_names_in_gbk(tmp_path: Path) -> None:
    done(collection(tmp_path, "江北园区", 用途="工业用地"), tmp_path / "o.shp")

    frame = pyogrio.read_dataframe(tmp_path / "o.shp")

    assert (tmp_path / "o.cpg").read_bytes() == b"GBK"
    assert "江北园区".encode("gbk") in (tmp_path / "o.dbf").read_bytes()
    assert frame["地块名称"].to_list() == ["江北园区"]
    assert frame["用途"].to_list() == ["工业用地"]
    assert frame.crs.to_epsg() == 4490


def test_a_utf8_shapefile_says_so_and_short_names_lead_back(tmp_path: Path) -> None:
    made = done(collection(tmp_path, "𠀀家沟"), tmp_path / "o.shp", encoding="utf-8")

    frame = pyogrio.read_dataframe(tmp_path / "o.shp")
    table = (tmp_path / "o.fields.csv").read_text(encoding="utf-8-sig")

    assert (tmp_path / "o.cpg").read_bytes() == b"UTF-8"
    assert frame["DKMC"].to_list() == ["𠀀家沟"]
    assert ["DKMC", "地块名称"] in [row[:2] for row in csv.reader(io.StringIO(table))]
    assert "CONVERT_FIELD_RENAMED" in codes(made)
    assert "CONVERT_TEXT_CHANGED" not in codes(made)


def test_the_geopackage_is_version_1_2_with_one_table(tmp_path: Path) -> None:
    done(collection(tmp_path, "园区"), tmp_path / "o.gpkg", to="EPSG:4546")

    with closing(sqlite3.connect(tmp_path / "o.gpkg")) as database:
        version = database.execute("PRAGMA user_version").fetchone()
        tables = database.execute("SELECT table_name, srs_id FROM gpkg_contents")
        assert version == (10200,)
        assert tables.fetchall() == [("parcels", 4546)]


@pytest.mark.parametrize(
    ("to", "member"),
    [
        (None, "urn:ogc:def:crs:EPSG::4490"),
        ("EPSG:4326", None),
        ("EPSG:4546", "urn:ogc:def:crs:EPSG::4546"),
    ],
    ids=["cgcs2000", "wgs84", "metres"],
)
def test_geojson_in_anything_but_wgs84_names_its_crs(
    to: str | None, member: str | None, tmp_path: Path
) -> None:
    done(collection(tmp_path, "园区"), tmp_path / "o.geojson", to=to)

    document = json.loads((tmp_path / "o.geojson").read_text(encoding="utf-8"))
    first = document["features"][0]["geometry"]["coordinates"][0][0]
    assert document.get("crs", {}).get("properties", {}).get("name") == member
    assert (max(first) > 1000) == (to == "EPSG:4546")


def test_a_table_of_points_states_its_crs_and_is_utf8_with_a_mark(
    tmp_path: Path,
) -> None:
    source = one(
        tmp_path,
        boundary_text([Plot(number="1", name="甲", rings=(square(0, 0, 50_000),))]),
    )
    done(source, tmp_path / "o.csv")

    raw = (tmp_path / "o.csv").read_bytes()
    lines = raw.decode("utf-8-sig").splitlines()

    assert raw.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "坐标系: 2000国家大地坐标系"
    assert "带号: 37" in lines
    assert "1,1,甲,,,面,1,J1,3435000.000,37400000.000" in lines


def test_a_boundary_file_keeps_the_survey_s_order_and_plane(tmp_path: Path) -> None:
    plot = Plot(number="1", name="甲", rings=(square(0, 0, 50_000),))
    done(one(tmp_path, boundary_text([plot])), tmp_path / "o.txt", to="EPSG:4546")

    lines = (tmp_path / "o.txt").read_bytes().decode("gb18030").split("\r\n")

    assert "带号=37" in lines
    at = lines.index("[地块坐标]")
    assert lines[at + 1].startswith("5,0.24")  # no area was declared: the measured one
    assert lines[at + 2 : at + 7] == [
        "J1,1,3435000.000,400000.000",
        "J2,1,3435050.000,400000.000",
        "J3,1,3435050.000,400050.000",
        "J4,1,3435000.000,400050.000",
        "J1,1,3435000.000,400000.000",
    ]


def test_the_declared_area_is_carried_even_where_it_is_wrong(tmp_path: Path) -> None:
    text = boundary_text([Plot(number="1", name="甲", rings=(square(0, 0, 50_000),))])
    source = one(tmp_path, text.replace("5,,1,", "5,0.3123,1,"))

    for suffix in FORMATS:
        made = done(source, tmp_path / f"o.{suffix}")
        done(made.files[0], tmp_path / f"{suffix}-b.txt")
        back = (tmp_path / f"{suffix}-b.txt").read_bytes().decode("gb18030")
        assert "5,0.3123,1,甲,面" in back, suffix


def test_a_long_edge_gets_points_so_that_it_stays_in_place(tmp_path: Path) -> None:
    plot = Plot(number="1", name="长", rings=(square(0, 0, 20_000_000),))
    made = done(one(tmp_path, boundary_text([plot])), tmp_path / "o.geojson")

    assert "CONVERT_POINTS_INSERTED" in codes(made)
    assert made.after.points > made.before.points
    assert made.after.area_m2 == pytest.approx(made.before.area_m2, abs=0.1)


TOUCHING: dict[str, BaseGeometry] = {
    "a hole on an edge": shapely.Polygon(
        [(0, 0), (100, 0), (100, 100), (0, 100)], [[(0, 50), (20, 40), (20, 60)]]
    ),
    "parts at a corner": shapely.MultiPolygon(
        [shapely.box(0, 0, 50, 50), shapely.box(50, 50, 90, 90)]
    ),
    "an island on a hole's edge": shapely.MultiPolygon(
        [
            shapely.Polygon(
                [(0, 0), (100, 0), (100, 100), (0, 100)],
                [[(20, 20), (80, 20), (80, 80), (20, 80)]],
            ),
            shapely.Polygon([(20, 50), (40, 40), (40, 60)]),
        ]
    ),
    "holes at a corner": shapely.Polygon(
        [(0, 0), (100, 0), (100, 100), (0, 100)],
        [[(20, 20), (50, 50), (20, 50)], [(50, 50), (80, 50), (80, 80)]],
    ),
}


@each_format
@pytest.mark.parametrize("key", TOUCHING)
def test_rings_that_touch_stay_apart_in_another_plane(
    key: str, suffix: str, tmp_path: Path
) -> None:
    shape = shapely.transform(TOUCHING[key], lambda xy: xy * 1e-5 + [110, 31])
    document = json.loads(shapely.to_geojson(shape))
    source = one(tmp_path, json.dumps(document), "in.geojson")

    made = done(source, tmp_path / f"o.{suffix}")
    back = done(made.files[0], tmp_path / "back.txt")

    assert back.after.rings == made.before.rings
    assert back.after.area_m2 == pytest.approx(made.before.area_m2, abs=0.1)


# -------------------------------------------------------------------- hostile texts
HOSTILE = (
    "=1+1",
    "@SUM(A1:A9)",
    "-2+3",
    "<b>&amp;\"'</b>",
    "]]><kml>",
    "甲,乙@丙",
    "一行\n二行",
    "面",
    "𠀀家沟",
    "重" * 200,
    'q"q;q;q;q;q;q;q;q;q;q;q;q',
)


@pytest.mark.parametrize(
    ("suffix", "encoding"),
    [
        *((suffix, None) for suffix in FORMATS),
        ("txt", "utf-8"),
        ("shp", "utf-8"),
        ("csv", "gbk"),
    ],
)
def test_a_hostile_name_comes_through_or_is_named(
    suffix: str, encoding: str | None, tmp_path: Path
) -> None:
    source = collection(tmp_path, *HOSTILE)

    made = done(source, tmp_path / f"o.{suffix}", encoding=encoding)

    found = sites.read_sites([made.files[0]])
    told = {
        problem.values["row"]
        for problem in made.remarks
        if problem.code == "CONVERT_TEXT_CHANGED"
    }
    assert len(found) == len(HOSTILE)
    for row, (site, name) in enumerate(zip(found, HOSTILE, strict=True), start=1):
        assert "?" not in site.name
        assert (site.name == name) == (str(row) not in told), name


anything = st.text(
    st.characters() | st.sampled_from("\x00\x1f\x85\u2028\ud800,;\t\n@='\"〓…"),
    max_size=30,
) | st.sampled_from(["名称", "name", "编号", "fid", "geom", "面积", "A" * 12, "a" * 12])


@each_format
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_attributes_come_through_or_are_named(
    suffix: str, data: st.DataObject
) -> None:
    rows = data.draw(
        st.lists(
            st.dictionaries(anything, anything, max_size=4), min_size=1, max_size=3
        )
    )
    with TemporaryDirectory() as folder:
        source = collection(Path(folder), *("" for _ in rows))
        document = json.loads(source.read_text(encoding="utf-8"))
        for feature, row in zip(document["features"], rows, strict=True):
            feature["properties"] = row
        source.write_text(json.dumps(document), encoding="utf-8")
        before = sites.read_sites([source])
        made = done(source, Path(folder) / f"out.{suffix}")
        after = sites.read_sites([made.files[0]])

    told = {
        p.values.get("row") for p in made.remarks if p.code == "CONVERT_TEXT_CHANGED"
    }
    stems = {"in", "out"}  # names of sites that have none
    for number, (one, other) in enumerate(zip(before, after, strict=True), start=1):
        same = one.name == other.name or {one.name, other.name} <= stems
        assert same or str(number) in told


def test_what_a_shapefile_cuts_stands_whole_beside_it(tmp_path: Path) -> None:
    done(collection(tmp_path, "𠀀家沟", "重" * 200), tmp_path / "o.shp")

    text = (tmp_path / "o.texts.csv").read_text(encoding="utf-8-sig")
    rows = [row[3] for row in csv.reader(io.StringIO(text))][1:]
    assert rows == ["𠀀家沟", "重" * 200]


def test_no_cell_of_a_workbook_or_csv_is_a_formula(tmp_path: Path) -> None:
    source = collection(tmp_path, *HOSTILE)
    done(source, tmp_path / "o.xlsx")
    done(source, tmp_path / "o.csv")

    page = openpyxl.load_workbook(tmp_path / "o.xlsx").worksheets[0]
    table = csv.reader(
        io.StringIO((tmp_path / "o.csv").read_bytes().decode("utf-8-sig"))
    )

    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    assert not [cell for row in table for cell in row if cell[:1] in set("=+-@")]


def test_the_kml_is_xml_with_the_names_as_text(tmp_path: Path) -> None:
    done(collection(tmp_path, *HOSTILE), tmp_path / "o.kml")

    root = ET.parse(tmp_path / "o.kml").getroot()  # noqa: S314  our own
    space = "{http://www.opengis.net/kml/2.2}"
    assert [found.text for found in root.iter(f"{space}name")] == list(HOSTILE)


def test_attributes_without_a_place_are_named(tmp_path: Path) -> None:
    source = collection(tmp_path, "园区", 备注="紧邻省道")

    for suffix in ("txt", "csv", "xlsx"):
        made = done(source, tmp_path / f"o.{suffix}")
        (left,) = [p for p in made.remarks if p.code == "CONVERT_FIELDS_LEFT"]
        assert left.values["fields"] == "备注"
    for suffix in ("gpkg", "kml", "geojson", "shp"):
        made = done(source, tmp_path / f"o.{suffix}")
        assert sites.read_sites([made.files[0]])[0].attributes["备注"] == "紧邻省道"


def test_a_character_beyond_gbk_is_written_as_gb18030_and_named(tmp_path: Path) -> None:
    made = done(collection(tmp_path, "𠀀家沟"), tmp_path / "o.txt")

    (told,) = [p for p in made.remarks if p.code == "CONVERT_BEYOND_GBK"]
    assert told.values["characters"] == "𠀀"
    assert read(tmp_path / "o.txt")[0][1] == "𠀀家沟"


def test_producer_and_day_go_from_one_boundary_file_to_another(tmp_path: Path) -> None:
    plot = Plot(number="1", name="甲", rings=(square(0, 0, 50_000),))
    head = "数据产生单位=某测绘队\n数据产生日期=2026-1-5\n转换参数=1,2,3,4,5,6,7"
    source = one(tmp_path, boundary_text([plot], head))

    made = done(source, tmp_path / "o.txt")
    (left,) = [p for p in made.remarks if p.code == "CONVERT_HEADER_LEFT"]
    lines = (tmp_path / "o.txt").read_bytes().decode("gb18030").split("\r\n")
    assert {"数据产生单位=某测绘队", "数据产生日期=2026-1-5"} <= set(lines)
    assert left.values["fields"] == "转换参数=1,2,3,4,5,6,7"

    made = done(source, tmp_path / "o.kml")
    (left,) = [p for p in made.remarks if p.code == "CONVERT_HEADER_LEFT"]
    assert "数据产生单位=某测绘队" in left.values["fields"]


# -------------------------------------------------- rejected, overwritten, broken off
BAD = "4,,2,坏,面,,,,@\nJ1,1,3435000,37400000\nJ2,1,3435050,37400050\n"


def test_a_rejected_parcel_stops_all_unless_it_is_to_be_skipped(tmp_path: Path) -> None:
    good = Plot(number="1", name="好", rings=(square(0, 0, 50_000),))
    source = one(tmp_path, boundary_text([good]) + BAD)

    with pytest.raises(SiteError) as error:
        done(source, tmp_path / "o.gpkg")
    assert refusal(error) == ["RING_TOO_FEW_POINTS", "CONVERT_REJECTED"]
    assert [path.name for path in tmp_path.iterdir()] == ["in.txt"]

    made = done(source, tmp_path / "o.gpkg", skip_rejected=True)
    (told,) = [p for p in made.remarks if p.code == "CONVERT_ROW_LEFT_OUT"]
    assert (told.values["row"], told.values["name"]) == ("2", "坏")
    assert (made.after.parcels, len(made.rejected)) == (1, 1)


def test_nothing_is_written_when_every_parcel_is_rejected(tmp_path: Path) -> None:
    source = one(tmp_path, boundary_text([]) + BAD)

    with pytest.raises(SiteError):
        done(source, tmp_path / "o.gpkg", skip_rejected=True)
    assert not (tmp_path / "o.gpkg").exists()


def test_an_old_output_is_replaced_only_when_told_and_leaves_no_stale_part(
    tmp_path: Path,
) -> None:
    source = collection(tmp_path, "园区")
    for name in ("o.shp", "o.sbn", "o.qix"):
        (tmp_path / name).write_bytes(b"old")

    with pytest.raises(UsageError) as error:
        done(source, tmp_path / "o.shp")
    assert refusal(error) == ["CONVERT_EXISTS"]
    assert (tmp_path / "o.shp").read_bytes() == b"old"

    done(source, tmp_path / "o.shp", overwrite=True)
    assert not (tmp_path / "o.sbn").exists()
    assert not (tmp_path / "o.qix").exists()
    assert len(pyogrio.read_dataframe(tmp_path / "o.shp")) == 1


def test_a_source_is_never_overwritten(tmp_path: Path) -> None:
    source = collection(tmp_path, "园区")
    before = source.read_bytes()

    with pytest.raises(UsageError) as error:
        done(source, source, overwrite=True)
    assert refusal(error) == ["CONVERT_ONTO_ITSELF"]
    assert source.read_bytes() == before


def test_an_output_that_reads_back_otherwise_is_removed_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoning.cli import conversion
    from zoning.model.parcels import WrittenParcels
    from zoning.report.parcels.writing import Target, write_parcels

    def shifted(table: object, target: Target) -> WrittenParcels:
        from dataclasses import replace

        made = write_parcels(table, target)  # type: ignore[arg-type]
        raw = made.parts[".csv"].replace(b",J1,34350", b",J1,34351")
        return replace(made, parts={".csv": raw})

    plot = Plot(number="1", name="甲", rings=(square(0, 0, 50_000),))
    source = one(tmp_path, boundary_text([plot]))
    (tmp_path / "o.csv").write_text("old", encoding="utf-8")
    monkeypatch.setattr(conversion, "write_parcels", shifted)

    with pytest.raises(OutputError) as error:
        done(source, tmp_path / "o.csv", overwrite=True)

    assert refusal(error) == ["CONVERT_DIFFERS"]
    assert (tmp_path / "o.csv").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "o.csv"]


def test_trouble_half_way_puts_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = collection(tmp_path, "园区")
    done(source, tmp_path / "o.shp")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if target == tmp_path / "o.dbf" and self.parent.name.startswith(".o.shp"):
            if self.parent.name.endswith("replaced"):
                return rename(self, target)
            raise PermissionError(13, "in use", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    other = collection(tmp_path, "另一园区", "又一园区")
    before["in.geojson"] = other.read_bytes()
    with pytest.raises(OutputError) as error:
        done(other, tmp_path / "o.shp", overwrite=True)

    assert refusal(error) == ["CONVERT_NOT_WRITTEN"]
    monkeypatch.undo()
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("out", "options", "code"),
    [
        ("o.dwg", {}, "CONVERT_TARGET_UNKNOWN"),
        ("o", {}, "CONVERT_TARGET_UNKNOWN"),
        (".txt", {}, "CONVERT_TARGET_UNKNOWN"),
        ("o.kml", {"to": "EPSG:4546"}, "CONVERT_CRS_UNFIT"),
        ("o.txt", {"to": "EPSG:4490"}, "CONVERT_CRS_UNFIT"),
        ("o.txt", {"to": "EPSG:32649"}, "CONVERT_CRS_UNFIT"),
        ("o.gpkg", {"to": "EPSG:3857"}, "SITE_CRS_UNSUPPORTED"),
        ("o.gpkg", {"to": "EPSG:2361"}, "DATUM_NEEDS_PARAMETERS"),
        ("o.gpkg", {"to": "here"}, "CRS_ARGUMENT_UNKNOWN"),
        ("o.txt", {"to": "EPSG:4515"}, "CONVERT_FAR_FROM_ZONE"),
        ("o.gpkg", {"encoding": "gbk"}, "CONVERT_ENCODING_FIXED"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    out: str, options: dict[str, str], code: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as error:
        done(collection(tmp_path, "园区"), tmp_path / out, **options)

    assert refusal(error) == [code]
    assert [path.name for path in tmp_path.iterdir()] == ["in.geojson"]


def test_a_shapefile_takes_one_kind_of_shape(tmp_path: Path) -> None:
    text = boundary_text([Plot(number="1", name="甲", rings=(square(0, 0, 50_000),))])
    source = one(tmp_path, text + "1,,2,井,点,,,,@\nJ1,1,3435000,37400000\n")

    with pytest.raises(OutputError) as error:
        done(source, tmp_path / "o.shp")
    assert refusal(error) == ["CONVERT_MIXED_KINDS"]
    assert done(source, tmp_path / "o.gpkg").after.parcels == 2


def test_heights_that_are_dropped_are_named(tmp_path: Path) -> None:
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>高</name><Polygon>'
        "<outerBoundaryIs><LinearRing><coordinates>110,31,900 110.001,31,900 "
        "110.001,31.001,900 110,31,900</coordinates></LinearRing></outerBoundaryIs>"
        "</Polygon></Placemark></kml>"
    )

    made = done(one(tmp_path, kml, "in.kml"), tmp_path / "o.gpkg")

    assert "Z_DROPPED" in codes(made)
