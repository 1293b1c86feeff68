"""Which belts, screens, corridors and patches a site meets, and what is left."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.check.facts import Facts, ViewFacts
from zoning.corridors import narrowest_section, trim_to_width
from zoning.model import LayoutHit
from zoning.overlay import SUBSTANTIVE

__all__ = ["layout_hits"]

WITH_WIDTH = ("belt", "corridor")
SECTION_WINDOW_M = 3_000.0
"""Corridor kept round the site for sections; far banks do not matter."""


def layout_hits(row: int, facts: Facts) -> tuple[LayoutHit, ...]:
    """Return the layout features the site in `row` meets, in layer order."""
    found = facts.view("layout")
    if not isinstance(found, ViewFacts) or "kind" not in found.layer.attributes:
        return ()
    return tuple(
        _hit(k, found, facts)
        for k in found.rows.rows_of(row)
        if found.rows.overlap_class[k] == SUBSTANTIVE
    )


def _hit(k: int, found: ViewFacts, facts: Facts) -> LayoutHit:
    rows, layer = found.rows, found.layer
    feature = int(rows.feature[k])
    names, targets = (layer.attributes.get(c) for c in ("name", "target_width_m"))
    kind = str(layer.attributes["kind"][feature])
    target = float("nan") if targets is None else float(targets[feature])
    length = float(rows.length_m[k])
    hit = LayoutHit(
        feature=str(layer.feature_ids[feature]),
        name="" if names is None else str(names[feature]),
        kind=kind,
        overlap_m2=float(rows.area_m2[k]),
        share=float(rows.share[k]),
        length_m=length if np.isfinite(length) and length > 0 else None,
        target_width_m=target if np.isfinite(target) else None,
    )
    if kind not in WITH_WIDTH:
        return hit
    site = facts.sites[rows.site[k]]
    return _with_width(hit, site, layer.geometry[feature], crs=facts.base.crs)


def _with_width(
    hit: LayoutHit, site: BaseGeometry, corridor: BaseGeometry, *, crs: str
) -> LayoutHit:
    window = shapely.box(*shapely.bounds(site)).buffer(SECTION_WINDOW_M)
    near = shapely.intersection(corridor, window)
    section = narrowest_section(site, near, crs=crs)
    if section is None:
        return hit
    target = hit.target_width_m
    trim = None
    if target is not None:
        trim = trim_to_width(site, near, target, crs=crs, section=section)
    return LayoutHit(
        feature=hit.feature,
        name=hit.name,
        kind=hit.kind,
        overlap_m2=hit.overlap_m2,
        share=hit.share,
        length_m=hit.length_m,
        target_width_m=target,
        width_m=section.width_m,
        width_left_m=section.width_left_m,
        section=section.chord,
        trim=None if trim is None else trim.part,
        trim_m2=None if trim is None else trim.area_m2,
    )
