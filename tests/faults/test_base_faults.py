"""Bad layers and bases: never clear, the reason told; their good twins conflict."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import shapely
import small_base
from base_faults_config import CONFIG_FAULTS
from base_faults_content import CONTENT_FAULTS
from base_faults_files import FILE_FAULTS
from fault_case import BaseFault, Files, Outcome, write
from plots import ROAD, TODAY, site

from zoning.check import check
from zoning.errors import BaseError, Problem
from zoning.io.base import open_base
from zoning.model import Base, CheckOptions, Layer, Report, SiteResult, Verdict
from zoning.rules.packs import read_rule_book

Changes = Sequence[tuple[str, str]]
BASE_FAULTS = (*FILE_FAULTS, *CONTENT_FAULTS, *CONFIG_FAULTS)
CONFLICT = {Verdict.CONDITIONAL, Verdict.PROHIBITED}
MET = shapely.box(400_100, 3_435_100, 400_300, 3_435_150)
"""Half in each of the two features: no one of them may be lost."""
AWAY = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
SCALE = 1 + 99_800.0**2 / (2 * 6_371_000.0**2)
OVERLAP_M2 = 200 * 50 / SCALE**2
"""The known conflict, brought from the plane to the ellipsoid by hand."""
HEAD = """\
name: 小县
demo: true
admin_code: "500237"
crs: EPSG:4546
county: {path: county.geojson}
packs: [national]
scope: [three_lines]
layers:
"""
OTHERS = (
    "permanent_basic_farmland",
    "basic_farmland_reserve",
    "ecological_redline",
    "urban_development_boundary",
)


def settings(fault: BaseFault, main: str) -> str:
    """Return zoning.yaml of a case, its layer first."""
    entry = fault.entry or f"{{path: {main}, coverage: county}}"
    lines = [f"  {fault.layer}: {entry}"]
    lines += [
        f"  {name}: {{path: {name}.geojson, coverage: county}}"
        for name in OTHERS
        if name != fault.layer
    ]
    return HEAD + "\n".join(lines) + "\n"


def base_of(folder: Path, fault: BaseFault, files: Files, changes: Changes) -> Path:
    """Write the base of a case."""
    main = write(folder, files).name
    for name in ("county", *OTHERS):
        if name != fault.layer:
            small_base.write_geojson(
                folder / f"{name}.geojson", small_base.LAYERS[name]
            )
    text = settings(fault, main)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (folder / "zoning.yaml").write_text(text, encoding="utf-8")
    return folder


def answer(base: Base) -> Report:
    """Check a plot on both features and one far from them."""
    book = read_rule_book(base.packs)
    plots = (site(MET, ROAD), site(AWAY, ROAD))
    return check(plots, base, book, options=CheckOptions(as_of=TODAY))


def overlap_m2(result: SiteResult, layer: str) -> float:
    return max(
        (
            finding.overlap_m2_deduplicated
            for finding in result.findings
            if finding.layer == layer
        ),
        default=0.0,
    )


def require_answer(report: Report, layer: str) -> None:
    """Require the known conflict, and CLEAR where there is none."""
    met, away = report.sites
    assert overlap_m2(met, layer) == pytest.approx(OVERLAP_M2, rel=2e-5)
    assert not [gap for gap in met.gaps if gap.layer == layer]
    assert met.verdict in CONFLICT
    assert away.verdict is Verdict.CLEAR
    assert report.exit_code == 1


def require_words(problem: Problem) -> None:
    for lang in ("zh", "en"):
        for text in (problem.text(lang), problem.cure(lang)):
            assert text.strip(), problem.code
            assert not re.search(r"{[a-z_]+}", text), text


def told(base: Base, report: Report, layer: str) -> list[Problem]:
    """Return every problem and note that is printed of a layer."""
    found = base.layers.get(layer)
    notes = found.info.notes if isinstance(found, Layer) else ()
    gaps = [gap.problem for one in report.sites for gap in one.gaps]
    return [*notes, *gaps]


def cases() -> list[object]:
    return [
        pytest.param(
            fault,
            id=f"{fault.kind}: {fault.name}",
            marks=[pytest.mark.xfail(strict=True, reason=fault.unmended)]
            * bool(fault.unmended),
        )
        for fault in BASE_FAULTS
    ]


@pytest.mark.parametrize("fault", cases())
def test_a_bad_base_is_never_clear(fault: BaseFault, tmp_path: Path) -> None:
    folder = base_of(tmp_path, fault, fault.spoil(fault.good()), fault.rewrite)
    if fault.outcome is Outcome.REJECTED:
        with pytest.raises(BaseError) as caught:
            open_base(folder)
        problems = list(caught.value.problems)
    else:
        base = open_base(folder)
        report = answer(base)
        problems = told(base, report, fault.layer)
        if fault.outcome is Outcome.TOLD:
            require_answer(report, fault.layer)
        else:
            assert Verdict.CLEAR not in {one.verdict for one in report.sites}
            assert report.exit_code in {1, 4}

    assert set(fault.codes) <= {problem.code for problem in problems}
    for problem in problems:
        require_words(problem)


@pytest.mark.parametrize(
    "twin",
    [
        pytest.param(fault, id=f"{fault.kind}: {fault.name}")
        for fault in {
            (fault.good, fault.layer, fault.entry, fault.good_rewrite): fault
            for fault in reversed(BASE_FAULTS)
        }.values()
    ],
)
def test_its_good_twin_loads_and_conflicts(twin: BaseFault, tmp_path: Path) -> None:
    folder = base_of(tmp_path, twin, twin.good(), twin.good_rewrite)

    base = open_base(folder)

    require_answer(answer(base), twin.layer)
    assert not base.layers[twin.layer].info.notes
