"""The file of a store: whole or absent, and no flipped byte goes unseen."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zoning.store.files import BLOCK, DamagedError, StoredFile, write_file

ROWS = 40_000


def arrays() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    return {
        "points": rng.uniform(0, 1, (ROWS, 2)),
        "codes": rng.integers(0, 9, ROWS).astype(np.uint8),
        "none": np.zeros((0, 4)),
    }


def written(path: Path) -> Path:
    parts = ((name, np.array_split(a, 3)) for name, a in arrays().items())
    write_file(path, {"crs": "EPSG:4546"}, parts)
    return path


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    file = StoredFile(written(tmp_path / "a.zst4"))

    assert file.header == {"crs": "EPSG:4546"}
    for name, values in arrays().items():
        assert np.array_equal(file[name].whole(), values)
    points = arrays()["points"]
    starts, stops = np.array([5, 30_000, 7]), np.array([9, 30_100, 7])
    assert np.array_equal(file["points"].between(9, 9000), points[9:9000])
    assert np.array_equal(
        file["points"].runs(starts, stops),
        np.vstack([points[5:9], points[30000:30100]]),
    )
    assert np.array_equal(file["codes"].at(starts), arrays()["codes"][starts])


def test_a_flipped_byte_is_found_where_it_is_read_and_nowhere_else(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "a.zst4")
    content = bytearray(path.read_bytes())
    content[64 + 2 * BLOCK + 5] ^= 1  # in the third block of the points
    path.write_bytes(content)
    file = StoredFile(path)

    row = BLOCK // 16
    file["points"].between(0, 2 * row)
    file["codes"].whole()
    with pytest.raises(DamagedError, match="E277"):
        file["points"].between(2 * row, 2 * row + 1)
    assert not path.exists()


def test_every_flipped_byte_is_harmless_or_found(tmp_path: Path) -> None:
    good = written(tmp_path / "good.zst4").read_bytes()
    chance = random.Random(4)  # noqa: S311  no secret
    found = 0
    for k in range(300):
        path = tmp_path / f"{k}.zst4"
        content = bytearray(good)
        content[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            file = StoredFile(path)
            read = {name: file[name].whole() for name in file.names}
        except DamagedError:
            found += 1
            continue
        for name, values in arrays().items():
            assert np.array_equal(read[name], values)
    assert found > 290  # the rest fell between arrays


@pytest.mark.parametrize("kept", [0, 7, 100, 400_000, -1])
def test_a_file_cut_short_is_damaged(tmp_path: Path, kept: int) -> None:
    path = written(tmp_path / "a.zst4")
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(DamagedError):
        StoredFile(path)


def test_a_disk_that_fills_up_leaves_the_old_file_or_none(tmp_path: Path) -> None:
    def failing(after: int) -> Iterator[tuple[str, list[Any]]]:
        for k, (name, values) in enumerate(arrays().items()):
            if k == after:
                raise OSError(28, "No space left on device")
            yield name, [values]

    path = tmp_path / "a.zst4"
    for after in range(3):
        with pytest.raises(OSError, match="No space"):
            write_file(path, {}, failing(after))
        assert list(tmp_path.iterdir()) == []
    good = written(path).read_bytes()
    with pytest.raises(OSError, match="No space"):
        write_file(path, {}, failing(1))
    assert path.read_bytes() == good
