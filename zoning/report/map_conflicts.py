"""Conflicts as the map draws them: which, in which colour, with which popup."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zoning.model import ConflictShape, Finding, Report, SiteResult, State
from zoning.report.map_layers import size_text
from zoning.report.map_words import sentence, state_mark
from zoning.report.wording import basis, words, worst_state
from zoning.terms import label

__all__ = ["DrawnConflict", "conflict_shapes", "joined_basis", "rule_lines"]

Json = dict[str, Any]

_NOT_DRAWN = frozenset({"county"})
"""The county holds every site whole: its shape would only hide the others."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnConflict:
    """One conflict on the map.

    Parameters
    ----------
    conflict : ConflictShape
        The shape.
    result : SiteResult
        The site it belongs to.
    item : str
        ``residue`` when the overlap is within the boundary tolerance, else
        ``conflict``.
    number : int
        Its number among the shapes of this item, from 0.
    state : State
        The worst state of the findings that it stands for: its colour.
    """

    conflict: ConflictShape
    result: SiteResult
    item: str
    number: int
    state: State

    def told(self, lang: str) -> Json:
        """Return what the popup tells."""
        own, result = self.conflict, self.result
        met = [f for f in result.findings if f.rule_id in own.rule_ids]
        return {
            "heading": own.feature_name or own.feature,
            "mark": state_mark(self.state, lang),
            "site": result.site.name,
            "layer": sentence(label("layer", own.layer, lang)),
            "feature": own.feature,
            "state": f"{self.state} {label('state', self.state, lang)}",
            "overlap_class": label("overlap_class", own.overlap_class, lang),
            "overlap": size_text(own.overlap_m2, None, lang),
            "overlap_length": size_text(None, own.length_m, lang),
            "rules": rule_lines(own.rule_ids, met, lang),
            "basis": joined_basis(met, lang),
        }


def conflict_shapes(report: Report) -> tuple[DrawnConflict, ...]:
    """Return the conflicts that are drawn, in the order of the report."""
    drawn: list[DrawnConflict] = []
    counted: dict[str, int] = {}
    for result in report.sites:
        for conflict in result.conflicts:
            if conflict.layer in _NOT_DRAWN:
                continue
            item = "residue" if conflict.overlap_class == "residue" else "conflict"
            number = counted.get(item, 0)
            counted[item] = number + 1
            drawn.append(
                DrawnConflict(
                    conflict=conflict,
                    result=result,
                    item=item,
                    number=number,
                    state=_worst(conflict, result.findings),
                )
            )
    return tuple(drawn)


def rule_lines(rules: Iterable[str], met: Sequence[Finding], lang: str) -> str:
    """Return rule ids with their titles, joined."""
    titles: Mapping[str, str] = {f.rule_id: words(f.title, lang) for f in met}
    return _joined(f"{rule} {titles.get(rule, '')}".strip() for rule in rules)


def joined_basis(met: Sequence[Finding], lang: str) -> str:
    """Return the articles of the findings, each once."""
    return _joined(basis(f.source, lang) for f in met if f.source)


def _worst(conflict: ConflictShape, findings: Sequence[Finding]) -> State:
    mine = (f.state for f in findings if f.rule_id in conflict.rule_ids)
    return worst_state((conflict.state, *mine))


def _joined(parts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(parts))
