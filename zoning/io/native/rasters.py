"""A raster read by GDAL. Nothing here is called but as a job."""

import numpy as np

from zoning.io.crs_text import code_of
from zoning.io.quarantine.frames import Frame

__all__ = ["read_grid"]


def read_grid(path: str, *, driver: str, most_cells: int) -> Frame:
    """Read the first band.

    Returns
    -------
    Frame
        Header ``shape``, ``dtype``, ``transform`` (a to f), ``epsg`` or None,
        ``nodata`` or None; one buffer, rows from the north.

    Raises
    ------
    ValueError
        With GDAL's reason, or when there are more than `most_cells`.
    """
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with rasterio.open(path, driver=driver) as source:
            if source.width * source.height > most_cells:
                raise ValueError("too large")
            transform = [float(value) for value in list(source.transform)[:6]]
            code = None if source.crs is None else code_of(source.crs.to_wkt())
            values = np.ascontiguousarray(source.read(1))
            nodata = source.nodata
    except (RasterioError, OSError) as error:
        raise ValueError(str(error)) from error
    header = {
        "shape": list(values.shape),
        "dtype": values.dtype.str,
        "transform": transform,
        "epsg": None if code is None else int(code.removeprefix("EPSG:")),
        "nodata": None if nodata is None or np.isnan(nodata) else float(nodata),
    }
    return Frame(header=header, buffers=[values.reshape(-1).view(np.uint8).data])
