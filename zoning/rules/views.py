"""Which features of a layer belong to a view: filters as data."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from zoning.model import AttributeColumn
from zoning.rules.schema import View

__all__ = ["in_view", "members_of", "view_columns"]

Member = TypeVar("Member")


def view_columns(view: View) -> tuple[str, ...]:
    """Return the columns a layer must have for the view to be told."""
    return (*view.where, *view.starts_with, *view.at_least)


def in_view(
    view: View, columns: Mapping[str, AttributeColumn], count: int
) -> NDArray[np.bool_]:
    """Return which of `count` features belong to the view.

    Parameters
    ----------
    view : View
        All its filters must hold; a number that is not given is below any.
    columns : mapping of str to ndarray, shape (count,)
        At least `view_columns` of the view.
    """
    keep = np.ones(count, dtype=bool)
    for column, words in view.where.items():
        keep &= np.isin(columns[column].astype(str), list(words))
    for column, heads in view.starts_with.items():
        given = columns[column]
        keep &= np.array([str(v).startswith(tuple(heads)) for v in given], dtype=bool)
    for column, least in view.at_least.items():
        keep &= columns[column].astype(np.float64) >= least
    return keep


def members_of(
    view: View, told: Sequence[Member], value: Callable[[Member, str], Any]
) -> tuple[Member, ...]:
    """Return those that belong to a view, told one by one rather than in columns.

    Parameters
    ----------
    value : callable
        Of one of `told` and the name of a column.
    """
    columns: dict[str, AttributeColumn] = {
        column: np.array([value(one, column) for one in told], dtype=object)
        for column in view_columns(view)
    }
    keep = in_view(view, columns, len(told))
    return tuple(one for one, kept in zip(told, keep, strict=True) if kept)
