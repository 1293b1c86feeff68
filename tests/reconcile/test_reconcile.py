"""A proposal: nothing overlaps or grows, holes stay, twice is once, kills are safe."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import one_map_county
import pyogrio
import pytest
import shapely
from one_map_county import box

from zoning import measure
from zoning.errors import OutputError, RulePackError
from zoning.io.base import open_base
from zoning.io.proposals import proposed_layers, read_precedence, recheck
from zoning.model import Base, CheckOptions
from zoning.overlay import measure_overlaps
from zoning.partition import partition_county
from zoning.reconcile import (
    Proposal,
    default_precedence,
    left_overlaps,
    reconcile,
    with_proposal,
)
from zoning.report.folder import next_free
from zoning.report.one_map.proposal_files import ProposalForm, write_proposal

OPTIONS = CheckOptions(as_of=date(2026, 11, 23))
LINES = (
    "ecological_redline",
    "permanent_basic_farmland",
    "urban_development_boundary",
)
KILLS = 20 if os.environ.get("ZONING_THOROUGH") else 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return one_map_county.write_county(tmp_path_factory.mktemp("county") / "base")


@pytest.fixture(scope="module")
def base(folder: Path) -> Base:
    return open_base(folder)


@pytest.fixture(scope="module")
def proposal(base: Base) -> Proposal:
    return reconcile(base, default_precedence(), OPTIONS)


def write(base: Base, folder: Path, target: Path) -> Path:
    made = reconcile(base, default_precedence(), OPTIONS)
    layers = proposed_layers(base, folder, made, rules=default_precedence())
    form = ProposalForm(
        options=OPTIONS, approve=lambda stage: recheck(stage, made, OPTIONS)
    )
    return write_proposal(made, base, target, layers=layers, form=form)


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".zoning" not in path.parts
    }


def test_who_yields_is_who_the_policy_names(proposal: Proposal) -> None:
    told = {
        (cut.feature, cut.rule.id): round(cut.given_m2, -2) for cut in proposal.cuts
    }

    assert told == {
        ("F2", "farmland-exits-core-of-redline"): 20_000,
        ("F4", "farmland-exits-core-of-redline"): 10_000,
        ("U1", "boundary-yields-to-farmland"): 10_000,
        ("U2", "boundary-yields-to-redline"): 50_000,
    }


def test_before_less_what_is_given_up_is_after(proposal: Proposal) -> None:
    for cut in proposal.cuts:
        rest = cut.before_m2 - cut.given_m2 - cut.dropped_m2
        assert rest == pytest.approx(cut.after_m2, abs=1e-6)
        assert sum(cut.townships.values()) == pytest.approx(cut.given_m2, abs=1e-6)
    for layer, (before, after) in proposal.totals.items():
        given = sum(
            c.given_m2 + c.dropped_m2 for c in proposal.cuts if c.layer == layer
        )
        assert before - given == pytest.approx(after, abs=1e-3)


def test_nothing_grows_and_an_island_becomes_a_hole(
    proposal: Proposal, base: Base
) -> None:
    for layer, shapes in proposal.geometry.items():
        before = base.layers[layer].geometry
        grown = shapely.area(shapely.difference(shapes, before))
        assert grown.max() <= 1e-6
    ids = proposal.ids["urban_development_boundary"].tolist()
    town = proposal.geometry["urban_development_boundary"][ids.index("U1")]
    assert shapely.get_num_interior_rings(town) == 1
    assert shapely.area(town) == pytest.approx(700_000 - 10_000, abs=1e-6)


def test_what_lies_wholly_in_the_core_is_gone_and_owed_by_its_township(
    proposal: Proposal,
) -> None:
    ids = proposal.ids["permanent_basic_farmland"].tolist()
    gone = next(cut for cut in proposal.cuts if cut.feature == "F4")

    assert proposal.geometry["permanent_basic_farmland"][ids.index("F4")].is_empty
    assert gone.rule.owed
    assert set(gone.townships) == {"500237102"}


def test_the_result_overlaps_nowhere_and_reconciling_it_changes_nothing(
    proposal: Proposal, base: Base
) -> None:
    after = with_proposal(base, proposal)

    assert left_overlaps(base, OPTIONS)
    assert left_overlaps(after, OPTIONS) == ()
    assert reconcile(after, default_precedence(), OPTIONS).cuts == ()
    parts = partition_county(after, OPTIONS)
    twice = parts.area_m2[parts.also != ""]
    assert twice.sum() <= 1.0


def test_the_written_files_hold_it_in_their_own_crs_and_the_originals_stay(
    base: Base, folder: Path, tmp_path: Path
) -> None:
    before = hashes(folder)

    target = write(base, folder, tmp_path / "draft")

    assert hashes(folder) == before
    again = open_base(target)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        left, right = (again.layers[LINES[k]].geometry for k in (one, other))
        found = measure_overlaps(left, right, OPTIONS, crs=again.crs)
        assert found.area_m2.sum() <= OPTIONS.residue_area_m2
    for key in LINES:
        assert again.layers[key].info.authority == "draft"
        assert again.layers[key].info.crs == base.layers[key].info.crs
    table = pyogrio.read_dataframe(target / "permanent_basic_farmland.gpkg")
    assert table["DLBM"].tolist() == ["0101", "0103", "0103"]
    areas = dict(zip(table["BSM"], table["YJJBNTTBMJ"], strict=True))
    assert areas["F1"] == 80_000.0
    assert areas["F2"] == pytest.approx(20_000, rel=1e-3)


def test_twice_gives_the_same_bytes_and_a_second_pass_leaves_the_layers(
    base: Base, folder: Path, tmp_path: Path
) -> None:
    one = write(base, folder, tmp_path / "one")
    two = write(base, folder, tmp_path / "two")
    first = hashes(one)
    three = write(open_base(one), one, tmp_path / "three")

    assert first == hashes(two)
    third = hashes(three)
    layers = [name for name in first if name.endswith((".gpkg", ".geojson", ".yaml"))]
    for name in layers:
        if name != "reconcile.gpkg":  # what was given up: nothing the second time
            assert third[name] == first[name], name
    assert not json.loads((three / "reconcile.json").read_bytes())["cuts"]


def test_surveyed_vertices_keep_every_bit_in_a_geographic_file(tmp_path: Path) -> None:
    folder = one_map_county.write_county(
        tmp_path / "base",
        permanent_basic_farmland=(one_map_county.FARMLAND, 4490),
    )
    source = pyogrio.read_dataframe(folder / "permanent_basic_farmland.geojson")

    target = write(open_base(folder), folder, tmp_path / "draft")

    cut = pyogrio.read_dataframe(target / "permanent_basic_farmland.gpkg")
    assert cut.crs.to_epsg() == 4490
    for name in ("F1", "F2", "F3"):
        old = shapely.get_coordinates(source.geometry[name == source.BSM])
        new = shapely.get_coordinates(cut.geometry[name == cut.BSM])
        kept = {tuple(xy) for xy in old.tolist()} & {tuple(xy) for xy in new.tolist()}
        assert len(kept) == (2 if name == "F2" else 4)


def test_overlaps_within_the_boundary_tolerance_are_left_alone(tmp_path: Path) -> None:
    hair = [
        (box(0, 0, 100, 100), {"BSM": "F1", "DLBM": "0101"}),
    ]
    town = [(box(99.995, 0, 200, 100), {"BSM": "U1", "GHFQMC": "特别用途区"})]
    folder = one_map_county.write_county(
        tmp_path / "base",
        permanent_basic_farmland=(hair, 4546),
        urban_development_boundary=(town, 4546),
    )

    assert reconcile(open_base(folder), default_precedence(), OPTIONS).cuts == ()


def test_an_office_may_turn_the_order_round(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "precedence:\n"
        "  - {id: a, yields: ecological_redline, to: permanent_basic_farmland, "
        "where: {}, owed: false, judged: true, source: {zh: 试, en: trial}}\n",
        encoding="utf-8",
    )

    found = reconcile(base, read_precedence(path), OPTIONS)

    assert {cut.layer for cut in found.cuts} == {"ecological_redline"}
    assert sum(cut.given_m2 for cut in found.cuts) == pytest.approx(30_000, rel=1e-3)


def rule(**changes: str) -> str:
    said = {"id": "a", "yields": "x", "to": "y", "where": "{}", "owed": "false"}
    said |= {"judged": "false", "source": "{zh: a, en: a}"} | changes
    return "  - {" + ", ".join(f"{k}: {v}" for k, v in said.items()) + "}\n"


@pytest.mark.parametrize(
    "text",
    [
        "precedence: []\n",
        "rules: []\n",
        "precedence:\n  - {id: a}\n",
        f"precedence:\n{rule(to='x')}",
        f"precedence:\n{rule(owed='maybe')}",
        f"precedence:\n{rule()}{rule(id='b', yields='y', to='x')}",
        f"precedence:\n{rule(source='{zh: a}')}",
    ],
)
def test_a_malformed_table_of_precedence_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(RulePackError) as caught:
        read_precedence(path)
    assert caught.value.problem.code == "PRECEDENCE_MALFORMED"


def test_a_table_that_leaves_an_overlap_writes_nothing(
    base: Base, folder: Path, tmp_path: Path
) -> None:
    rules = default_precedence()[:1]
    made = reconcile(base, rules, OPTIONS)
    layers = proposed_layers(base, folder, made, rules=rules)
    form = ProposalForm(
        options=OPTIONS, approve=lambda stage: recheck(stage, made, OPTIONS)
    )

    with pytest.raises(OutputError) as caught:
        write_proposal(made, base, tmp_path / "draft", layers=layers, form=form)
    assert caught.value.problem.code == "STILL_OVERLAPS"
    assert not (tmp_path / "draft").exists()
    assert next_free(tmp_path / "draft") == tmp_path / "draft"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_a_kill_at_any_moment_leaves_nothing_or_the_whole_and_no_original_harmed(
    folder: Path, tmp_path: Path
) -> None:
    before = hashes(folder)
    command = [sys.executable, "-m", "zoning", "reconcile", "--base", str(folder)]
    start = time.monotonic()
    finished = [*command, "--out", str(tmp_path / "whole")]
    done = subprocess.run(finished, check=False, capture_output=True)
    assert done.returncode == 4, done.stderr  # no layer of protected areas
    whole, took = hashes(tmp_path / "whole"), time.monotonic() - start
    moments = random.Random(20261123)  # noqa: S311  a fixed choice of moments

    for number in range(KILLS):
        target = tmp_path / f"killed-{number}"
        process = subprocess.Popen(
            [*command, "--out", str(target)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moments.uniform(0.3, 1.0) * took)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not target.exists() or hashes(target) == whole
        assert hashes(folder) == before


def test_areas_are_those_of_the_ellipsoid(proposal: Proposal, base: Base) -> None:
    cut = next(cut for cut in proposal.cuts if cut.feature == "F4")
    square = np.array([box(3000, 2800, 3100, 2900)], dtype=object)

    expected = float(measure.area_m2(square, base.crs)[0])
    assert cut.given_m2 == pytest.approx(expected, abs=1e-6)
    assert abs(cut.given_m2 - 10_000) > 1  # the plane would say 10 000
