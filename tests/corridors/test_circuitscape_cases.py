"""Every stored Circuitscape case, run as the job it is, file by file."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from zoning.cli.circuit_run import JobRun, run_raster
from zoning.cli.network_run import run_network
from zoning.corridors.watching import Watch
from zoning.io.cell_files import read_cells
from zoning.io.circuit_inputs import Quirks, read_network, read_raster_inputs
from zoning.io.circuit_job import read_job

CASES = (
    *(f"network/{name}" for name in ("mgNetworkVerify1", "mgNetworkVerify2")),
    "network/sgNetworkVerify1",
    *(f"raster/advanced/{k}/mgVerify{k}" for k in (1, 3, 5)),
    *(f"raster/all_to_one/{k}/allToOneVerify{k}" for k in (1, 3, 5, 7, 9, 11)),
    *(f"raster/one_to_all/{k}/oneToAllVerify{k}" for k in (1, 3, 5, 7, 9, 11)),
    *(f"raster/pairwise/{k}/sgVerify{k}" for k in (1, 3, 5, 7, 9, 11, 13, 16)),
)
STALE = {
    # pairs that its include matrix leaves out, and a table from before it
    *(
        f"sgVerify13_{kind}map_{pair}.asc"
        for kind in ("cur", "volt")
        for pair in ("1_4", "1_9", "2_4", "2_8", "2_9", "4_8", "4_9")
    ),
    "sgVerify13_resistances_3columns.out",
}
Floats = NDArray[np.float64]
RESISTANCE, MAP, NETWORK = 2e-8, 2e-6, 1e-6


@pytest.mark.parametrize("method", ["superlu", "multigrid"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rsplit("/")[-1])
def test_a_stored_case_gives_its_files(
    shared: Path, tmp_path: Path, case: str, method: str
) -> None:
    root = shared / "oracles/circuitscape/test"
    job = read_job(root / "input" / f"{case}.ini")
    # maps of this case are stored, though its job asks for none
    wanted = {"write_cur_maps": True, "write_volt_maps": "oneToAll" in case}
    job = replace(job, flags=dict(job.flags) | (wanted if "ToAll" in case else {}))
    run = JobRun(
        job=job,
        folder=tmp_path,
        method=method,
        quirks=Quirks.REFUSE,
        watch=Watch(),
    )

    if job.words["data_type"] == "network":
        run_network(run, read_network(job))
    else:
        run_raster(run, read_raster_inputs(job, Quirks.REFUSE))

    stored = sorted((root / "output_verify").glob(f"{job.name}_*"))
    compared = [path for path in stored if path.name not in STALE]
    assert compared
    for path in compared:
        assert excess(path, tmp_path / path.name) <= 1, path.name


def excess(theirs: Path, ours: Path) -> float:
    """Return the worst difference over what is allowed."""
    if theirs.suffix == ".asc":
        one, other = read_cells(theirs).values, read_cells(ours).values
        scale: float | Floats = MAP * max(1.0, float(np.nanmax(np.abs(one))))
    else:
        one, other = np.loadtxt(theirs, ndmin=2), np.loadtxt(ours, ndmin=2)
        if re.search(r"resistances", theirs.name):
            scale = RESISTANCE * np.maximum(np.abs(one), 1e-30)
        else:
            scale = NETWORK
    assert one.shape == other.shape
    np.testing.assert_array_equal(np.isnan(one), np.isnan(other))
    return float(np.nanmax(np.abs(one - other) / scale))
