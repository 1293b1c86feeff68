"""`zoning corridors circuit`: what it writes, and what it refuses with a cure."""

import gzip
from pathlib import Path

import numpy as np
import psutil
import pytest
from circuit_jobs import HABITAT, HEAD, POINTS, write_job
from click.testing import CliRunner

from zoning.cli import cli, main
from zoning.cli.circuit_job_run import Wish, carry_out
from zoning.errors import ZoningError
from zoning.io.cell_files import read_cells
from zoning.report.kept_solves import KeptSolves

POLYGONS = HEAD + "0 0 0 0\n0 0 0 0\n7 7 0 0\n"


def run(job: Path, out: Path, *, quirks: str = "refuse", resume: bool = False) -> Path:
    wish = Wish(solver="auto", quirks=quirks, resume=resume, lang="en")
    carry_out(job, out, wish)
    return out


def refusal(job: Path, out: Path, quirks: str = "refuse") -> str:
    with pytest.raises(ZoningError) as refused:
        run(job, out, quirks=quirks)
    assert not out.exists()
    problem = refused.value.problem
    assert problem.cure("zh")
    assert problem.cure("en")
    return problem.number


def resistances(out: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.loadtxt(out / "small_resistances.out")


def test_the_files_have_circuitscapes_names(tmp_path: Path) -> None:
    out = run(write_job(tmp_path, write_max_cur_maps="True"), tmp_path / "out")

    pairs = ("1_2", "1_3", "2_3")
    assert {path.name for path in out.iterdir()} == {
        *(f"small_curmap_{pair}.asc" for pair in pairs),
        *(f"small_voltmap_{pair}.asc" for pair in pairs),
        "small_cum_curmap.asc",
        "small_max_curmap.asc",
        "small_resistances.out",
        "small_resistances_3columns.out",
    }
    assert resistances(out)[0].tolist() == [0, 1, 2, 3]
    head = (out / "small_curmap_1_2.asc").read_text("ascii").splitlines()[:6]
    assert [line.split() for line in head] == [
        ["ncols", "4"],
        ["nrows", "3"],
        ["xllcorner", "100.0"],
        ["yllcorner", "200.0"],
        ["cellsize", "10.0"],
        ["NODATA_value", "-9999"],
    ]


def test_maps_as_tif_and_packed_hold_the_same_figures(tmp_path: Path) -> None:
    plain = run(write_job(tmp_path / "a"), tmp_path / "plain")
    tif = run(write_job(tmp_path / "b", write_as_tif="True"), tmp_path / "tif")
    packed = run(write_job(tmp_path / "c", compress_grids="True"), tmp_path / "gz")

    expected = read_cells(plain / "small_cum_curmap.asc")
    for path in (tif / "small_cum_curmap.tif", packed / "small_cum_curmap.asc.gz"):
        found = read_cells(path)
        np.testing.assert_allclose(found.values, expected.values, rtol=1e-9)
        assert found.told() == expected.told()


def test_the_same_job_gives_the_same_bytes(tmp_path: Path) -> None:
    first = run(write_job(tmp_path / "a"), tmp_path / "one")
    second = run(write_job(tmp_path / "b"), tmp_path / "two")

    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_nulls_logs_and_focal_cells_follow_their_options(tmp_path: Path) -> None:
    plain = run(write_job(tmp_path / "a"), tmp_path / "plain")
    job = write_job(
        tmp_path / "b",
        set_null_currents_to_nodata="True",
        set_null_voltages_to_nodata="True",
        log_transform_maps="True",
        set_focal_node_currents_to_zero="True",
    )
    shaped = run(job, tmp_path / "shaped")

    before = read_cells(plain / "small_curmap_1_2.asc").values
    after = read_cells(shaped / "small_curmap_1_2.asc").values
    volts = read_cells(shaped / "small_voltmap_1_2.asc").values
    empty = np.isnan(read_cells(tmp_path / "a/habitat.asc").values)
    assert np.isnan(volts).tolist() == empty.tolist()
    assert np.isnan(after[empty]).all()
    assert np.isnan(after[0, [0, 3]]).all()  # focal cells are 0, and have no log
    inner = (before > 0) & ~np.isnan(after)
    np.testing.assert_allclose(10 ** after[inner], before[inner], rtol=1e-8)


def test_a_focus_on_nodata_and_an_island_are_minus_one(tmp_path: Path) -> None:
    files = {
        "habitat.asc": HEAD + "1 1 -9999 1\n1 1 -9999 -9999\n1 1 -9999 1\n",
        "points.txt": "1 105 225\n2 105 205\n3 135 225\n4 125 225\n",
    }
    out = run(write_job(tmp_path, files), tmp_path / "out")

    table = resistances(out)[1:, 1:]
    assert table[0, 1] > 0
    assert (table[2:, :2] == -1).all()
    assert table[2, 3] == -1
    assert not list(out.glob("small_curmap_*_3.asc"))


def test_points_are_read_from_a_grid_as_from_a_list(tmp_path: Path) -> None:
    listed = run(write_job(tmp_path / "a"), tmp_path / "listed")
    grid = HEAD + "1 -9999 -9999 2\n-9999 0 0 0\n3 -5 0 0\n"
    job = write_job(tmp_path / "b", {"points.asc": grid}, point_file="points.asc")

    mapped = run(job, tmp_path / "mapped")

    assert (resistances(listed) == resistances(mapped)).all()


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("mode include\n1 2\n", {"1_2"}),
        ("mode exclude\n1 2\n", {"1_3", "2_3"}),
        ("min 2\nmax 5\n0 1 2 3\n1 0 3 9\n2 3 0 4\n3 9 4 0\n", {"1_2", "2_3"}),
    ],
    ids=["include", "exclude", "matrix"],
)
def test_lists_of_pairs_choose_the_maps(
    tmp_path: Path, text: str, pairs: set[str]
) -> None:
    job = write_job(
        tmp_path,
        {"pairs.txt": text},
        use_included_pairs="True",
        included_pairs_file="pairs.txt",
    )
    out = run(job, tmp_path / "out")

    names = {path.stem[-3:] for path in out.glob("small_curmap_*.asc")}
    assert names == pairs


def test_mask_and_strengths_are_used(tmp_path: Path) -> None:
    whole = run(write_job(tmp_path / "a"), tmp_path / "whole")
    mask = HEAD + "1 1 1 1\n1 0 0 1\n1 1 1 1\n"
    job = write_job(tmp_path / "b", {"m.asc": mask}, use_mask="True", mask_file="m.asc")
    masked = run(job, tmp_path / "masked")
    assert resistances(masked)[1, 2] > resistances(whole)[1, 2]

    even = run(write_job(tmp_path / "c", scenario="one-to-all"), tmp_path / "even")
    job = write_job(
        tmp_path / "d",
        {"s.txt": "1 2.5\n"},
        use_variable_source_strengths="True",
        variable_source_file="s.txt",
        scenario="one-to-all",
    )
    strong = run(job, tmp_path / "strong")
    one, other = (
        read_cells(folder / "small_curmap_1.asc").values for folder in (even, strong)
    )
    np.testing.assert_allclose(other, 2.5 * one, rtol=1e-8)
    assert (resistances(even) == resistances(strong)).all()


BAD_FILES = {
    "points of another extent": (
        {"points.asc": HEAD.replace("xllcorner 100", "xllcorner 105") + HABITAT},
        {"point_file": "points.asc"},
        "E541",
    ),
    "no habitat": ({"habitat.asc": HEAD + "-9999 " * 12}, {}, "E545"),
    "zero resistance": ({"habitat.asc": HEAD + HABITAT.replace("3", "0")}, {}, "E546"),
    "negative": ({"habitat.asc": HEAD + HABITAT.replace("3", "-1")}, {}, "E546"),
    "focus off the map": ({"points.txt": POINTS + "4 95 205\n"}, {}, "E548"),
    "one focus": ({"points.txt": "1 105 225\n"}, {}, "E549"),
    "a word": ({"points.txt": "1 105 here\n"}, {}, "E562"),
    "a short line": ({"points.txt": "1 105\n"}, {}, "E562"),
    "a cut grid": ({"habitat.asc": HEAD + "1 2 1 1\n"}, {}, "E561"),
    "no grid at all": ({"habitat.asc": "hello\n"}, {}, "E561"),
    "a missing file": ({}, {"point_file": "nowhere.txt"}, "E559"),
    "an odd mode": ({}, {"scenario": "everywhere"}, "E556"),
    "an odd switch": ({}, {"use_mask": "perhaps"}, "E556"),
    "no mode": ({}, {"scenario": "not entered"}, "E556"),
    "a table of classes": ({}, {"use_reclass_table": "True"}, "E557"),
    "pairs without a mode": (
        {"pairs.txt": "1 2\n"},
        {"use_included_pairs": "True", "included_pairs_file": "pairs.txt"},
        "E562",
    ),
    "one focus left": (
        {"pairs.txt": "mode include\n1 9\n"},
        {"use_included_pairs": "True", "included_pairs_file": "pairs.txt"},
        "E549",
    ),
    "two negative numbers": (
        {"points.txt": POINTS + "-4 105 205\n-5 115 205\n"},
        {},
        "E560",
    ),
    "a region half in a polygon": (
        {"points.txt": POINTS + "3 125 205\n", "p.asc": POLYGONS},
        {"use_polygons": "True", "polygon_file": "p.asc"},
        "E560",
    ),
    "pairs in one-to-all": (
        {"pairs.txt": "mode include\n1 2\n"},
        {
            "use_included_pairs": "True",
            "included_pairs_file": "pairs.txt",
            "scenario": "one-to-all",
        },
        "E560",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_input_is_refused_with_its_number(tmp_path: Path, name: str) -> None:
    files, options, number = BAD_FILES[name]

    assert refusal(write_job(tmp_path, files, **options), tmp_path / "out") == number
    if number == "E560":  # and is done as its options say where that is asked for
        job = write_job(tmp_path, files, **options)
        run(job, tmp_path / "correct", quirks="correct")


def advanced(folder: Path, grounds: str, **options: str) -> Path:
    files = {
        "sources.asc": HEAD + "1 0 0 0\n0 0 0 0\n0 0 0 0\n",
        "grounds.asc": HEAD + grounds,
    }
    return write_job(
        folder,
        files,
        scenario="advanced",
        source_file="sources.asc",
        ground_file="grounds.asc",
        **options,
    )


NONE = "-9999 -9999 -9999 -9999\n"
BOTH = "0 -9999 -9999 0\n" + 2 * NONE
FINITE = "5 -9999 -9999 0\n" + 2 * NONE


def test_sources_flow_to_grounds(tmp_path: Path) -> None:
    out = run(advanced(tmp_path, "-9999 -9999 -9999 0\n" + 2 * NONE), tmp_path / "out")

    currents = read_cells(out / "small_curmap.asc").values
    assert currents[0, [0, 3]] == pytest.approx([1, 1])
    assert read_cells(out / "small_voltmap.asc").values[0, 3] == 0


def test_a_ground_elsewhere_is_refused(tmp_path: Path) -> None:
    grounds = NONE + "-9999 0 -9999 -9999\n" + NONE  # on nodata

    assert refusal(advanced(tmp_path, grounds), tmp_path / "out") == "E551"


def test_a_hard_ground_on_a_source_is_dropped_when_all_are_kept(tmp_path: Path) -> None:
    out = run(advanced(tmp_path, BOTH), tmp_path / "out")

    assert read_cells(out / "small_curmap.asc").values[0, 0] == pytest.approx(1)


def test_a_policy_that_circuitscape_does_otherwise_is_refused_or_chosen(
    tmp_path: Path,
) -> None:
    job = advanced(tmp_path, FINITE, remove_src_or_gnd="rmvgnd")

    assert refusal(job, tmp_path / "out") == "E560"
    theirs = run(job, tmp_path / "theirs", quirks="circuitscape")
    correct = run(job, tmp_path / "correct", quirks="correct")

    drained, whole = (
        read_cells(folder / "small_curmap.asc").values[0, 3]
        for folder in (theirs, correct)
    )
    assert whole == pytest.approx(1)
    assert drained < 1  # the finite ground stayed and took its share


def test_zero_amperes_of_a_removed_source_are_refused(tmp_path: Path) -> None:
    job = advanced(tmp_path, BOTH, remove_src_or_gnd="rmvsrc")

    assert refusal(job, tmp_path / "out") == "E551"


def test_a_network_of_three_resistors(tmp_path: Path) -> None:
    files = {"edges.txt": "0 1 2\n1 2 3\n0 2 5\n", "nodes.txt": "0\n2\n"}
    options = {"habitat_file": "edges.txt", "point_file": "nodes.txt"}
    out = run(
        write_job(tmp_path, files, data_type="network", **options), tmp_path / "out"
    )

    assert resistances(out)[1, 2] == pytest.approx(2.5)  # 5 beside 2 + 3
    assert np.loadtxt(out / "small_branch_currents_0_2.txt")[:, 2] == pytest.approx(
        [0.5, 0.5, 0.5]
    )
    bad = {"edges.txt": "0 1 0\n1 2 3\n", "nodes.txt": "0\n2\n"}
    job = write_job(tmp_path, bad, data_type="network", **options)
    assert refusal(job, tmp_path / "zero") == "E546"
    bad = {"nodes.txt": "0\n9\n", "edges.txt": files["edges.txt"]}
    job = write_job(tmp_path, bad, data_type="network", **options)
    assert refusal(job, tmp_path / "off") == "E548"


def test_a_stopped_run_is_taken_up_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = write_job(tmp_path / "a")
    whole = run(job, tmp_path / "whole")
    saved: list[str] = []
    keep = KeptSolves.save

    def stop_after_one(self: KeptSolves, key: str, values: object) -> None:
        if saved:
            raise KeyboardInterrupt
        saved.append(key)
        keep(self, key, values)  # type: ignore[arg-type]

    monkeypatch.setattr(KeptSolves, "save", stop_after_one)
    with pytest.raises(KeyboardInterrupt):
        run(job, tmp_path / "out", resume=True)
    assert not (tmp_path / "out").exists()
    again: list[str] = []

    def note(self: KeptSolves, key: str, values: object) -> None:
        again.append(key)
        keep(self, key, values)  # type: ignore[arg-type]

    monkeypatch.setattr(KeptSolves, "save", note)

    resumed = run(job, tmp_path / "out", resume=True)

    assert len(again) == 1  # two solves in all, one of them kept
    assert again != saved
    for path in whole.iterdir():
        assert path.read_bytes() == (resumed / path.name).read_bytes()
    assert not list(tmp_path.glob(".out.solves-*"))


def test_a_cut_kept_file_is_solved_again(tmp_path: Path) -> None:
    kept = KeptSolves(tmp_path / "out", "x")
    kept.save("node-1-2", np.ones(3))
    path = kept.folder / "node-1-2.npy"
    path.write_bytes(path.read_bytes()[:40])

    assert kept.load("node-1-2") is None
    assert kept.load("node-1-3") is None


def test_the_command_tells_its_forecast_and_its_exit_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = write_job(tmp_path, colour="blue")
    call = ["corridors", "circuit", str(job), "--out", str(tmp_path / "out")]

    done = CliRunner().invoke(cli, [*call, "--lang", "en"], standalone_mode=False)
    assert done.return_value == 0
    assert "10 nodes, 2 solves by" in done.output
    assert "E558" in done.output  # an option that nothing is known about
    with pytest.raises(SystemExit) as stop:
        main([*call, "--lang", "en"])  # never overwrites
    assert stop.value.code == 3
    with pytest.raises(SystemExit) as stop:
        main([*call[:-1], str(tmp_path / "b"), "--solver", "magic"])
    assert stop.value.code == 2
    assert "E553" in capsys.readouterr().err


def test_a_job_too_large_for_the_memory_is_refused_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = type("Free", (), {"available": 1000})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)

    assert refusal(write_job(tmp_path), tmp_path / "out") == "E552"


def test_a_packed_grid_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "cells.asc.gz"
    path.write_bytes(gzip.compress((HEAD + HABITAT).encode(), mtime=0))
    centred = (HEAD + HABITAT).replace("xllcorner 100", "xllcenter 105")
    other = tmp_path / "cells.asc"
    other.write_text(centred, encoding="ascii")

    assert read_cells(path).told() == read_cells(other).told()
