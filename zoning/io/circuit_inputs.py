"""The files of a circuit job as values: habitat, foci, sources, grounds.

Where the program that jobs are written for does something else than its
options say, the job is refused, unless the caller chose what shall hold:
``circuitscape`` for what can be copied, ``correct`` for what the options say.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.foci import Foci, PairChoice
from zoning.corridors.habitat import Habitat
from zoning.corridors.stencil import Averaging, conductance_of_resistance
from zoning.errors import LayerError, Problem, SiteError, UsageError
from zoning.io.cell_files import CellFile, read_cells, unpacked
from zoning.io.circuit_job import CircuitJob
from zoning.io.circuit_lists import read_choice, read_numbers

__all__ = [
    "NetworkInputs",
    "Quirks",
    "RasterInputs",
    "read_network",
    "read_raster_inputs",
]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
_SAME_CELL = 1e-6
_REGION_CELLS = 2


class Quirks(StrEnum):
    """What holds where Circuitscape does not do what its options say."""

    REFUSE = "refuse"
    CIRCUITSCAPE = "circuitscape"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RasterInputs:
    """What a raster job works on; `cells` tells where maps lie."""

    habitat: Habitat
    cells: CellFile
    foci: Foci | None = None
    choice: PairChoice | None = None
    sources: Floats | None = None
    grounds: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkInputs:
    """What a network job works on; nodes by the numbers of the file.

    Parameters
    ----------
    numbers : ndarray of int, shape (n,)
        Ascending; node k of the circuit is ``numbers[k]``.
    first, second : ndarray of int, shape (m,)
        Positions in `numbers`.
    conductance : ndarray, shape (m,)
    foci : ndarray of int
        Positions in `numbers`.
    sources, grounds : ndarray or None, shape (n,)
    """

    numbers: Indices
    first: Indices
    second: Indices
    conductance: Floats
    foci: Indices
    sources: Floats | None = None
    grounds: Floats | None = None


def read_raster_inputs(job: CircuitJob, quirks: Quirks) -> RasterInputs:
    """Read the files of a raster job.

    Raises
    ------
    LayerError, SiteError, UsageError
        Grids that do not lie on the habitat's cells, unreadable lists, foci off
        the map, and ``JOB_QUIRK``.
    """
    cells = read_cells(job.needed("habitat_file"))
    polygons = _beside(job, "polygon_file", cells)
    habitat = Habitat(
        conductance=_conductance(job, cells),
        neighbours=4 if job.flags["connect_four_neighbors_only"] else 8,
        averaging=Averaging.RESISTANCE
        if job.flags["connect_using_avg_resistances"]
        else Averaging.CONDUCTANCE,
        polygons=None if polygons is None else _numbers(polygons),
    )
    if job.words["scenario"] == "advanced":
        sources, grounds = _sources(job, cells), _grounds(job, cells)
        return RasterInputs(
            habitat=habitat, cells=cells, sources=sources, grounds=grounds
        )
    foci = _foci(job, cells, quirks)
    choice = None
    if "included_pairs_file" in job.files:
        choice = read_choice(job.files["included_pairs_file"], foci.numbers)
    if "variable_source_file" in job.files:
        rows = read_numbers(job.files["variable_source_file"], 2)
        strengths = {int(number): float(value) for number, value in rows}
        foci = replace(foci, strengths=strengths)
    _refuse_quirks(job, habitat, foci, quirks=quirks)
    return RasterInputs(habitat=habitat, cells=cells, foci=foci, choice=choice)


def read_network(job: CircuitJob) -> NetworkInputs:
    """Read the files of a network job.

    Raises
    ------
    LayerError, SiteError, UsageError
        Unreadable lists, zero resistances, nodes that no edge has.
    """
    path = job.needed("habitat_file")
    edges = read_numbers(path, 3)
    ends = edges[:, :2].astype(np.int64)
    conductance = edges[:, 2]
    if job.flags["habitat_map_is_resistances"]:
        conductance = conductance_of_resistance(edges[:, 2:])[:, 0]
    numbers, places = np.unique(ends, return_inverse=True)
    places = places.reshape(ends.shape)
    sources = grounds = None
    foci = np.zeros(0, dtype=np.int64)
    if job.words["scenario"] == "advanced":
        sources = _at_nodes(job, "source_file", numbers)
        grounds = _at_nodes(job, "ground_file", numbers)
    else:
        listed = read_numbers(job.needed("point_file"), 1)[:, 0].astype(np.int64)
        foci = np.unique(_places(job, "point_file", listed, numbers=numbers))
        if len(foci) < 2:  # noqa: PLR2004  a pair
            values = {"count": str(len(foci))}
            raise SiteError(Problem(code="FOCI_TOO_FEW", values=values))
    return NetworkInputs(
        numbers=numbers,
        first=places[:, 0],
        second=places[:, 1],
        conductance=conductance,
        foci=foci,
        sources=sources,
        grounds=grounds,
    )


def _conductance(job: CircuitJob, cells: CellFile) -> Floats:
    values = cells.values
    if job.flags["habitat_map_is_resistances"]:
        values = conductance_of_resistance(values)
    mask = _beside(job, "mask_file", cells)
    if mask is not None:
        values = np.where(mask > 0, values, np.nan)
    return values


def _beside(job: CircuitJob, key: str, cells: CellFile) -> Floats | None:
    """Return the values of a grid that must have the habitat's cells."""
    if key not in job.files:
        return None
    found = read_cells(job.files[key])
    gaps = (
        (found.west - cells.west) / cells.cell[0],
        (found.south - cells.south) / cells.cell[1],
        (found.cell[0] / cells.cell[0] - 1) * cells.shape[1],
        (found.cell[1] / cells.cell[1] - 1) * cells.shape[0],
    )
    same = found.shape == cells.shape and max(map(abs, gaps)) < _SAME_CELL * max(
        1000, *cells.shape
    )
    if not same or (found.crs and cells.crs and found.crs != cells.crs):
        rows, columns = cells.shape
        values = {
            "name": key,
            "other": "habitat_file",
            "found": f"{found.crs or ''} {found.told()}".strip(),
            "expected": f"{cells.crs or ''} {cells.told()}".strip(),
            "call": f"gdalwarp -r near -te {_box(cells)} -ts {columns} {rows}",
        }
        problem = Problem(
            code="GRID_NOT_ALIGNED", where=job.files[key].name, values=values
        )
        raise LayerError(problem)
    return found.values


def _box(cells: CellFile) -> str:
    rows, columns = cells.shape
    east = cells.west + columns * cells.cell[0]
    north = cells.south + rows * cells.cell[1]
    return " ".join(f"{v:.10g}" for v in (cells.west, cells.south, east, north))


def _numbers(values: Floats) -> Indices:
    return np.where(values > 0, values, 0).astype(np.int64)


def _foci(job: CircuitJob, cells: CellFile, quirks: Quirks) -> Foci:
    path = job.needed("point_file")
    if _is_grid(job, "point_file"):
        values = _beside(job, "point_file", cells)
        return Foci.from_map(_numbers(np.zeros(0) if values is None else values))
    rows = read_numbers(path, 3)
    ids = rows[:, 0].astype(np.int64)
    if (ids < 0).sum() > 1 and quirks is not Quirks.CORRECT:
        raise _quirk(job, "several negative numbers in point_file")
    rows, ids = rows[ids > 0], ids[ids > 0]
    down, right = _cells_at(cells, rows[:, 1:3])
    return Foci.from_cells(ids, down, right, shape=cells.shape)


def _cells_at(cells: CellFile, xy: Floats) -> tuple[Indices, Indices]:
    """Return rows and columns from 0; a point on an edge counts west and south.

    row = ceil(rows - (y - south) / height), column = ceil((x - west) / width),
    counted from 1.
    """
    width, height = cells.cell
    row = np.ceil(cells.shape[0] - (xy[:, 1] - cells.south) / height)
    column = np.ceil((xy[:, 0] - cells.west) / width)
    return row.astype(np.int64) - 1, column.astype(np.int64) - 1


def _is_grid(job: CircuitJob, key: str) -> bool:
    """Tell a grid from a list by what it starts with."""
    try:
        head = unpacked(job.files[key])[:8]
    except (OSError, ValueError, EOFError):
        return True  # the reader of grids says what is wrong
    return head.lower().startswith((b"ncols", b"ii*\0", b"mm\0*", b"ii+\0"))


def _spread(job: CircuitJob, key: str, cells: CellFile) -> Floats:
    """Return values of a grid, or of a list ``value x y``, on the cells; else nan."""
    job.needed(key)
    if _is_grid(job, key):
        values = _beside(job, key, cells)
        return np.zeros(cells.shape) if values is None else values
    rows = read_numbers(job.files[key], 3)
    down, right = _cells_at(cells, rows[:, 1:3])
    off = (down < 0) | (down >= cells.shape[0])
    off |= (right < 0) | (right >= cells.shape[1])
    if off.any():
        raise SiteError(
            Problem(code="FOCUS_OFF_MAP", values={"id": str(rows[off][0].tolist())})
        )
    out = np.full(cells.shape, np.nan)
    out[down, right] = rows[:, 0]
    return out


def _sources(job: CircuitJob, cells: CellFile) -> Floats:
    values = np.nan_to_num(_spread(job, "source_file", cells))
    return np.sign(values) if job.flags["use_unit_currents"] else values


def _grounds(job: CircuitJob, cells: CellFile) -> Floats:
    values = _spread(job, "ground_file", cells)
    return _siemens(job, values)


def _siemens(job: CircuitJob, values: Floats) -> Floats:
    """Return conductances to ground, inf for hard ones, 0 for none."""
    if job.flags["ground_file_is_resistances"]:
        with np.errstate(divide="ignore"):
            values = 1.0 / np.abs(values)
    values = np.where(np.isnan(values), 0.0, values)
    if job.flags["use_direct_grounds"]:
        values = np.where(values > 0, np.inf, 0.0)
    return values


def _at_nodes(job: CircuitJob, key: str, numbers: Indices) -> Floats:
    rows = read_numbers(job.needed(key), 2)
    places = _places(job, key, rows[:, 0].astype(np.int64), numbers=numbers)
    values = rows[:, 1]
    if key == "ground_file":
        values = _siemens(job, values)
    elif job.flags["use_unit_currents"]:
        values = np.sign(values)
    out = np.zeros(len(numbers))
    np.add.at(out, places, values)
    return out


def _places(job: CircuitJob, key: str, listed: Indices, *, numbers: Indices) -> Indices:
    places = np.searchsorted(numbers, listed)
    known = places < len(numbers)
    known[known] = numbers[places[known]] == listed[known]
    if not known.all():
        values = {"id": str(listed[~known][0])}
        problem = Problem(
            code="FOCUS_OFF_MAP", where=job.files[key].name, values=values
        )
        raise SiteError(problem)
    return places


def _refuse_quirks(
    job: CircuitJob, habitat: Habitat, foci: Foci, *, quirks: Quirks
) -> None:
    """Refuse what cannot be copied: Circuitscape's own answer has no meaning there."""
    if quirks is Quirks.CORRECT:
        return
    starlike = job.words["scenario"] != "pairwise"
    if starlike and "included_pairs_file" in job.files:
        raise _quirk(job, f"use_included_pairs with {job.words['scenario']}")
    if habitat.polygons is None or not foci.regional:
        return
    within = habitat.polygons.ravel()[foci.cells] > 0
    for number in foci.numbers:
        own = within[foci.ids == number]
        if len(own) >= _REGION_CELLS and own.any() and not own.all():
            raise _quirk(job, f"region {number} lies partly in a polygon")


def _quirk(job: CircuitJob, what: str) -> UsageError:
    problem = Problem(code="JOB_QUIRK", where=job.path.name, values={"what": what})
    return UsageError(problem)
