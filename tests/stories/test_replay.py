"""A stored run, years later: computed again, and its report and map taken out."""

import base64
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import plots
import pytest
import shapely
import small_base
from asking import CaptureText, ask

from zoning.check import check
from zoning.io.base import open_base
from zoning.model import CheckOptions
from zoning.report.manifest import MANIFEST, manifest_bytes, verify_run
from zoning.report.run import write_run
from zoning.report.verdict import digest_of, json_bytes
from zoning.rules.packs import read_rule_book

FARM = shapely.box(400_100, 3_435_100, 400_250, 3_435_150)
TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
OWN_PACK = """\
schema: zoning/rules/1
id: own
title: {zh: 本县规则, en: own rules}
version: "1"
rules: []
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a base and two runs on it, one of them to hand out."""
    folder = tmp_path_factory.mktemp("office 科室")
    base = small_base.write_base(folder / "base")
    opened = open_base(base)
    sites = (
        replace(plots.site(FARM, plots.ROAD), id="farm"),
        replace(plots.site(TOWN, plots.ROAD), id="town"),
    )
    options = CheckOptions(as_of=plots.TODAY, residue_area_m2=1 / 3)
    report = check(sites, opened, read_rule_book(opened.packs), options=options)
    write_run(report, folder / "run")
    write_run(report, folder / "shared", share=True)
    return folder


@pytest.fixture
def desk(office: Path, tmp_path: Path) -> Path:
    """A copy of the office that a test may spoil."""
    return Path(shutil.copytree(office, tmp_path / "desk"))


def verdict(run: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((run / "verdict.json").read_bytes())
    return loaded


def forge(run: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the verdict and sign verdict and manifest again, as a forger would."""
    document = verdict(run)
    change(document)
    document["digest"] = digest_of(document)
    (run / "verdict.json").write_bytes(json_bytes(document))
    listed = json.loads((run / MANIFEST).read_bytes())
    facts = {key: listed[key] for key in ("verdict", "lang", "share")}
    data = manifest_bytes(run, facts | {"digest": document["digest"]})
    (run / MANIFEST).write_bytes(data)


# ------------------------------------------------------------------------- replay
@pytest.mark.parametrize("name", ["run", "shared"])
def test_a_run_computed_again_is_the_same_and_says_both_digests(
    office: Path, capsys: CaptureText, name: str
) -> None:
    answer = ask(capsys, "replay", str(office / name), "--base", str(office / "base"))

    digest = verdict(office / name)["digest"]
    assert answer.code == 0
    assert answer.out.startswith("相同")
    assert answer.out.count(digest) == 2


def test_the_base_beside_the_run_is_found_by_its_name(
    office: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "replay", str(office / "run"))

    assert answer.code == 0
    assert str(office / "base") in answer.err


def test_of_two_bases_of_one_name_none_is_chosen(
    desk: Path, capsys: CaptureText
) -> None:
    shutil.copytree(desk / "base", desk / "copy")

    answer = ask(capsys, "replay", str(desk / "run"))

    assert answer.code == 2
    assert "E804" in answer.err


def test_a_base_of_another_name_is_never_guessed(
    desk: Path, capsys: CaptureText
) -> None:
    config = desk / "base/zoning.yaml"
    config.write_text(config.read_text("utf-8").replace("小县", "大县"), "utf-8")

    answer = ask(capsys, "replay", str(desk / "run"))

    assert answer.code == 2
    assert "E803" in answer.err
    assert "小县" in answer.err


def test_a_changed_layer_is_named_and_the_answer_is_four(
    desk: Path, capsys: CaptureText
) -> None:
    layer = "permanent_basic_farmland"
    rows = [
        (
            shapely.box(409_000, 3_449_000, 409_100, 3_449_100),
            {"BSM": "F9", "DLBM": "0103"},
        )
    ]
    small_base.write_geojson(desk / f"base/{layer}.geojson", rows)

    answer = ask(capsys, "replay", str(desk / "run"))

    assert answer.code == 4
    layers = {entry["id"]: entry for entry in verdict(desk / "run")["base"]["layers"]}
    line = next(one for one in answer.out.splitlines() if f"（{layer}）" in one)
    assert f"{layers[layer]['sha256'][:12]}… → " in line
    assert "要素数 2 → 1" in line
    assert re.search(r"PBF-001 .*：结论 PROHIBITED .* → CLEAR 不涉及", answer.out)
    assert len([one for one in answer.out.splitlines() if "图层 " in one]) == 1


def test_a_layer_saved_again_as_it_was_changes_no_result_and_that_is_said(
    desk: Path, capsys: CaptureText
) -> None:
    layer = desk / "base/ecological_redline.geojson"
    layer.write_text(layer.read_text("utf-8") + "\n", "utf-8")

    answer = ask(capsys, "replay", str(desk / "run"), "--lang", "en")

    assert answer.code == 4
    assert "(ecological_redline): file sha256 " in answer.out
    assert "verdicts and numbers of all sites are as before" in answer.out


def test_a_layer_that_is_gone_is_named_with_its_reason(
    desk: Path, capsys: CaptureText
) -> None:
    (desk / "base/river.geojson").unlink()

    answer = ask(capsys, "replay", str(desk / "run"))

    assert answer.code == 4
    assert re.search(r"（river）：状态 在用 → 缺失（E2\d\d ", answer.out)


def test_another_pack_is_named(desk: Path, capsys: CaptureText) -> None:
    (desk / "base/own.yaml").write_text(OWN_PACK, "utf-8")
    config = desk / "base/zoning.yaml"
    text = config.read_text("utf-8").replace("chongqing]", "chongqing, own.yaml]")
    config.write_text(text, "utf-8")

    answer = ask(capsys, "replay", str(desk / "run"))

    assert answer.code == 4
    assert "规则包 own：当时没有，现在有" in answer.out


def test_a_forged_verdict_that_is_signed_again_passes_verify_and_not_replay(
    desk: Path, capsys: CaptureText
) -> None:
    def clear(document: dict[str, Any]) -> None:
        site = next(site for site in document["sites"] if site["id"] == "farm")
        site["verdict"] = "CLEAR"
        for finding in site["findings"]:
            if finding["rule_id"] == "PBF-001":
                finding["state"] = "CLEAR"

    forge(desk / "run", clear)
    assert verify_run(desk / "run") == ()

    answer = ask(capsys, "replay", str(desk / "run"))

    assert answer.code == 1
    assert answer.out.startswith("不同")
    assert "结论 CLEAR 无冲突 → PROHIBITED 禁止" in answer.out
    assert re.search(r"PBF-001 .*：结论 CLEAR 不涉及 → PROHIBITED ", answer.out)


@pytest.mark.parametrize("name", [MANIFEST, "verdict.json", "inputs.json"])
def test_a_damaged_run_is_not_replayed(
    desk: Path, capsys: CaptureText, name: str
) -> None:
    path = desk / "run" / name
    path.write_bytes(path.read_bytes() + b" ")

    answer = ask(capsys, "replay", str(desk / "run"))

    assert answer.code == 3
    assert name in answer.err
    assert not answer.out


def test_a_run_without_inputs_says_so(desk: Path, capsys: CaptureText) -> None:
    (desk / "run/inputs.json").unlink()
    forge(desk / "run", lambda _document: None)

    answer = ask(capsys, "replay", str(desk / "run"))

    assert answer.code == 3
    assert "E802" in answer.err


def test_what_is_no_run_is_a_wrong_call(tmp_path: Path, capsys: CaptureText) -> None:
    answer = ask(capsys, "replay", str(tmp_path))

    assert answer.code == 2
    assert "E403" in answer.err


# ------------------------------------------------------------------ report and map
def test_report_and_map_come_out_as_written_without_any_base(
    desk: Path, capsys: CaptureText
) -> None:
    shutil.rmtree(desk / "base")

    report = ask(capsys, "report", str(desk / "run"), "--out", str(desk / "out"))
    drawn = ask(capsys, "map", str(desk / "run"), "--out", str(desk / "m.html"))

    assert (report.code, drawn.code) == (0, 0)
    for name in ("report.docx", "report.html"):
        same = (desk / "out" / name).read_bytes() == (desk / "run" / name).read_bytes()
        assert same, name
    assert (desk / "m.html").read_bytes() == (desk / "run/map.html").read_bytes()


@pytest.mark.parametrize("name", ["run", "shared"])
def test_drawn_again_on_the_same_base_they_are_the_same_bytes(
    desk: Path, capsys: CaptureText, name: str
) -> None:
    base = ("--base", str(desk / "base"))
    run = str(desk / name)

    assert ask(capsys, "report", run, *base, "--out", str(desk / "out")).code == 0
    assert ask(capsys, "map", run, *base, "--out", str(desk / "m.html")).code == 0

    for file in ("report.docx", "report.html"):
        same = (desk / "out" / file).read_bytes() == (desk / name / file).read_bytes()
        assert same, file
    # a shared run has no map of its own: whoever has the base may draw it
    assert (desk / "m.html").read_bytes() == (desk / "run/map.html").read_bytes()


def test_the_other_language_is_drawn_from_the_base(
    desk: Path, capsys: CaptureText
) -> None:
    run = str(desk / "run")

    report = ask(capsys, "report", run, "--lang", "en", "--out", str(desk / "out"))
    drawn = ask(capsys, "map", run, "--lang", "en", "--out", str(desk / "m.html"))

    assert (report.code, drawn.code) == (0, 0)
    page = (desk / "out/report.html").read_text("utf-8")
    assert "Site check report" in page
    assert verdict(desk / "run")["digest"] in page
    assert '<html lang="en"' in (desk / "m.html").read_text("utf-8")


@pytest.mark.parametrize("command", ["report", "map"])
def test_without_the_base_the_other_language_is_refused_and_what_is_needed_is_said(
    desk: Path, capsys: CaptureText, command: str
) -> None:
    shutil.rmtree(desk / "base")
    out = desk / "out.html"

    answer = ask(capsys, command, str(desk / "run"), "--lang", "en", "--out", str(out))

    assert answer.code == 2
    assert "E806" in answer.err
    assert "小县" in answer.err
    assert not out.exists()


@pytest.mark.parametrize("command", ["report", "map"])
def test_nothing_is_drawn_on_another_base_than_that_of_the_run(
    desk: Path, capsys: CaptureText, command: str
) -> None:
    layer = desk / "base/ecological_redline.geojson"
    layer.write_text(layer.read_text("utf-8") + "\n", "utf-8")
    out, base = desk / "out.html", str(desk / "base")

    answer = ask(capsys, command, str(desk / "run"), "--base", base, "--out", str(out))

    assert answer.code == 2
    assert "E805" in answer.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("command", "name"), [("report", "report.docx"), ("map", "map.html")]
)
def test_an_altered_file_is_not_taken_out(
    desk: Path, capsys: CaptureText, command: str, name: str
) -> None:
    with (desk / "run" / name).open("ab") as file:
        file.write(b" ")
    out = desk / "out.html"

    answer = ask(capsys, command, str(desk / "run"), "--out", str(out))

    assert answer.code == 3
    assert name in answer.err
    assert not out.exists()


def test_nothing_is_overwritten(desk: Path, capsys: CaptureText) -> None:
    (desk / "m.html").write_text("mine", "utf-8")

    drawn = ask(capsys, "map", str(desk / "run"), "--out", str(desk / "m.html"))
    report = ask(capsys, "report", str(desk / "run"), "--out", str(desk / "run"))

    assert drawn.code == 3
    assert "E808" in drawn.err
    assert report.code == 3
    assert (desk / "m.html").read_text("utf-8") == "mine"
    assert verify_run(desk / "run") == ()


# ------------------------------------------------------------------------- privacy
def contents(path: Path) -> list[bytes]:
    """Return a file, the members of an archive, and what is written in base64."""
    data = path.read_bytes()
    found = [data]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            found += [archive.read(name) for name in archive.namelist()]
    found += [
        base64.b64decode(code)
        for code in re.findall(rb"base64,([A-Za-z0-9+/=]+)", data)
    ]
    return found


@pytest.mark.parametrize("name", ["run", "shared"])
def test_no_file_of_a_run_knows_where_it_was_made(office: Path, name: str) -> None:
    places = [str(office), str(office.parent), str(Path.home()), "office 科室"]

    for path in (office / name).rglob("*"):
        for data in contents(path) if path.is_file() else ():
            for place in places:
                assert place.encode() not in data, (path.name, place)
