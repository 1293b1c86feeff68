"""`zoning init`: the files of a folder, recognised with reasons, never guessed."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import small_base
from asking import CaptureText, ask
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import strict_yaml
from zoning.io.base import open_base
from zoning.io.config import read_config
from zoning.io.first_base import first_base
from zoning.io.first_base_text import first_base_text
from zoning.io.recognition import Traits, packs_for, recognise
from zoning.terms import label

NAMES = {
    "permanent_basic_farmland": "示范县永久基本农田2022.geojson",
    "ecological_redline": "红线/STBHHX.geojson",
    "urban_development_boundary": "CZKFBJ.geojson",
    "control_unit": "三线一单/综合管控单元.geojson",
    "township": "乡镇界.geojson",
    "county": "县界.geojson",
}
PLOT = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a folder as a clerk has it: names of every kind, no zoning.yaml."""
    place = tmp_path / "资料"
    for layer, name in NAMES.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        small_base.write_geojson(path, small_base.LAYERS[layer])
    return place


def columns(**values: list[str]) -> dict[str, NDArray[np.object_]]:
    return {name: np.array(found, dtype=object) for name, found in values.items()}


def named(*names: str, geometry: str = "polygon", **values: list[str]) -> str | None:
    best, _ = recognise(
        Traits(names=names, geometry=geometry, columns=columns(**values))
    )
    return best.layer if best else None


def test_every_file_is_named_with_its_reasons(folder: Path) -> None:
    found = first_base(folder)
    assert {layer: one.path for layer, one in found.chosen.items()} == NAMES
    assert not found.rivals
    assert found.crs == "EPSG:4546"
    assert found.admin_code == "500237"
    for one in found.chosen.values():
        assert one.guess is not None
        assert one.guess.reasons


def test_what_it_writes_is_a_base_that_opens(folder: Path) -> None:
    text = first_base_text(first_base(folder), covers_county=True)
    (folder / "zoning.yaml").write_text(text, encoding="utf-8")
    base = open_base(folder)
    assert set(base.layers) == set(NAMES)
    assert base.packs[:3] == ("national", "yangtze", "chongqing")
    assert "corridor_model" not in base.scope  # no folder holds a model
    assert len(base.layers["permanent_basic_farmland"].geometry) == 2


def test_coverage_is_not_asserted_unless_a_person_states_it(folder: Path) -> None:
    text = first_base_text(first_base(folder))
    (folder / "zoning.yaml").write_text(text, encoding="utf-8")
    config = read_config(folder)
    entry = config.layers["ecological_redline"]
    assert getattr(entry, "coverage", None) is None
    assert "# coverage: county" in text
    assert open_base(folder).layers["ecological_redline"].coverage is None


def test_a_year_in_a_name_is_asked_for_and_not_taken_for_the_edition(
    folder: Path,
) -> None:
    text = first_base_text(first_base(folder))
    assert "名称中有 2022" in text
    farmland = strict_yaml.load_text(text)["layers"]["permanent_basic_farmland"]
    assert "edition" not in farmland


def test_of_two_editions_none_is_chosen(folder: Path) -> None:
    old = folder / "旧版" / "STBHHX_2018.geojson"
    old.parent.mkdir()
    shutil.copy(folder / NAMES["ecological_redline"], old)
    found = first_base(folder)
    assert "ecological_redline" not in found.chosen
    assert len(found.rivals["ecological_redline"]) == 2
    text = first_base_text(found)
    (folder / "zoning.yaml").write_text(text, encoding="utf-8")
    assert "ecological_redline" in open_base(folder).missing
    assert "请选一个" in text


def test_the_boundary_of_villages_is_never_the_urban_boundary() -> None:
    urban: dict[str, Any] = {"GHFQDM": ["1"], "GHFQMC": ["城镇集中建设区"]}
    assert named("CZKFBJ", **urban) == "urban_development_boundary"
    assert named("CZKFBJ", GHFQDM=["1"], GHFQMC=["村庄建设区"]) is None
    assert named("村庄开发边界CZKFBJ", **urban) is None


def test_fields_and_values_name_a_file_that_its_name_does_not() -> None:
    assert (
        named("新建文件夹", "导出_1", HJZHGKDYBM=["ZH1"], ZHGKDYFL=["优先保护单元"])
        == "control_unit"
    )
    farmland: dict[str, Any] = {
        "YJJBNTTBBH": ["2"],
        "YJJBNTTBMJ": ["3"],
        "DLBM": ["0101"],
    }
    assert named("图层1", **farmland) == "permanent_basic_farmland"
    assert named("图层1", DLBM=["0101"], TBBH=["3"]) is None, "land parcels have both"


def test_the_longer_name_wins() -> None:
    assert named("永久基本农田储备区") == "basic_farmland_reserve"
    assert named("永久基本农田") == "permanent_basic_farmland"


def test_a_code_inside_another_word_is_not_a_name() -> None:
    assert named("WORLD", geometry="line") is None
    assert named("DL", geometry="line") == "road"
    assert named("DL_2023", geometry="line") == "road"


def test_a_file_of_the_wrong_kind_is_not_that_layer() -> None:
    assert named("永久基本农田", geometry="point") is None
    assert named("dem", geometry="polygon") is None
    assert named("dem", geometry="raster") == "dem"


def test_a_file_without_crs_is_asked_for_with_where_it_would_fall(
    folder: Path,
) -> None:
    path = folder / NAMES["ecological_redline"]
    path.unlink()
    rows = small_base.LAYERS["ecological_redline"]
    bare = path.with_suffix(".gpkg")
    _write_without_crs(bare, rows)
    one = first_base(folder).chosen["ecological_redline"]
    assert one.crs == ""
    assert one.candidates == ("EPSG:4546",)
    text = first_base_text(first_base(folder), covers_county=True)
    (folder / "zoning.yaml").write_text(text, encoding="utf-8")
    (problem,) = open_base(folder).missing["ecological_redline"]
    assert problem.code == "CRS_MISSING"


def _write_without_crs(
    path: Path, rows: Sequence[tuple[BaseGeometry, dict[str, Any]]]
) -> None:
    from pyogrio import raw

    names = sorted({name for _, values in rows for name in values})
    data = [np.array([str(v.get(n, "")) for _, v in rows], object) for n in names]
    shapes = np.array([shapely.to_wkb(shape) for shape, _ in rows], dtype=object)
    with pytest.warns(UserWarning, match="crs"):
        raw.write(
            path, shapes, data, names, geometry_type="Polygon", driver="GPKG", crs=None
        )


def test_hostile_names_stay_inside_their_line(folder: Path) -> None:
    nasty = folder / 'x"\\: {a: [b]} #永久基本农田\n储备区\n  y: z.geojson'
    small_base.write_geojson(nasty, small_base.LAYERS["basic_farmland_reserve"])
    text = first_base_text(first_base(folder))
    assert set(strict_yaml.load_text(text)["layers"]) <= {
        *NAMES,
        "basic_farmland_reserve",
    }


@pytest.mark.parametrize(
    ("code", "packs"),
    [
        ("500237", ("national", "yangtze", "chongqing")),
        ("420528", ("national", "yangtze")),
        ("110101", ("national",)),
        ("", ("national",)),
    ],
)
def test_packs_follow_the_province(code: str, packs: tuple[str, ...]) -> None:
    assert packs_for(code) == packs


def test_the_command_writes_once_and_says_what_is_next(
    folder: Path, capsys: CaptureText
) -> None:
    first = ask(capsys, "init", str(folder))
    assert first.code == 0
    assert label("layer", "ecological_redline", "zh") in first.out
    assert "zoning layers seal" in first.err
    written = (folder / "zoning.yaml").read_bytes()
    again = ask(capsys, "init", str(folder))
    assert again.code != 0
    assert (folder / "zoning.yaml").read_bytes() == written


def test_the_base_it_makes_finds_the_conflict(
    folder: Path, capsys: CaptureText, tmp_path: Path
) -> None:
    assert ask(capsys, "init", str(folder), "--covers-county").code == 0
    site = tmp_path / "site.txt"
    small_base.write_txt(site, shapely.box(400_100, 3_435_100, 400_250, 3_435_150))
    answer = ask(capsys, "check", str(site), "--base", str(folder), "--json")
    assert answer.code in {1, 4}
    assert '"rule_id": "PBF-001"' in answer.out
