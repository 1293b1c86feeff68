"""What the rules say of a site on a model of corridors.

The links that a site touches and the sources that it takes from are put to the
rules of scope ``corridor_model``, as features of a layer ``corridor_model`` with
two columns: `kind` (``link``; ``source``, that loses ground; ``source_apart``, that
loses links alone) and `left` (``way``, ``none``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from zoning.check.applicants import Applicants
from zoning.check.facts import MODEL
from zoning.check.findings import Judged, spoken
from zoning.check.judging import rule_on
from zoning.check.relations import Measures, Outside, Passages, Slopes
from zoning.errors import Problem
from zoning.linkage.impact.values import LinkEffect, SourceEffect
from zoning.model import CheckOptions, FeatureOverlap
from zoning.overlay import SUBSTANTIVE
from zoning.rules.pack_names import MODEL_SCOPE
from zoning.rules.packs import RuleBook, read_rule_book
from zoning.rules.schema import View
from zoning.rules.views import members_of

__all__ = ["judged_by_rules"]

PACK = "prudence"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """A link touched or a source taken from, as rules read it."""

    number: int
    kind: str
    left: str
    overlap_m2: float


def judged_by_rules(
    links: Sequence[LinkEffect],
    sources: Sequence[SourceEffect],
    problems: tuple[Problem, ...],
    *,
    options: CheckOptions,
) -> tuple[Judged, ...]:
    """Judge a site on a model by the rules, in their order.

    Parameters
    ----------
    links, sources : sequence
        What becomes of those that the site touches.
    problems : tuple of Problem
        What keeps the model, or the site on it, from being whole: under them
        nothing is said to be clear.
    options : CheckOptions
        Day of the check.

    Returns
    -------
    tuple of Judged
        One for each rule: a finding, and the gaps behind it.
    """
    book = _own_rules()
    laid = _Laid(book=book, options=options, met=_met(links, sources), gaps=problems)
    applicants = Applicants([{}], [()], book.groups, as_of=options.as_of)
    return tuple(
        _numbered(
            spoken(
                rule_on(rule, laid, applicants),
                0,
                as_of=options.as_of,
                applicants=applicants,
            ),
            laid,
            rule.space[0].view,
        )
        for rule in book.rules
        if rule.scope == MODEL_SCOPE and rule.in_force(options.as_of)
    )


@cache
def _own_rules() -> RuleBook:
    """Return the rules of the product: no other pack may speak of a model."""
    return read_rule_book((PACK,))


def _met(
    links: Sequence[LinkEffect], sources: Sequence[SourceEffect]
) -> tuple[_Met, ...]:
    touched = [
        _Met(
            number=one.number,
            kind="link",
            left="none" if one.cost_after is None else "way",
            overlap_m2=one.overlap_m2,
        )
        for one in links
        if one.touched
    ]
    return (
        *touched,
        *(
            _Met(
                number=one.number,
                kind="source" if _loses_ground(one) else "source_apart",
                left="none" if one.separated else "way",
                overlap_m2=one.taken_m2,
            )
            for one in sources
        ),
    )


def _loses_ground(one: SourceEffect) -> bool:
    return one.taken_m2 > 0 or one.cells_taken > 0


def _numbered(one: Judged, laid: "_Laid", view: str) -> Judged:
    """Add which links and sources a finding is drawn from."""
    met = laid.members(laid.book.views[view])
    features = tuple(
        FeatureOverlap(
            id=str(m.number),
            name="",
            overlap_m2=m.overlap_m2,
            length_m=None,
            overlap_class=SUBSTANTIVE,
        )
        for m in met
    )
    finding = replace(
        one.finding, layer=MODEL, view=view, relation="intersects", features=features
    )
    return replace(one, finding=finding)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Laid:
    """One site on a model, measured as rules read it."""

    book: RuleBook
    options: CheckOptions
    met: tuple[_Met, ...]
    gaps: tuple[Problem, ...]
    count: int = 1

    def members(self, view: View) -> tuple[_Met, ...]:
        """Return those that belong to a view."""
        return members_of(view, self.met, getattr)

    def measures(self, name: str) -> Measures:
        """Say whether a view has members."""
        view = self.book.views[name]
        met = bool(self.members(view))
        return Measures(
            view=view,
            covered=False,
            overlap_class=np.array([SUBSTANTIVE if met else ""], dtype=object),
            share=np.array([float(met)]),
            distance_m=np.array([0.0 if met else np.inf]),
            unsure_m=np.array([np.inf]),
            unsure_river=np.array([""], dtype=object),
        )

    def problems(self, layer_id: str) -> tuple[Problem, ...]:
        """Return what keeps the model from carrying a CLEAR."""
        del layer_id
        return self.gaps

    def uncovered(self, layer_id: str, reach_m: float) -> NDArray[np.float64]:
        """Return nothing: what lies beyond the model is among its problems."""
        del layer_id, reach_m
        return np.zeros(self.count)

    def outside(self, name: str) -> Outside:
        """Refuse: a model is no area that a site could leave."""
        raise NotImplementedError(name)

    def passages(self, name: str) -> Passages:
        """Refuse: modelled corridors have no target width."""
        raise NotImplementedError(name)

    def slopes(self, layer_id: str) -> Slopes:
        """Refuse: no slope is part of a model."""
        raise NotImplementedError(layer_id)
