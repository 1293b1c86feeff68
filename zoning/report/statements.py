"""What the findings of a batch say alike is written once, as a statement.

Twenty thousand sites before a hundred rules repeat the same titles, articles,
questions and gaps. A batch's ``verdict.json`` keeps each of them once, in
``statements``; a site names them by number and adds its own figures. Of the
findings it keeps those that stand against a site or remark on it; the others
are counted in ``states``, and all are in ``findings.parquet``.
"""

import json
from collections.abc import Mapping
from typing import Any

from zoning.model import State

__all__ = ["KEPT", "Statements", "canonical", "expanded"]

Json = Mapping[str, Any]

KEPT = frozenset({State.PROHIBITED, State.CONDITIONAL, State.NOTICE})
"""States whose findings stay in the verdict of a batch."""

_OWN = (
    "overlap_m2",
    "overlap_m2_deduplicated",
    "share",
    "length_m",
    "distance_m",
    "features",
    "nearest",
    "witness",
)
"""Members of a finding that belong to its site alone."""


class Statements:
    """The statements of a batch in the making, in order of first use."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {"findings": {}, "gaps": {}}

    def short(self, site: Json) -> dict[str, Any]:
        """Return an element of ``sites`` in the short form."""
        findings = [f for f in site["findings"] if f["state"] in KEPT]
        return {
            **site,
            "findings": [self._finding(finding) for finding in findings],
            "gaps": [self._number("gaps", gap) for gap in site["gaps"]],
        }

    def document(self) -> dict[str, Any]:
        """Return the member ``statements``."""
        return {
            group: [json.loads(text) for text in numbers]
            for group, numbers in self._numbers.items()
        }

    def _finding(self, finding: Json) -> dict[str, Any]:
        said = {key: finding[key] for key in finding if key not in _OWN}
        own = {key: finding[key] for key in _OWN}
        return {"statement": self._number("findings", said), **own}

    def _number(self, group: str, said: Json) -> int:
        numbers = self._numbers[group]
        return numbers.setdefault(canonical(said), len(numbers))


def canonical(value: Any) -> str:
    """Return JSON in the one form that is hashed: keys sorted, no blanks."""
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )


def expanded(document: Json) -> Json:
    """Return a verdict document with its statements put back into the sites.

    One that has none is returned as it is.
    """
    said = document.get("statements")
    if said is None:
        return document
    sites = [
        {
            **site,
            "findings": [
                {
                    **said["findings"][own["statement"]],
                    **{key: own[key] for key in own if key != "statement"},
                }
                for own in site["findings"]
            ],
            "gaps": [said["gaps"][number] for number in site["gaps"]],
        }
        for site in document["sites"]
    ]
    whole = {key: document[key] for key in document if key != "statements"}
    return {**whole, "sites": sites}
