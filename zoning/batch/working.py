"""The work on one chunk: bytes of sites in, bytes of results out.

A plain function of strings and bytes, so that threads, processes and cluster
engines can all run it. A process that has not the base yet opens it, and goes
on only where its keys are those of the order: results on a base that was
changed meanwhile are never mixed with the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zoning.batch.codec import decode, encode
from zoning.batch.keys import keys_of
from zoning.check import check
from zoning.errors import Problem, UsageError
from zoning.model import Base, CheckOptions, Site, SiteResult, Verdict
from zoning.rules.packs import RuleBook
from zoning.store import DamagedError

__all__ = ["Order", "check_chunk", "order_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker has to know beside its sites.

    Parameters
    ----------
    base : str
        Folder of the base, absolute; '' of a base that only this process has.
    options : bytes
        As `zoning.batch.codec.encode` wrote them.
    keys : tuple of (str, str)
        What base, packs, options and engine must be, as `keys_of`.
    """

    base: str
    options: bytes
    keys: tuple[tuple[str, str], ...]


_open: dict[Order, tuple[Base, RuleBook]] = {}
"""Bases at hand in this process; one, for memory."""


def order_for(base: Base, book: RuleBook, options: CheckOptions) -> Order:
    """Return the order for a base that is open, and keep the base at hand."""
    keys: Mapping[str, str] = keys_of(base, book, options)
    order = Order(
        base="" if base.folder is None else str(base.folder.resolve()),
        options=encode(options),
        keys=tuple(keys.items()),
    )
    _open.clear()
    _open[order] = base, book
    return order


def check_chunk(order: Order, sites: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Check some sites; one result each, in their order.

    Raises
    ------
    UsageError
        When the base is another one than that of the order.
    """
    options: CheckOptions = decode(order.options)
    read: tuple[Site, ...] = tuple(map(decode, sites))
    try:
        results = _checked(read, *_at_hand(order), options=options)
    except DamagedError:  # a prepared layer; opened again, it is made anew
        _open.pop(order, None)
        results = _checked(read, *_at_hand(order), options=options)
    return tuple(map(encode, results))


def _at_hand(order: Order) -> tuple[Base, RuleBook]:
    found = _open.get(order)
    if found is None:
        from zoning.io.base import open_base
        from zoning.rules.packs import read_rule_book

        if not order.base:
            raise UsageError(Problem(code="BATCH_BASE_NOT_SHARED"))
        folder = Path(order.base)
        base = open_base(folder)
        found = base, read_rule_book(base.packs, folder)
        if order_for(*found, decode(order.options)) != order:
            _open.clear()
            raise UsageError(Problem(code="BATCH_BASE_CHANGED"))
    return found


def _checked(
    sites: tuple[Site, ...], base: Base, book: RuleBook, *, options: CheckOptions
) -> tuple[SiteResult, ...]:
    """Check a chunk; where it fails, site by site, so that one fails alone."""
    try:
        return check(sites, base, book, options=options).sites
    except DamagedError:
        raise
    except Exception as error:  # noqa: BLE001  no site may take the others along
        if len(sites) == 1:
            return (_failed(sites[0], error),)
    return tuple(
        result
        for site in sites
        for result in _checked((site,), base, book, options=options)
    )


def _failed(site: Site, error: Exception) -> SiteResult:
    detail = f"{type(error).__name__}: {error}"
    problem = Problem(
        code="SITE_NOT_JUDGED", where=site.source.path, values={"detail": detail}
    )
    return SiteResult(
        site=replace(site, geometry=None, rejection=problem),
        verdict=Verdict.REJECTED,
        complete=False,
        problems=site.problems,
    )
