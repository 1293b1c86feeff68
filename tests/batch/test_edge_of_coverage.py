"""Sites at the edge of the base say alike what lies beyond it, each with its share."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from plots_of_batch import OPTIONS, book, document, written
from small_base import EAST, SOUTH

from zoning.check import check
from zoning.model import Base, Report, Site, SiteSource
from zoning.report.statements import KEPT, expanded
from zoning.report.verdict import json_bytes, site_document
from zoning.rules.packs import RuleBook

__all__ = ["book"]  # fixture

OUTSIDE = "E217"
SIDE_M = 80.0


@pytest.fixture(scope="module")
def sites() -> tuple[Site, ...]:
    """Return squares across the eastern edge of the base, each further out."""
    south = SOUTH + 8_000
    squares = [
        shapely.box(west, south, west + SIDE_M, south + SIDE_M)
        for west in np.linspace(EAST - SIDE_M + 5, EAST - 5, 6).tolist()
    ]
    return tuple(
        Site(
            id=f"edge-{k}",
            name="",
            geometry=square,
            crs="EPSG:4546",
            source=SiteSource(path="edge.geojson", sha256="0" * 64, row=k),
        )
        for k, square in enumerate(squares)
    )


@pytest.fixture(scope="module")
def report(base: Base, book: RuleBook, sites: tuple[Site, ...]) -> Report:
    return check(sites, base, book, options=OPTIONS)


@pytest.fixture(scope="module")
def run(
    base: Base,
    book: RuleBook,
    sites: tuple[Site, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    return written(tmp_path_factory.mktemp("edge") / "run", sites, base, book)


def test_the_share_beyond_the_edge_makes_no_statement_of_its_own(
    run: Path, report: Report
) -> None:
    said = document(run)["statements"]["gaps"]
    outside = [(g["rule_id"], g["layer"]) for g in said if g["number"] == OUTSIDE]
    texts = {
        (gap.rule_id, gap.layer, gap.problem.text())
        for site in report.sites
        for gap in site.gaps
        if gap.problem.number == OUTSIDE
    }

    assert len(outside) == len(set(outside))
    assert len(texts) > 3 * len(outside)


def test_each_site_is_told_its_own_share_again(run: Path, report: Report) -> None:
    for told, result in zip(
        expanded(document(run))["sites"], report.sites, strict=True
    ):
        assert told == json.loads(json_bytes(site_document(result, KEPT)))


def test_the_ledger_gives_the_least_and_the_most(run: Path, report: Report) -> None:
    shares = sorted(
        {
            float(gap.problem.values["share"].rstrip("%"))
            for site in report.sites
            for gap in site.gaps
            if gap.problem.number == OUTSIDE and gap.rule_id == "PBF-001"
        }
    )
    text = (run / "ledger" / "not_checked.csv").read_text("utf-8-sig")
    rows = [row for row in csv.reader(text.splitlines()) if "PBF-001" in row]
    told = [row for row in rows if OUTSIDE in row]

    assert len(shares) == len(report.sites)
    assert len(told) == 1
    assert f"{shares[0]:.2f}%–{shares[-1]:.2f}%" in "".join(told[0])
