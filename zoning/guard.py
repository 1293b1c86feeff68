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

__all__ = ["SETTINGS", "apply"]

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


apply()
