"""Random damage to a layer: a known conflict is found, doubted or refused, not lost.

`make test-full` tries 3 000 damages of each format, `make test` some hundred. The
bounds are those of layers without a seal: damage that leaves a legal file with
legal shapes inside the stated boxes cannot be told from the truth.
"""

import os
import shutil
import warnings
from collections import Counter
from pathlib import Path

import pyogrio
import pytest
import shapely
from layer_damage import CRS, FORMATS, SITES, Format, damaged, write_layer

from zoning.errors import LayerError
from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.hashing import file_sha256
from zoning.io.layer_place import LayerPlace
from zoning.io.layers import read_layer

THOROUGH = os.environ.get("ZONING_THOROUGH") == "1"
DAMAGES = 3000 if THOROUGH else 150
MOST_LOST = {"Shapefile": 0.02}
MOST_LOST_ELSE = 0.005
COUNTY = shapely.box(390_000, 3_430_000, 398_000, 3_438_000)
LAYER = "ecological_redline"


def outcome(folder: Path, form: Format, sha256: str | None = None) -> str:
    """Say what a reader has of the twenty conflicts."""
    entry = LayerEntry(path=form.file, sha256=sha256)
    place = LayerPlace(folder=folder, crs=CRS, county=COUNTY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL remarks on what it gets round
        try:
            layer = read_layer(entry, catalogue()[LAYER], place)
        except LayerError:
            return "refused"
    if layer.problems:
        return "doubted"
    met = shapely.STRtree(layer.geometry).query(SITES, predicate="intersects")[0]
    return "kept" if len(set(met.tolist())) == len(SITES) else "lost"


def naive(path: Path) -> str:
    """Say what plain pyogrio has of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above
        try:
            table = pyogrio.read_dataframe(path)
            met = table.to_crs(CRS).sindex.query(SITES, predicate="intersects")[0]
        except Exception:  # noqa: BLE001  whatever it raises is at least said
            return "refused"
    return "kept" if len(set(met.tolist())) == len(SITES) else "lost"


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_damage_hardly_ever_loses_a_conflict_in_silence(
    form: Format, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, spoilt = tmp_path / "good", tmp_path / "spoilt"
    good.mkdir()
    path = write_layer(form, good)
    seal = file_sha256(path)
    assert outcome(good, form, seal) == outcome(good, form) == "kept"
    plain, ours = Counter[str](), Counter[str]()

    for part, content in damaged(form, path, DAMAGES):
        shutil.copytree(good, spoilt, ignore=shutil.ignore_patterns(".zoning"))
        (spoilt / part).write_bytes(content)
        ours[outcome(spoilt, form)] += 1
        if THOROUGH and form.name != "GeoParquet":
            plain[naive(spoilt / form.file)] += 1
        assert outcome(spoilt, form, seal) == "refused"
        shutil.rmtree(spoilt)

    with capsys.disabled():
        if THOROUGH:
            print(f"\n{form.name}: {dict(ours)}; plain pyogrio: {dict(plain)}")
    assert ours["lost"] <= MOST_LOST.get(form.name, MOST_LOST_ELSE) * DAMAGES
    assert ours["kept"] > 0
    assert ours["refused"] + ours["doubted"] > 0
