"""From a clerk's folder to the first check, by the steps of docs/first-county.md."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from asking import CaptureText, ask
from clerk_folder import (
    CRS_IN_USE,
    FARMLAND,
    OLD_RED_LINE,
    RED_LINE,
    UNITS,
    URBAN,
    write_clerk_folder,
)

from zoning import strict_yaml
from zoning.io.first_base import first_base
from zoning.samples.places import sample_folder

pytestmark = [
    pytest.mark.slow,
    # the sample's control units have keys with a newline, as published tables do
    pytest.mark.filterwarnings("ignore:Normalized/laundered:RuntimeWarning"),
]

LINES = ("permanent_basic_farmland", "ecological_redline", "urban_development_boundary")
SITES = ("redline_core.geojson", "farmland.txt", "chemical_900m.txt")
DAY = ("--as-of", "2026-11-23")


def samples() -> Path:
    found = sample_folder()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("底图") / "巫山 资料"
    write_clerk_folder(samples(), folder)
    return folder


def uncovered(text: str, path: Path) -> str:
    """Take the first ``# `` from the lines of one entry, as the file itself asks."""
    lines = text.splitlines()
    (at,) = (i for i, line in enumerate(lines) if f'#   path: "{path}"' in line)
    for i in range(at - 1, at + 2):
        lines[i] = lines[i].replace("# ", "", 1)
    return "\n".join(lines) + "\n"


def three_lines(document: str) -> dict[tuple[str, str, str], tuple[str, float]]:
    """Return state and overlap by site, rule and layer, of the three lines."""
    sites: list[dict[str, Any]] = json.loads(document)["sites"]
    return {
        (site["name"], found["rule_id"], found["layer"]): (
            found["state"],
            found["overlap_m2_deduplicated"] or 0.0,
        )
        for site in sites
        for found in site["findings"]
        if found["layer"] in LINES
    }


def test_files_in_four_crs_are_named_and_the_old_red_line_is_not_chosen(
    clerk: Path,
) -> None:
    found = first_base(clerk)
    paths = {layer: one.path for layer, one in found.chosen.items()}
    assert paths["permanent_basic_farmland"] == FARMLAND.as_posix()
    assert paths["urban_development_boundary"] == URBAN.as_posix()
    assert paths["control_unit"] == UNITS.as_posix()
    assert {one.crs for one in found.chosen.values() if one.crs} == set(CRS_IN_USE)
    assert "ecological_redline" not in paths
    rivals = {one.path for one in found.rivals["ecological_redline"]}
    assert rivals == {OLD_RED_LINE.as_posix(), RED_LINE.as_posix()}
    assert [one.path for one in found.unnamed] == ["规划总图.dwg"]


def test_an_old_red_line_alone_is_asked_for_and_not_taken(
    clerk: Path, tmp_path: Path
) -> None:
    aside = tmp_path / RED_LINE
    (clerk / RED_LINE).rename(aside)
    try:
        found = first_base(clerk)
    finally:
        aside.rename(clerk / RED_LINE)
    assert "ecological_redline" not in found.chosen
    assert len(found.rivals["ecological_redline"]) == 1


def test_the_first_check_meets_the_three_lines_as_the_tidy_base_does(
    clerk: Path, capsys: CaptureText
) -> None:
    assert ask(capsys, "init", str(clerk), "--covers-county").code == 0
    config = clerk / "zoning.yaml"
    sites = [str(samples() / "sites" / name) for name in SITES]
    asked = ("check", *sites, "--json", *DAY, "--base")
    before = ask(capsys, *asked, str(clerk))
    red = [
        found["state"]
        for site in json.loads(before.out)["sites"]
        for found in site["findings"]
        if found["layer"] == "ecological_redline"
    ]
    assert set(red) == {"NOT_CHECKED"}, "none was chosen: it has to be missed"

    config.write_text(
        uncovered(config.read_text(encoding="utf-8"), RED_LINE), encoding="utf-8"
    )
    assert (
        "ecological_redline"
        in strict_yaml.load_text(config.read_text(encoding="utf-8"))["layers"]
    )
    assert ask(capsys, "layers", "seal", str(clerk)).code == 0
    ours = three_lines(ask(capsys, *asked, str(clerk)).out)
    tidy = three_lines(ask(capsys, *asked, str(samples())).out)
    assert ours.keys() == tidy.keys()
    for key, (state, overlap_m2) in tidy.items():
        assert ours[key][0] == state, key
        assert math.isclose(ours[key][1], overlap_m2, rel_tol=1e-6, abs_tol=0.01), key
