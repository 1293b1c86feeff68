"""What a journal holds, as the outputs want to see it."""

from collections.abc import Iterator, Sequence

from zoning.batch.codec import decode
from zoning.batch.journal import Journal
from zoning.model import Base, CheckOptions, SiteResult
from zoning.report.batch.values import Batch
from zoning.rules.packs import RuleBook

__all__ = ["batch_of"]


def batch_of(
    journal: Journal, base: Base, book: RuleBook, *, options: CheckOptions
) -> Batch:
    """Return the batch of a journal in which every site has its result."""

    def results() -> Iterator[SiteResult]:
        return map(decode, journal.results())

    def pick(positions: Sequence[int]) -> tuple[SiteResult, ...]:
        return tuple(map(decode, journal.picked(positions)))

    return Batch(
        count=journal.count,
        base=base,
        packs=book.packs,
        options=options,
        results=results,
        pick=pick,
    )
