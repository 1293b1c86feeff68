"""Space measured once per site and layer, then read by every rule.

`Facts` keeps one overlap table per layer and one summary per view. A view
that cannot be read (layer missing, column missing) is a `Problem`, never an
empty answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.check.bare_rivers import bare_lines, undelimited
from zoning.check.judging import may_conflict
from zoning.check.layout import layout_hit, passages_of
from zoning.check.relations import PASSAGE, Measures, Outside, Passages, Slopes
from zoning.check.standing import standing_problems
from zoning.check.terrain import describe_terrain, slopes_of
from zoning.check.view_facts import ViewFacts
from zoning.errors import Problem
from zoning.model import (
    Absence,
    Base,
    CheckOptions,
    Layer,
    LayoutHit,
    Terrain,
)
from zoning.model.problems import layer_problem
from zoning.overlay import (
    SUBSTANTIVE,
    Doubles,
    Members,
    Nearest,
    Overlaps,
    SiteSizes,
    SiteSums,
    doubles_of,
    measure_overlaps,
    nearest_features,
    outside_parts,
    rows_near,
    sizes_of_sites,
    sum_by_site,
    uncovered_share,
)
from zoning.rules.packs import RuleBook
from zoning.rules.schema import View
from zoning.rules.views import in_view, view_columns

__all__ = ["Facts"]

MODEL = "corridor_model"
"""What the rules call a model of corridors; no base holds one as a layer."""
SLACK_M = 1.0  # a plane stretches a distance by less than this


@dataclass(slots=True, kw_only=True, eq=False)
class Facts:
    """Measured relations of all sites to the base, filled as rules ask.

    `sites` are geometries in the working plane, shape (n,). The first
    `as_written` of them are told whole. The others are other readings, of which
    only conflicts are told: what no rule could make one of is not measured.
    """

    sites: NDArray[np.object_]
    base: Base
    book: RuleBook
    options: CheckOptions
    as_written: int
    _near: dict[str, Layer] = field(default_factory=dict)
    _overlaps: dict[str, Overlaps] = field(default_factory=dict)
    _doubles: dict[str, Doubles] = field(default_factory=dict)
    _views: dict[str, "ViewFacts | Problem | Absence"] = field(default_factory=dict)
    _nearest: dict[tuple[str, bytes, int], Nearest] = field(default_factory=dict)
    _sums: dict[tuple[str, bytes], SiteSums] = field(default_factory=dict)
    _outside: dict[str, Outside] = field(default_factory=dict)
    _hits: dict[tuple[str, int, int], LayoutHit] = field(default_factory=dict)
    _passages: dict[str, Passages] = field(default_factory=dict)
    _uncovered: dict[tuple[str, float], NDArray[np.float64]] = field(
        default_factory=dict
    )
    _terrain: tuple[Terrain | None, ...] | None = None
    _longest: dict[str, float] | None = None
    _sizes: SiteSizes | None = None

    @property
    def count(self) -> int:
        """Number of sites."""
        return len(self.sites)

    @property
    def site_sizes(self) -> SiteSizes:
        """Ellipsoidal area and geodesic length of each site."""
        if self._sizes is None:
            self._sizes = sizes_of_sites(self.sites, self.base.crs)
        return self._sizes

    @property
    def terrain(self) -> tuple[Terrain | None, ...]:
        """Terrain of each site; None without rasters."""
        if self._terrain is None:
            self._terrain = tuple(
                describe_terrain(site, self.base) for site in self.sites
            )
        return self._terrain

    def measures(self, name: str) -> "Measures | Problem | Absence":
        """Return what rules read of a view, or why there is nothing."""
        found = self.view(name)
        return found.measures if isinstance(found, ViewFacts) else found

    def outside(self, name: str) -> Outside:
        """Return what of the sites lies outside a view that has measures."""
        if name not in self._outside:
            found = self.view(name)
            if not isinstance(found, ViewFacts):
                msg = f"view {name} has no measures"
                raise TypeError(msg)
            _, area, kind = outside_parts(
                self.sites, found.sums, self.options, crs=self.base.crs
            )
            self._outside[name] = Outside(area_m2=area, overlap_class=kind)
        return self._outside[name]

    def hits(self, name: str, row: int) -> tuple[LayoutHit, ...]:
        """Return what the site in `row` does to the corridors of a view, in order."""
        found = self.view(name)
        if not isinstance(found, ViewFacts):
            return ()
        return tuple(
            self._hit(found, k)
            for k in found.rows.rows_of(row)
            if found.rows.overlap_class[k] == SUBSTANTIVE
        )

    def _hit(self, found: ViewFacts, k: int) -> LayoutHit:
        """Return a hit once told: views of one layer share it."""
        rows = found.rows
        key = found.view.layer, int(rows.site[k]), int(rows.feature[k])
        if key not in self._hits:
            site = self.sites[rows.site[k]]
            self._hits[key] = layout_hit(found, k, site, crs=self.base.crs)
        return self._hits[key]

    def passages(self, name: str) -> Passages:
        """Return what the sites leave of the corridors of a view with measures.

        Other readings stay unmeasured, unless a rule makes a conflict of it.
        """
        if name not in self._passages:
            severe = any(
                may_conflict(rule, self.options.as_of)
                for rule in self.book.rules
                for space in rule.space
                if space.view == name and space.relation in PASSAGE
            )
            count = self.count if severe else self.as_written
            hits = [self.hits(name, row) for row in range(count)]
            self._passages[name] = passages_of(hits).extended(self.count - count)
        return self._passages[name]

    def slopes(self, layer_id: str) -> Slopes:
        """Return the slopes of the sites, and what keeps them from counting."""
        dem = self.base.rasters.get(layer_id)
        problems = self.base.missing.get(layer_id, ())
        if dem is not None:
            problems = (*dem.problems, *standing_problems(dem.info, self.options))
        elif not problems:
            problems = (missing_layer(layer_id),)
        return slopes_of(self.terrain, problems)

    def overlaps(self, layer_id: str) -> Overlaps:
        """Return the overlap table of a layer that is present."""
        if layer_id not in self._overlaps:
            self._overlaps[layer_id] = measure_overlaps(
                self.sites,
                self.near(layer_id).geometry,
                self.options,
                crs=self.base.crs,
                sizes=self.site_sizes,
            )
        return self._overlaps[layer_id]

    def _doubles_of(self, layer_id: str) -> Doubles:
        """Return the features of a layer that overlap each other near a site."""
        if layer_id not in self._doubles:
            table = self.overlaps(layer_id)
            self._doubles[layer_id] = doubles_of(table, self.sites)
        return self._doubles[layer_id]

    def near(self, layer_id: str) -> Layer:
        """Return the features of a layer within reach of any site, in order.

        None further away can take part in a relation or be the nearest.
        """
        if layer_id not in self._near:
            layer = self.base.layers[layer_id]
            boxes = np.asarray(shapely.bounds(self.sites))
            rows = rows_near(layer.geometry, boxes, self._reach_m())
            self._near[layer_id] = layer.taken(rows)
        return self._near[layer_id]

    def view(self, name: str) -> "ViewFacts | Problem | Absence":
        """Return the facts of a view, or why there are none."""
        if name not in self._views:
            self._views[name] = self._measure_view(self.book.views[name])
        return self._views[name]

    def problems(self, layer_id: str) -> tuple[Problem, ...]:
        """Return everything that keeps a layer from carrying a CLEAR."""
        if layer_id in self.base.layers:
            layer = self.base.layers[layer_id]
            found = (*layer.problems, *standing_problems(layer.info, self.options))
            if len(layer.geometry) == 0:
                found += (layer_problem("LAYER_EMPTY", layer_id),)
            if layer.coverage is None:
                found += (layer_problem("COVERAGE_UNKNOWN", layer_id),)
            return found
        return self.base.missing.get(layer_id, (missing_layer(layer_id),))

    def uncovered(self, layer_id: str, reach_m: float) -> NDArray[np.float64]:
        """Return the share of each site's reach that a layer does not cover."""
        key = (layer_id, reach_m)
        if key not in self._uncovered:
            coverage = self.base.layers[layer_id].coverage
            self._uncovered[key] = (
                np.ones(len(self.sites))
                if coverage is None
                else uncovered_share(
                    self.sites, coverage, reach_m, options=self.options
                )
            )
        return self._uncovered[key]

    def _reach_m(self) -> float:
        """How far to look: the evidence radius or the longest rule, with margins."""
        margins = [view.center_line_margin_m for view in self.book.views.values()]
        longest = max(self._distances().values(), default=0.0)
        return max([self.options.near_m, longest + max(margins)])

    def _distances(self) -> Mapping[str, float]:
        """Return the longest distance that a rule has to each view, metres."""
        if self._longest is None:
            self._longest = {}
            for rule in self.book.rules:
                for one in rule.space:
                    if one.distance_m is not None:
                        known = self._longest.get(one.view, 0.0)
                        self._longest[one.view] = max(known, one.distance_m)
        return self._longest

    def _measure_view(self, view: View) -> "ViewFacts | Problem | Absence":
        if view.layer in self.base.absent:
            return self.base.absent[view.layer]
        layer = self.base.layers.get(view.layer)
        if layer is None:
            return self.problems(view.layer)[0]
        whole, layer = layer, self.near(view.layer)
        keep = _members(layer, view)
        if isinstance(keep, Problem):
            return keep
        if view.must_exist and not keep.any() and _is_empty(whole, view):
            return layer_problem(
                "VIEW_EMPTY", view.layer, view=view.zh, view_en=view.en
            )
        near, sums = self._nearest_of(view, keep), self._sums_of(view.layer, keep)
        unsure_m, unsure_river = self._unsure(view)
        measures = Measures(
            view=view,
            covered=layer.coverage is not None,
            overlap_class=sums.overlap_class,
            share=sums.share,
            distance_m=near.distance_m,
            unsure_m=unsure_m,
            unsure_river=unsure_river,
        )
        return ViewFacts(
            layer=layer,
            view=view,
            rows=sums.rows,
            sums=sums,
            nearest=near,
            measures=measures,
        )

    def _nearest_of(self, view: View, keep: NDArray[np.bool_]) -> Nearest:
        """Return the nearest of some features; views of the same ones share it.

        Where no rule goes by the distance, other readings have none.
        """
        asked = self._name_of(view) in self._distances()
        count = self.count if asked else self.as_written
        key = view.layer, keep.tobytes(), count
        if key not in self._nearest:
            table = self.overlaps(view.layer)
            meeting = table.only(keep[table.feature] & (table.site < count))
            self._nearest[key] = nearest_features(
                self.sites[:count],
                self.near(view.layer).geometry,
                self._reach_m(),
                crs=self.base.crs,
                members=Members(rows=np.flatnonzero(keep), meeting=meeting),
            ).extended(self.count - count)
        return self._nearest[key]

    def _sums_of(self, layer_id: str, keep: NDArray[np.bool_]) -> SiteSums:
        """Return the sums of some features; views that meet the same share them."""
        table = self.overlaps(layer_id)
        met = keep[table.feature]
        key = layer_id, met.tobytes()
        if key not in self._sums:
            self._sums[key] = sum_by_site(
                table.only(met),
                self.sites,
                self.options,
                crs=self.base.crs,
                doubles=self._doubles_of(layer_id),
            )
        return self._sums[key]

    def _unsure(self, view: View) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
        """Distance to, and name of, the nearest reach whose shore is not drawn.

        Only as far as a rule of the view looks; inf beyond.
        """
        whole, reach = self.base.layers[view.layer], self._reach_of(view)
        if view.must_exist:
            bare = undelimited(self.near(view.layer), whole, view)
        else:
            bare = bare_lines(whole, view, self.sites, reach_m=reach)
        near = nearest_features(self.sites, bare.shapes, reach, crs=self.base.crs)
        found = np.array(
            [bare.names[k] if k >= 0 else "" for k in near.feature], dtype=object
        )
        return near.distance_m, found

    def _name_of(self, view: View) -> str:
        return next(n for n, one in self.book.views.items() if one is view)

    def _reach_of(self, view: View) -> float:
        """How far from a site a rule looks at a view, with its margin."""
        own = self._distances().get(self._name_of(view), 0.0)
        return own + view.center_line_margin_m + SLACK_M


def missing_layer(layer_id: str) -> Problem:
    """Return the problem of a layer that is not there; a model is laid apart."""
    code = "MODEL_NOT_LAID" if layer_id == MODEL else "LAYER_MISSING"
    return layer_problem(code, layer_id)


def _members(layer: Layer, view: View) -> NDArray[np.bool_] | Problem:
    """Which features belong to the view; a Problem when a column is missing."""
    for column in view_columns(view):
        if column not in layer.attributes:
            named = [p for p in layer.problems if p.values.get("field") == column]
            blank = layer_problem("FIELD_MISSING", view.layer, field=column, aliases="")
            return named[0] if named else blank
    return in_view(view, layer.attributes, len(layer.geometry))


def _is_empty(layer: Layer, view: View) -> bool:
    """Say whether no feature of a whole layer belongs to a view."""
    return not in_view(view, layer.attributes, len(layer.geometry)).any()
