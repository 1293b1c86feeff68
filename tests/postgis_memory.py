"""Read a table in a process of its own and print what it took, in kilobytes."""

import resource
import sys

import shapely

from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.database_layer import Surroundings, read_database


def main(table: str) -> None:
    """Print peak and rows; a small table first, so that libraries are loaded."""
    county = shapely.box(390_000, 3_430_000, 410_000, 3_450_000)
    around = Surroundings(
        county=county, crs="EPSG:4546", near_m=30_000.0, reach_m=1_000_000.0
    )
    definition = catalogue()["ecological_redline"]

    def read(name: str) -> int:
        entry = LayerEntry(source="postgis:planning", table=name, beyond_county=True)
        return len(read_database(entry, definition, around).raw.geometry)

    read("small")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = read(table)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, rows)


if __name__ == "__main__":
    main(sys.argv[1])
