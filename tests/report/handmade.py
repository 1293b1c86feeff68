"""A base and a report made by hand: every verdict, without the checking engine.

``handmade_base()`` is the invented county, ``handmade_report()`` seven sites in
it: prohibited, conditional (an area and a line), notice, undetermined, clear,
rejected. Overlaps are cut with shapely here; rules and articles are invented.
"""

from datetime import date
from functools import cache

from handmade_layers import handmade_base, make_layer
from handmade_sites import chemical_works, others, park, road, square

from zoning.model import Base, CheckOptions, PackInfo, Report, SiteResult

__all__ = [
    "AS_OF",
    "handmade_base",
    "handmade_report",
    "make_layer",
    "report_of",
    "square",
]

AS_OF = date(2026, 11, 20)


def report_of(*sites: SiteResult, base: Base | None = None) -> Report:
    """Return a report of `sites` on the handmade base, or on `base`."""
    return Report(
        sites=sites,
        base=base or handmade_base(),
        packs=(
            PackInfo(id="national", version="2026.1", sha256="1f" * 32, rules=41),
            PackInfo(id="yangtze", version="2026.1", sha256="2e" * 32, rules=18),
        ),
        options=CheckOptions(as_of=AS_OF),
    )


@cache
def handmade_report() -> Report:
    """Return the report of seven sites; all six verdicts occur."""
    return report_of(chemical_works(), park(), road(), *others())
