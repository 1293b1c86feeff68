"""What is known of the projects: attributes and declared papers of all sites.

A condition is put once to each different combination of the attributes it
reads, then spread over the sites; twenty thousand plots of a batch often
state a dozen combinations.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zoning.model import DeclaredEvidence
from zoning.rules.conditions import Groups, all_hold, attributes_of
from zoning.rules.schema import Condition

__all__ = ["NO", "UNKNOWN", "YES", "Answers", "Applicants"]

Answers = NDArray[np.int8]
"""Three-valued answers by site: 1 yes, 0 no, -1 not known."""
YES, NO, UNKNOWN = np.int8(1), np.int8(0), np.int8(-1)
FEW = 8
"""Sites up to which each is asked by itself."""
_ANSWER = {True: YES, False: NO, None: UNKNOWN}


class Applicants:
    """Attributes and declared papers of the sites, in columns.

    Parameters
    ----------
    projects : sequence of mapping, length n
        Attribute id to value; an absent key is not known.
    evidence : sequence of tuple of DeclaredEvidence, length n
        Papers declared; those dated after `as_of` do not count.
    as_of : date
        Day of the check.
    groups : mapping
        Industry groups by name.
    """

    def __init__(
        self,
        projects: Sequence[Mapping[str, str]],
        evidence: Sequence[tuple[DeclaredEvidence, ...]],
        groups: Groups,
        *,
        as_of: date,
    ) -> None:
        self.projects = projects
        self.groups = groups
        self.evidence = [
            tuple(paper for paper in papers if paper.date <= as_of)
            for papers in evidence
        ]
        self._kinds = [frozenset(p.kind for p in papers) for papers in self.evidence]
        self._columns: dict[str, tuple[NDArray[np.intp], int]] = {}

    def __len__(self) -> int:
        """Return the number of sites."""
        return len(self.projects)

    def all_hold(self, conditions: tuple[Condition, ...]) -> Answers:
        """Say for each site whether all conditions hold, shape (n,)."""
        if len(self) <= FEW:
            return np.array(
                [
                    _ANSWER[all_hold(conditions, project, self.groups)]
                    for project in self.projects
                ],
                dtype=np.int8,
            )
        names = attributes_of(conditions)
        key = np.zeros(len(self), dtype=np.intp)
        for name in names:
            codes, size = self._codes(name)
            _, key = np.unique(key * size + codes, return_inverse=True)
        _, first, spread = np.unique(key, return_index=True, return_inverse=True)
        answers = [
            _ANSWER[all_hold(conditions, self.projects[row], self.groups)]
            for row in first
        ]
        return np.array(answers, dtype=np.int8)[spread]

    def declared(self, kinds: tuple[str, ...]) -> NDArray[np.bool_]:
        """Say for each site whether papers of all `kinds` are declared."""
        wanted = frozenset(kinds)
        found = [bool(wanted) and wanted <= kinds for kinds in self._kinds]
        return np.array(found, dtype=bool)

    def _codes(self, name: str) -> tuple[NDArray[np.intp], int]:
        """Return a number for each value of an attribute, and how many there are."""
        if name not in self._columns:
            values = np.array([p.get(name, "") for p in self.projects], dtype=str)
            different, codes = np.unique(values, return_inverse=True)
            self._columns[name] = codes.astype(np.intp), len(different)
        return self._columns[name]
