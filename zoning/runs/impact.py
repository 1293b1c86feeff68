"""Sites laid on a kept model of corridors, for command line and desk."""

import os
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from zoning import measure
from zoning.errors import Problem, SiteError, UsageError
from zoning.io.kept_model import KEPT_FILES, read_kept_model, require_same_layers
from zoning.linkage.ground import read_ground
from zoning.linkage.impact import PLOTS, KeptModel, Standing, standing_of
from zoning.linkage.values import LinkageReport
from zoning.model import Base, CheckOptions, Site
from zoning.runs.stored import refuse_altered

__all__ = [
    "MOST_SITES",
    "kept_files",
    "kept_of",
    "refuse_many",
    "standing_on",
    "threads",
    "together",
]

MOST_SITES = 20
_MOST_THREADS = 8


def refuse_many(count: int) -> None:
    """Refuse more sites than are judged one by one.

    Raises
    ------
    UsageError
        ``IMPACT_MANY``.
    """
    if count > MOST_SITES:
        values = {"count": str(count), "most": str(MOST_SITES)}
        raise UsageError(Problem(code="IMPACT_MANY", values=values))


def kept_files(folder: Path, base: Base) -> tuple[dict[str, bytes], KeptModel]:
    """Return the files of a run folder that its model is kept in, and the model.

    Raises
    ------
    UsageError, OutputError
        When it is no such folder, or not as it was written.
    """
    if all((folder / name).is_file() for name in KEPT_FILES):
        refuse_altered(folder, *KEPT_FILES)
    kept = read_kept_model(folder, base.crs)
    return {name: (folder / name).read_bytes() for name in KEPT_FILES}, kept


def kept_of(model: LinkageReport, base: Base) -> tuple[dict[str, bytes], KeptModel]:
    """Return the files that a run folder would keep a model in, and the model."""
    from zoning.report.linkage.run import write_kept

    with tempfile.TemporaryDirectory() as folder:
        place = write_kept(model, Path(folder))
        files = {name: (place / name).read_bytes() for name in KEPT_FILES}
        return files, read_kept_model(place, base.crs)


def standing_on(kept: KeptModel, base: Base, as_of: date) -> Standing:
    """Return a kept model on its ground, read from the same layers of the base."""
    require_same_layers(kept, base)
    day = CheckOptions(as_of=as_of)
    ground = read_ground(base, kept.table, day, cell_m=kept.options.cell_m)
    return standing_of(kept, ground)


def threads() -> int:
    """Return how many threads solve circuits."""
    return min(_MOST_THREADS, os.cpu_count() or 1)


def together(sites: tuple[Site, ...]) -> Site:
    """Return the plots of a file as one site.

    Raises
    ------
    SiteError
        When one of them cannot be read safely: nothing is left out silently.
    """
    rejected = [site.rejection for site in sites if site.rejection is not None]
    if rejected:
        raise SiteError(*rejected)
    first, *more = sites
    if not more:
        return first
    shapes = [
        measure.project(np.array([site.geometry], dtype=object), site.crs, first.crs)[0]
        for site in sites
        if site.crs is not None and first.crs is not None
    ]
    readings = dict.fromkeys(r for site in sites for r in site.open_readings)
    return replace(
        first,
        geometry=shapely.union_all(np.array(shapes, dtype=object)),
        area_declared_m2=None,
        problems=tuple(problem for site in sites for problem in site.problems),
        attributes={**first.attributes, PLOTS: str(len(sites))},
        open_readings=tuple(readings),
    )
