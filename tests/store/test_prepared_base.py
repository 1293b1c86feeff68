"""A prepared base answers as one that was read whole, whatever becomes of its files."""

import json
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import small_base
from plots import ROAD, TODAY, site
from shapely.affinity import translate

from zoning import store
from zoning.check import check
from zoning.io import known_hashes
from zoning.io.base import open_base
from zoning.io.preparing import prepare
from zoning.io.site_folder import site_files
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, Layer, Site
from zoning.report.verdict import json_bytes, site_document, verdict_document
from zoning.rules.packs import read_rule_book

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample_layers"
OPTIONS = CheckOptions(as_of=TODAY)
FLIPS = 100 if os.environ.get("ZONING_THOROUGH") else 12


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "base"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns(".zoning"))
    prepare(folder)
    return folder


def whole(layer: Layer) -> Layer:
    """Return a layer as arrays of everything, as reading without a store gives it."""
    return replace(
        layer,
        geometry=np.array(list(layer.geometry), dtype=object),
        feature_ids=np.array(list(layer.feature_ids), dtype=object),
        attributes=dict(layer.attributes),
    )


def decoded(base: Base) -> Base:
    return replace(base, layers={n: whole(one) for n, one in base.layers.items()})


def plots(base: Base, count: int) -> tuple[Site, ...]:
    """Plots, lines and wells anywhere in the county."""
    rng = np.random.default_rng(16)
    west, south, east, north = base.county.bounds
    found = []
    for k in range(count):
        place = rng.uniform([west, south], [east, north])
        shape: Any = translate(shapely.box(0, 0, *rng.uniform(20, 900, 2)), *place)
        shape = [shape, shape, shape.boundary, shape.centroid][k % 4]
        found.append(replace(site(shape, ROAD), id=f"plot-{k}"))
    return tuple(found)


def verdict(sites: tuple[Site, ...], base: Base) -> bytes:
    book = read_rule_book(base.packs, base.folder)
    return json_bytes(verdict_document(check(sites, base, book, options=OPTIONS)))


@pytest.mark.slow
def test_a_prepared_base_gives_the_bytes_of_one_read_whole(sample: Path) -> None:
    base = open_base(sample)
    sites = (*read_sites(site_files(SAMPLE / "sites")), *plots(base, 12))

    parcels: Any = base.layers["land_parcel"].geometry
    assert isinstance(parcels, store.StoredShapes)
    assert verdict(sites, base) == verdict(sites, decoded(base))


@pytest.mark.slow
def test_a_site_alone_is_that_site_in_a_batch(sample: Path) -> None:
    base = open_base(sample)
    book = read_rule_book(base.packs, base.folder)
    sites = (*read_sites(site_files(SAMPLE / "sites")), *plots(base, 6))

    batch = check(sites, base, book, options=OPTIONS)
    for one, many in zip(sites, batch.sites, strict=True):
        (alone,) = check((one,), base, book, options=OPTIONS).sites
        assert json_bytes(site_document(alone)) == json_bytes(site_document(many))


def test_one_site_draws_only_its_neighbourhood(sample: Path) -> None:
    base = open_base(sample)

    verdict(plots(base, 1), base)

    shapes: Any = base.layers["land_parcel"].geometry
    drawn = np.count_nonzero(~shapely.is_missing(shapes.drawn))
    assert 0 < drawn < len(shapes) / 10


def test_flipped_bytes_change_no_answer(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    farm = site(shapely.box(400_100, 3_435_100, 400_150, 3_435_150), ROAD)
    expected = verdict((farm,), open_base(folder))
    chance = random.Random(9)  # noqa: S311  no secret
    files = sorted((folder / store.FOLDER).glob("*.zst4"))
    good = {path: path.read_bytes() for path in files}
    for _ in range(FLIPS):
        path = chance.choice(files)
        content = bytearray(good[path])
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)

        assert verdict((farm,), open_base(folder)) == expected
        if path.read_bytes() != content:  # found, and made anew
            assert path.read_bytes() == good[path]


def test_a_damaged_block_is_made_anew_only_from_the_same_source(
    tmp_path: Path,
) -> None:
    folder = small_base.write_base(tmp_path / "base")
    base = open_base(folder)
    (path,) = (folder / store.FOLDER).glob("permanent_basic_farmland-*.zst4")
    content = bytearray(path.read_bytes())
    place = content.find(np.float64(400_200.0).tobytes(), 500)
    content[place + 6] ^= 1
    path.unlink()
    path.write_bytes(content)
    farm = site(shapely.box(400_100, 3_435_100, 400_250, 3_435_150), ROAD)
    base = open_base(folder)
    source = folder / "permanent_basic_farmland.geojson"
    source.write_bytes(source.read_bytes() + b"\n")

    with pytest.raises(store.DamagedError, match="E277"):
        verdict((farm,), base)
    assert not path.exists()


def test_a_base_that_cannot_be_written_is_read_each_time(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    farm = site(shapely.box(400_100, 3_435_100, 400_150, 3_435_150), ROAD)
    expected = verdict((farm,), open_base(folder))
    shutil.rmtree(folder / store.FOLDER)
    (folder / store.FOLDER).write_text("in the way", encoding="utf-8")

    done = prepare(folder)

    assert verdict((farm,), open_base(folder)) == expected
    assert {p.code for one in done for p in one.problems} == {"STORE_NOT_WRITTEN"}


@pytest.mark.slow
def test_several_processes_prepare_one_base_at_once(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    plot = tmp_path / "plot.geojson"
    ring = shapely.box(109.9, 31.05, 109.902, 31.052)
    plot.write_text(shapely.to_geojson(ring), encoding="utf-8")
    command = [sys.executable, "-m", "zoning", "check", str(plot), "--json"]
    command += ["--base", str(folder), "--as-of", "2026-11-23"]

    def run(_number: int) -> bytes:
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode in {0, 1, 4}, done.stderr.decode()
        return done.stdout

    with ThreadPoolExecutor(3) as pool:
        answers = set(pool.map(run, range(3)))

    assert len(answers) == 1
    assert json.loads(answers.pop())["counts"]["sites"] == 1
    left = [path.suffix for path in (folder / store.FOLDER).iterdir()]
    assert ".tmp" not in left


def test_older_files_of_a_layer_are_removed(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    open_base(folder)
    old = folder / store.FOLDER / f"control_unit-{'0' * 32}.npz"
    old.write_bytes(b"of another version")
    gone = folder / store.FOLDER / f"no_such_layer-{'0' * 32}.zst4"
    gone.write_bytes(b"of a layer no longer listed")
    path = folder / "control_unit.geojson"
    path.write_bytes(path.read_bytes() + b"\n")

    prepare(folder)

    names = [p.name for p in (folder / store.FOLDER).glob("control_unit-*")]
    assert len(names) == 1
    assert not gone.exists()


def test_a_hash_is_computed_again_when_size_or_time_differ(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    for path in folder.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    first = open_base(folder)
    second = open_base(folder)
    verified = open_base(folder, verify=True)
    path = folder / "control_unit.geojson"
    path.write_bytes(path.read_bytes() + b"\n")
    changed = open_base(folder)

    assert first.hashes.recorded == 0
    assert first.hashes.computed == second.hashes.recorded == verified.hashes.computed
    assert changed.hashes.computed == 1
    before, after = (one.layers["control_unit"].info.sha256 for one in (first, changed))
    assert before != after


def test_a_file_changed_this_moment_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a moment of an hour: making and reading the base takes some of it
    monkeypatch.setattr(known_hashes, "SETTLED_NS", 3_600 * 10**9)
    folder = small_base.write_base(tmp_path / "base")
    open_base(folder)

    assert open_base(folder).hashes.recorded == 0


def test_a_damaged_record_of_hashes_counts_as_none(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    for path in folder.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    first = open_base(folder)
    record = folder / store.FOLDER / "hashes.json"
    digest = first.layers["control_unit"].info.sha256
    record.write_text(record.read_text("utf-8").replace(digest, "0" * 64), "utf-8")

    again = open_base(folder)

    assert again.hashes.recorded == 0
    assert again.layers["control_unit"].info.sha256 == digest


def test_a_rule_book_kept_is_the_one_that_was_read(sample: Path) -> None:
    packs = open_base(sample).packs
    fresh = read_rule_book(packs, sample)
    (path,) = (sample / store.FOLDER).glob("rules-*.json")
    kept = read_rule_book(packs, sample)
    path.write_bytes(path.read_bytes().replace(b"prohibit", b"consult ", 1))
    again = read_rule_book(packs, sample)

    for one in (kept, again):
        assert one.rules == fresh.rules
        assert one.packs == fresh.packs
        assert dict(one.views) == dict(fresh.views)
        assert dict(one.groups) == dict(fresh.groups)


def test_one_site_imports_neither_compiler_nor_readers(sample: Path) -> None:
    code = (
        "import sys; from zoning.cli import main\n"
        f"sys.argv = ['zoning', 'check', {str(SAMPLE / 'sites' / 'clear.txt')!r},"
        f" '--base', {str(sample)!r}, '--json']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = ('numba', 'pyogrio', 'geopandas', 'pandas', 'rasterio', 'scipy')\n"
        "print(*(name for name in heavy if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert done.stderr.decode().splitlines()[-1] == ""
