"""The benchmark at a small size: county and contenders, held to one another."""

import math
import runpy
import sys
from pathlib import Path

import pytest
import shapely

from benchmarks import overlay, standings
from benchmarks.county import LAYERS, make_county
from benchmarks.jobs import JOBS
from benchmarks.peers.environments import UnavailableError
from benchmarks.standings import OURS, Standing


def here(command: list[str]) -> str:
    """Run a contender in this process, which has what the first three need."""
    _, _, module, *arguments = command
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [module, *arguments])
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    return ""


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "python_of", lambda _: Path(sys.executable))
    monkeypatch.setattr(overlay, "_left_out", here)


@pytest.mark.slow
@pytest.mark.usefixtures("_here")
def test_every_pair_of_every_job_agrees_with_geos(tmp_path: Path) -> None:
    jobs = list(JOBS.values())
    overlay.write_layers(tmp_path, 0.002, jobs=jobs)

    peers = (OURS, "shapely_tree", "geopandas_overlay")
    found = list(overlay.run_all(tmp_path, jobs, peers))

    assert [(one.job, one.peer) for one in found] == [
        (job, peer) for job in ("J2", "J3", "J4", "J6") for peer in peers
    ]
    assert all(one.excess <= 1 for one in found if one.peer != OURS)
    assert all(one.run_cpu_s > 0 and one.peak_mib > 1 for one in found)


@pytest.mark.usefixtures("_here")
def test_a_difference_is_seen(tmp_path: Path) -> None:
    job = JOBS["J4"]
    overlay.write_layers(tmp_path, 0.002, jobs=[job])
    _, found = overlay._run(tmp_path, job, OURS)
    assert found is not None
    wrong = {**found, "area_m2": found["area_m2"].copy()}
    wrong["area_m2"][0] += 1e-3
    less = {name: column[1:] for name, column in found.items()}

    for other in (wrong, less):
        assert standings.excess(found, other, job=job, folder=tmp_path) > 1
    assert standings.excess(found, found, job=job, folder=tmp_path) == 0


def test_a_peer_that_cannot_run_is_named_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: str) -> Path:
        raise UnavailableError("no wheel for this machine")

    monkeypatch.setattr(overlay, "python_of", missing)

    (one,) = overlay.run_all(tmp_path, [JOBS["J6"]], ("sedonadb_sql",))

    assert "left out: no wheel for this machine" in standings.line(one, [one])


def test_table_and_picture_say_how_often_ours_fits_into_a_peer(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- table -->\nold\n<!-- end of table -->\nafter\n")
    ours = Standing(job="J6", peer=OURS, run_cpu_s=0.5, prepare_cpu_s=2, peak_mib=9)
    peer = Standing(
        job="J6", peer="shapely_tree", run_cpu_s=30, prepare_cpu_s=0, peak_mib=8
    )
    none = Standing(job="J6", peer="sedonadb_sql", left_out="no wheel")

    standings.printed([ours, peer, none], tmp_path, size=0.1)

    text = page.read_text("utf-8")
    assert "**60**" in text
    assert "left out: no wheel" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "60×" in (tmp_path / "images" / "overlay.svg").read_text("utf-8")
    assert math.isnan(none.run_cpu_s)


def test_the_county_is_valid_and_its_parcels_leave_no_gap() -> None:
    county = make_county(0.002)

    for layer in LAYERS:
        assert shapely.is_valid(getattr(county, layer)).all()
        assert len(getattr(county, layer)) > 1
    assert shapely.coverage_is_valid(county.parcels)
    parts = shapely.get_parts(county.red_lines)
    assert (shapely.get_num_interior_rings(parts) == 1).all()
