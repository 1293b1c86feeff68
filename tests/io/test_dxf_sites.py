"""`zoning.io.dxf_sites`: closed polylines are outlines, nothing vanishes unseen."""

import math
from pathlib import Path

import geopandas
import pytest
import shapely

from zoning.errors import SiteError
from zoning.io.dxf_sites import read_dxf
from zoning.io.site_row import SiteRow

EAST, NORTH = 37395030.0, 3440364.0
SQUARE = [(0, 0), (100, 0), (100, 80), (0, 80)]
Corner = tuple[float, ...]


def light(
    corners: list[Corner], *, flags: int = 1, layer: str = "红线", east: float = EAST
) -> str:
    """An LWPOLYLINE; a third number of a corner is its bulge."""
    rows = [f"0\nLWPOLYLINE\n8\n{layer}\n90\n{len(corners)}\n70\n{flags}"]
    for x, y, *bulge in corners:
        rows.append(f"10\n{east + x!r}\n20\n{NORTH + y!r}")
        rows += [f"42\n{value!r}" for value in bulge]
    return "\n".join(rows)


def drawing(*entities: str, encoding: str = "gb18030") -> bytes:
    header = "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n0\nENDSEC"
    blocks = f"0\nSECTION\n2\nBLOCKS\n{light([*SQUARE])}\n0\nENDSEC"
    body = "\n".join(entities)
    text = f"{header}\n{blocks}\n0\nSECTION\n2\nENTITIES\n{body}\n0\nENDSEC\n0\nEOF\n"
    return text.encode(encoding)


def read(*entities: str, crs: str | None = None) -> tuple[SiteRow, ...]:
    return read_dxf(drawing(*entities), file="a.dxf", crs=crs)


def codes(row: SiteRow) -> set[str]:
    return {problem.code for problem in row.problems}


def test_a_closed_polyline_is_a_polygon_in_the_zone_of_its_eastings() -> None:
    (row,) = read(light([*SQUARE]))

    assert row.geometry is not None
    assert row.geometry.equals(shapely.box(EAST, NORTH, EAST + 100, NORTH + 80))
    assert row.crs == "EPSG:4525"
    assert (row.attributes["图层"], row.encoding) == ("红线", "gb18030")
    assert codes(row) == {"CLOSED_LINE_TAKEN_AS_POLYGON", "DATUM_ASSUMED"}


def test_an_open_polyline_that_returns_to_its_start_is_closed_too() -> None:
    (row,) = read(light([*SQUARE, SQUARE[0]], flags=0))

    assert isinstance(row.geometry, shapely.Polygon)


def test_an_open_polyline_is_a_line() -> None:
    (row,) = read(light([*SQUARE], flags=0))

    assert isinstance(row.geometry, shapely.LineString)


def test_old_polylines_lines_and_points_are_read() -> None:
    vertices = "\n".join(
        f"0\nVERTEX\n8\n0\n10\n{EAST + x}\n20\n{NORTH + y}\n30\n5.0" for x, y in SQUARE
    )
    old = f"0\nPOLYLINE\n8\n界\n66\n1\n70\n1\n10\n0.0\n20\n0.0\n{vertices}\n0\nSEQEND"
    line = f"0\nLINE\n8\n0\n10\n{EAST}\n20\n{NORTH}\n11\n{EAST + 3}\n21\n{NORTH + 4}"
    point = f"0\nPOINT\n8\n0\n10\n{EAST}\n20\n{NORTH}"

    polygon, segment, mark = read(old, line, point)

    assert polygon.geometry is not None
    assert polygon.geometry.area == pytest.approx(8000)
    assert "Z_DROPPED" in codes(polygon)
    assert segment.geometry is not None
    assert segment.geometry.length == pytest.approx(5)
    assert isinstance(mark.geometry, shapely.Point)


def test_arcs_are_replaced_by_chords_within_a_centimetre() -> None:
    radius = 50.0
    circle: list[Corner] = [(0, 0, 1.0), (2 * radius, 0, 1.0)]

    (row,) = read(light(circle))

    assert row.geometry is not None
    truth = shapely.Point(EAST + radius, NORTH).buffer(radius, quad_segs=2000)
    assert row.geometry.hausdorff_distance(truth) < 0.0105
    assert row.geometry.area == pytest.approx(math.pi * radius**2, rel=2e-3)
    assert "ARC_LINEARISED" in codes(row)


def test_a_bulge_turns_to_the_side_it_is_meant_to() -> None:
    half: list[Corner] = [(0, 0, 1.0), (100, 0, 0.0)]

    (row,) = read(light(half))

    assert row.geometry is not None
    assert row.geometry.bounds[1] == pytest.approx(NORTH - 50, abs=0.02)
    assert row.geometry.bounds[3] == pytest.approx(NORTH)


def test_plain_eastings_need_the_argument() -> None:
    entity = light([*SQUARE], east=395030.0)

    (refused,) = read(entity)
    (read_,) = read(entity, crs="EPSG:4546")

    assert refused.rejection is not None
    assert refused.rejection.code == "ZONE_MISSING"
    assert read_.crs == "EPSG:4546"


def test_degrees_need_the_argument() -> None:
    rows = "10\n109.9\n20\n31.0\n10\n109.91\n20\n31.0\n10\n109.91\n20\n31.01"
    entity = f"0\nLWPOLYLINE\n8\n0\n70\n1\n{rows}"

    (refused,) = read(entity)
    (read_,) = read(entity, crs="EPSG:4490")

    assert refused.rejection is not None
    assert refused.rejection.code == "SITE_CRS_MISSING"
    assert read_.crs == "EPSG:4490"


def test_what_is_no_polyline_is_counted_and_named() -> None:
    other = "0\nHATCH\n8\n0\n0\nARC\n8\n0\n0\nTEXT\n8\n0\n1\n地块\n0\nARC\n8\n0"

    (row,) = read(light([*SQUARE]), other)

    assert row.problems[0].code == "RECORDS_SKIPPED"
    assert row.problems[0].values["detail"] == "ARC × 2, HATCH × 1"


@pytest.mark.parametrize("kind", ["SPLINE", "ELLIPSE", "REGION", "3DFACE", "MLINE"])
def test_a_curve_that_may_bound_a_plot_is_a_row_of_its_own(kind: str) -> None:
    """Beside an outline it would be lost: a file of two plots would be one."""
    curve = f"0\n{kind}\n8\n红线\n10\n1\n20\n2"

    outline, other = read(light([*SQUARE]), curve)

    assert outline.rejection is None
    assert other.rejection is not None
    assert other.rejection.code == "GEOMETRY_TYPE_UNSUPPORTED"
    assert other.rejection.values["found"] == kind
    assert other.attributes["图层"] == "红线"


def test_a_drawing_of_other_things_only_is_refused() -> None:
    with pytest.raises(SiteError, match="E161"):
        read("0\nCIRCLE\n8\n0\n10\n1\n20\n2\n40\n3")
    with pytest.raises(SiteError, match="E108"):
        read("0\nTEXT\n8\n0\n1\n地块")


def test_outlines_in_paper_space_are_named_and_not_drawn() -> None:
    paper = light([*SQUARE]).replace("8\n红线", "8\n红线\n67\n1")

    (row,) = read(light([*SQUARE]), paper)

    assert row.problems[0].code == "RECORDS_SKIPPED"
    assert "LWPOLYLINE (paper space" in row.problems[0].values["detail"]
    with pytest.raises(SiteError, match="E161"):
        read(paper)


def test_an_outline_inside_another_is_remarked_on() -> None:
    inner: list[Corner] = [(20, 20), (40, 20), (40, 40), (20, 40)]

    outer, inside = read(light([*SQUARE]), light(inner))

    assert "OUTLINE_INSIDE_ANOTHER" in codes(inside)
    assert "OUTLINE_INSIDE_ANOTHER" not in codes(outer)


def test_a_mesh_is_refused() -> None:
    entity = "0\nPOLYLINE\n8\n0\n70\n64\n0\nSEQEND"

    (row,) = read(entity)

    assert row.rejection is not None
    assert row.rejection.code == "GEOMETRY_TYPE_UNSUPPORTED"


@pytest.mark.parametrize(
    "content", [drawing(light([*SQUARE]))[:-5], b"0\nSECTION\nx\ny\n0\nEOF\n"]
)
def test_a_cut_or_spoilt_drawing_is_refused(content: bytes) -> None:
    with pytest.raises(SiteError, match="E107"):
        read_dxf(content, file="a.dxf")


def test_escaped_layer_names_are_read() -> None:
    (row,) = read(light([*SQUARE], layer=r"\U+7EA2\U+7EBF"))

    assert row.attributes["图层"] == "红线"


def test_a_drawing_written_by_gdal_is_read(tmp_path: Path) -> None:
    square = shapely.box(EAST, NORTH, EAST + 100, NORTH + 80)
    path = tmp_path / "g.dxf"
    table = geopandas.GeoDataFrame(geometry=[square.exterior], crs=4525)
    table.to_file(path, driver="DXF", engine="pyogrio")

    (row,) = read_dxf(path.read_bytes(), file="g.dxf")

    assert row.geometry is not None
    assert row.geometry.equals_exact(square, 1e-6, normalize=True)
