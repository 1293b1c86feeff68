"""Sheets of protected areas, hazards, heritage, facilities, parks, roads."""

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from zoning.samples.county import County
from zoning.samples.frame import resample
from zoning.samples.ground import top_share
from zoning.samples.land import VILLAGE
from zoning.samples.mosaic import trace_mask
from zoning.samples.names import VILLAGES
from zoning.samples.nature import PROTECTED
from zoning.samples.shapes import blob, ribbon, smooth_line, softened
from zoning.samples.sheet import DEMO, Sheet, areas, millimetres, serials

__all__ = [
    "facility_sheet",
    "hazard_sheet",
    "heritage_sheet",
    "park_sheet",
    "protected_sheet",
    "road_sheet",
]


def protected_sheet(county: County) -> Sheet:
    """Protected areas with their zones, EPSG:4490."""
    mosaic = county.mosaic
    pieces = mosaic.dissolve(mosaic.labels["protected"] > 0, "protected")
    shapes = [shapely.normalize(shape) for _, shape in pieces]
    rows = [PROTECTED[key[0] - 1] for key, _ in pieces]
    return Sheet(
        layer_id="protected_area",
        path="ZRBHD.gpkg",
        geometry=shapes,
        crs="EPSG:4490",
        edition="2024-06-30",
        columns={
            "BSM": serials("5001", len(rows)),
            "ZRBHDMC": [row[0] for row in rows],
            "ZRBHDLX": [row[1] for row in rows],
            "ZRBHDJB": [row[2] for row in rows],
            "ZRBHDFQ": [row[3] for row in rows],
            "MJ": areas(shapes),
            "BZ": [DEMO] * len(rows),
        },
    )


def hazard_sheet(county: County) -> Sheet:
    """Landslides, collapses, debris flows, erosion key zones, drawdown belt."""
    rows = _slides(county)
    rows += [
        ("水土流失重点预防区", f"示范重点预防区{n:02d}", s) for n, s in _erosion(county)
    ]
    stem = county.rivers[0]
    low = ribbon(stem.line, stem.widths - 56, 60.0).simplify(3)
    belt = millimetres((stem.water - low) & county.outline)
    belt = shapely.union_all([p for p in shapely.get_parts(belt) if p.area > 50])
    rows.append(("消落区", "示范消落区（145—175米）", belt))
    shapes = [shape for _, _, shape in rows]
    return Sheet(
        layer_id="hazard_zone",
        path="DZZH.gpkg",
        geometry=shapes,
        edition="2024-12-31",
        columns={
            "BSM": serials("5101", len(rows)),
            "MC": [name for _, name, _ in rows],
            "ZHLX": [kind for kind, _, _ in rows],
            "MJ": areas(shapes),
            "BZ": [DEMO] * len(rows),
        },
    )


def _slides(county: County) -> list[tuple[str, str, BaseGeometry]]:
    ground = county.ground
    stream = ground.frame.random("slides")
    near = np.minimum(np.minimum(ground.to_stem, ground.to_tributary), ground.to_side)
    free = ground.county & (near > 220) & (near < 1800) & (ground.slope > 17)
    free &= ground.away_from(~ground.county) > 500
    free &= ground.away_from(county.towns.zone > 0) > 250
    free &= ground.away_from(county.opening.cells) > 700
    cells = np.flatnonzero(free)
    rows: list[tuple[str, str, BaseGeometry]] = []
    for number, cell in enumerate(stream.choice(cells, 72, replace=False).tolist()):
        kind = ("滑坡", "滑坡", "崩塌", "泥石流")[number % 4]
        radius = 45 + 110 * float(stream.random()) ** 2
        shape = blob(ground.point(*divmod(cell, ground.grid.columns)), radius, stream)
        rows.append((kind, f"示范{kind}{number + 1:03d}", millimetres(shape)))
    return rows


def _erosion(county: County) -> list[tuple[int, BaseGeometry]]:
    ground = county.ground
    free = ground.county & (ground.away_from(county.towns.zone > 0) > 900)
    free &= ground.away_from(county.opening.cells) > 1500
    score = (
        ground.height / 700 + ground.slope / 40 + 0.5 * ground.noise("erosion", 9000)
    )
    mask = softened(top_share(score, free, 0.24 * ground.county.sum()), 8, 4000) & free
    shapes = [shape.simplify(25) for shape in trace_mask(mask, ground.grid)[:9]]
    kept = [millimetres(shape & county.outline) for shape in shapes]
    return list(enumerate(kept, start=1))


def heritage_sheet(county: County) -> Sheet:
    """Nine relics with protection range and control belt, GeoJSON."""
    villages = _village_points(county)
    stream = county.frame.random("heritage")
    far = shapely.distance(shapely.points(villages), county.opening.plot) > 3000
    picks = stream.permutation(np.flatnonzero(far))[:9]
    kinds = (
        "遗址",
        "古墓群",
        "栈道题刻",
        "古桥",
        "寨堡",
        "旧址",
        "民居",
        "碑刻",
        "古道",
    )
    rows: list[tuple[str, str, str, BaseGeometry]] = []
    for kind, pick in zip(kinds, picks.tolist(), strict=True):
        level = ("省级", "县级", "市级")[len(rows) // 2 % 3]
        x, y = villages[pick] + np.array([260.0, -180.0])
        core = blob((float(x), float(y)), 55 + 60 * float(stream.random()), stream)
        belt = core.buffer(90, quad_segs=4).simplify(1) - core
        name = f"示范{VILLAGES[pick % len(VILLAGES)]}{kind}"
        rows.append((name, level, "保护范围", millimetres(core)))
        rows.append((name, level, "建设控制地带", millimetres(belt)))
    return Sheet(
        layer_id="heritage_site",
        path="WWBHDW.geojson",
        geometry=[row[3] for row in rows],
        crs="EPSG:4490",
        edition="2023-10-01",
        columns={
            "BSM": serials("5201", len(rows)),
            "WWMC": [row[0] for row in rows],
            "WWJB": [row[1] for row in rows],
            "WWFQ": [row[2] for row in rows],
            "BZ": [DEMO] * len(rows),
        },
    )


def _village_points(county: County) -> NDArray[np.float64]:
    mosaic = county.mosaic
    chosen = (mosaic.labels["cover"] == VILLAGE) & (mosaic.water == 0)
    shapes = np.array([s for _, s in mosaic.dissolve(chosen, "village")], dtype=object)
    return np.round(shapely.get_coordinates(shapely.point_on_surface(shapes)), 3)


def facility_sheet(county: County) -> Sheet:
    """Schools, hospitals, care homes and parks, points in EPSG:4490."""
    villages = _village_points(county)
    stream = county.frame.random("facilities")
    rows: list[tuple[str, str, BaseGeometry]] = []
    for number, (x, y) in enumerate(county.towns.centres):
        for turn, kind in enumerate(("学校", "医院", "公园", "养老院", "学校")):
            spot = Point(round(x + 170 * turn - 300, 3), round(y + 120 * turn - 200, 3))
            rows.append((f"示范{('县城', '集镇')[number]}{kind}{turn + 1}", kind, spot))
    for number, pick in enumerate(stream.permutation(len(villages))[:84].tolist()):
        kind = ("学校", "医院", "学校", "养老院")[number % 4]
        name = f"示范{VILLAGES[pick % len(VILLAGES)]}{kind}"
        rows.append((name, kind, Point(villages[pick])))
    return Sheet(
        layer_id="facility",
        path="GGSS.gpkg",
        geometry=[row[2] for row in rows],
        crs="EPSG:4490",
        edition="2024-12-31",
        columns={
            "BSM": serials("5301", len(rows)),
            "MC": [row[0] for row in rows],
            "LX": [row[1] for row in rows],
        },
    )


def park_sheet(county: County) -> Sheet:
    """Two compliant parks, each in the concentrated zone of a town."""
    mosaic = county.mosaic
    shapes: list[BaseGeometry] = []
    for number, (x, y) in enumerate(county.towns.centres, start=1):
        zone = mosaic.labels["zone"] == 10 * number + 1
        inside = shapely.coverage_union_all(mosaic.faces[zone & (mosaic.water == 0)])
        inner = inside.buffer(-60)
        body = max(shapely.get_parts(inner), key=lambda part: part.area)
        spots = shapely.get_coordinates(body.segmentize(100))
        far = int(np.argmax(np.round(np.hypot(spots[:, 0] - x, spots[:, 1] - y), 2)))
        lump = blob(
            (float(spots[far, 0]), float(spots[far, 1])),
            520.0,
            county.frame.random("parks"),
        )
        part = max(shapely.get_parts(lump & body), key=lambda piece: piece.area)
        shapes.append(millimetres(part.simplify(3)))
    return Sheet(
        layer_id="industrial_park",
        path="YQ.gpkg",
        geometry=shapes,
        edition="2023-12-31",
        columns={
            "BSM": serials("5401", 2),
            "YQMC": ["示范高峡产业园", "示范福田生态工业园"],
            "YQLX": ["一般工业园区", "一般工业园区"],
            "MJ": areas(shapes),
            "BZ": [DEMO] * 2,
        },
    )


def road_sheet(county: County) -> Sheet:
    """Roads of least effort from the county town to townships and villages."""
    paths = _road_cells(county)
    shapes: list[BaseGeometry] = []
    for path in paths:
        soft = smooth_line(path, 1.2)
        line = LineString(np.round(soft, 3)).simplify(12)
        shapes.append(millimetres(line & county.outline))
    kept = [(n, s) for n, s in enumerate(shapes) if s.length > 300]
    kinds = ["省道" if n < 6 else "县道" if n < 26 else "乡道" for n, _ in kept]
    letters = {"省道": "S", "县道": "X", "乡道": "Y"}
    return Sheet(
        layer_id="road",
        path="DL.gpkg",
        geometry=[shape for _, shape in kept],
        edition="2024-12-31",
        columns={
            "BSM": serials("5501", len(kept)),
            "DLMC": [
                f"示范{letters[kind]}{100 + n}"
                for kind, (n, _) in zip(kinds, kept, strict=True)
            ],
            "DLDJ": kinds,
        },
    )


def _road_cells(county: County) -> list[NDArray[np.float64]]:
    """Return road courses, each from a place to the network, x and y."""
    grid = county.frame.grid(180.0)
    height = resample(county.relief.height, county.relief.grid, grid)
    water = resample(county.ground.water.astype(float), county.ground.grid, grid)
    index = np.arange(grid.rows * grid.columns).reshape(grid.shape)
    starts, ends, costs = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        a = (
            slice(None, grid.rows - down),
            slice(max(0, -right), grid.columns - max(0, right)),
        )
        b = (slice(down, None), slice(max(0, right), grid.columns + min(0, right)))
        length = grid.cell * np.sqrt(float(down + right * right))
        grade = np.abs(height[a] - height[b]) / length
        cost = length * (1 + (grade / 0.09) ** 2 + 12 * (water[a] + water[b]))
        starts.append(index[a].ravel())
        ends.append(index[b].ravel())
        costs.append(np.round(cost.ravel(), 3))
    graph = coo_matrix(
        (np.concatenate(costs), (np.concatenate(starts), np.concatenate(ends))),
        shape=(index.size, index.size),
    ).tocsr()
    town = np.array([county.towns.centres[0]])
    root = int(index[grid.index(town)][0])
    _, before = dijkstra(graph, directed=False, indices=root, return_predecessors=True)
    x, y = grid.mesh()
    xy = np.column_stack([x.ravel(), y.ravel()])
    return [xy[cells] for cells in _branches(before, _stops(county, index), root)]


def _stops(county: County, index: NDArray[np.intp]) -> list[int]:
    """Cells of the places to reach: each township's middle, then villages."""
    mosaic = county.mosaic
    grid = county.frame.grid(180.0)
    every = np.ones(len(mosaic.faces), dtype=bool)
    middles = [
        shapely.point_on_surface(s) for _, s in mosaic.dissolve(every, "township")
    ]
    places = np.vstack(
        [
            [county.towns.centres[1]],
            shapely.get_coordinates(middles),
            _village_points(county)[::4],
        ]
    )
    return [int(cell) for cell in index[grid.index(places)]]


def _branches(
    before: NDArray[np.int32], stops: list[int], root: int
) -> list[NDArray[np.intp]]:
    known = {root}
    branches = []
    for stop in stops:
        chain = [stop]
        while chain[-1] not in known:
            known.add(chain[-1])
            chain.append(int(before[chain[-1]]))
        if len(chain) > 2:
            branches.append(np.array(chain))
    return branches
