"""The project sites: where each lies, what it asks, what must come out.

One function per site, in `quiet_sites` and `conflict_sites`. Each looks for a
place in the finished layers and says which verdict and which findings the
place is made for.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from zoning.samples import conflict_sites, quiet_sites
from zoning.samples.county import County
from zoning.samples.scout import Scout
from zoning.samples.sheet import Sheet
from zoning.samples.site_files import WRITERS, write_bow_tie
from zoning.samples.site_model import SampleSite

__all__ = ["SITES", "write_sites"]

SITES: tuple[Callable[[Scout], SampleSite], ...] = (
    quiet_sites.clear,
    quiet_sites.notice_sliver,
    conflict_sites.farmland,
    conflict_sites.redline_core,
    conflict_sites.redline_road,
    conflict_sites.chemical,
    conflict_sites.tailings,
    quiet_sites.undetermined,
    quiet_sites.incomplete,
    quiet_sites.bow_tie,
    conflict_sites.pipeline,
    quiet_sites.well,
    quiet_sites.with_hole,
    conflict_sites.two_parts,
    quiet_sites.outside_county,
    conflict_sites.water_source,
    conflict_sites.tourism_general,
    quiet_sites.town_park,
)


def write_sites(folder: Path, county: County, sheets: Sequence[Sheet]) -> None:
    """Write every site with projects.yaml and expected.yaml."""
    folder.mkdir(exist_ok=True)
    scout = Scout(county, sheets)
    sites = [place(scout) for place in SITES]
    for site in sites:
        path = folder / site.file
        if site.form == "bow_tie.txt":
            corner = (site.geometry.centroid.x, site.geometry.centroid.y)
            write_bow_tie(path, site.number, site.name, corner=corner)
        else:
            WRITERS[site.form](path, site.number, site.name, geometry=site.geometry)
    (folder / "projects.yaml").write_text(
        _projects_text(sites), encoding="utf-8", newline="\n"
    )
    (folder / "expected.yaml").write_text(
        _expected_text(sites), encoding="utf-8", newline="\n"
    )


def _projects_text(sites: Sequence[SampleSite]) -> str:
    lines = [
        "# 示范项目的属性，按文件名（不含扩展名）对应。",
        "# Attributes of the sample projects, by file stem.",
        "sites:",
    ]
    for site in sites:
        if not site.project:
            lines.append(f"  {site.stem}: {{}}")
        else:
            lines.append(f"  {site.stem}:")
            lines.append(f"    name: {site.name}")
            lines += [f"    {key}: {value}" for key, value in site.project.items()]
    return "\n".join(lines) + "\n"


def _expected_text(sites: Sequence[SampleSite]) -> str:
    lines = ["# Verdicts the sample sites must get, and findings that must appear."]
    for site in sites:
        lines += [f"{site.file}:", f"  name: {site.name}", f"  verdict: {site.verdict}"]
        if site.complete is not None:
            lines.append(f"  complete: {str(site.complete).lower()}")
        if site.findings:
            lines.append("  findings:")
            lines += [f"    {rule}: {state}" for rule, state in site.findings.items()]
    return "\n".join(lines) + "\n"
