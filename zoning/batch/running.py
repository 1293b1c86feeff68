"""A batch run to its end: chunks to the executor, results to the journal."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait

from zoning.batch.journal import Journal, Row
from zoning.batch.working import Order, check_chunk

__all__ = ["CHUNK", "run_batch"]

CHUNK = 100
"""Sites to a chunk. Results do not hang on it; memory and lost work do."""

Tick = Callable[[int, int], None]
Answer = tuple[bytes, ...]


def run_batch(
    journal: Journal,
    order: Order,
    *,
    executor: Executor | None = None,
    at_once: int = 4,
    progress: Tick | None = None,
) -> None:
    """Check every site of the journal that has no result yet.

    Parameters
    ----------
    journal : Journal
        With its sites asked.
    order : Order
        What they are held against.
    executor : concurrent.futures.Executor, optional
        Where chunks are checked: threads, processes, or an engine that has
        the same interface. In this thread without one.
    at_once : int
        Chunks handed out at a time; bounds the memory of what is under way.
    progress : callable, optional
        Called with (done, total) after each chunk.

    Raises
    ------
    OutputError
        When the journal cannot be written; what it holds stays.
    """
    total = journal.count
    done = journal.done
    tick = progress or _silent
    tick(done, total)
    answers = (
        _here(journal, order)
        if executor is None
        else _elsewhere(journal, order, executor, at_once=at_once)
    )
    for rows, answer in answers:
        journal.keep((row[1], one) for row, one in zip(rows, answer, strict=True))
        done += len(rows)
        tick(done, total)


def _silent(_done: int, _total: int) -> None:
    return None


def _chunks(journal: Journal) -> Iterator[list[Row]]:
    """Yield what is to be done; each site once, though it may be under way."""
    start = 0
    while rows := journal.pending(start, CHUNK):
        start = rows[-1][0] + 1
        yield rows


def _contents(rows: list[Row]) -> tuple[bytes, ...]:
    return tuple(content for _, _, content in rows)


def _here(journal: Journal, order: Order) -> Iterator[tuple[list[Row], Answer]]:
    for rows in _chunks(journal):
        yield rows, check_chunk(order, _contents(rows))


def _elsewhere(
    journal: Journal, order: Order, executor: Executor, *, at_once: int
) -> Iterator[tuple[list[Row], Answer]]:
    """Hand chunks out and yield answers as they come; never more than `at_once`."""
    under_way: dict[Future[Answer], list[Row]] = {}
    waiting = _chunks(journal)
    try:
        while True:
            while len(under_way) < at_once and (rows := next(waiting, None)):
                future = executor.submit(check_chunk, order, _contents(rows))
                under_way[future] = rows
            if not under_way:
                return
            ready, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in ready:
                yield under_way.pop(future), future.result()
    finally:
        for future in under_way:
            future.cancel()
