"""What of ``verdict.json`` may leave the office: everything but places of the base.

A witness point lies on a feature: the nearest point of a river bank, very often
a vertex of it, or a point within the common part. Points of many sites would
redraw the layer, so a shared verdict has none. Its digest is its own; that of
the office's run is beside it in the manifest.
"""

from collections.abc import Mapping
from typing import Any

from zoning.report.verdict import digest_of

__all__ = ["shared_document", "shared_site"]

Json = dict[str, Any]


def shared_document(document: Mapping[str, Any]) -> Json:
    """Return a verdict document without places of the base, signed again."""
    sites = [shared_site(site) for site in document["sites"]]
    shared: Json = {**document, "sites": sites}
    return shared | {"digest": digest_of(shared)}


def shared_site(site: Mapping[str, Any]) -> Json:
    """Return an element of ``sites`` without places of the base."""
    return {**site, "findings": [{**f, "witness": None} for f in site["findings"]]}
