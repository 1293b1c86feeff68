"""A folder of sites: no file that could hold a plot is passed over."""

import re
from pathlib import Path

from zoning.io.site_folder import look_into
from zoning.io.sites import read_sites
from zoning.runs.asking import named_files

FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"


def suffixes_read_as_sites() -> set[str]:
    rows = re.findall(
        r"^\|([^|]+)\|([^|]+)\| *yes", FORMATS.read_text("utf-8"), re.MULTILINE
    )
    return {suffix for _, cell in rows for suffix in re.findall(r"`(\.\w+)`", cell)}


def lay(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")


def names(paths: tuple[Path, ...]) -> set[str]:
    return {path.name for path in paths}


def test_every_format_that_is_read_is_a_site_of_its_folder(tmp_path: Path) -> None:
    documented = {f"plot{suffix}" for suffix in suffixes_read_as_sites()}
    assert {"plot.shp", "plot.gpkg", "plot.csv", "plot.wkt"} <= documented
    lay(tmp_path, *documented - {"plot.gdb"}, "PLOT2.SHP", "plot.dbf", "PLOT2.DBF")
    lay(tmp_path, "plot.gdb/a00000001.gdbtable")

    found, others = named_files((tmp_path,))

    assert names(found) == documented | {"PLOT2.SHP"}
    assert others == ()


def test_what_may_hold_a_plot_is_a_row_and_the_rest_is_named(tmp_path: Path) -> None:
    plots = {"a.dwg", "b.rar", "c.mdb", "d.xls", "lost.dbf", "inner"}
    lay(tmp_path, *plots - {"inner"}, "inner/deeper/e.gpkg")
    lay(tmp_path, "f.shp", "f.dbf", "f.shp.xml", "f.qpj", ".DS_Store", "~$g.xlsx")
    lay(tmp_path, "project.yaml", "run/MANIFEST.json", "run/result.gpkg")
    lay(tmp_path, "scan.pdf", "photo.jpg", "boundary.dat", "no suffix")

    found = look_into(tmp_path)

    assert names(found.sites) == plots | {"f.shp"}
    assert names(found.others) == {"scan.pdf", "photo.jpg", "boundary.dat", "no suffix"}
    rows = read_sites(found.sites)
    assert all(row.rejection is not None for row in rows)
    assert len(rows) == len(found.sites)


def test_a_geodatabase_is_named_like_a_file(tmp_path: Path) -> None:
    lay(tmp_path, "plots.gdb/a00000001.gdbtable", "plots.gdb/gdb")

    assert named_files((tmp_path / "plots.gdb",)) == ((tmp_path / "plots.gdb",), ())
