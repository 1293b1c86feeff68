"""A batch as its outputs see it: what it stands on, and results passing by."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from zoning.model import (
    Base,
    CheckOptions,
    PackInfo,
    Report,
    SiteResult,
    Verdict,
)
from zoning.model.results import exit_code_of, worst_verdict

if TYPE_CHECKING:  # loads the Word library
    from zoning.report.office_template import OfficeTemplate

__all__ = ["BATCH_BEYOND", "GROUP", "Batch", "BatchForm", "Sink", "Tally"]

BATCH_BEYOND = 500
"""Runs of more sites are batches: bounded memory, the short form of the verdict."""

GROUP = 100
"""Sites that are written together; the bytes of GeoPackage and Parquet hang on it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """A batch that was checked whole.

    Parameters
    ----------
    count : int
        Number of sites.
    results : callable
        Gives the results in input order, from the first, whenever it is called.
    pick : callable
        Gives the results at some positions, in the order asked.
    """

    count: int
    base: Base
    packs: tuple[PackInfo, ...]
    options: CheckOptions
    results: Callable[[], Iterator[SiteResult]]
    pick: Callable[[Sequence[int]], tuple[SiteResult, ...]]

    def report_of(self, results: Sequence[SiteResult]) -> Report:
        """Return some results as a report of their own."""
        return Report(
            sites=tuple(results),
            base=self.base,
            packs=self.packs,
            options=self.options,
        )

    def groups(self) -> Iterator[Report]:
        """Yield the results in input order, `GROUP` at a time."""
        passing = self.results()
        while group := tuple(islice(passing, GROUP)):
            yield self.report_of(group)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchForm:
    """What a run is written as; the parameters of `zoning.report.run.write_run`."""

    lang: str = "zh"
    share: bool = False
    template: "OfficeTemplate | None" = None
    sheets: bool = False


class Sink(Protocol):
    """An output that takes the results group by group."""

    def add(self, group: Report) -> None:
        """Take the next sites."""

    def close(self) -> None:
        """Finish the output."""


@dataclass(slots=True, kw_only=True, eq=False)
class Tally:
    """What a batch amounts to; `verdicts` by position, in input order."""

    verdicts: list[Verdict] = field(default_factory=list)
    rejected: int = 0
    complete: bool = True

    def add(self, group: Report) -> None:
        """Count the next sites."""
        self.verdicts += [result.verdict for result in group.sites]
        self.rejected += sum(one.site.rejection is not None for one in group.sites)
        self.complete &= group.complete

    def close(self) -> None:
        """Do nothing: counts have no end."""

    @property
    def counts(self) -> Counter[Verdict]:
        """How many sites have which verdict."""
        return Counter(self.verdicts)

    @property
    def verdict(self) -> Verdict:
        """Worst verdict, as `Report.verdict`."""
        return worst_verdict(self.counts)

    @property
    def exit_code(self) -> int:
        """Exit code of the command, as `Report.exit_code`."""
        return exit_code_of(self.counts, complete=self.complete)

    def worst(self, ranks: Sequence[Verdict], most: int) -> list[int]:
        """Return the positions of the most serious sites; equals in input order."""
        order = {verdict: rank for rank, verdict in enumerate(ranks)}
        positions = range(len(self.verdicts))
        return sorted(positions, key=lambda k: order[self.verdicts[k]])[:most]
