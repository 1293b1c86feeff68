"""Names that a careless page would run, and a report full of them."""

from dataclasses import replace

import handmade_county as county
import numpy as np
from handmade import handmade_base, handmade_report

from zoning.model import Base, Report

__all__ = ["NAMES", "hostile_report"]

NAMES = (
    "<img src=x onerror=\"document.title='1'\">",
    "巫峡镇`码头",
    "${document.title=7*7}",
    "</script><script>document.title='2'</script>",
    "{{ 7*7 }}{% endraw %}{#",
    "{{ cycler.__init__.__globals__.os.getcwd() }}",
    "'\"><svg onload=alert(1)>",
    "\\';document.title='3';//",
    "<!--<script>",
)


def hostile_report() -> Report:
    """Return the handmade report with every name replaced by a hostile one."""
    report = handmade_report()
    sites = tuple(
        replace(
            result,
            site=replace(result.site, name=NAMES[i % len(NAMES)]),
            conflicts=tuple(
                replace(conflict, feature_name=NAMES[j % len(NAMES)])
                for j, conflict in enumerate(result.conflicts)
            ),
            findings=tuple(
                replace(f, title={"zh": NAMES[k % len(NAMES)]})
                for k, f in enumerate(result.findings)
            ),
        )
        for i, result in enumerate(report.sites)
    )
    return replace(report, sites=sites, base=_hostile_base())


def _hostile_base() -> Base:
    base = handmade_base()
    layers = {}
    for key, layer in base.layers.items():
        rows = len(layer.geometry)
        names = np.array([NAMES[i % len(NAMES)] for i in range(rows)], dtype=object)
        columns = {**layer.attributes, "name": names}
        if key == "corridor_layout":
            columns["kind"] = names
        layers[key] = replace(layer, attributes=columns)
    return replace(base, name=NAMES[3], layers=layers, county=county.COUNTY)
