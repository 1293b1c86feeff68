"""`zoning.io.boundary_txt`: every dialect ends as it must, with line and reason."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoning import measure
from zoning.errors import SiteError
from zoning.io.boundary_txt import read_boundary_txt
from zoning.io.site_row import SiteRow

HEADER = """[属性描述]
格式版本号=1.01
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=37
精度=0.001
转换参数=,,,,,,
"""
TITLE = "5,0.8000,DK01,地块1,面,,,,@"
NORTH, EAST = 3440364.0, 37395030.0
SQUARE = [(0, 0), (80, 0), (80, 100), (0, 100)]  # north, east of the corner: 8 000 m²
INNER = [(30, 30), (50, 30), (50, 50), (30, 50)]  # 400 m² inside it
APART = [(0, 300), (40, 300), (40, 350), (0, 350)]  # 2 000 m² beside it


def ring(
    corners: list[tuple[int, int]],
    *,
    number: str = "1",
    first: int = 1,
    close: bool = True,
    letter: str = "J",
    east: float = EAST,
) -> list[str]:
    rows = [
        f"{letter}{first + i},{number},{NORTH + north:.3f},{east + easting:.3f}"
        for i, (north, easting) in enumerate(corners)
    ]
    return [*rows, rows[0]] if close else rows


def read(*lines: str, header: str = HEADER, crs: str | None = None) -> list[SiteRow]:
    text = header + "[地块坐标]\n" + "\n".join(lines) + "\n"
    return list(read_boundary_txt(text.encode(), file="a.txt", crs=crs))


def one(*lines: str, header: str = HEADER, crs: str | None = None) -> SiteRow:
    (row,) = read(*lines, header=header, crs=crs)
    return row


def area(row: SiteRow) -> float:
    assert row.rejection is None, row.rejection.line()
    assert row.geometry is not None
    assert row.geometry.is_valid
    return float(row.geometry.area)


def codes(row: SiteRow) -> set[str]:
    return {problem.code for problem in row.problems}


# ------------------------------------------------------------- the plain file
def test_reads_the_ministry_form() -> None:
    row = one(TITLE, *ring(SQUARE))

    assert (row.number, row.name, row.crs) == ("DK01", "地块1", "EPSG:4525")
    assert area(row) == pytest.approx(8000, abs=1e-6)
    assert row.area_declared_m2 == 8000
    assert row.problems == ()


def test_east_is_x_and_north_is_y() -> None:
    row = one(TITLE, *ring(SQUARE))

    assert row.geometry is not None
    assert row.geometry.bounds == (EAST, NORTH, EAST + 100, NORTH + 80)


def test_shells_run_counterclockwise_and_start_where_the_file_does() -> None:
    row = one(TITLE, *ring(SQUARE), *ring(INNER, number="2"))

    assert isinstance(row.geometry, shapely.Polygon)
    assert row.geometry.exterior.is_ccw
    assert not row.geometry.interiors[0].is_ccw
    assert row.geometry.exterior.coords[0] == (EAST, NORTH)


# ------------------------------------------------------------------ the rings
@pytest.mark.parametrize("first", [1, 5])
def test_a_ring_inside_another_is_a_hole(first: int) -> None:
    row = one(
        "10,0.76,DK01,地块1,面,,,,@",
        *ring(SQUARE),
        *ring(INNER, number="2", first=first),
    )

    assert area(row) == pytest.approx(7600, abs=1e-6)


def test_a_ring_beside_another_is_a_part() -> None:
    row = one(
        "10,1.0,DK01,地块1,面,,,,@", *ring(SQUARE), *ring(APART, number="2", first=5)
    )

    assert area(row) == pytest.approx(10000, abs=1e-6)


def test_a_ring_within_a_hole_is_land_again() -> None:
    island = [(35, 35), (45, 35), (45, 45), (35, 45)]

    row = one(
        TITLE,
        *ring(SQUARE),
        *ring(INNER, number="2"),
        *ring(island, number="3"),
    )

    assert area(row) == pytest.approx(8000 - 400 + 100, abs=1e-6)


def test_the_hole_may_come_before_its_shell() -> None:
    row = one(TITLE, *ring(INNER), *ring(SQUARE, number="2"))

    assert area(row) == pytest.approx(7600, abs=1e-6)


def test_parts_that_share_an_edge_are_joined() -> None:
    beside = [(0, 100), (80, 100), (80, 150), (0, 150)]

    row = one(TITLE, *ring(SQUARE), *ring(beside, number="2"))

    assert area(row) == pytest.approx(12000, abs=1e-6)
    assert "PARTS_JOINED" in codes(row)


def test_a_new_ring_may_begin_under_the_same_number_after_closing() -> None:
    row = one(TITLE, *ring(SQUARE), *ring(APART, first=5))

    assert area(row) == pytest.approx(10000, abs=1e-6)


def test_a_new_ring_may_begin_where_numbers_restart() -> None:
    row = one(TITLE, *ring(SQUARE, close=False), *ring(APART, close=False))

    assert area(row) == pytest.approx(10000, abs=1e-6)


def test_a_touching_ring_that_starts_at_the_same_point_keeps_all_its_points() -> None:
    corner = [(0, 0), (-10, 0), (-10, -10), (0, -10)]

    row = one(
        TITLE,
        *ring(SQUARE, close=False),
        *ring(corner, number="2", first=5, close=False),
    )

    assert area(row) == pytest.approx(8100, abs=1e-6)


def test_a_closing_row_with_the_wrong_ring_number_closes_its_ring() -> None:
    rows = ring(SQUARE)
    rows[-1] = rows[-1].replace("J1,1,", "J1,2,")

    row = one(TITLE, *rows)

    assert area(row) == pytest.approx(8000, abs=1e-6)
    assert "RING_NUMBER_TYPO" in codes(row)


def test_a_ring_whose_lines_are_interrupted_is_refused() -> None:
    rows = ring(SQUARE, close=False)
    late = [f"J{n},1,{NORTH + n},{EAST - n}" for n in (7, 8, 9)]

    row = one(TITLE, *rows, *ring(APART, number="2", first=11), *late)

    assert row.rejection is not None
    assert row.rejection.code == "RING_INTERRUPTED"


def test_overlapping_rings_are_refused() -> None:
    shifted = [(north + 40, east + 50) for north, east in SQUARE]

    row = one(TITLE, *ring(SQUARE), *ring(shifted, number="2"))

    assert row.rejection is not None
    assert row.rejection.code == "RINGS_OVERLAP"
    assert row.rejection.values == {"first": "1", "second": "2"}


def test_the_same_ring_twice_is_refused() -> None:
    row = one(TITLE, *ring(SQUARE), *ring(SQUARE, number="2"))

    assert row.rejection is not None
    assert row.rejection.code == "RINGS_OVERLAP"


def test_a_crossing_outline_is_refused_with_its_edges() -> None:
    bow = [(0, 0), (80, 100), (80, 0), (0, 100)]

    row = one(TITLE, *ring(bow))

    assert row.rejection is not None
    assert row.rejection.code == "RING_CROSSES_ITSELF"
    assert row.rejection.values == {"first": "J1–J2", "second": "J3–J4"}
    assert row.geometry is None


def test_an_outline_that_only_touches_itself_is_read_with_a_remark() -> None:
    pinched = [(0, 0), (40, 0), (20, 50), (40, 100), (0, 100), (20, 50)]

    row = one("6,,DK01,地块1,面,,,,@", *ring(pinched))

    assert area(row) == pytest.approx(2000, abs=1e-6)
    assert codes(row) == {"RING_TOUCHES_ITSELF"}


def test_an_open_closing_row_is_refused_with_its_line() -> None:
    rows = ring(SQUARE, close=False)

    row = one(TITLE, *rows, f"J1,1,{NORTH + 5:.3f},{EAST:.3f}")

    assert row.rejection is not None
    assert row.rejection.code == "RING_NOT_CLOSED"
    assert row.rejection.where == "a.txt:16"


# ---------------------------------------------------------------- the columns
@pytest.mark.parametrize(
    "form",
    [
        "J{i},1,{north},{east}",
        "{i},1,{north},{east}",
        "J{i} , 1 ,  {north} , {east}",
        "J{i},1,{north},{east},80.000,埋桩",
        "J{i},{north},{east},80.00,1,",
        "J{i},{north},{east}",
        "{north},{east}",
        "J{i}\t1\t{north}\t{east}",
        "J{i} {north} {east}",
    ],
)
def test_point_columns_are_found(form: str) -> None:
    rows = [
        form.format(i=i, north=f"{NORTH + n:.3f}", east=f"{EAST + e:.3f}")
        for i, (n, e) in enumerate(SQUARE, start=1)
    ]

    assert area(one(TITLE, *rows)) == pytest.approx(8000, abs=1e-6)


def test_ring_numbers_are_found_in_column_five() -> None:
    rows = [
        f"J{i},{NORTH + n:.3f},{EAST + e:.3f},1.0,{number},"
        for number, corners in ((1, SQUARE), (2, INNER))
        for i, (n, e) in enumerate(corners, start=1)
    ]

    assert area(one(TITLE, *rows)) == pytest.approx(7600, abs=1e-6)


def test_a_spoilt_first_point_is_not_taken_for_a_heading() -> None:
    rows = ring(SQUARE, close=False)
    rows[0] = rows[0].replace("3440364", "344o364")

    row = one(*rows)

    assert row.rejection is not None
    assert row.rejection.code == "POINT_NOT_A_NUMBER"


def test_a_spoilt_point_under_a_spoilt_marker_is_not_lost() -> None:
    rows = ring(SQUARE, close=False)
    rows[2] = "J3,1,344o444.000,3739513o.000"
    text = HEADER + "[地块座标]\n" + "\n".join([TITLE, *rows])

    (row,) = read_boundary_txt(text.encode(), file="a.txt")

    assert row.rejection is not None
    assert row.rejection.where == "a.txt:14"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("375x9500.000", "POINT_NOT_A_NUMBER"),
        ("nan", "POINT_NOT_A_NUMBER"),
        ("", "POINT_NOT_A_NUMBER"),
        ("1_000", "POINT_NOT_A_NUMBER"),
        ("3440444.000", "POINT_SAME_AXIS"),
        ("373950300.0", "POINT_OUT_OF_RANGE"),
        ("36395030.000", "COORDINATES_MIXED"),
        ("395030.000", "COORDINATES_MIXED"),
    ],
)
def test_a_bad_coordinate_is_refused_with_its_line(value: str, code: str) -> None:
    rows = ring(SQUARE)
    rows[1] = f"J2,1,{NORTH + 80:.3f},{value}"

    row = one(TITLE, *rows)

    assert row.rejection is not None
    assert row.rejection.code == code
    assert row.rejection.where == "a.txt:13"
    assert row.rejection.values["point"] == "J2"


def test_a_bad_parcel_leaves_the_others_alone() -> None:
    bad, good = read(TITLE, *ring(SQUARE)[:2], TITLE, *ring(APART))

    assert bad.rejection is not None
    assert bad.rejection.code == "RING_TOO_FEW_POINTS"
    assert bad.rejection.where == "a.txt:11"
    assert area(good) == pytest.approx(2000, abs=1e-6)


def test_a_parcel_line_without_points_is_refused() -> None:
    empty, full = read(TITLE, TITLE, *ring(SQUARE))

    assert empty.rejection is not None
    assert empty.rejection.values["count"] == "0"
    assert full.rejection is None


def test_equal_parcel_lines_are_two_parcels() -> None:
    line = "5,,,,面,,,,@"

    first, second = read(line, *ring(SQUARE), line, *ring(APART))

    assert [area(first), area(second)] == pytest.approx([8000, 2000])


# --------------------------------------------------------------- parcel lines
@pytest.mark.parametrize(
    ("title", "number", "name", "declared"),
    [
        ("5,0.8,DK01,地块1,面,H49G,工业用地,0601,@", "DK01", "地块1", 8000),
        (
            "5,0.8,DK01,地块1,面,H49G,耕地,0103,旱地,12,11,10,备注,@",
            "DK01",
            "地块1",
            8000,
        ),
        ("5, 0.8000公顷, , 地块1, 面, , , , @", "", "地块1", 8000),
        ("5,12亩,,地块1,面,,,,@", "", "地块1", 8000),
        ("5,8000平方米,DK01,地块1,面,,,,@", "DK01", "地块1", 8000),
        (",0.8000,,建新地块1,,,,水浇地,@", "", "建新地块1", 8000),
        ("5,地块1,面,公共基础设施,@", "", "地块1", None),
        ("1,地块1,面,,@", "", "地块1", None),
        ("@,5,0.8,DK01,地块1,面,,,", "DK01", "地块1", 8000),
        ("5,0.8,DK01,地块1,面,,,@", "DK01", "地块1", 8000),
        ("  5,0.8,DK01,地块1,面,,,,@  ", "DK01", "地块1", 8000),
    ],
)
def test_parcel_lines(
    title: str, number: str, name: str, declared: float | None
) -> None:
    row = one(title, *ring(SQUARE))

    assert (row.number, row.name) == (number, name)
    assert row.area_declared_m2 == pytest.approx(declared)
    assert codes(row) <= {"AREA_UNIT_READ"}
    assert area(row) == pytest.approx(8000, abs=1e-6)


def test_an_area_in_square_metres_is_recognised_and_noted() -> None:
    row = one("5,8000,DK01,地块1,面,,,,@", *ring(SQUARE))

    assert row.area_declared_m2 == 8000
    assert codes(row) == {"AREA_UNIT_READ"}


def test_an_area_that_agrees_in_no_unit_is_remarked_on() -> None:
    row = one("5,8.0,DK01,地块1,面,,,,@", *ring(SQUARE))

    assert row.area_declared_m2 == 80000
    assert codes(row) == {"AREA_DECLARED_DIFFERS"}


def test_an_ellipsoidal_declared_area_agrees_too() -> None:
    large = [(n * 100, e * 100) for n, e in SQUARE]  # 80 km², 0.05 % apart
    plane = one("5,,DK01,地块1,面,,,,@", *ring(large))
    assert plane.geometry is not None
    square_metres = measure.area_m2(np.array([plane.geometry]), "EPSG:4525")[0]

    row = one(f"5,{square_metres / 1e4:.4f},DK01,地块1,面,,,,@", *ring(large))

    assert codes(row) == set()


@pytest.mark.parametrize("count", [4, 5])
def test_the_count_may_include_the_closing_row_or_not(count: int) -> None:
    row = one(f"{count},0.8,DK01,地块1,面,,,,@", *ring(SQUARE))

    assert codes(row) == set()


def test_a_wrong_count_is_remarked_on() -> None:
    row = one("9,0.8,DK01,地块1,面,,,,@", *ring(SQUARE))

    assert codes(row) == {"COUNT_DECLARED_DIFFERS"}


def test_points_without_a_parcel_line_are_one_parcel() -> None:
    row = one(*ring(SQUARE))

    assert area(row) == pytest.approx(8000, abs=1e-6)
    assert "PARCEL_LINE_MISSING" in codes(row)


def test_lines_and_points_are_read_as_such() -> None:
    line, point = read(
        "4,,L01,线路,线,,,,@",
        *ring(SQUARE, close=False),
        "1,,P01,井位,点,,,,@",
        *ring(SQUARE[:1], close=False),
    )

    assert isinstance(line.geometry, shapely.LineString)
    assert line.geometry.length == pytest.approx(260)
    assert isinstance(point.geometry, shapely.Point)
    assert codes(line) == codes(point) == set()


# -------------------------------------------------------------- CRS and order
def test_east_first_is_recognised_by_size_and_reported() -> None:
    rows = [f"J{i},1,{EAST + e},{NORTH + n}" for i, (n, e) in enumerate(SQUARE)]

    row = one(TITLE, *rows)

    assert row.geometry is not None
    assert row.geometry.bounds == (EAST, NORTH, EAST + 100, NORTH + 80)
    assert "AXES_SWAPPED" in codes(row)


def replaced(key: str, value: str) -> str:
    lines = [line for line in HEADER.splitlines() if not line.startswith(key)]
    return "\n".join([*lines, f"{key}={value}", ""])


def test_a_header_zone_serves_plain_eastings() -> None:
    row = one(TITLE, *ring(SQUARE, east=395030.0))

    assert row.crs == "EPSG:4546"


def test_a_central_meridian_serves_as_well_as_a_zone() -> None:
    header = replaced("带号", "").replace("几度分带=3\n", "") + "中央经线=111\n"

    assert one(TITLE, *ring(SQUARE, east=395030.0), header=header).crs == "EPSG:4546"


def test_the_prefix_of_the_eastings_outweighs_the_header() -> None:
    row = one(TITLE, *ring(SQUARE), header=replaced("带号", "36"))

    assert row.crs == "EPSG:4525"
    assert codes(row) == {"ZONE_CONTRADICTION"}


def test_no_zone_anywhere_is_refused_and_the_argument_cures_it() -> None:
    header = replaced("带号", "").replace("几度分带=3\n", "")
    rows = ring(SQUARE, east=395030.0)

    refused = one(TITLE, *rows, header=header)
    assert refused.rejection is not None
    assert refused.rejection.code == "ZONE_MISSING"
    assert "--crs" in refused.rejection.cure("zh")

    assert one(TITLE, *rows, header=header, crs="EPSG:4546").crs == "EPSG:4546"


def test_an_argument_that_cannot_fit_is_refused() -> None:
    header = replaced("带号", "")

    row = one(TITLE, *ring(SQUARE, east=395030.0), header=header, crs="EPSG:4525")

    assert row.rejection is not None
    assert row.rejection.code == "CRS_ARGUMENT_DOES_NOT_FIT"


def test_the_argument_never_overrides_the_file() -> None:
    row = one(TITLE, *ring(SQUARE), crs="EPSG:4524")

    assert row.crs == "EPSG:4525"
    assert codes(row) == {"CRS_ARGUMENT_UNUSED"}


@pytest.mark.parametrize(
    ("words", "east", "zone", "epsg"),
    [
        ("2000国家大地坐标系", EAST, 37, 4525),
        ("CGCS2000", 19395030.0, 19, 4497),
        ("CGCS2000", 395030.0, 19, 4508),
        ("1980西安坐标系", EAST, 37, 2361),
        ("西安80", 395030.0, 37, 2382),
        ("1954年北京坐标系", EAST, 37, 2413),
        ("北京54", 395030.0, 37, 2434),
    ],
)
def test_datum_and_zone_make_the_code(
    words: str, east: float, zone: int, epsg: int
) -> None:
    header = replaced("坐标系", words).replace("带号=37", f"带号={zone}")
    header = header.replace("几度分带=3\n", "")

    assert one(TITLE, *ring(SQUARE, east=east), header=header).crs == f"EPSG:{epsg}"


@pytest.mark.parametrize(
    "line", ["坐标系统=1980西安坐标系", "大地基准=西安80", "备注=采用1980西安坐标系"]
)
def test_an_older_datum_is_seen_under_any_key(line: str) -> None:
    header = HEADER.replace("坐标系=2000国家大地坐标系", line)

    assert one(TITLE, *ring(SQUARE), header=header).crs == "EPSG:2361"


def test_the_height_datum_is_no_coordinate_system() -> None:
    line = "高程基准=1985国家高程基准"
    header = HEADER.replace("坐标系=2000国家大地坐标系", line)

    assert one(TITLE, *ring(SQUARE), header=header).crs == "EPSG:4525"


def test_a_local_system_is_refused() -> None:
    row = one(TITLE, *ring(SQUARE), header=replaced("坐标系", "重庆市独立坐标系"))

    assert row.rejection is not None
    assert row.rejection.code == "SITE_CRS_UNSUPPORTED"


def test_a_six_degree_zone_stated_as_three_degrees_is_impossible() -> None:
    header = replaced("带号", "19")

    row = one(TITLE, *ring(SQUARE, east=395030.0), header=header)

    assert row.rejection is not None
    assert row.rejection.code == "ZONE_IMPOSSIBLE"


DECIMAL = ["109.89999916,31.07999861", "109.89999085,31.08072004"]
DECIMAL += ["109.90103862,31.08072897", "109.90104692,31.08000755"]
PACKED = ["109.53599970,31.04479950", "109.53599671,31.04505921"]
PACKED += ["109.54037390,31.04506243", "109.54037689,31.04480272"]


@pytest.mark.parametrize("swap", [False, True])
def test_degrees_are_cgcs2000_in_either_order(swap: bool) -> None:  # noqa: FBT001 - a parameter
    pairs = [",".join(reversed(p.split(","))) if swap else p for p in DECIMAL]
    rows = [f"J{i},1,{pair}" for i, pair in enumerate(pairs, start=1)]

    row = one("5,地块1,面,公共基础设施,@", *rows, header="")

    assert row.crs == "EPSG:4490"
    assert row.geometry is not None
    assert _plane_area(row) == pytest.approx(8000, abs=0.1)


def test_degrees_that_may_be_packed_are_refused_unless_said_to_be_decimal() -> None:
    text = "\n".join(f"{i},{pair}" for i, pair in enumerate(PACKED, start=1)).encode()

    (asked,) = read_boundary_txt(text, file="p.txt")
    (told,) = read_boundary_txt(text, file="p.txt", crs="EPSG:4490")
    unit = "[属性描述]\n坐标系=CGCS2000\n计量单位=度\n[地块坐标]\n".encode()
    (stated,) = read_boundary_txt(unit + text, file="p.txt")

    assert asked.rejection is not None
    assert asked.rejection.code == "DEGREES_PACKED"
    assert told.crs == stated.crs == "EPSG:4490"


# ------------------------------------------------------ encodings, line ends
def test_fullwidth_signs_are_read_with_a_remark() -> None:
    rows = [line.replace(",", "，").replace("1", "１") for line in ring(SQUARE)]

    row = one(TITLE.replace(",", "，"), *rows)

    assert row.number == "DK01"
    assert area(row) == pytest.approx(8000)
    assert codes(row) == {"FULLWIDTH_NORMALISED"}


def test_unknown_sections_and_keys_are_of_no_concern() -> None:
    header = HEADER.replace("[", "【").replace("]", "】 ")
    text = f"[项目信息]\n项目名称=示例\n奇怪的键\n {header}"
    text += "［地块坐标］\n" + "\n".join([TITLE, *ring(SQUARE)])

    (row,) = read_boundary_txt(text.encode("utf-8-sig"), file="a.txt")

    assert row.project_name == "示例"
    assert (row.crs, row.encoding) == ("EPSG:4525", "utf-8-sig")


@pytest.mark.parametrize("content", [b"", b"\n \n", "[属性描述]\n坐标系=\n".encode()])
def test_a_file_without_points_is_refused(content: bytes) -> None:
    with pytest.raises(SiteError) as caught:
        read_boundary_txt(content, file="a.txt")

    assert caught.value.problem.code in {"SITE_FILE_EMPTY", "SITE_NO_ROWS"}


steps = st.lists(
    st.tuples(st.floats(0.02, 1.0), st.floats(5, 90)), min_size=3, max_size=9
)


def star(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A star-shaped ring: angles grow, so it never crosses itself."""
    turns = np.cumsum([step for step, _ in pairs])
    turns = turns / (turns[-1] * 1.05) * 2 * np.pi
    return [
        (round(r * np.sin(t), 3), round(r * np.cos(t), 3))
        for t, (_, r) in zip(turns, pairs, strict=True)
    ]


@given(
    pairs=steps,
    start=st.integers(0, 8),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    letter=st.sampled_from(["J", ""]),
    close=st.booleans(),
    backwards=st.booleans(),
)
def test_writing_habits_do_not_change_the_outline(
    pairs: list[tuple[float, float]],
    start: int,
    end: str,
    encoding: str,
    letter: str,
    close: bool,  # noqa: FBT001 - a parameter
    backwards: bool,  # noqa: FBT001 - a parameter
) -> None:
    corners = star(pairs)
    truth = shapely.Polygon([(EAST + e, NORTH + n) for n, e in corners])
    if not truth.is_valid or truth.area < 1 or len(set(corners)) < len(corners):
        return
    turned = corners[start % len(corners) :] + corners[: start % len(corners)]
    turned = turned[::-1] if backwards else turned
    rows = [
        f"{letter}{i},1,{NORTH + n:.3f},{EAST + e:.3f}"
        for i, (n, e) in enumerate(turned, start=1)
    ]
    text = end.join(
        [*HEADER.splitlines(), "[地块坐标]", TITLE, *rows, *(rows[:1] if close else [])]
    )

    (row,) = read_boundary_txt(text.encode(encoding), file="a.txt")

    assert row.geometry is not None
    assert row.geometry.normalize() == shapely.orient_polygons(truth).normalize()


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    told = _rows_or_reason(content)

    assert told
    for row in told if isinstance(told, tuple) else ():
        assert (row.geometry is None) == (row.rejection is not None)


@given(st.data())
def test_a_damaged_file_never_yields_an_invalid_outline(data: st.DataObject) -> None:
    text = HEADER + "[地块坐标]\n" + "\n".join([TITLE, *ring(SQUARE)])
    place = data.draw(st.integers(len(HEADER), len(text) - 1))
    change = data.draw(st.sampled_from(["", ",", "x", "9", "-", ".", "\n", "@", "，"]))
    spoilt = text[:place] + change + text[place + 1 :]

    told = _rows_or_reason(spoilt.encode())

    assert told
    for row in told if isinstance(told, tuple) else ():
        assert (row.geometry is None) == (row.rejection is not None)
        assert row.geometry is None or row.geometry.is_valid


def _rows_or_reason(content: bytes) -> tuple[SiteRow, ...] | str:
    try:
        return read_boundary_txt(content, file="a.txt")
    except SiteError as error:
        return error.problem.line("zh")


# ------------------------------------------------------- files written apart
def test_the_thirty_files_end_as_their_manifest_says(shared: Path) -> None:
    folder = shared / "realdata" / "txt_written_here"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    ends: dict[str, Callable[[dict[str, object], tuple[SiteRow, ...]], None]] = {
        "load": _loads,
        "load_with_warning": _warns,
        "load_with_warning_or_error": _warns_or_refuses,
        "load_line": _loads,
        "refuse_or_ask": _refuses,
        "error": _refuses,
    }

    for entry in manifest:
        content = (folder / entry["file"]).read_bytes()
        rows = read_boundary_txt(content, file=entry["file"])
        ends[entry["outcome"]](entry, rows)

    assert len(manifest) == 30


def _loads(entry: dict[str, object], rows: tuple[SiteRow, ...]) -> None:
    assert len(rows) == entry["parcels"]
    for row in rows:
        assert row.rejection is None
        assert row.crs == f"EPSG:{entry['epsg']}"
        assert row.encoding == entry["encoding"]
    if "areas_m2" in entry:
        degrees = entry["epsg"] == 4490
        measured = [_plane_area(row) for row in rows]
        assert measured == pytest.approx(
            entry["areas_m2"], abs=0.1 if degrees else 0.01
        )


def _plane_area(row: SiteRow) -> float:
    """Area in the 3-degree plane, in which the corners of all files were laid out."""
    assert row.geometry is not None
    assert row.crs is not None
    if not row.crs.endswith("4490"):
        return float(row.geometry.area)
    return float(
        measure.project(np.array([row.geometry]), row.crs, "EPSG:4546")[0].area
    )


def _warns(entry: dict[str, object], rows: tuple[SiteRow, ...]) -> None:
    _loads(entry, rows)
    assert any("E150" <= p.number < "E180" for row in rows for p in row.problems)


def _warns_or_refuses(entry: dict[str, object], rows: tuple[SiteRow, ...]) -> None:
    if any(row.rejection for row in rows):
        _refuses(entry, rows)
    else:
        _warns(entry, rows)


def _refuses(entry: dict[str, object], rows: tuple[SiteRow, ...]) -> None:
    (row,) = rows
    assert row.geometry is None
    assert row.rejection is not None
    assert row.rejection.where.startswith(str(entry["file"]))
    if "line" in entry:
        assert row.rejection.where.endswith(f":{entry['line']}")
