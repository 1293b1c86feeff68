"""Which belts, screens, corridors and patches a site meets, and what is left."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import terms
from zoning.check.relations import Passages
from zoning.check.view_facts import ViewFacts
from zoning.corridors import (
    WIDTH_TOLERANCE_M,
    Section,
    leaves_no_way,
    narrowest_section,
    trim_to_width,
)
from zoning.model import LayoutHit

__all__ = ["is_narrower", "layout_hit", "passages_of", "told_of_passage"]

AREAS = ("screen", "patch")
"""Kinds that have no width."""
SECTION_WINDOW_M = 3_000.0
"""Corridor kept round the site for sections; far banks do not matter."""

PLANE_STRETCH = 1e-3
"""A corridor drawn as wide as its target in the plane has it on the ground too."""


def layout_hit(found: ViewFacts, k: int, site: BaseGeometry, *, crs: str) -> LayoutHit:
    """Return what a site does to the feature of overlap row `k`.

    Parameters
    ----------
    found : ViewFacts
        Of a view of the layout.
    k : int
        A row of its overlaps.
    site : geometry
        In the working plane `crs`.
    """
    rows, layer = found.rows, found.layer
    feature = int(rows.feature[k])
    names, kinds, targets = (
        layer.attributes.get(c) for c in ("name", "kind", "target_width_m")
    )
    target = float("nan") if targets is None else float(targets[feature])
    length = float(rows.length_m[k])
    hit = LayoutHit(
        feature=str(layer.feature_ids[feature]),
        name="" if names is None else str(names[feature]),
        kind="" if kinds is None else str(kinds[feature]),
        overlap_m2=float(rows.area_m2[k]),
        share=float(rows.share[k]),
        length_m=length if np.isfinite(length) and length > 0 else None,
        target_width_m=target if target > 0 else None,
    )
    if hit.kind in AREAS:
        return hit
    return _with_width(hit, site, layer.geometry[feature], crs=crs)


def passages_of(hits: Sequence[tuple[LayoutHit, ...]]) -> Passages:
    """Return what sites leave of the corridors that they meet.

    Parameters
    ----------
    hits : sequence of tuple of LayoutHit
        By site; corridors with a width alone.
    """
    measured = [[h for h in found if h.width_left_m is not None] for found in hits]
    return Passages(
        met=np.array(list(map(bool, hits)), dtype=bool),
        narrowed=np.array([any(map(_is_narrowed, m)) for m in measured], dtype=bool),
        cut=np.array([any(h.cut_through for h in m) for m in measured], dtype=bool),
        unmeasured=_names(
            [[h for h in found if h.width_left_m is None] for found in hits]
        ),
        untargeted=_names(
            [[h for h in found if h.target_width_m is None] for found in hits]
        ),
    )


def _is_narrowed(hit: LayoutHit) -> bool:
    left, target = hit.width_left_m, hit.target_width_m
    return left is not None and target is not None and is_narrower(left, target)


def is_narrower(left_m: float, target_m: float) -> bool:
    """Say whether a width is less than the target, beyond the tolerance of trims."""
    return left_m < target_m - WIDTH_TOLERANCE_M


def _names(found: Sequence[Sequence[LayoutHit]]) -> NDArray[np.object_]:
    names = ["、".join(h.name or h.feature for h in hits) for hits in found]
    return np.array([*names, None], dtype=object)[:-1]


def _with_width(
    hit: LayoutHit, site: BaseGeometry, corridor: BaseGeometry, *, crs: str
) -> LayoutHit:
    window = shapely.box(*shapely.bounds(site)).buffer(SECTION_WINDOW_M)
    near = shapely.intersection(corridor, window)
    section = narrowest_section(site, near, crs=crs)
    if section is None:
        return hit
    hit = replace(
        hit,
        width_m=section.width_m,
        width_left_m=section.width_left_m,
        section=section.chord,
        cut_through=leaves_no_way(site, near, section),
    )
    target = hit.target_width_m
    if target is None or not is_narrower(section.width_left_m, target):
        return hit
    trim = trim_to_width(site, near, target, crs=crs, section=section)
    return replace(
        hit,
        trim=None if trim is None else trim.part,
        trim_m2=None if trim is None else trim.area_m2,
        narrow_before=_was_narrow(site, near, section, target_m=target, crs=crs),
    )


def _was_narrow(
    site: BaseGeometry,
    near: BaseGeometry,
    section: Section,
    *,
    target_m: float,
    crs: str,
) -> bool:
    """Say whether the site takes the target from no section that had it."""
    least = target_m * (1 - PLANE_STRETCH) - WIDTH_TOLERANCE_M
    if section.width_m >= least:
        return False
    whole = narrowest_section(site, near, crs=crs, at_least_m=least)
    return whole is None or not is_narrower(whole.width_left_m, target_m)


def told_of_passage(
    hits: Sequence[LayoutHit], relation: str
) -> tuple[dict[str, str], ...]:
    """Say of each corridor how wide it was, what is left, and whose fault that is."""
    return tuple(
        {lang: _told(hit, relation, lang) for lang in ("zh", "en")}
        for hit in hits
        if hit.width_left_m is not None
    )


def _told(hit: LayoutHit, relation: str, lang: str) -> str:
    of_width = relation == "left_narrower"
    said = {
        "left": True,
        "target": of_width and hit.target_width_m is not None,
        "narrow_before": of_width and hit.narrow_before,
        "cut_through": hit.cut_through,
    }
    return "".join(
        terms.label("passage", key, lang).format(
            name=hit.name or hit.feature,
            width=f"{hit.width_m:.2f}",
            left=f"{hit.width_left_m:.2f}",
            target=f"{hit.target_width_m or 0:.2f}",
        )
        for key, holds in said.items()
        if holds
    )
