"""Faults planted by a script of its own, in counties from random seeds."""

import os
from datetime import date
from pathlib import Path

import planting
import pytest

from zoning.audit import audit, read_audit_book
from zoning.io.base import open_base
from zoning.model import AuditProblem, AuditReport

THOROUGH = os.environ.get("ZONING_THOROUGH") == "1"
SEEDS = range(1, 101) if THOROUGH else range(1, 21)
DAY = date(2026, 11, 23)
UNSEALED = "EDN-004"  # the files are fresh, none is sealed


def told(report: AuditReport) -> list[AuditProblem]:
    """Return every defect by itself: what stands alone, and members of groups."""
    alone = [one for one in report.problems if one.count == 1]
    return [one for one in (*alone, *report.members) if one.rule_id != UNSEALED]


def close(found: float | None, planted: float | None) -> bool:
    """Say whether two ways to one amount agree; None agrees with anything."""
    if planted is None:
        return True
    return found is not None and abs(found - planted) <= 0.01 + 1e-6 * planted


def fits(found: AuditProblem, fault: planting.Planted) -> bool:
    """Say whether a row of the ledger tells of a planted fault."""
    return (
        found.rule_id == fault.rule
        and found.layer == fault.layer
        and {*found.features, *found.other_features} == fault.features
        and close(found.area_m2, fault.area_m2)
        and close(found.length_m, fault.length_m)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_fault_is_found_and_nothing_else(
    seed: int, tmp_path: Path
) -> None:
    county = planting.sow(seed)
    base = open_base(planting.write(county, tmp_path / "base"))
    left = told(audit(base, read_audit_book(), as_of=DAY))
    for fault in county.faults:
        found = [row for row in left if fits(row, fault)]
        assert found, f"not found: {fault}"
        left.remove(found[0])
    assert [one.problem.text("en") for one in left] == []
