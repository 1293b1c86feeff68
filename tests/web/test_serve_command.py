"""`zoning serve` as a person starts and stops it."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import httpx
import psutil
import pytest
import shapely
import small_base
import yaml
from serving_desk import AS_OF, JSON

from zoning.report.manifest import verify_run
from zoning.web.audit_log import broken_links
from zoning.web.page_routes import desk_texts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def start(base: Path, place: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "zoning", "serve", "--base", str(base)]
    command += ["--out", str(place), "--port", "0", "--no-browser", *more]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def address(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/#token=(\S+)", line)
        if found:
            return found[1], found[2]
    raise AssertionError(process.wait())


def test_it_says_its_address_and_stops_cleanly_leaving_no_process(
    base_folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "desk"
    with start(base_folder, place) as process:
        url, token = address(process)
        headers = {"authorization": f"Bearer {token}"}
        path = tmp_path / "site.txt"
        small_base.write_txt(path, small_base.LAYERS["forest_land"][0][0])
        with httpx.Client(base_url=url, headers=headers, timeout=120) as client:
            for _ in range(50):
                try:
                    assert client.get("/").status_code == 200
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
            sent = client.post(
                "/api/sites",
                params={"name": "site.txt"},
                content=path.read_bytes(),
                headers={"content-type": "application/octet-stream"},
            ).json()
            body = {"uploads": [sent["upload"]], "as_of": AS_OF}
            assert client.post("/api/check", json=body).status_code == 200
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read() if process.stderr else ""
        code = process.wait(60)

    assert code == 0, rest
    assert "已停止" in rest
    assert "Traceback" not in rest
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    assert broken_links(place) == ()


def test_a_desk_that_is_killed_leaves_no_process_behind(
    base_folder: Path, tmp_path: Path
) -> None:
    with start(base_folder, tmp_path / "desk") as process:
        url, token = address(process)
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{url}/api/layers", headers=headers, timeout=120).is_success
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
    _, alive = psutil.wait_procs(children, timeout=20)

    assert alive == []


def many(count: int) -> bytes:
    """Return plots beside each other as one file."""
    plots = [
        shapely.box(402_100 + 3 * k, 3_432_100, 402_102 + 3 * k, 3_432_160)
        for k in range(count)
    ]
    frame = geopandas.GeoDataFrame(
        {"name": [f"p{k}" for k in range(count)]}, geometry=plots, crs="EPSG:4546"
    )
    return frame.to_json(to_wgs84=False).encode()


class Caller:
    """A client of a desk that is started as a person starts it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        url, token = address(process)
        headers = {"authorization": f"Bearer {token}"}
        transport = httpx.HTTPTransport(retries=20)
        self.client = httpx.Client(
            base_url=url, headers=headers, timeout=120, transport=transport
        )
        self.process = process

    def start(self, content: bytes) -> str:
        """Send a file and start its check; return the job."""
        headers = {"content-type": "application/octet-stream"}
        query = {"name": "s.geojson", "crs": "EPSG:4546"}
        sent = self.client.post(
            "/api/sites", params=query, content=content, headers=headers
        )
        inputs = {"uploads": [sent.json()["upload"]], "as_of": AS_OF}
        inputs |= {"crs": "EPSG:4546"}
        async_ = {"prefer": "respond-async"}
        path = "/processes/check/execution"
        return str(
            self.client.post(path, json={"inputs": inputs}, headers=async_).json()[
                "jobID"
            ]
        )

    def job(self, job: str) -> dict[str, Any]:
        """Return how far a job is."""
        told: dict[str, Any] = self.client.get(f"/jobs/{job}").json()
        return told

    def jobs(self) -> list[dict[str, Any]]:
        """Return all jobs."""
        listed: list[dict[str, Any]] = self.client.get("/jobs").json()["jobs"]
        return listed

    def under_way(self, job: str) -> None:
        """Wait until some of a batch is checked."""
        while not 0 < (told := self.job(job))["progress"] < 100:
            assert told["status"] in {"accepted", "running"}, told["problems"]
            time.sleep(0.01)

    def finished(self, job: str) -> dict[str, Any]:
        """Wait for the end of a job."""
        while (told := self.job(job))["status"] in {"accepted", "running"}:
            time.sleep(0.05)
        return told

    def resume(self, job: str) -> None:
        """Go on with a job."""
        answer = self.client.post(f"/api/runs/{job}/resume", headers=JSON)
        assert answer.status_code == 200, answer.text


@contextmanager
def called(base: Path, place: Path) -> Iterator[Caller]:
    """Start a desk with one worker, give a client of it, and kill it."""
    with start(base, place, "--workers", "1") as process:
        caller = Caller(process)
        with caller.client:
            yield caller
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def test_a_batch_goes_on_after_its_worker_and_then_the_desk_were_killed(
    base_folder: Path, tmp_path: Path
) -> None:
    place, batch = tmp_path / "desk", many(520)
    with called(base_folder, place) as caller:
        early, whole = caller.start(many(2)), caller.start(batch)
        for job in (early, whole):
            assert caller.finished(job)["status"] == "successful"
        killed = caller.start(batch)
        caller.under_way(killed)
        for child in psutil.Process(caller.process.pid).children():
            child.kill()
        lost = caller.finished(killed)
        caller.resume(killed)
        caller.under_way(killed)
    assert broken_links(place) == ()
    with called(base_folder, place) as caller:
        marked = caller.job(killed)
        states = {one["jobID"]: one["status"] for one in caller.jobs()}
        journal = (place / "runs" / killed / ".run.journal").is_file()
        caller.resume(killed)
        done = caller.finished(killed)
        again = caller.client.post(f"/api/runs/{killed}/resume", headers=JSON)

    assert lost["problems"][0]["code"] == "DESK_WORKER_LOST"
    assert marked["problems"][0]["code"] == "DESK_JOB_INTERRUPTED"
    assert states == {early: "successful", whole: "successful", killed: "failed"}
    assert journal
    assert done["status"] == "successful", done["problems"]
    assert again.status_code == 409
    runs = [place / "runs" / job for job in (early, whole, killed)]
    assert [verify_run(run / "run") for run in runs] == [(), (), ()]
    assert len({(run / "verdict.json").read_bytes() for run in runs[1:]}) == 1
    assert broken_links(place) == ()


@pytest.mark.parametrize(
    ("more", "number"),
    [
        (("--host", "0.0.0.0"), "E760"),  # noqa: S104  it must be refused
        (("--host", "0.0.0.0", "--token", "short"), "E760"),  # noqa: S104
        (("--host", "203.0.113.1", "--token", "x" * 16), "E759"),
    ],
)
def test_beyond_this_machine_a_token_is_demanded_and_what_is_exposed_is_said(
    base_folder: Path, tmp_path: Path, more: tuple[str, ...], number: str
) -> None:
    with start(base_folder, tmp_path / "desk", *more) as process:
        said = process.stderr.read() if process.stderr else ""
        code = process.wait(60)

    assert code == 2
    assert number in said
    assert ("203.0.113.1" in said) == (number == "E759")
    assert ("查看底图" in said) == (number == "E759")


def test_a_second_desk_in_the_same_folder_is_refused(
    base_folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "desk"
    place.mkdir()
    own = psutil.Process()
    (place / "desk.lock").write_text(f"{own.pid} {own.create_time()!r}")
    with start(base_folder, place) as process:
        said = process.stderr.read() if process.stderr else ""

    assert process.returncode == 2
    assert "E761" in said


def test_a_folder_that_cannot_be_written_is_named(
    base_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with start(base_folder, tmp_path / "file" / "desk") as process:
        said = process.stderr.read() if process.stderr else ""

    assert process.returncode == 2
    assert "E762" in said


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    static = ROOT / "zoning/web/static"
    used = {
        key
        for path in static.glob("*.*")
        if path.is_file()
        for key in re.findall(
            r"""(?:\bt\(|data-(?:text|label)=)["'](\w+)["']""",
            path.read_text(encoding="utf-8"),
        )
    }
    texts = desk_texts()

    assert used <= set(texts)
    assert all(set(words) == {"zh", "en"} for words in texts.values())
    assert all(words["zh"] and words["en"] for words in texts.values())


def test_the_page_holds_no_text_of_its_own_and_parses_none() -> None:
    for path in (ROOT / "zoning/web/static").glob("*.js"):
        code = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        code = code.replace('"经度", "纬度"', "")  # columns of a table, not words
        code = re.sub(
            r'join\("[；、]"\)|（\$\{|）`|，\$|\[\\s,，;；\\t\]|"。"', "", code
        )
        assert not re.search(r"[一-鿿]", code), path.name
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "write("):
            assert way not in code, path.name


def test_what_others_made_is_pinned_with_its_licence() -> None:
    import hashlib
    import tomllib

    static = ROOT / "zoning/web/static"
    listed = tomllib.loads((static / "VENDOR.toml").read_text(encoding="utf-8"))["file"]
    for entry in listed:
        content = (static / entry["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert (static / "licenses" / entry["licence_file"]).is_file()
    inside = {p.relative_to(static).as_posix() for p in static.glob("*/*")}
    inside = {path for path in inside if not path.startswith("licenses/")}
    assert inside == {entry["path"] for entry in listed}


def test_the_numbers_of_the_desk_are_its_own() -> None:
    path = ROOT / "zoning/data/messages/desk.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8")).values()

    assert all("E740" <= entry["number"] <= "E799" for entry in entries)
