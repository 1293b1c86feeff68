"""What a site costs on the county of 30 m once its net is there: 22 corridors.

Run with `make bench`, or ``python -m benchmarks.site_impact``. CPU seconds of one
thread. The net is built first and not counted; then a site of 16 ha is laid across
the middle of the longest link, where it does most: links found again and EC, both
effective resistances of all 22, and the crossings. `--whole` also solves every
circuit anew on the ground after, to compare with.
"""

import argparse
import json
import time
from typing import Any

import numpy as np

from benchmarks.cells import county_sources, grid
from benchmarks.corridors import COUNTY, scene
from benchmarks.processes import asked_module, peak_bytes
from zoning.corridors.effective import resistance_changes
from zoning.corridors.foci import Foci, PairChoice
from zoning.corridors.habitat import Habitat
from zoning.corridors.impact import Dispersal, rank_crossings, site_impact
from zoning.corridors.landscape import Landscape
from zoning.corridors.network import Link, connect, spanning_links
from zoning.corridors.pairwise import pairwise

__all__ = ["measured"]

THIS = "benchmarks.site_impact"
CORRIDORS = 22
SIDE = 13  # cells: 390 m
MIB = 2**20
Pairs = list[tuple[int, int]]


def measured(shape: tuple[int, int], *, whole: bool) -> dict[str, Any]:
    """Measure one site on the scene of a size."""
    resistance = grid(1 / scene(*shape).conductance)
    sources = grid(county_sources(shape))
    before = Landscape(resistance=resistance, sources=sources)
    links = corridors_of(before)
    after = built_over(before, max(links, key=lambda one: one.path.length_m))
    areas = np.bincount(before.labels().ravel())[1:].astype(np.float64)
    dispersal = Dispersal(cost_at=100_000.0, probability=0.5)
    pairs = [(link.start, link.end) for link in links]
    resistance_changes(before, after, pairs[:1])  # compiled, and loaded
    spent: dict[str, float] = {}
    start = time.process_time()
    found = site_impact(
        before, after, links=links, attribute=(areas, areas), dispersal=dispersal
    )
    spent["links_s"] = time.process_time() - start
    start = time.process_time()
    changes = resistance_changes(before, after, pairs)
    spent["resistance_s"] = time.process_time() - start
    start = time.process_time()
    crossings = rank_crossings(found, before=before, after=after)
    spent["crossings_s"] = time.process_time() - start
    apart = 0.0
    if whole:
        start = time.process_time()
        apart = farthest(after, pairs, {(k.start, k.end): k.after for k in changes})
        spent["anew_s"] = time.process_time() - start
    return spent | {
        "corridors": len(links),
        "touched": len(found.touched),
        "crossings": len(crossings),
        "cells": int(np.prod(shape)),
        "apart": apart,
        "peak_mib": peak_bytes() / MIB,
    }


def corridors_of(land: Landscape) -> list[Link]:
    """Return the tree of the sources, and the cheapest other links up to 22."""
    net = connect(land.resistance, land.sources, threads=2)
    tree = spanning_links(net.links)
    rest = sorted(set(net.links) - set(tree), key=lambda one: one.cost)
    return [*tree, *rest[: CORRIDORS - len(tree)]]


def built_over(land: Landscape, link: Link) -> Landscape:
    """Return the ground with a site on the middle of a link."""
    row, column = link.path.cells[len(link.path.cells) // 2].tolist()
    values = land.resistance.values.copy()
    half = SIDE // 2
    place = (
        slice(max(0, row - half), row + half + 1),
        slice(max(0, column - half), column + half + 1),
    )
    values[place] = np.maximum(values[place], 500.0)
    return Landscape(
        resistance=land.resistance.with_values(values), sources=land.sources
    )


def farthest(
    land: Landscape, pairs: Pairs, found: dict[tuple[int, int], float]
) -> float:
    """Return the greatest relative difference from circuits solved anew."""
    habitat = Habitat.from_resistance(land.resistance)
    alive = np.where(habitat.conductance > 0, land.labels(), 0).astype(np.int64)
    choice = PairChoice(wanted=frozenset(pairs))
    foci = Foci.from_map(alive)
    flows = pairwise(habitat, foci, choice=choice, method="multigrid")
    gaps = [
        abs(found[flow.foci[0], flow.foci[1]] / flow.resistance - 1) for flow in flows
    ]
    return max(gaps)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        print(json.dumps(measured(COUNTY, whole=chosen.whole)))
        return
    found = asked_module(THIS, "--child", *(["--whole"] if chosen.whole else []))
    print(
        f"county, {found['cells']} cells, {found['corridors']} corridors, site on"
        f" {found['touched']} of them: links and EC {found['links_s']:.2f} s,"
        f" effective resistance before and after {found['resistance_s']:.1f} s,"
        f" {found['crossings']} crossings {found['crossings_s']:.1f} s,"
        f" peak {found['peak_mib']:.0f} MiB"
    )
    if chosen.whole:
        print(
            f"  circuits anew on the ground after {found['anew_s']:.1f} s, resistances"
            f" differ by {found['apart']:.0e} at most"
        )


if __name__ == "__main__":
    main()
