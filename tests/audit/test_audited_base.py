"""The audit of whole bases: the sample's faults, what is lacking, and the outputs."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import planting
import pytest
import shapely
import small_base
import yaml
from map_reading import drawn_features

import zoning
from zoning.audit import audit, read_audit_book
from zoning.cli import cli
from zoning.errors import OutputError
from zoning.io.base import open_base
from zoning.model import AuditProblem, AuditReport, AuditSeverity, Base
from zoning.report.audit.frames import PROBLEM_COLUMNS
from zoning.report.audit.map import draw_audit
from zoning.report.audit.record import audit_document
from zoning.report.audit.run import write_audit
from zoning.report.audit.story import tell_audit
from zoning.report.manifest import verify_run

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data/sample_layers"
DAY = date(2026, 11, 23)
GRAVE = (AuditSeverity.CONFLICT, AuditSeverity.ERROR)
VECTORS = set(small_base.LAYERS)


def audited(base: Base) -> AuditReport:
    return audit(base, read_audit_book(), as_of=DAY)


@pytest.fixture(scope="module")
def sound_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county in which nothing was planted."""
    folder = tmp_path_factory.mktemp("sound") / "base"
    return planting.write(planting.sow(3, share=0.0), folder)


@pytest.fixture(scope="module")
def sound(sound_folder: Path) -> Base:
    return open_base(sound_folder)


@pytest.fixture(scope="module")
def sample() -> AuditReport:
    return audited(open_base(SAMPLE))


def planted() -> list[dict[str, str]]:
    with (SAMPLE / "planted_faults.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------------- the sample
@pytest.mark.slow
def test_the_samples_faults_are_the_problems_and_nothing_else_is(
    sample: AuditReport,
) -> None:
    kinds = {"overlap": "TLQ", "wrong_area": "FLD-005", "corridor_gap": "COR-001"}
    left = list(sample.problems)

    for fault in planted():
        if fault["kind"] == "gap":
            continue  # in a former edition; see the next test
        found = [
            one
            for one in left
            if one.rule_id.startswith(kinds[fault["kind"]])
            and fault["feature"] in one.features
            and fault["other_feature"] in {"", *one.other_features}
        ]
        assert len(found) == 1, fault
        if fault["area_m2"]:
            assert found[0].area_m2 == pytest.approx(float(fault["area_m2"]), abs=0.01)
        else:  # planted along the river; the nearest way across is no longer
            assert 0 < (found[0].length_m or 0) <= float(fault["length_m"])
        left.remove(found[0])
    assert left == []
    assert sample.members == ()
    assert sample.complete
    assert sample.exit_code == 1


@pytest.mark.slow
def test_the_gap_of_the_former_townships_is_found_when_they_take_their_place(
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    fault = next(row for row in planted() if row["kind"] == "gap")

    done = run(
        "--base", str(SAMPLE), "--with", "township=vintages/XZQ_2018.gpkg", "--json"
    )

    problems = json.loads(done.stdout)["problems"]
    gaps = [one for one in problems if one["rule_id"] == "TOP-003"]
    assert all(fault["feature"] in one["features"] for one in gaps)
    found = sum(one["area_m2"] for one in gaps)  # the border cuts the wedge in two
    assert found == pytest.approx(float(fault["area_m2"]), abs=0.01)


# ---------------------------------------------------------- never a false "nothing"
def test_a_base_without_fault_is_sound_and_says_what_was_looked_at(
    sound: Base,
) -> None:
    report = audited(sound)

    assert {one.rule_id for one in report.problems} == {"EDN-004"}  # not sealed
    assert report.complete
    assert report.exit_code == 0
    assert sum(layer.features for layer in report.layers) > 150
    assert all(rule.audited for rule in report.rules)


@pytest.mark.parametrize("layer", sorted({*read_audit_book().layers} & VECTORS))
def test_no_missing_layer_passes_as_sound(layer: str, sound: Base) -> None:
    gone = zoning.errors.Problem(
        code="LAYER_MISSING",
        values={"layer": layer, "layer_zh": layer, "layer_en": layer},
    )
    layers = {name: one for name, one in sound.layers.items() if name != layer}
    absent = {name: one for name, one in sound.absent.items() if name != layer}

    report = audited(
        replace(sound, layers=layers, absent=absent, missing={layer: (gone,)})
    )

    told = [one for one in report.problems if one.layer == layer]
    assert AuditSeverity.NOT_AUDITED in {one.severity for one in told}
    assert not report.complete
    assert report.exit_code == 4
    unsure = {rule.id for rule in report.rules if not rule.audited}
    reading = {
        rule.id
        for rule in read_audit_book().rules
        if layer in {*rule.layers, rule.other}
        and rule.test not in {"reading", "editions"}
    }
    assert reading <= unsure


def test_a_layer_declared_absent_is_no_gap_in_the_audit(base: Base) -> None:
    from zoning.model import Absence

    name = "heritage_site"
    layers = {key: one for key, one in base.layers.items() if key != name}
    absent = {name: Absence(statement="无", source="说明", date="2024-01-01")}
    before = audited(base)

    report = audited(replace(base, layers=layers, absent={**base.absent, **absent}))

    assert (
        report.counts[AuditSeverity.NOT_AUDITED]
        == (before.counts[AuditSeverity.NOT_AUDITED])
    )


@pytest.mark.parametrize(
    ("layer", "column", "rule"),
    [
        ("control_unit", "code", "UNIT-003"),
        ("control_unit", "unit_class", "UNIT-103"),
        ("ecological_redline", "protected_zone", "TLQ-003"),
        ("protected_area", "name", "TLQ-004"),
        ("land_parcel", "land_class", "PBF-009"),
        ("corridor_layout", "kind", "COR-001"),
        ("township", "name", "FLD-007"),
    ],
)
def test_a_field_that_is_lacking_is_a_row_not_a_pass(
    base: Base, layer: str, column: str, rule: str
) -> None:
    one = base.layers[layer]
    kept = {name: col for name, col in one.attributes.items() if name != column}
    layers = {**base.layers, layer: replace(one, attributes=kept)}

    report = audited(replace(base, layers=layers))

    rows = [row for row in report.problems if row.rule_id == rule]
    assert [row.severity for row in rows] == [AuditSeverity.NOT_AUDITED]
    assert not report.complete


def test_rows_that_could_not_be_read_are_rows_of_the_ledger(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    path = folder / "ecological_redline.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    x, y = 392_000.0, 3_440_000.0
    star = [[x, y], [x + 900, y + 900], [x + 900, y], [x, y + 900], [x, y]]
    loop = [*star[:3], [x - 400, y + 700], [x + 1500, y + 300], *star[3:]]
    document["features"] += [
        {
            "type": "Feature",
            "properties": {"BSM": "R9", "HXMC": "丙", "ZRBHDFQ": ""},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for ring in (star, loop)
    ]
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

    base = open_base(folder)
    report = audited(base)

    layer = next(one for one in report.layers if one.id == "ecological_redline")
    assert layer.features + layer.refused == len(document["features"])
    told = {one.rule_id for one in report.problems if one.severity in GRAVE}
    assert layer.refused == 0 or "READ-001" in told
    assert layer.repaired == 0 or "READ-002" in told
    assert told & {"READ-001", "READ-002"}
    assert report.exit_code == 1


# ------------------------------------------------------------------ laws of the audit
def test_the_order_of_features_changes_no_byte(base: Base) -> None:
    def turned(layer: Any) -> Any:
        count = len(layer.geometry)
        order = np.random.default_rng(5).permutation(count)
        return replace(
            layer,
            geometry=layer.geometry[order],
            feature_ids=layer.feature_ids[order],
            attributes={name: col[order] for name, col in layer.attributes.items()},
        )

    spoilt = _with_overlaps(base)
    layers = {name: turned(one) for name, one in spoilt.layers.items()}

    first = audit_document(audited(spoilt))
    second = audit_document(audited(replace(spoilt, layers=layers)))

    assert len(first["problems"]) > 3
    same = ("features", "other_features")  # a pair names the lower row first
    for document in (first, second):
        for row in document["problems"]:
            row["pair"] = sorted(x for name in same for x in row.pop(name))
            row.pop("problem")
            row.pop("witness")

    def keyed(document: Any) -> list[str]:
        rows = [{k: v for k, v in row.items() if k != "id"} for row in document]
        return sorted(json.dumps(row, sort_keys=True) for row in rows)

    assert keyed(first["problems"]) == keyed(second["problems"])


def test_more_faults_never_take_a_row_away(base: Base) -> None:
    before = {_told(one) for one in audited(base).problems}

    after = {_told(one) for one in audited(_with_overlaps(base)).problems}

    assert before < after


def _told(one: AuditProblem) -> tuple[str, str, tuple[str, ...]]:
    return one.rule_id, one.layer, one.features


def _with_overlaps(base: Base) -> Base:
    """Lay three red lines over farmland, over the town and over one another."""
    line = base.layers["ecological_redline"]
    more = np.array(
        [
            shapely.box(400_100, 3_435_050, 400_300, 3_435_150),
            shapely.box(402_500, 3_432_500, 402_700, 3_432_700),
            shapely.box(402_600, 3_432_600, 402_800, 3_432_800),
        ],
        dtype=object,
    )
    count = len(line.geometry)
    attributes = {
        name: np.concatenate([col, np.repeat(col[:1], 3)])
        for name, col in line.attributes.items()
    }
    wider = replace(
        line,
        geometry=np.concatenate([line.geometry, more]),
        feature_ids=np.array(
            [*line.feature_ids, *(f"R{count + n}" for n in (1, 2, 3))], dtype=object
        ),
        attributes=attributes,
    )
    return replace(base, layers={**base.layers, "ecological_redline": wider})


def test_areas_of_overlaps_can_be_checked_with_a_pencil(base: Base) -> None:
    report = audited(_with_overlaps(base))

    plane = {
        one.rule_id: float(one.shape.area)
        for one in report.problems
        if one.severity in GRAVE and one.shape is not None and one.rule_id != "SUM-001"
    }
    farmland = [one for one in report.problems if one.rule_id == "TLQ-001"]
    assert {one.features for one in farmland} == {("F1",), ("F2",)}
    assert [one.shape.area for one in farmland if one.shape] == [1e4, 1e4]
    assert plane["TLQ-101"] == pytest.approx(2 * 4e4 - 1e4)  # ground counts once
    assert plane["TOP-001"] == pytest.approx(1e4)


# ----------------------------------------------------------------------- the outputs
def test_a_problem_too_small_to_be_seen_on_the_county_has_a_dot(base: Base) -> None:
    report = audited(_with_overlaps(base))

    drawn = drawn_features(draw_audit(report, lang="en"))

    own = [one for group in drawn.values() for one in group if _of_audit(one)]
    west, south, east, north = base.county.bounds
    far = max(east - west, north - south) / 50
    for number, one in enumerate(p for p in report.problems if p.shape is not None):
        mine = [f["geometry"] for f in own if f["properties"]["n"] == number]
        box = shapely.bounds(one.shape)
        seen = max(box[2:] - box[:2]) >= far
        assert seen or "Point" in {shape["type"] for shape in mine}, one.id


def _of_audit(drawn: Any) -> bool:
    return "basis" in drawn["properties"]


def test_the_record_is_of_the_schema_that_ships(base: Base) -> None:
    schema = json.loads(
        files("zoning").joinpath("data/schemas/audit.schema.json").read_text("utf-8")
    )
    for one in (base, _with_overlaps(base)):
        jsonschema.validate(
            audit_document(audited(one)),
            schema,
            cls=jsonschema.Draft202012Validator,
        )


@pytest.mark.slow
def test_a_run_is_whole_verifies_and_has_the_same_bytes_again(
    base: Base, tmp_path: Path
) -> None:
    report = audited(_with_overlaps(base))

    first = write_audit(report, tmp_path / "one", lang="zh")
    second = write_audit(report, tmp_path / "two", lang="zh")

    names = sorted(p.relative_to(first).as_posix() for p in first.rglob("*.*"))
    assert {
        "MANIFEST.json",
        "audit.json",
        "ledger.xlsx",
        "ledger/problems.csv",
        "map.html",
        "report.docx",
        "report.html",
        "result.gpkg",
        "result.qgs",
    } <= set(names)
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert verify_run(first) == ()
    (first / "audit.json").write_text("{}", encoding="utf-8")
    assert {one.code for one in verify_run(first)} >= {"RUN_FILE_CHANGED"}
    with pytest.raises(OutputError):
        write_audit(report, second, lang="zh")


def test_a_run_that_cannot_be_finished_leaves_nothing(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device", "map.html")

    monkeypatch.setattr("zoning.report.audit.run.write_audit_map", full)
    with pytest.raises(OutputError):
        write_audit(audited(base), tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_tells_every_rule_and_every_problem(base: Base, lang: str) -> None:
    report = audited(_with_overlaps(base))

    story = tell_audit(report, "sha256:0", lang=lang)

    cells = [
        cell
        for section in story.pages[0].sections
        for block in section.blocks
        for row in getattr(block, "rows", ())
        for cell in row.cells
    ]
    for one in (*report.problems, *report.members):
        assert one.problem.text(lang) in cells
    for rule in report.rules:
        assert rule.id in cells


def test_a_notebook_gets_tables_with_documented_columns(base: Base) -> None:
    found = zoning.audit_base(_with_overlaps(base), as_of=DAY)

    assert tuple(found.problems.columns) == PROBLEM_COLUMNS
    assert found.problems.crs.to_epsg() == 4546
    assert len(found.problems) == len(found.report.problems)
    assert found.problems["severity"].iloc[0] == "CONFLICT"
    worst = found.problems.geometry.iloc[0]
    assert worst.area > 1e4


# --------------------------------------------------------------------------- command
@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "zoning", "audit", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            check=False,
        )

    return call


def test_the_exit_code_says_not_complete_when_a_layer_is_gone(
    tmp_path: Path,
    sound_folder: Path,
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    folder = shutil.copytree(sound_folder, tmp_path / "base")
    config = yaml.safe_load((folder / "zoning.yaml").read_text(encoding="utf-8"))
    del config["layers"]["heritage_site"]
    (folder / "zoning.yaml").write_text(
        yaml.safe_dump(config, allow_unicode=True), encoding="utf-8"
    )

    done = run("--base", "base", "--json", "--as-of", "2026-11-23")

    assert done.returncode == 4, done.stderr
    told = json.loads(done.stdout)
    assert not told["complete"]
    assert any(
        one["layer"] == "heritage_site" and one["severity"] == "NOT_AUDITED"
        for one in told["problems"]
    )


def test_a_layer_nobody_knows_is_a_fault_of_the_call(
    tmp_path: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    small_base.write_base(tmp_path / "base")

    done = run("--base", "base", "--with", "lake=HU.shp", "--lang", "en")

    assert done.returncode == 2
    assert "E370" in done.stderr
    assert "township" in done.stderr


def test_the_command_is_in_the_help() -> None:
    assert "audit" in cli.list_commands(None)  # type: ignore[arg-type]


def test_the_sample_is_not_touched_by_an_audit(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    kept = shutil.copytree(folder, tmp_path / "kept")

    audited(open_base(folder))

    for path in kept.rglob("*"):
        if path.is_file():
            other = folder / path.relative_to(kept)
            assert path.read_bytes() == other.read_bytes()
