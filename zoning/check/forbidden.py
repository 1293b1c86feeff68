"""The ground that findings close to a project, near one site.

Of every space of a finding's rule the same view is taken, through the same
filter, as when the rule was judged: `Facts` is asked with the site's
surroundings in place of the site, and names the features that lie in them.

Notes
-----
A limit such as "within 1000 m" is measured on the ellipsoid and includes the
limit itself; here it is drawn in the plane. The plane stretches lengths by the
scale factor of its projection, so the limit is drawn as wide as the largest
stretch near the site asks, and arcs run round the circle, never inside it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.clauses import unit_codes
from zoning.check.facts import Facts
from zoning.check.view_facts import ViewFacts
from zoning.model import Base, CheckOptions, Finding
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Rule, Space

__all__ = ["CURABLE", "ForbiddenGround", "Piece", "finding_key", "obstacle"]

CURABLE = frozenset({"intersects", "within_distance", "outside"})
"""Relations from which a site can withdraw by giving ground up."""

UNIT_CLAUSE, UNIT_VIEW = "clause_unit", "unit"
CLAUSE = "clause_"  # views of findings that the access list gives
ARC_M = 0.05  # by so much an arc may run outside the circle
PLAIN_M = 0.05  # and by twice this its outline, with fewer points to set out
NEAR_M = 10.0  # features this close are taken along, the rest cannot matter
PROBE_M = 100.0  # length on which the stretch of the plane is measured
MITRE_LIMIT = 5.0


class Piece(NamedTuple):
    """Closed ground and the feature it is drawn from ('' for the outside).

    `limit_m` is the distance of the rule, None where the feature itself is
    meant; `ground` lies in the working plane.
    """

    layer: str
    feature: str
    name: str
    limit_m: float | None
    ground: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Near:
    """Features of a view near the site, cut to its surroundings."""

    facts: ViewFacts
    features: NDArray[np.intp]
    shapes: NDArray[np.object_]

    def only(self, keep: NDArray[np.bool_]) -> "_Near":
        return _Near(
            facts=self.facts, features=self.features[keep], shapes=self.shapes[keep]
        )


def finding_key(finding: Finding) -> tuple[str, ...]:
    """Return what tells one finding of a site from another.

    A county numbers its clauses as it likes: one may bear the id of a rule, and
    clauses of two units the same number. So a clause is known by its level,
    its number and its units, a rule by its id.
    """
    if not finding.view.startswith(CLAUSE):
        return ("rule", finding.rule_id)
    units = sorted(feature.id for feature in finding.features)
    return (finding.view, finding.rule_id, *units)


def _rule_of(finding: Finding, book: RuleBook) -> Rule | None:
    """Return the rule a finding was drawn from, None for a clause of the list."""
    if finding.view.startswith(CLAUSE):
        return None
    return next((rule for rule in book.rules if rule.id == finding.rule_id), None)


def obstacle(finding: Finding, book: RuleBook) -> str | None:
    """Return why no trim takes a finding away, None when one may.

    Returns
    -------
    str or None
        ``attribute``: the rule reads the project, not the place. ``everywhere``:
        a clause for the whole county. A relation (``inside``, ``share_ge``,
        ``slope_ge``): it is not drawn from features that could be left out.
    """
    rule = _rule_of(finding, book)
    if rule is None:
        return None if finding.view == UNIT_CLAUSE else "everywhere"
    if not rule.space:
        return "attribute"
    if any(space.relation in CURABLE for space in rule.space):
        return None
    return rule.space[0].relation


@dataclass(slots=True, kw_only=True, eq=False)
class ForbiddenGround:
    """Draws what findings close, within `around_m` of one site.

    `site` is in the working plane. With `around_m` zero only what meets the
    site itself is drawn whole.
    """

    site: BaseGeometry
    base: Base
    book: RuleBook
    options: CheckOptions
    around_m: float = 0.0
    _facts: dict[float, Facts] = field(default_factory=dict)
    _stretch: dict[float, float] = field(default_factory=dict)

    def pieces(
        self, finding: Finding, *, margin_m: float = 0.0, clear_m: float = 0.0
    ) -> tuple[Piece, ...]:
        """Return the ground that a finding closes, feature by feature.

        Parameters
        ----------
        finding : Finding
            Its rule is looked up in the book; a clause of the access list is
            drawn from the control units that it names.
        margin_m, clear_m : float
            By how much ground within a distance, and other ground, is widened,
            so that what stays outside is clear of it; 0 gives the limit itself.
        """
        rule = _rule_of(finding, self.book)
        if rule is None:
            return self._units(finding, clear_m)
        return tuple(
            piece
            for space in rule.space
            if space.relation in CURABLE
            for piece in self._of_space(space, margin_m, clear_m)
        )

    def _of_space(
        self, space: Space, margin_m: float, clear_m: float
    ) -> tuple[Piece, ...]:
        if space.relation == "outside":
            return self._outside(space, clear_m)
        limit = space.distance_m if space.relation == "within_distance" else None
        found = self._near(space.view, limit or 0.0)
        if found is None:
            return ()
        return self._drawn(found, limit, clear_m if limit is None else margin_m)

    def _grounds(
        self, shapes: NDArray[np.object_], limit_m: float | None, wider_m: float
    ) -> NDArray[np.object_]:
        if limit_m is not None:
            return round_about(shapes, limit_m * self._scale(limit_m) + wider_m)
        if wider_m == 0:
            return shapes
        widened = shapely.buffer(
            shapes, wider_m, join_style="mitre", mitre_limit=MITRE_LIMIT
        )
        return np.asarray(widened, dtype=object)

    def _outside(self, space: Space, clear_m: float) -> tuple[Piece, ...]:
        """Return what of the surroundings lies outside the view, as one piece."""
        found = self._near(space.view, 0.0)
        if found is None:
            return ()
        around = shapely.buffer(self.site, self.around_m + NEAR_M)
        inner = shapely.union_all(found.shapes)
        if clear_m > 0:
            inner = shapely.buffer(inner, -clear_m, join_style="mitre")
        ground = shapely.difference(around, inner)
        layer = found.facts.view.layer
        return (Piece(layer=layer, feature="", name="", limit_m=None, ground=ground),)

    def _units(self, finding: Finding, clear_m: float) -> tuple[Piece, ...]:
        """Return the control units that an access-list clause was drawn from."""
        if finding.view != UNIT_CLAUSE:
            return ()
        found = self._near(UNIT_VIEW, 0.0)
        if found is None or "code" not in found.facts.layer.attributes:
            return ()
        named = {feature.id for feature in finding.features}
        codes = found.facts.layer.attributes["code"][found.features]
        mine = ["".join(unit_codes(str(code))) in named for code in codes]
        return self._drawn(found.only(np.array(mine, dtype=bool)), None, clear_m)

    def _drawn(
        self, found: "_Near", limit_m: float | None, wider_m: float
    ) -> tuple[Piece, ...]:
        layer = found.facts.layer
        names = layer.attributes.get("name")
        grounds = self._grounds(found.shapes, limit_m, wider_m)
        return tuple(
            Piece(
                layer=found.facts.view.layer,
                feature=str(layer.feature_ids[feature]),
                name="" if names is None else str(names[feature]),
                limit_m=limit_m,
                ground=ground,
            )
            for feature, ground in zip(found.features, grounds, strict=True)
        )

    def _near(self, view: str, limit_m: float) -> "_Near | None":
        """Return what of the view lies within the limit of the site."""
        if limit_m not in self._facts:
            reach = limit_m * self._scale(limit_m) + self.around_m + NEAR_M
            self._facts[limit_m] = Facts(
                sites=np.array([shapely.buffer(self.site, reach)], dtype=object),
                base=self.base,
                book=self.book,
                options=self.options,
                as_written=1,
            )
        found = self._facts[limit_m].view(view)
        if not isinstance(found, ViewFacts):
            return None
        near = _Near(
            facts=found, features=found.rows.feature, shapes=found.rows.geometry
        )
        return near.only(~shapely.is_empty(near.shapes))

    def _scale(self, limit_m: float) -> float:
        if limit_m not in self._stretch:
            grown = limit_m + self.around_m
            self._stretch[limit_m] = stretch(self.site.bounds, grown, self.base.crs)
        return self._stretch[limit_m]


def stretch(
    bounds: tuple[float, float, float, float], grown_m: float, crs: str
) -> float:
    """Return the most by which the plane lengthens a line near `bounds`.

    Gauss-Krüger planes are conformal: one direction stands for all.
    """
    west, south, east, north = bounds
    x = np.linspace(west - grown_m, east + grown_m, 3)
    y = np.linspace(south - grown_m, north + grown_m, 3)
    start = np.column_stack([axis.ravel() for axis in np.meshgrid(x, y)])
    ends = start + np.array([PROBE_M, 0.0])
    ground = measure.geodesic_m(
        measure.to_lonlat(start, crs), measure.to_lonlat(ends, crs)
    )
    return float(np.max(PROBE_M / ground))


def round_about(shapes: NDArray[np.object_], radius_m: float) -> NDArray[np.object_]:
    """Return what lies within a radius of each shape, with arcs outside the circle.

    The arcs are chords of a circle so much larger that they touch the true one,
    and the outline is only simplified by as much as it was widened before: no
    point within the radius is left out.
    """
    half = np.sqrt(2 * ARC_M / max(radius_m, ARC_M))  # half the angle of a chord
    segments = int(np.clip(np.ceil(np.pi / 4 / half), 8, 512))
    larger = radius_m / np.cos(np.pi / 4 / segments)
    grown = shapely.buffer(shapes, larger + PLAIN_M, quad_segs=segments)
    return np.asarray(shapely.simplify(grown, PLAIN_M), dtype=object)
