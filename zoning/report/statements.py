"""What the findings of a batch say alike is written once, as a statement.

Twenty thousand sites before a hundred rules repeat the same titles, articles,
questions and gaps. A batch's ``verdict.json`` keeps each of them once, in
``statements``; a site names them by number and adds its own figures. Of the
findings it keeps those that stand against a site or remark on it; the others
are counted in ``states``, and all are in ``findings.parquet``. A gap at the edge
of a layer says which share of the site is not covered: that figure is the
site's own too, or every site at the edge would bring a hundred statements.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from zoning.model import Gap, SiteResult, State

__all__ = [
    "KEPT",
    "Statements",
    "canonical",
    "expanded",
    "said_alike",
    "shares_not_covered",
    "with_share",
]

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

_SHARE, _PLACE = "share", "{share}"
"""The figure of a gap that belongs to its site alone; where it stands in the text."""


def said_alike(result: SiteResult) -> SiteResult:
    """Return `result` with a place in its gaps for the share not covered."""
    return replace(result, gaps=tuple(map(_alike, result.gaps)))


def _alike(gap: Gap) -> Gap:
    if _SHARE not in gap.problem.values:
        return gap
    values = {**gap.problem.values, _SHARE: _PLACE}
    return replace(gap, problem=replace(gap.problem, values=values))


def shares_not_covered(result: SiteResult) -> list[str | None]:
    """Return the share that each gap names, as printed; None where it names none."""
    return [gap.problem.values.get(_SHARE) for gap in result.gaps]


def with_share(text: str, share: str) -> str:
    """Return the text of a gap of `said_alike` with the share in its place."""
    return text.replace(_PLACE, share)


class Statements:
    """The statements of a batch in the making, in order of first use."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {"findings": {}, "gaps": {}}

    def short(self, site: Json, shares: Sequence[str | None]) -> dict[str, Any]:
        """Return an element of ``sites`` in the short form.

        Parameters
        ----------
        site : mapping
            Of a result as `said_alike` gives it.
        shares : sequence of str or None
            As `shares_not_covered`, of the result itself.
        """
        findings = [f for f in site["findings"] if f["state"] in KEPT]
        gaps = zip(site["gaps"], shares, strict=True)
        return {
            **site,
            "findings": [self._finding(finding) for finding in findings],
            "gaps": [self._gap(gap, share) for gap, share in gaps],
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

    def _gap(self, gap: Json, share: str | None) -> int | dict[str, Any]:
        number = self._number("gaps", gap)
        return number if share is None else {"statement": number, _SHARE: share}

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
            "gaps": [_whole_gap(said["gaps"], own) for own in site["gaps"]],
        }
        for site in document["sites"]
    ]
    whole = {key: document[key] for key in document if key != "statements"}
    return {**whole, "sites": sites}


def _whole_gap(said: Sequence[Json], own: int | Json) -> Json:
    if isinstance(own, int):
        return said[own]
    gap = said[own["statement"]]
    texts = {lang: with_share(text, own[_SHARE]) for lang, text in gap["text"].items()}
    return {**gap, "text": texts}
