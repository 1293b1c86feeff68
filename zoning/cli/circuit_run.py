"""A raster job carried out: inputs in, files of its own names out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.advanced import Conflict, Tied, advanced, settled
from zoning.corridors.foci import Foci
from zoning.corridors.map_sums import MapSums, log_of_positive
from zoning.corridors.pairwise import (
    NOT_JOINED,
    Flow,
    pairwise,
    resistance_table,
)
from zoning.corridors.star import StarMode, star
from zoning.corridors.watching import Watch
from zoning.errors import Problem, UsageError
from zoning.io.circuit_inputs import Quirks, RasterInputs
from zoning.io.circuit_job import CircuitJob
from zoning.report.circuit_files import (
    NODATA,
    MapLook,
    resistance_lines,
    write_map,
    write_rows,
)

__all__ = ["JobRun", "lonely", "run_raster", "settle"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """A job on its way: what it says, where it writes, who watches."""

    job: CircuitJob
    folder: Path
    method: str
    quirks: Quirks
    watch: Watch

    def flag(self, key: str) -> bool:
        """Return a switch of the job."""
        return self.job.flags[key]


def run_raster(run: JobRun, inputs: RasterInputs) -> list[Problem]:
    """Carry out a raster job; write into its folder.

    Returns
    -------
    list of Problem
        ``FOCUS_NOT_JOINED`` for each focus whose every result is -1.
    """
    scenario = run.job.words["scenario"]
    if scenario == "advanced":
        _raster_advanced(run, inputs)
        return []
    if scenario == "pairwise":
        return _raster_pairwise(run, inputs)
    return _raster_star(run, inputs, StarMode(scenario))


def _raster_pairwise(run: JobRun, inputs: RasterInputs) -> list[Problem]:
    foci = _foci(inputs).kept(inputs.choice)
    flows = pairwise(
        inputs.habitat,
        foci,
        choice=inputs.choice,
        method=run.method,
        watch=run.watch,
    )
    bare = _mapped(run, inputs, flows)
    table = resistance_table(bare, foci.numbers)
    square, three = resistance_lines(foci.numbers, table)
    write_rows(run.folder / f"{run.job.name}_resistances.out", square)
    write_rows(run.folder / f"{run.job.name}_resistances_3columns.out", three)
    joined = (table != NOT_JOINED) & ~np.eye(len(table), dtype=bool)
    return lonely(foci.numbers[~joined.any(axis=1)])


def _raster_star(run: JobRun, inputs: RasterInputs, mode: StarMode) -> list[Problem]:
    flows = star(
        inputs.habitat,
        _foci(inputs),
        mode=mode,
        choice=inputs.choice,
        method=run.method,
        watch=run.watch,
    )
    bare = list(_mapped(run, inputs, flows))
    rows = [(float(flow.foci[0]), flow.resistance) for flow in bare]
    write_rows(run.folder / f"{run.job.name}_resistances.out", rows)
    alone = [flow.foci[0] for flow in bare if flow.resistance == NOT_JOINED]
    return lonely(np.array(alone, dtype=np.int64))


def _raster_advanced(run: JobRun, inputs: RasterInputs) -> None:
    sources, grounds = inputs.sources, inputs.grounds
    if sources is None or grounds is None:
        raise AssertionError  # an advanced job reads both
    circuit = inputs.habitat.circuit(method=run.method)
    own, earth = circuit.from_cells(sources), circuit.from_cells(grounds)
    settle(run, own, earth)
    flow = advanced(
        inputs.habitat,
        sources=sources,
        grounds=grounds,
        conflict=Conflict(run.job.words["remove_src_or_gnd"]),
        as_circuitscape=run.quirks is Quirks.CIRCUITSCAPE,
        method=run.method,
    )
    list(_mapped(run, inputs, iter([flow])))


def _foci(inputs: RasterInputs) -> Foci:
    if inputs.foci is None:
        raise AssertionError  # every job but an advanced one reads foci
    return inputs.foci


def _mapped(run: JobRun, inputs: RasterInputs, flows: Iterator[Flow]) -> Iterator[Flow]:
    """Write the maps of flows as they come; yield each flow without its maps."""
    sums = MapSums(inputs.habitat.shape, NODATA)
    look = _look(run, inputs)
    for flow in flows:
        tail = "".join(f"_{number}" for number in flow.foci)
        if run.flag("write_volt_maps"):
            empty = NODATA if run.flag("set_null_voltages_to_nodata") else 0.0
            volts = flow.voltage_map(empty)
            if volts is not None:
                stem = f"{run.job.name}_voltmap{tail}"
                write_map(run.folder, stem, volts, look=look)
        if _wants_currents(run):
            _write_currents(run, inputs, flow, sums=sums)
        yield replace(flow, circuit=None, potential=None)
    if sums.count and inputs.foci is not None:
        _write_sums(run, sums, look)


def _write_currents(
    run: JobRun, inputs: RasterInputs, flow: Flow, *, sums: MapSums
) -> None:
    empty = NODATA if run.flag("set_null_currents_to_nodata") else 0.0
    currents = flow.current_map(empty)
    if currents is None:
        return
    if run.flag("set_focal_node_currents_to_zero") and inputs.foci is not None:
        for number in flow.foci:
            currents.ravel()[inputs.foci.cells_of(number)] = 0.0
    sums.add(currents)
    if not run.flag("write_cum_cur_map_only"):
        tail = "".join(f"_{number}" for number in flow.foci)
        _write_current_map(run, f"curmap{tail}", currents, look=_look(run, inputs))


def _wants_currents(run: JobRun) -> bool:
    keys = ("write_cur_maps", "write_cum_cur_map_only", "write_max_cur_maps")
    return any(run.flag(key) for key in keys)


def _write_sums(run: JobRun, sums: MapSums, look: MapLook) -> None:
    _write_current_map(run, "cum_curmap", sums.cumulative, look=look)
    if run.flag("write_max_cur_maps"):
        _write_current_map(run, "max_curmap", sums.maximum, look=look)


def _write_current_map(
    run: JobRun, kind: str, values: Floats, *, look: MapLook
) -> None:
    if run.flag("log_transform_maps"):
        values = log_of_positive(values, NODATA)
    write_map(run.folder, f"{run.job.name}_{kind}", values, look=look)


def _look(run: JobRun, inputs: RasterInputs) -> MapLook:
    cells = inputs.cells
    return MapLook(
        west=cells.west,
        south=cells.south,
        cell=cells.cell,
        crs=cells.crs,
        as_tif=run.flag("write_as_tif"),
        compressed=run.flag("compress_grids"),
    )


def settle(run: JobRun, sources: Floats, grounds: Floats) -> Tied:
    """Settle conflicts; refuse the job where Circuitscape would settle them otherwise.

    Raises
    ------
    UsageError
        ``JOB_QUIRK``.
    """
    conflict = Conflict(run.job.words["remove_src_or_gnd"])
    plain = settled(sources, grounds, conflict=conflict)
    theirs = settled(sources, grounds, conflict=conflict, as_circuitscape=True)
    differ = any(not np.array_equal(a, b) for a, b in zip(plain, theirs, strict=True))
    if differ and run.quirks is Quirks.REFUSE:
        values = {"what": f"remove_src_or_gnd = {conflict}"}
        raise UsageError(
            Problem(code="JOB_QUIRK", where=run.job.path.name, values=values)
        )
    return theirs if run.quirks is Quirks.CIRCUITSCAPE else plain


def lonely(numbers: NDArray[np.int64]) -> list[Problem]:
    """Return a remark for each focus that nothing joins to another."""
    return [
        Problem(code="FOCUS_NOT_JOINED", values={"id": str(number)})
        for number in numbers
    ]
