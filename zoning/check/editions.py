"""Two editions of a layer: what was added, removed and changed.

Features are told by an id field where both editions have one that is unique,
else by their outline. An outline that moved by less than a millimetre is the
same: exports between formats do that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.errors import Problem

__all__ = [
    "SAME_PLACE_M",
    "Change",
    "FeatureChange",
    "LayerChanges",
    "LayerEdition",
    "ValueChange",
    "compare_editions",
]

SAME_PLACE_M = 0.001
_DEGREE_M = 111_320.0
_POLYGONS = 2
_MOST_COMPARED = 20_000
"""Points of an outline for which every distance is still looked at."""


class Change(StrEnum):
    """What became of a feature."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerEdition:
    """One edition as read.

    Parameters
    ----------
    path : str
        Name of its file.
    crs : str
        ``EPSG:n`` of `geometry`.
    encoding : str or None
        Of the attribute table; None where the format has but one.
    geometry : ndarray of object, shape (n,)
        Two-dimensional and valid, x = east or longitude; None where the bytes
        make no geometry that can be relied on.
    columns : dict of str to ndarray of object, each shape (n,)
        Text, '' when missing.
    area_m2 : ndarray of float, shape (n,)
        Ellipsoidal, in the CRS it was drawn in.
    repaired : int
        Features whose outline crossed or touched itself.
    problems : tuple of Problem
        What keeps the edition from being whole.
    """

    path: str
    crs: str
    encoding: str | None
    geometry: NDArray[np.object_]
    columns: Mapping[str, NDArray[np.object_]]
    area_m2: NDArray[np.float64]
    repaired: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def unreadable(self) -> int:
        """How many features have no geometry to be relied on."""
        return int(shapely.is_missing(self.geometry).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """One attribute of one feature, before and after."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeatureChange:
    """One feature that is not as it was.

    Parameters
    ----------
    id : str
        Of the id field; else ``#n``, the row from 1 in the edition that has it.
    geometry : geometry or None
        In the CRS of the new edition: the new one, of removed features the old.
    moved : bool
        Whether the outline changed.
    area_old_m2, area_new_m2 : float or None
        None where the edition has no such feature.
    gained_m2, lost_m2 : float
        What the new outline has beyond the old, and the other way.
    """

    change: Change
    id: str
    geometry: BaseGeometry | None
    moved: bool = False
    values: tuple[ValueChange, ...] = ()
    area_old_m2: float | None = None
    area_new_m2: float | None = None
    gained_m2: float = 0.0
    lost_m2: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerChanges:
    """How one edition differs from another.

    Parameters
    ----------
    id_fields : tuple of str or None
        Name of the id field in the old and in the new edition; None when
        features were told by their outline.
    fields_added, fields_removed : tuple of str
        Columns that only one edition has.
    values_changed : mapping of str to int
        By field, in how many features that both have.
    features : tuple of FeatureChange
        Removed and changed ones in the old order, then added ones in the new.
    unchanged : int
        Features that are as they were.
    """

    old: LayerEdition
    new: LayerEdition
    id_fields: tuple[str, str] | None
    fields_added: tuple[str, ...]
    fields_removed: tuple[str, ...]
    values_changed: Mapping[str, int] = field(default_factory=dict)
    features: tuple[FeatureChange, ...] = ()
    unchanged: int = 0

    def count(self, change: Change) -> int:
        """Return how many features were added, removed or changed."""
        return sum(one.change is change for one in self.features)


def compare_editions(
    old: LayerEdition, new: LayerEdition, id_fields: Sequence[tuple[str, str]] = ()
) -> LayerChanges:
    """Compare two editions feature by feature.

    Parameters
    ----------
    id_fields : sequence of (str, str)
        Columns of the old and the new edition that may be ids, likeliest
        first. The first pair that is filled and unique in both is taken.
    """
    moved_old = measure.project(old.geometry, old.crs, new.crs)
    ids = next((pair for pair in id_fields if _is_id(old, new, pair)), None)
    shared = [name for name in old.columns if name in new.columns]
    if ids is None:
        pairs = dict(
            _by_outline(
                moved_old, new, old_rows=_rows(old, shared), new_rows=_rows(new, shared)
            )
        )
    else:
        places = {value: k for k, value in enumerate(_texts(new, ids[1]))}
        own = enumerate(_texts(old, ids[0]))
        pairs = {k: places[value] for k, value in own if value in places}
    comparing = _Comparing(
        old=old, new=new, moved_old=moved_old, shared=shared, ids=ids
    )
    features = list(comparing.features(pairs))
    counted = Counter(value.field for one in features for value in one.values)
    kept = sum(one.change is Change.CHANGED for one in features)
    return LayerChanges(
        old=old,
        new=new,
        id_fields=ids,
        fields_added=tuple(n for n in new.columns if n not in old.columns),
        fields_removed=tuple(n for n in old.columns if n not in new.columns),
        values_changed={name: counted[name] for name in shared if counted[name]},
        features=tuple(features),
        unchanged=len(pairs) - kept,
    )


def _is_id(old: LayerEdition, new: LayerEdition, pair: tuple[str, str]) -> bool:
    for edition, name in zip((old, new), pair, strict=True):
        values = _texts(edition, name)
        if not values or "" in values or len(set(values)) < len(values):
            return False
    return True


def _texts(edition: LayerEdition, name: str) -> list[str]:
    return [str(value).strip() for value in edition.columns.get(name, ())]


def _rows(edition: LayerEdition, names: Sequence[str]) -> list[tuple[str, ...]]:
    columns = [_texts(edition, name) for name in names]
    return list(zip(*columns, strict=True)) if columns else [()] * len(edition.geometry)


# ------------------------------------------------------------- told by the outline
def _by_outline(
    moved_old: NDArray[np.object_],
    new: LayerEdition,
    *,
    old_rows: Sequence[tuple[str, ...]],
    new_rows: Sequence[tuple[str, ...]],
) -> Iterator[tuple[int, int]]:
    """Yield the rows of equal outlines; of several those with equal attributes."""
    places: dict[bytes, list[int]] = defaultdict(list)
    for row, key in enumerate(_keys(new.geometry, new.crs)):
        places[key].append(row)
    left: list[int] = []
    waiting: list[tuple[int, list[int]]] = []
    for row, key in enumerate(_keys(moved_old, new.crs)):
        same = [k for k in places.get(key, []) if new_rows[k] == old_rows[row]]
        if same:
            places[key].remove(same[0])
            yield row, same[0]
        else:
            waiting.append((row, places[key]))
    for row, candidates in waiting:
        if candidates:
            yield row, candidates.pop(0)
        else:
            left.append(row)
    free = [row for rows in places.values() for row in rows]
    yield from _nearly(moved_old, new, left=left, free=free)


def _nearly(
    moved_old: NDArray[np.object_],
    new: LayerEdition,
    *,
    left: Sequence[int],
    free: Sequence[int],
) -> Iterator[tuple[int, int]]:
    """Yield rows whose outlines differ by less than a millimetre."""
    if not left or not free:
        return
    open_rows = set(free)
    tree = shapely.STRtree(new.geometry[list(free)])
    for row in left:
        found = [] if moved_old[row] is None else tree.query(moved_old[row]).tolist()
        for k in sorted(free[place] for place in found):
            if k in open_rows and _same_place(moved_old[row], new.geometry[k], new.crs):
                open_rows.remove(k)
                yield row, k
                break


def _keys(geometry: NDArray[np.object_], crs: str) -> list[bytes]:
    """Return a key per outline, whatever its direction and where its rings start.

    A missing outline has none in common with any other.
    """
    places = 8 if measure.is_geographic(crs) else 3
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, places) + 0.0)
    made = shapely.to_wkb(shapely.normalize(rounded), byte_order=1)
    return [f"#{k}".encode() if key is None else key for k, key in enumerate(made)]


def _same_place(one: BaseGeometry | None, other: BaseGeometry | None, crs: str) -> bool:
    if one is None or other is None:
        return one is other
    unit = _DEGREE_M if measure.is_geographic(crs) else 1.0
    tolerance = SAME_PLACE_M / unit
    first, second = shapely.normalize(one), shapely.normalize(other)
    if shapely.equals_exact(first, second, tolerance=tolerance):
        return True
    # rings that start at points of equal rank may be turned by rounding
    return bool(
        shapely.get_num_coordinates(one)
        == shapely.get_num_coordinates(other)
        <= _MOST_COMPARED
        and shapely.equals_exact(
            shapely.envelope(one), shapely.envelope(other), tolerance=tolerance
        )
        and shapely.hausdorff_distance(one, other) <= tolerance
    )


# -------------------------------------------------------------- feature by feature
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Comparing:
    old: LayerEdition
    new: LayerEdition
    moved_old: NDArray[np.object_]
    shared: Sequence[str]
    ids: tuple[str, str] | None

    def features(self, pairs: Mapping[int, int]) -> Iterator[FeatureChange]:
        """Yield what is not as it was."""
        old_rows, new_rows = _rows(self.old, self.shared), _rows(self.new, self.shared)
        for row in range(len(self.moved_old)):
            if row not in pairs:
                yield self._alone(row, Change.REMOVED)
                continue
            values = tuple(
                ValueChange(field=name, old=before, new=after)
                for name, before, after in zip(
                    self.shared, old_rows[row], new_rows[pairs[row]], strict=True
                )
                if before != after
            )
            found = self._both(row, pairs[row], values)
            if found is not None:
                yield found
        met = set(pairs.values())
        for row in range(len(self.new.geometry)):
            if row not in met:
                yield self._alone(row, Change.ADDED)

    def _alone(self, row: int, change: Change) -> FeatureChange:
        added = change is Change.ADDED
        edition = self.new if added else self.old
        area = float(edition.area_m2[row])
        return FeatureChange(
            change=change,
            id=self._id(row, new=added),
            geometry=(self.new.geometry if added else self.moved_old)[row],
            area_old_m2=None if added else area,
            area_new_m2=area if added else None,
            gained_m2=area if added else 0.0,
            lost_m2=0.0 if added else area,
        )

    def _both(
        self, row: int, place: int, values: tuple[ValueChange, ...]
    ) -> FeatureChange | None:
        before, after = self.moved_old[row], self.new.geometry[place]
        same = _same_place(before, after, self.new.crs)
        if same and not values:
            return None
        gained, lost = (0.0, 0.0) if same else self._exchange(before, after)
        return FeatureChange(
            change=Change.CHANGED,
            id=self._id(place, new=True),
            geometry=after,
            moved=not same,
            values=values,
            area_old_m2=float(self.old.area_m2[row]),
            area_new_m2=float(self.new.area_m2[place]),
            gained_m2=gained,
            lost_m2=lost,
        )

    def _exchange(
        self, before: BaseGeometry | None, after: BaseGeometry | None
    ) -> tuple[float, float]:
        sides = [
            None if one is None or shapely.get_dimensions(one) < _POLYGONS else one
            for one in (before, after)
        ]
        old, new = (shapely.Polygon() if side is None else side for side in sides)
        parts = [shapely.difference(new, old), shapely.difference(old, new), None]
        areas = measure.area_m2(np.array(parts, dtype=object)[:2], self.new.crs)
        return float(areas[0]), float(areas[1])

    def _id(self, row: int, *, new: bool) -> str:
        if self.ids is None:
            return f"#{row + 1}"
        edition = self.new if new else self.old
        return str(edition.columns[self.ids[new]][row]).strip()
