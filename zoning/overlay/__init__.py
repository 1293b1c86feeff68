"""Sites against one layer: who meets whom, by how much, and how far away.

`pairs` makes the table that rules and reports read. Its areas are sums over
the `edges` of polygons, cut into pieces where they are many (`cutting`):
`candidates` tells which boxes meet, `columns` is the formula on numpy arrays,
`kernel` the same compiled, `areas` chooses between them, `density` turns the
plane into the ellipsoid. Shapes are built where somebody looks at one (`parts`),
or for all pairs (`pair_shapes`): from the crossings of two outlines where these
are sure (`intersections`), by GEOS where they are not, which is shown no more of
a large polygon than what is near (`windows`).
"""

from zoning.overlay.areas import (
    SharedAreas,
    areas_among,
    areas_in_planes,
    shared_areas,
)
from zoning.overlay.boxes import (
    all_deep_inside,
    meet_widened,
    rows_meeting,
    rows_near,
    within_widened,
)
from zoning.overlay.candidates import PieceTree
from zoning.overlay.classes import RESIDUE, SUBSTANTIVE, TOUCHING, within_tolerance
from zoning.overlay.coverage import outside_parts, uncovered_share
from zoning.overlay.doubles import Doubles, doubles_of
from zoning.overlay.edges import VAST_M, RaggedEdges, ragged_edges
from zoning.overlay.inside import lengths_inside, points_inside
from zoning.overlay.intersections import common_shapes
from zoning.overlay.nearest import Members, nearest_features
from zoning.overlay.pair_shapes import SharedShapes, shared_shapes
from zoning.overlay.pairs import measure_overlaps, sum_by_site
from zoning.overlay.parts import SiteSizes, dimensions, sizes_of_sites
from zoning.overlay.self_overlap import DoubleCover, double_cover
from zoning.overlay.shapes import ShapeColumn, as_shapes, edges_of
from zoning.overlay.sizes import own_areas
from zoning.overlay.tables import Nearest, Overlaps, SiteSums

__all__ = [
    "RESIDUE",
    "SUBSTANTIVE",
    "TOUCHING",
    "VAST_M",
    "DoubleCover",
    "Doubles",
    "Members",
    "Nearest",
    "Overlaps",
    "PieceTree",
    "RaggedEdges",
    "ShapeColumn",
    "SharedAreas",
    "SharedShapes",
    "SiteSizes",
    "SiteSums",
    "all_deep_inside",
    "areas_among",
    "areas_in_planes",
    "as_shapes",
    "common_shapes",
    "dimensions",
    "double_cover",
    "doubles_of",
    "edges_of",
    "lengths_inside",
    "measure_overlaps",
    "meet_widened",
    "nearest_features",
    "outside_parts",
    "own_areas",
    "points_inside",
    "ragged_edges",
    "rows_meeting",
    "rows_near",
    "shared_areas",
    "shared_shapes",
    "sizes_of_sites",
    "sum_by_site",
    "uncovered_share",
    "within_tolerance",
    "within_widened",
]
