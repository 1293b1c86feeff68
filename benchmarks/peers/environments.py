"""An environment for each peer, made once under ``build/peers``.

What a peer needs is pinned here, so that a table can be repeated; what it
shares with the package comes in the versions of ``constraints.txt``.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["GRID_PEERS", "PEERS", "UnavailableError", "python_of"]

ROOT = Path(__file__).parents[2]
PEERS: dict[str, tuple[str, ...]] = {
    "zoning_areas": (),
    "zoning_shapes": (),
    "geopandas_overlay": ("geopandas", "pyarrow"),
    "shapely_tree": ("shapely", "pyarrow"),
    "sedonadb_sql": ("sedonadb[geopandas]==0.5.0", "pyproj", "pyarrow"),
    "postgis_subdivide": ("psycopg[binary]", "shapely", "pyarrow"),
}
"""Overlay programs of this folder with what pip installs; nothing: this one."""
GRID_PEERS: dict[str, tuple[str, ...]] = {
    "pyamg_aggregation": ("pyamg==5.4.1",),
    "skimage_mcp": ("scikit-image==0.26.0",),
    "pyguidos_pattern": ("pyguidos==2.6.3",),
}
"""Programs of this folder that corridors and patterns are compared with."""


class UnavailableError(Exception):
    """A peer that cannot run here; the text says why."""


def python_of(peer: str) -> Path:
    """Return the interpreter of a peer, making its environment where missing.

    Raises
    ------
    UnavailableError
        If pip cannot install what it needs.
    """
    needs = (PEERS | GRID_PEERS)[peer]
    if not needs:
        return Path(sys.executable)
    folder = ROOT / "build" / "peers" / peer
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    stamp, text = folder / "needs.txt", "\n".join(needs)
    if stamp.is_file() and stamp.read_text("utf-8") == text:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    pip += ["--constraint", str(ROOT / "constraints.txt"), *needs]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise UnavailableError(last)
    stamp.write_text(text, "utf-8")
    return python
