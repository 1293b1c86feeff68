"""Rules on ready overlaps: 20 000 plots before every built-in rule.

Prints the time of judging in columns, the share of the costliest rules, and
the ratio to the same rules put to one site at a time, in the same process.
Measuring the overlaps is timed apart: it is not what this page is about.

    python -m benchmarks.rules [SITES]
"""

import resource
import sys
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.check.applicants import Applicants
from zoning.check.facts import Facts
from zoning.check.judging import STATES, rule_on
from zoning.io.base import open_base
from zoning.model import Base, CheckOptions
from zoning.rules.packs import RuleBook, built_in_packs, read_rule_book
from zoning.rules.schema import Rule

BASE = Path(__file__).parents[1] / "data" / "sample_layers"
SITES, ALONE, SIDE_M = 20_000, 20, 60.0
AS_OF = date(2026, 11, 1)
ACTIVITIES = ("chemical_project", "road", "orchard_tree_planting", "solar", "wharf")
NATURES = ("new", "expand", "rebuild")


def main() -> None:
    """Run the benchmark and print its tables."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SITES
    base, book = open_base(BASE), read_rule_book(built_in_packs())
    random = np.random.default_rng(500237)
    plots = _plots(base, count, random)
    facts = _facts(plots, base, book)
    applicants = _applicants(count, random, book)

    started = perf_counter()
    _measure(facts, applicants)
    measured = perf_counter() - started

    fresh = Applicants(applicants.projects, [()] * count, book.groups, as_of=AS_OF)
    costs = {rule.id: _cost(rule, facts, fresh) for rule in book.rules}
    judged = sum(costs.values())
    alone = _alone(facts, applicants)

    print(f"{count} sites x {len(book.rules)} rules, packs {built_in_packs()}")
    print(f"measuring (not part of the figure)  {measured:8.2f} s")
    print(f"judging in columns                  {judged:8.2f} s")
    print(f"  per rule, mean                    {judged / len(costs) * 1e3:8.2f} ms")
    each = judged / len(costs) / count
    print(f"  per site and rule                 {each * 1e9:8.0f} ns")
    print(f"site by site / in columns           {alone * count / judged:8.0f} x")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process          {peak:8.0f} MiB")
    print("costliest rules")
    for rule_id, cost in sorted(costs.items(), key=lambda item: -item[1])[:8]:
        print(f"  {rule_id:10} {cost * 1e3:8.2f} ms")


def _plots(base: Base, count: int, random: np.random.Generator) -> NDArray[np.object_]:
    west, south, east, north = base.county.bounds
    x = random.uniform(west, east, 4 * count)
    y = random.uniform(south, north, 4 * count)
    inside = np.flatnonzero(shapely.contains_xy(base.county, x, y))[:count]
    half = SIDE_M / 2
    x, y = x[inside], y[inside]
    return np.asarray(shapely.box(x - half, y - half, x + half, y + half))


def _facts(plots: NDArray[np.object_], base: Base, book: RuleBook) -> Facts:
    return Facts(
        sites=plots,
        base=base,
        book=book,
        options=CheckOptions(as_of=AS_OF),
        as_written=len(plots),
    )


def _applicants(count: int, random: np.random.Generator, book: RuleBook) -> Applicants:
    """Every tenth project leaves its activity open; land figures all differ."""
    activity = random.choice(ACTIVITIES, count)
    nature = random.choice(NATURES, count)
    land = random.uniform(0, 100_000, count)
    projects = [
        {
            "construction_nature": str(nature[k]),
            "land_permanent_m2": f"{land[k]:.1f}",
            "earthwork_m3": f"{land[k] / 3:.1f}",
            **({"activity": str(activity[k])} if k % 10 else {}),
        }
        for k in range(count)
    ]
    return Applicants(projects, [()] * count, book.groups, as_of=AS_OF)


def _measure(facts: Facts, applicants: Applicants) -> None:
    """Fill every measure that the rules will ask for."""
    for rule in facts.book.rules:
        rule_on(rule, facts, applicants)


def _cost(rule: Rule, facts: Facts, applicants: Applicants) -> float:
    started = perf_counter()
    ruling = rule_on(rule, facts, applicants)
    if int(ruling.state.max()) >= len(STATES):
        raise AssertionError(rule.id)
    return perf_counter() - started


def _alone(facts: Facts, applicants: Applicants) -> float:
    """Return the mean time of one site before all rules, measures ready."""
    total = 0.0
    for k in range(ALONE):
        project = [applicants.projects[k]]
        one = Applicants(project, [()], applicants.groups, as_of=AS_OF)
        single = _facts(facts.sites[k : k + 1], facts.base, facts.book)
        _measure(single, one)
        started = perf_counter()
        for rule in facts.book.rules:
            rule_on(rule, single, one)
        total += perf_counter() - started
    return total / ALONE


if __name__ == "__main__":
    main()
