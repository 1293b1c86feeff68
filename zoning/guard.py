"""Settings that must stand before GDAL or PROJ is loaded; imported first.

GDAL reads its driver list and network settings once, at load. Setting them
later has no effect, so the package imports this module before anything else.

They keep GDAL and PROJ off the network. The one connection that the package
makes is libpq's, in `zoning.io.database`, for a base that names a database.

References
----------
.. [1] GDAL security considerations: opening a file is already processing it;
   the file extension does not select the driver.
"""

import os
import sys
from pathlib import PurePath

__all__ = [
    "CONFINED",
    "IN_PROCESS",
    "SETTINGS",
    "TIMED",
    "apply",
    "fallbacks",
    "native_reading",
]

CONFINED = "own process"
TIMED = "own process, time limit only"
IN_PROCESS = "in process"
SWITCH = "ZONING_WORKER"

SETTINGS = {
    "GDAL_SKIP": "VRT",
    "OGR_SKIP": "OGR_VRT",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "SHAPE_RESTORE_SHX": "NO",
    "OGR_CURRENT_DATE": "1970-01-01T00:00:00.000Z",
    "PROJ_NETWORK": "OFF",
}


def apply() -> None:
    """Put the settings into the environment of this process."""
    os.environ.update(SETTINGS)


def native_reading() -> str:
    """Say where GDAL and Arrow read files: `CONFINED`, `TIMED`, `IN_PROCESS`.

    A process of its own is limited by the kernel where there are such limits;
    on Windows by the clock alone. There is none when the environment says
    ``ZONING_WORKER=off``, or where Python is embedded in another program, which
    starting it again would open.
    """
    program = PurePath(sys.executable or "").name.lower()
    off = os.environ.get(SWITCH, "").strip().lower() == "off"
    if off or not program.startswith(("python", "pypy")):
        return IN_PROCESS
    return TIMED if sys.platform == "win32" else CONFINED


def fallbacks() -> dict[str, str]:
    """Return what the provenance says beside versions: where less than usual holds."""
    reading = native_reading()
    return {} if reading == CONFINED else {"reading": reading}


apply()
