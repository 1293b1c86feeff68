"""What reading a large table takes: the rows themselves, not their way here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from postgis_server import Place

THOROUGH = os.environ.get("ZONING_THOROUGH") == "1"
SCRIPT = Path(__file__).parents[1] / "postgis_memory.py"
MADE = (
    ' AS SELECT n AS gid, n::text AS "BSM", repeat(\'林\', 20) AS "HXMC", ST_Buffer('
    "ST_SetSRID(ST_MakePoint({}), 4546), 20, 8) AS geom FROM generate_series(1, {}) n"
)
NEAR = "400000 + (n % 1000), 3435000 + n / 1000"
FAR = "700000 + (n % 1000), 3435000 + n / 1000"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not THOROUGH, reason="ZONING_THOROUGH is not 1"),
    pytest.mark.skipif(sys.platform == "win32", reason="no getrusage"),
]


def taken(place: Place, where: str) -> tuple[int, int]:
    """Return kilobytes that 200 000 rows take beyond one, and rows read."""
    place.run("CREATE TABLE small" + MADE.format(NEAR, 1))
    place.run("CREATE TABLE large" + MADE.format(where, 200_000))
    place.run("CREATE INDEX ON large USING gist (geom)")
    done = subprocess.run(
        [sys.executable, SCRIPT, "large"], capture_output=True, check=True, text=True
    )
    kilobytes, rows = map(int, done.stdout.split())
    return kilobytes, rows


def test_two_hundred_thousand_rows_near_the_county_stay_in_bounds(place: Place) -> None:
    """114 MB of outlines: 33 vertices of 16 bytes, a header, two words a row."""
    kilobytes, rows = taken(place, NEAR)

    assert rows == 200_000
    assert kilobytes < 420_000


def test_two_hundred_thousand_rows_far_away_take_nothing(place: Place) -> None:
    kilobytes, rows = taken(place, FAR)

    assert rows == 0
    assert kilobytes < 12_000
