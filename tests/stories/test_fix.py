"""`zoning fix` as a planner meets it: what is left, on paper and on the map."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import small_base

from zoning.io.sites import read_sites
from zoning.samples.places import sample_folder

pytestmark = pytest.mark.slow

DAY = ("--as-of", "2026-11-23")
PROJECT = """
project: {activity: hotel_resort, industry_code: H6110, construction_nature: new,
  approval_level: county, linear: "true"}
"""
CORNER = shapely.box(397_900, 3_435_500, 398_300, 3_435_800)  # R2 ends at 398 000
TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
ROAD = shapely.LineString([(397_800, 3_436_000), (398_500, 3_436_000)])


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "zoning", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("桌面 desk")
    small_base.write_base(folder / "base")
    small_base.write_txt(folder / "corner.txt", CORNER)
    small_base.write_txt(folder / "town.txt", TOWN)
    small_base.write_txt(
        folder / "inside.txt", shapely.box(397_100, 3_435_500, 397_200, 3_435_600)
    )
    small_base.write_geojson(folder / "road.geojson", [(ROAD, {})])
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    return folder


def fix(desk: Path, site: str, out: str, *more: str) -> "tuple[int, str, Path]":
    done = run(
        "fix", site, "--base", "base", "--project", "project.yaml", "--out", out,
        *DAY, *more, cwd=desk,
    )  # fmt: skip
    said = done.stdout.decode() + done.stderr.decode()
    assert "E599" not in said, said
    return done.returncode, said, desk / out


def document(folder: Path) -> Any:
    return json.loads((folder / "fix.json").read_bytes())


def test_the_rest_is_written_for_surveyor_and_gis(desk: Path) -> None:
    code, said, folder = fix(desk, "corner.txt", "corner")

    (facts,) = document(folder)["sites"]
    assert facts["outcome"] == "trimmed"
    assert facts["verdict_before"] == "PROHIBITED"
    assert facts["verdict_after"] == facts["after"]["verdict"] != "PROHIBITED"
    assert code == {"CONDITIONAL": 1, "UNDETERMINED": 4}[facts["verdict_after"]]
    assert "ECR-001" in said
    assert "复核已消除" in said
    assert facts["kept_m2"] + facts["lost_m2"] == pytest.approx(facts["area_m2"])

    (back,) = read_sites([folder / "boundary" / "corner.txt"])
    assert back.rejection is None
    assert back.geometry is not None
    assert back.geometry.bounds == pytest.approx(
        (37_398_000.05, 3_435_500, 37_398_300, 3_435_800), abs=1e-3
    )
    kept = gpd.read_file(folder / "trimmed.gpkg", layer="kept")
    lost = gpd.read_file(folder / "trimmed.gpkg", layer="lost")
    assert kept.geometry[0].area == pytest.approx(299.95 * 300, abs=0.1)
    assert lost.geometry[0].area == pytest.approx(100.05 * 300, abs=0.1)
    roles = [
        feature["properties"]["role"]
        for feature in json.loads((folder / "trimmed.geojson").read_bytes())["features"]
    ]
    assert roles == ["kept", "lost", "moved"]
    moved = gpd.read_file(folder / "trimmed.gpkg", layer="moved")
    assert moved.geometry[0].bounds == pytest.approx(
        (398_000.11, 3_435_500, 398_400.11, 3_435_800), abs=0.02
    )
    assert facts["way_out"]["distance_m"] == pytest.approx(100.1, abs=0.03)
    assert facts["way_out"]["verdict"] == facts["verdict_after"]
    assert "E622 整块移位：向东" in said
    assert "不表示可以使用" in said


def test_the_rest_can_be_checked_again(desk: Path) -> None:
    _, _, folder = fix(desk, "corner.txt", "once")
    (facts,) = document(folder)["sites"]
    code, _, again = fix(desk, "once/boundary/corner.txt", "again")

    (same,) = document(again)["sites"]
    assert same["outcome"] == "not_needed"
    assert same["verdict_before"] == facts["verdict_after"]
    assert same["area_m2"] == facts["kept_m2"]
    assert code in {1, 4}
    assert sorted(path.name for path in again.iterdir()) == ["fix.json", "map.html"]


def test_a_small_plot_keeps_a_small_rest(desk: Path) -> None:
    small_base.write_txt(
        desk / "house.txt", shapely.box(397_995, 3_435_500, 398_005, 3_435_515)
    )
    _, said, folder = fix(desk, "house.txt", "house")
    (facts,) = document(folder)["sites"]

    assert facts["outcome"] == "trimmed"
    assert facts["kept_m2"] == pytest.approx(4.95 * 15, abs=0.05)
    assert facts["min_part_m2"] == pytest.approx(7.5, abs=0.01)
    assert document(folder)["options"]["min_part_m2"] is None
    assert "小于 7.5 平方米" in said
    assert "5% 取小者" in said

    _, said, folder = fix(desk, "house.txt", "house200", "--min-part-m2", "200")
    (facts,) = document(folder)["sites"]
    assert facts["outcome"] == "nothing_left"
    assert facts["min_part_m2"] == 200
    assert "整块移位" in said


def test_the_map_shows_the_lost_part_dashed(desk: Path) -> None:
    _, _, folder = fix(desk, "corner.txt", "drawn")

    page = (folder / "map.html").read_text(encoding="utf-8")
    assert "退让部分" in page
    assert '"dashArray": "9 6"' in page
    assert "退让 3.00" in page


def test_nothing_left_keeps_the_verdict(desk: Path) -> None:
    code, said, folder = fix(desk, "inside.txt", "none")

    assert code == 1
    assert "E602" in said
    assert not (folder / "boundary").exists()
    assert document(folder)["verdict_after"] == "PROHIBITED"


def test_a_site_without_a_ban_needs_no_trim(desk: Path) -> None:
    code, said, folder = fix(desk, "town.txt", "town")

    assert "无须退让" in said
    assert document(folder)["sites"][0]["outcome"] == "not_needed"
    assert code in {0, 1, 4}
    same = ("town.txt", "--base", "base", "--project", "project.yaml", *DAY)
    assert code == run("check", *same, "--json", cwd=desk).returncode


def test_a_road_is_told_which_stretch_to_move(desk: Path) -> None:
    code, said, folder = fix(desk, "road.geojson", "road", "--lang", "en")

    (facts,) = document(folder)["sites"]
    assert code == 1
    assert facts["outcome"] == "crossings"
    assert facts["kept"] is None
    stretches = [c for c in facts["crossings"] if c["layer"] == "ecological_redline"]
    assert stretches[0]["start_m"] == 0
    assert stretches[0]["length_m"] == pytest.approx(199.97, abs=0.02)
    assert "stretches to move" in said
    assert "1 breaks" in " ".join(said.split())
    (left,) = facts["runs_left"]
    assert left["length_m"] == pytest.approx(499.92, abs=0.05)
    lines = gpd.read_file(folder / "trimmed.gpkg", layer="crossings")
    assert len(lines) == len(facts["crossings"])


def test_a_used_folder_is_not_written_into(desk: Path) -> None:
    fix(desk, "corner.txt", "used")
    before = sorted((desk / "used").rglob("*"))
    code, said, _ = fix(desk, "corner.txt", "used")

    assert code not in {0, 1, 4}
    assert "E401" in said
    assert sorted((desk / "used").rglob("*")) == before


def test_the_same_trim_is_the_same_bytes(desk: Path) -> None:
    _, _, one = fix(desk, "corner.txt", "one")
    _, _, two = fix(desk, "corner.txt", "two")

    names = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert len(names) == 5
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_the_sample_plant_withdraws_from_the_tributary(tmp_path: Path) -> None:
    base = sample_folder()
    assert base is not None
    sites = base / "sites"
    done = run(
        "fix", str(sites / "chemical_900m.txt"), str(sites / "farmland.txt"),
        str(sites / "redline_core.geojson"), "--base", str(base),
        "--project", str(sites / "projects.yaml"), "--out", "run", *DAY,
        cwd=tmp_path,
    )  # fmt: skip

    plant, store, hotel = document(tmp_path / "run")["sites"]
    assert done.returncode == 1
    assert plant["outcome"] == store["outcome"] == "trimmed"
    assert plant["kept_m2"] == pytest.approx(29_950, abs=30)
    states = {f["rule_id"]: f["state"] for f in plant["after"]["findings"]}
    assert states["YRL-001"] == "CLEAR"
    assert plant["verdict_after"] == "CONDITIONAL"
    assert [f["rule_id"] for f in store["findings"]] == ["PBF-001"]
    assert not store["findings"][0]["stands"]
    assert hotel["outcome"] == "nothing_left"
    names = sorted(path.name for path in (tmp_path / "run" / "boundary").iterdir())
    assert names == ["chemical_900m.txt", "farmland.txt"]
