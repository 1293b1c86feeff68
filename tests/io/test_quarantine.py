"""The process in which native parsers read, and what becomes of it."""

import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import geopandas
import misbehaving
import numpy as np
import psutil
import pytest
import shapely
import small_base
from pyogrio import raw

from zoning import guard
from zoning.cli import doctor_command
from zoning.io import asking
from zoning.io.base import open_base
from zoning.io.gdal_reading import read_gdal
from zoning.io.quarantine.frames import Frame
from zoning.io.quarantine.limits import Limits, limits_for
from zoning.io.quarantine.reader import Reader, shared_reader
from zoning.io.reader_lost import ReaderLostError
from zoning.io.sites import read_sites
from zoning.report import verdict

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")

TIGHT = Limits(seconds=2, megabytes=256)
WIDE = Limits(seconds=60, megabytes=256)
TESTS = Path(__file__).parents[1]


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader("misbehaving")
    yield made
    made.close()


def ask(reader: Reader, job: str, limits: Limits = WIDE, **header: object) -> Frame:
    question = Frame(header={"job": job, **header})
    return reader.ask(question, lambda answer: answer, limits=limits)


def lost(reader: Reader, job: str, limits: Limits = WIDE, **header: object) -> str:
    with pytest.raises(ReaderLostError) as caught:
        ask(reader, job, limits, **header)
    return f"{'limit' if caught.value.limit else 'crash'}: {caught.value.detail}"


def gone(pid: int) -> bool:
    """Wait for a process to end; one that nobody has buried has ended too."""
    for _ in range(200):
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.1)
                continue
        return True
    return False


# ------------------------------------------------------- what a file can make it do
@pytest.mark.parametrize(
    ("job", "limits", "told"),
    [
        ("crash", WIDE, "crash: SIGSEGV"),
        ("hang", TIGHT, "limit: 2 s"),
        ("sleep", TIGHT, "limit: 2 s"),
        ("eat", WIDE, "limit: 256 MB"),
        ("abort", WIDE, "limit: 256 MB"),
        ("garble", WIDE, "crash: no answer"),
        ("half", WIDE, "crash: exit 7"),
        ("lie", WIDE, "crash: no answer"),
        ("connect", WIDE, "crash: socket.getaddrinfo"),
        ("connect_quietly", WIDE, "crash: socket.getaddrinfo"),
        ("spawn", WIDE, "crash: subprocess.Popen"),
        ("fork", WIDE, "crash: os.fork"),
        ("write_outside", WIDE, "crash: open"),
    ],
)
def test_the_reader_is_ended_and_the_next_file_gets_a_new_one(
    reader: Reader, job: str, limits: Limits, told: str
) -> None:
    first = ask(reader, "well").header["pid"]

    assert lost(reader, job, limits) == told

    assert reader.pid is None
    assert gone(first)
    assert ask(reader, "well").header["pid"] != first
    assert not Path(misbehaving.OUTSIDE).exists()


def test_a_file_outside_cannot_be_deleted(reader: Reader, tmp_path: Path) -> None:
    victim = tmp_path / "图层.gpkg"
    victim.write_bytes(b"x")

    assert lost(reader, "unlink", victim=str(victim)) == "crash: os.remove"
    assert victim.exists()


def test_its_own_folder_is_writable_and_removed(reader: Reader) -> None:
    home = Path(ask(reader, "write_inside").header["home"])

    assert (home / "own").is_file()
    reader.close()
    assert not home.exists()


def test_what_libraries_print_is_no_answer(reader: Reader) -> None:
    assert ask(reader, "shout").header["pid"] == reader.pid


def test_a_reason_of_the_parser_keeps_the_process(reader: Reader) -> None:
    first = ask(reader, "well").header["pid"]

    with pytest.raises(ValueError, match="选址 cannot be read"):
        ask(reader, "refuse")

    assert ask(reader, "well").header["pid"] == first


def test_an_answer_that_does_not_add_up_is_none(reader: Reader) -> None:
    with pytest.raises(ReaderLostError, match="no answer"):
        reader.ask(Frame(header={"job": "no_table"}), asking.table_of, limits=WIDE)

    assert reader.pid is None


linux = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() != "x86_64",
    reason="filter of the Linux kernel",
)


@linux
def test_native_code_can_start_no_program_but_threads(reader: Reader) -> None:
    assert ask(reader, "thread").header["said"] == [1]
    assert "system calls" in reader.held
    with pytest.raises(ValueError, match="not permitted"):
        ask(reader, "spawn_unseen")


@linux
@pytest.mark.parametrize("switch", ["on", "off"])
def test_gdal_reaches_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    """A GeoJSON whose CRS is a link has GDAL fetch it, wherever it can."""
    monkeypatch.setenv("ZONING_WORKER", switch)
    path = tmp_path / "a.geojson"
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = f"http://127.0.0.1:{server.getsockname()[1]}/crs"
        crs = {"type": "link", "properties": {"href": link, "type": "ogcwkt"}}
        point = {"type": "Point", "coordinates": [1, 2]}
        feature = {"type": "Feature", "properties": {}, "geometry": point}
        document = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
        path.write_text(json.dumps(document), encoding="utf-8")
        with contextlib.suppress(ValueError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read_gdal(f"GeoJSON:{path}", driver="GeoJSON")
        server.settimeout(0.5)
        try:
            server.accept()[0].close()
            reached = True
        except TimeoutError:
            reached = False

    assert reached == (switch == "off")


# ----------------------------------------------------------------- a warm process
def test_a_hundred_files_are_read_by_one_process(reader: Reader) -> None:
    assert len({ask(reader, "well").header["pid"] for _ in range(100)}) == 1


def test_two_threads_get_their_own_answers(reader: Reader) -> None:
    heard: dict[int, list[object]] = {0: [], 1: []}

    def talk(own: int) -> None:
        heard[own] = [
            ask(reader, "echo", say=f"{own}-{turn}").header["said"]
            for turn in range(20)
        ]

    threads = [threading.Thread(target=talk, args=(own,)) for own in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert heard == {own: [f"{own}-{turn}" for turn in range(20)] for own in heard}


def test_it_outlives_the_thread_that_first_asked(reader: Reader) -> None:
    first = threading.Thread(target=ask, args=(reader, "well"))
    first.start()
    first.join()
    pid = reader.pid

    time.sleep(0.2)  # a signal of the ended thread would have come by now
    assert ask(reader, "well").header["pid"] == pid


def test_a_process_that_died_between_two_files_is_replaced(reader: Reader) -> None:
    first = ask(reader, "well").header["pid"]
    os.kill(first, signal.SIGKILL)
    gone(first)

    assert ask(reader, "well").header["pid"] != first


def test_closing_leaves_no_process(reader: Reader) -> None:
    pid = ask(reader, "well").header["pid"]
    reader.close()

    assert not psutil.pid_exists(pid)


def test_larger_files_may_take_more() -> None:
    small, large = limits_for(1000), limits_for(500 << 20)

    assert small == Limits(seconds=60, megabytes=2048)
    assert large.seconds == 560
    assert large.megabytes > small.megabytes


# --------------------------------------------------------------- the process that asks
SCRIPT = f"""
import sys; sys.path.insert(0, {str(TESTS)!r})
import os, signal, threading
from zoning.io.quarantine.frames import Frame
from zoning.io.quarantine.limits import Limits
from zoning.io.quarantine.reader import Reader
reader = Reader("misbehaving")
def ask(job):
    header = Frame(header={{"job": job}})
    return reader.ask(header, lambda answer: answer, limits=Limits())
print(ask("well").header["pid"], flush=True)
"""


@pytest.mark.parametrize("job", ["well", "sleep", "hang"])
def test_a_killed_parent_leaves_no_orphan(job: str) -> None:
    script = f"{SCRIPT}ask({job!r})\nimport time; time.sleep(600)\n"
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()

    assert gone(child)


def test_an_interrupt_leaves_no_zombie() -> None:
    script = (
        f"{SCRIPT}first = reader.pid\n"
        "import time\n"
        "def stop():\n"
        "    time.sleep(1)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "try:\n"
        "    threading.Thread(target=stop, daemon=True).start()\n"
        "    ask('sleep')\n"
        "except KeyboardInterrupt:\n"
        "    import psutil\n"
        "    print('interrupted', psutil.pid_exists(first))\n"
        "print(ask('well').header['pid'] != first)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n")[1:3] == ["interrupted False", "True"]


# ------------------------------------------------------------------- what users see
@pytest.fixture
def crafted(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Have every table crash, Parquet hang, and rasters eat memory."""
    with monkeypatch.context() as patch:
        patch.setattr(asking, "_JOBS", "misbehaving")
        patch.setattr(asking, "limits_for", lambda _: TIGHT)
        yield patch
    shared_reader("misbehaving").close()


def sites_file(folder: Path, suffix: str) -> Path:
    shapes = [shapely.box(395030, 3440364, 395130, 3440444)]
    frame = geopandas.GeoDataFrame({"DKBH": ["1"]}, geometry=shapes, crs=4546)
    path = folder / f"选址{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver="FlatGeobuf")
    return path


@pytest.mark.parametrize(
    ("suffix", "number", "detail"),
    [(".fgb", "E199", "SIGSEGV"), (".parquet", "E198", "2 s")],
)
def test_a_site_file_that_stops_the_reader_is_rejected_alone(
    tmp_path: Path,
    crafted: pytest.MonkeyPatch,
    suffix: str,
    number: str,
    detail: str,
) -> None:
    path = sites_file(tmp_path, suffix)
    (bad,) = read_sites([path])
    crafted.undo()
    (good,) = read_sites([path])

    assert bad.rejection is not None
    assert bad.rejection.number == number
    assert bad.rejection.where == path.name
    assert detail in bad.rejection.text("zh")
    assert bad.geometry is None
    assert good.rejection is None


def test_a_layer_that_stops_the_reader_is_missing_with_its_reason(
    tmp_path: Path, crafted: pytest.MonkeyPatch
) -> None:
    folder = small_base.write_base(tmp_path / "base")
    crafted.undo()
    known = open_base(folder)
    name = next(n for n in known.layers if n != "county")
    stored = [p for p in (folder / ".zoning").rglob("*") if name in p.as_posix()]
    for path in stored:
        if path.is_file():
            path.unlink()
    crafted.setattr(asking, "_JOBS", "misbehaving")

    opened = open_base(folder)

    assert stored
    assert [p.code for p in opened.missing[name]] == ["LAYER_READING_CRASHED"]
    assert "SIGSEGV" in opened.missing[name][0].text("zh")
    assert set(opened.layers) == set(known.layers) - {name}


# ------------------------------------------------------------------ the same bytes
def test_the_process_answers_as_gdal_does_here(tmp_path: Path) -> None:
    count = 9000
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(count - 1)]
    columns = {
        "名称": [("甲", "乙𠮷", "", None)[i % 4] for i in range(count)],
        "BSM": [f"{i:018d}" for i in range(count)],
        "MJ": np.arange(count) / 8,
    }
    frame = geopandas.GeoDataFrame(
        columns, geometry=np.array([*shapes, None]), crs=4546
    )
    path = tmp_path / "a.gpkg"
    frame.to_file(path, layer="a", driver="GPKG")

    found = read_gdal(f"GPKG:{path}", driver="GPKG", layer="a")

    meta, _, wkb, fields = raw.read(path, layer="a", force_2d=True)
    assert found.crs == meta["crs"]
    assert found.shapes.values().tolist() == wkb.tolist()
    assert list(found.columns) == list(meta["fields"])
    for name, values in zip(meta["fields"], fields, strict=True):
        if name != "MJ":
            assert found.columns[name].tolist() == [v or "" for v in values]
    assert found.columns["MJ"].tolist()[:9:8] == ["0", "1"]


def test_the_fallback_reads_the_same_bases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_base.write_base(tmp_path / "base")
    store = folder / ".zoning"

    def prepared() -> dict[str, bytes]:
        open_base(folder)
        files = sorted(path for path in store.rglob("*") if path.is_file())
        content = {str(p.relative_to(store)): p.read_bytes() for p in files}
        for path in files:
            path.unlink()
        return content

    with_process = prepared()
    monkeypatch.setenv("ZONING_WORKER", "off")
    assert guard.native_reading() == guard.IN_PROCESS
    monkeypatch.setattr(Reader, "ask", None)

    assert len(with_process) > 3
    assert prepared() == with_process


@pytest.mark.parametrize("suffix", [".parquet", ".fgb"])
def test_the_fallback_reads_the_same_sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = sites_file(tmp_path, suffix)
    (usual,) = read_sites([path])
    monkeypatch.setenv("ZONING_WORKER", "off")
    monkeypatch.setattr(Reader, "ask", None)
    (fallback,) = read_sites([path])

    assert usual.rejection is None
    assert fallback.geometry == usual.geometry
    assert (fallback.crs, fallback.source) == (usual.crs, usual.source)
    assert dict(fallback.attributes) == dict(usual.attributes)


# ------------------------------------------------------------------- where it is told
def test_the_fallback_stands_in_the_provenance(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict.software.cache_clear()
    usual = verdict.software()
    monkeypatch.setenv("ZONING_WORKER", "OFF ")
    verdict.software.cache_clear()
    told = verdict.software()
    verdict.software.cache_clear()

    assert dict(told) == {**usual, "reading": "in process"}


@pytest.mark.parametrize(
    ("platform", "program", "where"),
    [
        ("linux", "/usr/bin/python3.11", guard.CONFINED),
        ("darwin", "/usr/bin/python3", guard.CONFINED),
        ("win32", "C:/Python/pythonw.exe", guard.TIMED),
        ("win32", "C:/QGIS/bin/qgis-bin.exe", guard.IN_PROCESS),
        ("linux", "", guard.IN_PROCESS),
    ],
)
def test_each_system_has_its_named_way(
    monkeypatch: pytest.MonkeyPatch, platform: str, program: str, where: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys, "executable", program)

    assert guard.native_reading() == where


def test_the_doctor_says_what_holds_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = doctor_command._reading()
    monkeypatch.setenv("ZONING_WORKER", "off")
    off = doctor_command._reading()

    assert usual.well
    assert "memory" in usual.found
    assert not off.well
    assert off.found == "in process"


# --------------------------------------------------------------- who does not pay
@pytest.mark.slow
def test_a_text_file_on_a_prepared_base_starts_no_process(tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    plot = shapely.box(402100, 3432100, 402200, 3432200)
    small_base.write_txt(tmp_path / "site.txt", plot)
    open_base(folder)
    arguments = ["check", str(tmp_path / "site.txt"), "--base", str(folder), "--json"]
    script = (
        "import sys, psutil\n"
        "from zoning.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as stop:\n"
        "    assert stop.code == 4\n"
        "new = ['zoning.io.quarantine', 'zoning.io.native', 'zoning.io.asking']\n"
        "new = (*new, 'pyogrio', 'pyarrow')\n"
        "print()\n"
        "print([name for name in sys.modules if name.startswith(new)])\n"
        "print(psutil.Process().children())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n")[-3:-1] == ["[]", "[]"]
