"""What a trim writes, read back and checked anew: it never claims too much.

Hostile shapes on both sides. The oracles: the boundary file as our reader
takes it goes through a check of its own, and the ground it covers is laid over
what was closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from plots import TODAY, site
from pyproj import Geod, Transformer
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry
from trim_rules import trim_rules

from zoning import measure
from zoning.check import check
from zoning.check.fixes import FixOptions, FixOutcome, SiteFix
from zoning.check.trimming import fix_report
from zoning.io.base import open_base
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, SiteResult, State, Verdict
from zoning.report.trim_files import boundary_files

HOTEL, PLANT = {"activity": "hotel_resort"}, {"activity": "chemical_project"}
LIVESTOCK = {"activity": "livestock_scale"}
ECR, PBF, HOMES = "ecological_redline", "permanent_basic_farmland", "settlement"
GEOD = Geod(a=6_378_137.0, rf=298.257222101)
TO_DEGREES = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
OPTIONS = CheckOptions(as_of=TODAY)


def ground(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box by its offsets from a place where the small base has nothing."""
    return shapely.box(
        401_000 + west, 3_440_000 + south, 401_000 + east, 3_440_000 + north
    )


def spot(east: float, north: float) -> BaseGeometry:
    return shapely.Point(401_000 + east, 3_440_000 + north)


def track(*xy: tuple[float, float]) -> BaseGeometry:
    return shapely.LineString([(401_000 + x, 3_440_000 + y) for x, y in xy])


def outline(*xy: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(401_000 + x, 3_440_000 + y) for x, y in xy])


PLOT = ground(0, 0, 300, 300)


def with_layer(base: Base, layer_id: str, shapes: Sequence[BaseGeometry]) -> Base:
    """Return a base one layer of which holds other shapes."""
    layer = base.layers[layer_id]
    rows = np.zeros(len(shapes), dtype=int)  # attributes of its first feature
    changed = replace(
        layer,
        geometry=np.array([*shapes, None], dtype=object)[:-1],
        feature_ids=np.array([f"X{k}" for k in range(len(shapes))], dtype=object),
        attributes={name: column[rows] for name, column in layer.attributes.items()},
    )
    return replace(base, layers={**base.layers, layer_id: changed})


def fixed_and_read_back(
    base: Base, shape: BaseGeometry, project: Mapping[str, str], file: Path
) -> tuple[SiteFix, SiteResult | None]:
    """Trim, write, read, check: the fix, and the check of the file."""
    report = check((site(shape, project),), base, trim_rules(), options=OPTIONS)
    fixed = fix_report(report, trim_rules(), FixOptions())
    (fix,) = fixed.fixes
    written = boundary_files(fixed)
    assert bool(written) == (fix.outcome is FixOutcome.TRIMMED)
    if not written:
        return fix, None
    ((_, make),) = written.items()
    file.write_bytes(make())
    (back,) = read_sites([file])
    assert back.rejection is None
    again = check(
        (replace(back, project=project),), base, trim_rules(), options=OPTIONS
    )
    return fix, again.sites[0]


def assert_honest(fix: SiteFix, again: SiteResult) -> None:
    """The file says what the fix says: nothing prohibited, nothing lost unsaid."""
    assert fix.after is not None
    assert fix.lost_m2 is not None
    assert again.verdict is fix.after.verdict
    assert not any(f.state is State.PROHIBITED for f in again.findings)
    assert again.area_m2 is not None
    assert again.area_m2 + fix.lost_m2 == pytest.approx(fix.before.area_m2, abs=0.01)
    drawn = measure.area_m2(np.array([fix.lost], dtype=object), "EPSG:4546")[0]
    assert fix.before.geometry is not None
    rim = shapely.length(fix.before.geometry) + shapely.length(fix.lost)
    assert drawn == pytest.approx(fix.lost_m2, abs=0.01 + 0.001 * rim)
    assert gaps(again) >= gaps(fix.before)
    assert states(again) == states(fix.after)


def states(result: SiteResult) -> set[tuple[str, State]]:
    return {(f.rule_id, f.state) for f in result.findings if f.rule_id != "LINE-000"}


def gaps(result: SiteResult) -> set[tuple[str, str]]:
    """Gaps in what is known of the county: a trim closes none of them.

    A question to the applicant may fall away with the ground it was about; and
    which line counts as looked at goes by the layer a finding is drawn from, so
    with a rule on two lines that one moves.
    """
    return {
        (gap.rule_id, gap.problem.code)
        for gap in result.gaps
        if gap.problem.code != "ATTRIBUTE_MISSING" and gap.rule_id != "LINE-000"
    }


def metres_between(one: BaseGeometry, other: BaseGeometry) -> float:
    """Geodesic distance between the nearest points of the plane."""
    ends = shapely.get_coordinates(shapely.shortest_line(one, other))
    lonlat = np.column_stack(TO_DEGREES.transform(*ends.T))
    return float(GEOD.inv(*lonlat[0], *lonlat[1])[2])


RING = spot(150, 150).buffer(100).difference(spot(150, 150).buffer(60))
CORE = spot(150, 150).buffer(50).difference(spot(150, 150).buffer(20))
DIAMONDS = (
    outline((50, 150), (100, 100), (150, 150), (100, 200)),
    outline((150, 150), (200, 100), (250, 150), (200, 200)),
)
TWO = shapely.MultiPolygon([ground(0, 0, 100, 100), ground(100, 100, 200, 200)])
HOLED = PLOT.difference(ground(100, 100, 150, 150))
TOUCHING_HOLE = shapely.Polygon(
    PLOT.exterior, [outline((0, 150), (100, 100), (100, 200)).exterior]
)
ROUND = spot(150, 150).buffer(150, quad_segs=1000)
STAR = outline(
    *(
        (
            150 + (120 if k % 2 else 20) * np.cos(k * np.pi / 20),
            150 + (120 if k % 2 else 20) * np.sin(k * np.pi / 20),
        )
        for k in range(40)
    )
)
CASES: dict[str, tuple[BaseGeometry, tuple[BaseGeometry, ...]]] = {
    "a site with a hole": (HOLED, (ground(50, 50, 120, 120),)),
    "a hole that touches the outline": (TOUCHING_HOLE, (ground(90, 90, 200, 140),)),
    "islands in rings": (PLOT, (RING, CORE)),
    "parts that touch in a point": (TWO, (ground(60, 60, 140, 140),)),
    "features that touch in a point": (PLOT, DIAMONDS),
    "a tip on the edge": (PLOT, (outline((0, 150), (100, 100), (200, 150)),)),
    "the same ground many times": (PLOT, (ground(50, 50, 120, 120),) * 5),
    "overlapping features": (PLOT, (ground(50, 50, 120, 120), RING, STAR)),
    "a sliver across": (PLOT, (ground(0, 149.97, 300, 150.03),)),
    "slivers that add up": (
        PLOT,
        tuple(ground(k, 0, k + 0.08, 300) for k in range(5, 300, 30)),
    ),
    "a crack of a millimetre": (
        PLOT,
        (ground(0, 0, 149.9995, 300), ground(150.0005, 0, 200, 300)),
    ),
    "corners that nearly meet": (
        PLOT,
        (ground(0, 0, 150, 150), ground(150.0004, 150.0004, 300, 300)),
    ),
    "a comb": (PLOT, tuple(ground(k, 50, k + 1, 300) for k in range(0, 300, 20))),
    "a star": (PLOT, (STAR,)),
    "a line": (PLOT, (track((-50, 140), (350, 160)),)),
    "a line that ends inside": (
        PLOT,
        (track((100, 140), (350, 160)),),
    ),
    "a point": (PLOT, (spot(150, 150),)),
    "many vertices": (ROUND, (spot(200, 200).buffer(100, quad_segs=1000),)),
    "heights": (shapely.force_3d(PLOT, 412.5), (ground(50, 50, 120, 120),)),
    "the county's limit": (
        shapely.box(389_900, 3_440_000, 390_200, 3_440_200),
        (shapely.box(390_100, 3_440_000, 390_150, 3_440_300),),
    ),
}


@pytest.mark.parametrize(("shape", "closed"), CASES.values(), ids=CASES)
def test_the_file_of_a_rest_is_out_of_what_was_closed(
    base: Base, tmp_path: Path, shape: BaseGeometry, closed: tuple[BaseGeometry, ...]
) -> None:
    there = with_layer(base, ECR, closed)
    fix, again = fixed_and_read_back(there, shape, HOTEL, tmp_path / "rest.txt")

    assert again is not None
    assert_honest(fix, again)
    assert again.residue == ()
    assert again.geometry is not None
    assert again.geometry.distance(shapely.union_all(closed)) > 0.04


@pytest.mark.parametrize(("shape", "closed"), CASES.values(), ids=CASES)
def test_the_file_of_a_rest_is_beyond_the_distance(
    base: Base, tmp_path: Path, shape: BaseGeometry, closed: tuple[BaseGeometry, ...]
) -> None:
    homes = [translate(one, 400, 90) for one in closed]
    there = with_layer(base, HOMES, homes)
    fix, again = fixed_and_read_back(there, shape, PLANT, tmp_path / "rest.txt")

    if again is None:
        assert fix.result.verdict is Verdict.PROHIBITED
        return
    assert_honest(fix, again)
    assert again.geometry is not None
    assert metres_between(again.geometry, shapely.union_all(homes)) > 300


@pytest.mark.parametrize(
    "closed",
    [ground(300, 0, 400, 300), outline((300, 300), (400, 300), (400, 400))],
    ids=["edge", "corner"],
)
def test_what_only_touches_is_left_alone(
    base: Base, tmp_path: Path, closed: BaseGeometry
) -> None:
    there = with_layer(base, ECR, [closed])
    fix, _ = fixed_and_read_back(there, PLOT, HOTEL, tmp_path / "rest.txt")

    assert fix.outcome is FixOutcome.NOT_NEEDED


def test_what_was_not_checked_stays_not_checked(base: Base, tmp_path: Path) -> None:
    """One layer missing, one that covers half the rest."""
    closed = with_layer(base, ECR, [ground(50, 50, 120, 120)])
    half = replace(closed.layers[ECR], coverage=ground(-50, -50, 200, 350))
    layers = {k: v for k, v in closed.layers.items() if k not in {PBF, "control_unit"}}
    there = replace(closed, layers={**layers, ECR: half})
    fix, again = fixed_and_read_back(there, PLOT, HOTEL, tmp_path / "rest.txt")

    assert again is not None
    assert_honest(fix, again)
    assert again.verdict is Verdict.UNDETERMINED
    assert not again.complete
    assert ("T-001", "OUTSIDE_COVERAGE") in gaps(again)
    assert "LAYER_MISSING" in {code for _, code in gaps(again)}
    assert fix.escape is None or not fix.escape.after.complete


def test_a_layer_with_broken_shapes_carries_no_clear(
    base_folder: Path, tmp_path: Path
) -> None:
    """A bow tie whose two readings disagree: the layer keeps its gap."""
    import json
    import shutil

    folder = tmp_path / "base"
    shutil.copytree(base_folder, folder)
    path = folder / f"{ECR}.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    tie = [(0, 0), (300, 300), (300, 0), (0, 300), (0, 0)]
    broken = json.loads(json.dumps(document["features"][0]))
    broken["properties"]["BSM"] = "R9"
    broken["geometry"] = {
        "type": "Polygon",
        "coordinates": [
            [[401_000 + x, 3_440_000 + y] for x, y in tie],
            [[401_010, 3_440_140], [401_290, 3_440_150], [401_010, 3_440_160],
             [401_290, 3_440_145], [401_010, 3_440_140]],
        ],
    }  # fmt: skip
    document["features"].append(broken)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    there = open_base(folder)
    across = shapely.box(397_900, 3_435_500, 398_300, 3_435_800)
    fix, again = fixed_and_read_back(there, across, HOTEL, tmp_path / "rest.txt")

    assert again is not None
    assert_honest(fix, again)
    assert {f.state for f in again.findings if f.rule_id == "T-001"} == {
        State.NOT_CHECKED
    }


# ------------------------------------------------------------------- properties
turns = st.sampled_from([0.0, 12.3, 45.0, 77.7])
boxes = st.builds(
    lambda x, y, w, h, a: rotate(ground(x, y, x + w, y + h), a),
    st.integers(-50, 300),
    st.integers(-50, 300),
    st.integers(1, 250),
    st.integers(1, 250),
    turns,
)
rings = st.builds(
    lambda x, y, r, part: (
        spot(x, y).buffer(r).difference(spot(x, y).buffer(r * part, quad_segs=3))
    ),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(5, 150),
    st.sampled_from([0.0, 0.5, 0.9, 0.999]),
)
slivers = st.builds(
    lambda x, w, a: rotate(ground(x, -50, x + w, 350), a),
    st.integers(0, 300),
    st.sampled_from([0.0004, 0.02, 0.09, 0.11]),
    turns,
)
lines = st.builds(
    lambda x, y, u, v: track((x, y), (u, v)),
    st.integers(-50, 140),
    st.integers(-50, 350),
    st.integers(160, 350),
    st.integers(-50, 350),
)
features = st.lists(st.one_of(boxes, rings, slivers, lines), min_size=1, max_size=4)
plots = st.sampled_from(
    [PLOT, HOLED, TOUCHING_HOLE, TWO, rotate(HOLED, 33.3), RING.union(CORE), STAR]
)


@limits(max_examples=40)
@given(shape=plots, closed=features, farm=st.one_of(boxes, rings, slivers))
def test_whatever_is_closed_the_file_keeps_out_of_it(
    base: Base,
    tmp_path_factory: pytest.TempPathFactory,
    shape: BaseGeometry,
    closed: list[BaseGeometry],
    farm: BaseGeometry,
) -> None:
    there = with_layer(with_layer(base, ECR, closed), PBF, [farm])
    file = tmp_path_factory.mktemp("rest") / "rest.txt"
    fix, again = fixed_and_read_back(there, shape, LIVESTOCK, file)

    if again is None:
        return
    assert_honest(fix, again)
    assert again.geometry is not None
    assert again.geometry.intersection(shapely.union_all([*closed, farm])).area < 1


@limits(max_examples=25)
@given(shape=plots, homes=features)
def test_whatever_is_near_the_file_keeps_off_it(
    base: Base,
    tmp_path_factory: pytest.TempPathFactory,
    shape: BaseGeometry,
    homes: list[BaseGeometry],
) -> None:
    far = [translate(one, 350, 80) for one in homes]
    there = with_layer(base, HOMES, far)
    file = tmp_path_factory.mktemp("rest") / "rest.txt"
    fix, again = fixed_and_read_back(there, shape, PLANT, file)

    if again is None:
        return
    assert_honest(fix, again)
    assert again.geometry is not None
    assert metres_between(again.geometry, shapely.union_all(far)) > 300
