"""`zoning.io.wkt_sites`: a geometry a line, its CRS told or asked for."""

from pathlib import Path

import pytest
import shapely

from zoning.io.sites import read_sites
from zoning.model import Site

SQUARE = "POLYGON ((395030 3440364, 395130 3440364, 395130 3440444, 395030 3440364))"
BOW_TIE = "POLYGON ((395030 3440364, 395130 3440444, 395130 3440364, 395030 3440444, "
BOW_TIE += "395030 3440364))"
OTHER = "POLYGON ((395330 3440364, 395430 3440364, 395430 3440444, 395330 3440364))"


def read(folder: Path, *lines: str, crs: str | None = None) -> tuple[Site, ...]:
    path = folder / "a.wkt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_sites([path], crs=crs)


def codes(sites: tuple[Site, ...]) -> list[str | None]:
    return [None if s.rejection is None else s.rejection.code for s in sites]


def test_lines_are_sites_and_an_srid_is_their_crs(tmp_path: Path) -> None:
    first, second = read(
        tmp_path, "# 两块", f"SRID=4546;{SQUARE}", "", OTHER.lower(), crs="EPSG:4546"
    )

    assert first.crs == second.crs == "EPSG:4546"
    assert first.geometry is not None
    assert first.geometry.equals(shapely.from_wkt(SQUARE))
    assert second.geometry is not None
    assert second.geometry.equals(shapely.from_wkt(OTHER))


def test_a_line_without_srid_needs_the_argument(tmp_path: Path) -> None:
    assert codes(read(tmp_path, SQUARE)) == ["SITE_CRS_MISSING"]
    assert codes(read(tmp_path, f"SRID=0;{SQUARE}")) == ["SITE_CRS_MISSING"]
    assert codes(read(tmp_path, SQUARE, crs="EPSG:4546")) == [None]


def test_an_srid_goes_before_the_argument(tmp_path: Path) -> None:
    (site,) = read(tmp_path, f"SRID=4546;{SQUARE}", crs="EPSG:4547")

    assert site.crs == "EPSG:4546"
    assert [p.code for p in site.problems] == ["CRS_ARGUMENT_UNUSED"]


def test_heights_are_dropped_with_a_note(tmp_path: Path) -> None:
    (site,) = read(tmp_path, "SRID=4490;POINT Z (110 31 200)")

    assert [p.code for p in site.problems] == ["Z_DROPPED"]
    assert site.geometry is not None
    assert not site.geometry.has_z


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{SQUARE} x", "WKT_MALFORMED"),
        (SQUARE[:-1], "WKT_MALFORMED"),
        (SQUARE[:-30] + "))", "WKT_MALFORMED"),
        ("POLYGON ((0 0, 1 0, 1 1))", "WKT_MALFORMED"),
        ("TRAPEZE ((0 0, 1 0, 1 1, 0 0))", "WKT_MALFORMED"),
        ('GEOGCS["CGCS2000"]', "WKT_MALFORMED"),
        ("J1,1,3440364,395030", "WKT_MALFORMED"),
        ("POINT (nan 3440364)", "GEOMETRY_NOT_FINITE"),
        ("POINT (1e400 3440364)", "GEOMETRY_NOT_FINITE"),
        ("POLYGON EMPTY", "GEOMETRY_MISSING"),
        ("CIRCULARSTRING (0 0, 1 1, 2 0)", "GEOMETRY_TYPE_UNSUPPORTED"),
        ("SRID=99999;POINT (110 31)", "SITE_CRS_UNSUPPORTED"),
        ("SRID=2361;POINT (37395030 3440364)", "DATUM_NEEDS_PARAMETERS"),
        (
            BOW_TIE,
            "RING_CROSSES_ITSELF",
        ),
        (
            "GEOMETRYCOLLECTION (POINT (395030 3440364), " + SQUARE + ")",
            "GEOMETRY_MIXED",
        ),
    ],
)
def test_a_bad_line_is_a_rejected_row_beside_its_good_twin(
    tmp_path: Path, line: str, code: str
) -> None:
    sites = read(tmp_path, line, SQUARE, crs="EPSG:4546")

    assert codes(sites) == [code, None]
    assert sites[0].rejection is not None
    assert sites[0].rejection.where.startswith("a.wkt")


def test_remarks_alone_are_no_site(tmp_path: Path) -> None:
    assert codes(read(tmp_path, "# nothing", "")) == ["SITE_NO_ROWS"]


def test_boundary_text_is_not_taken_for_wkt(tmp_path: Path) -> None:
    """Only the suffix .wkt is read as such: a .txt stays a boundary file."""
    path = tmp_path / "a.txt"
    path.write_text(f"SRID=4546;{SQUARE}", encoding="utf-8")

    (site,) = read_sites([path])

    assert site.rejection is not None
