"""Names that users send, and the log that nobody can rewrite unseen."""

import errno
import json
import os
import time
from pathlib import Path

import pytest
from asking import CaptureText, ask
from hypothesis import given
from hypothesis import strategies as st

from zoning.web.audit_log import AuditLog, broken_links
from zoning.web.names import safe_name
from zoning.web.refusals import RefusedError
from zoning.web.uploads import UploadLimits, Uploads

HOSTILE = [
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/abs/olute.txt",
    "C:\\a\\b.txt",
    "con.txt",
    "NUL",
    "a\x00b.txt",
    "a\u202etxt.exe",
    "a" * 300 + ".geojson",
    "地块。.txt",
    "...",
    "",
    " . ",
    "a.txt.",
    'a?*<>|:".txt',
    "\ud800.txt",
    "~/x.txt",
    "$(id).txt",
    "-rf.txt",
    "一/二\\三.txt",
]


@pytest.mark.parametrize("given_name", HOSTILE)
def test_a_hostile_name_stays_in_its_folder(given_name: str, tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    upload = uploads.put(given_name, b"x")

    (stored,) = uploads.folder(upload).iterdir()
    assert stored.read_bytes() == b"x"
    assert stored.parent == uploads.folder(upload)
    assert [path.name for path in tmp_path.iterdir()] == ["uploads"]


@given(st.text(max_size=400))
def test_every_name_becomes_a_plain_one(text: str) -> None:
    name = safe_name(text)

    assert 0 < len(name) <= 100
    assert not set(name) & set('/\\:*?"<>|\0')
    assert name == name.strip(" .")
    assert safe_name(name) == name
    assert name.split(".")[0].lower() not in {"con", "nul", "aux", "prn"}


def test_a_name_that_a_person_knows_stays() -> None:
    assert safe_name("甲地块（一期）2026-01.txt") == "甲地块（一期）2026-01.txt"


AN_HOUR = 3600.0


def aged(uploads: Uploads, identifier: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(uploads.folder(identifier), (then, then))


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_oldest_upload_that_nobody_needs_makes_room(tmp_path: Path) -> None:
    limits = UploadLimits(most_bytes=1000, most=4)
    uploads = Uploads(tmp_path, limits)
    first, second, third = (uploads.put("a.txt", b"x" * 300) for _ in range(3))
    for age, one in ((3, first), (2, second), (1, third)):
        aged(uploads, one, age * AN_HOUR)

    more = uploads.put("b.txt", b"x" * 300, needed={first})

    assert there(tmp_path) == {first, third, more}
    assert Uploads(tmp_path, limits).put("c.txt", b"x" * 300) not in {first, third}
    assert there(tmp_path) >= {third, more}
    assert first not in there(tmp_path)


def test_no_more_is_taken_in_while_all_is_fresh_or_needed(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, UploadLimits(most_bytes=1000))
    kept = uploads.put("a.txt", b"x" * 900)
    for more in ({}, {"into": kept}):
        with pytest.raises(RefusedError) as refused:
            uploads.put("b.txt", b"x" * 200, **more)
        assert refused.value.problems[0].number == "E790"
    aged(uploads, kept, AN_HOUR)
    with pytest.raises(RefusedError, match="E790"):
        uploads.put("b.txt", b"x" * 200, needed={kept})

    assert there(tmp_path) == {kept}
    assert uploads.put("b.txt", b"x" * 200) in there(tmp_path)


def test_the_number_of_uploads_and_of_their_files_is_bounded(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, UploadLimits(most=2, most_files=2))
    one, _ = (uploads.put("a.shp", b"x") for _ in range(2))
    uploads.put("a.dbf", b"x", into=one)
    for number, more in (("E790", {}), ("E793", {"into": one})):
        with pytest.raises(RefusedError) as refused:
            uploads.put("a.shx", b"x", **more)
        assert refused.value.problems[0].number == number


def test_no_file_of_an_upload_takes_the_place_of_another(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    one = uploads.put("a?.txt", b"first")

    with pytest.raises(RefusedError, match="E797"):
        uploads.put("a*.txt", b"second", into=one)

    assert [path.read_bytes() for path in (tmp_path / one).iterdir()] == [b"first"]


def test_uploads_past_their_days_are_forgotten(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, UploadLimits(days=2))
    old, needed, young = (uploads.put("a.txt", b"x") for _ in range(3))
    for one in (old, needed):
        aged(uploads, one, 50 * AN_HOUR)

    assert uploads.forget_old(needed={needed}) == 1
    assert there(tmp_path) == {needed, young}


def full(*_: object, **__: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_on_a_full_disk_nothing_half_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = Uploads(tmp_path)
    shape = uploads.put("a.shp", b"x")
    for method in ("write_bytes", "replace", "mkdir"):
        with monkeypatch.context() as patch:
            patch.setattr(Path, method, full)
            for more in ({}, {"into": shape}):
                with pytest.raises(RefusedError) as refused:
                    uploads.put("a.dbf", b"x", **more)
                assert refused.value.problems[0].number == "E791"

    assert there(tmp_path) == {shape}
    assert there(tmp_path / shape) == {"a.shp"}


def test_an_upload_that_is_not_there_is_refused(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    for name in ("../x", "0" * 16, "", "x" * 16):
        with pytest.raises(RefusedError):
            uploads.folder(name)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    book = AuditLog(tmp_path)
    for number in range(5):
        book.note("job", job=f"{number:016x}", sites=number)
    assert broken_links(tmp_path) == ()
    return tmp_path / "audit.jsonl"


def test_the_log_goes_on_where_it_stopped(log: Path) -> None:
    AuditLog(log.parent).note("started")

    assert broken_links(log.parent) == ()
    assert len(log.read_text().splitlines()) == 6


@pytest.mark.parametrize("kept", [0, 1, 30, -1])
def test_a_log_that_a_kill_cut_short_goes_on(log: Path, kept: int) -> None:
    """A line was begun, or written without the head: neither is tampering."""
    before = log.read_bytes(), (log.parent / "audit.head.json").read_bytes()
    AuditLog(log.parent).note("job", sites=9)
    line = log.read_bytes()[len(before[0]) :]
    log.write_bytes(before[0] + (line if kept < 0 else line[:kept]))
    (log.parent / "audit.head.json").write_bytes(before[1])
    assert broken_links(log.parent) == ()

    AuditLog(log.parent).note("started")

    assert broken_links(log.parent) == ()
    assert len(log.read_text().splitlines()) == (7 if kept < 0 else 6)


def test_a_log_on_a_full_disk_refuses_what_comes_and_owes_what_was(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = AuditLog(log.parent)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(RefusedError) as refused:
            book.note("upload")
        book.note_late("finished", job="a")
        assert len(log.read_text().splitlines()) == 5
        assert broken_links(log.parent) == ()
    book.note("stopped")

    assert refused.value.problems[0].number == "E791"
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events[5:] == ["finished", "stopped"]
    assert broken_links(log.parent) == ()


def test_verify_tells_a_log_that_was_tampered_with(
    log: Path, capsys: CaptureText
) -> None:
    whole = ask(capsys, "verify", str(log.parent))
    head = json.loads(log.read_text().splitlines()[-1])["hash"]
    log.write_text(log.read_text().replace('"sites": 3', '"sites": 2'))
    broken = ask(capsys, "verify", str(log.parent))

    assert whole.code == 0
    assert head in whole.out
    assert broken.code == 1
    assert "E757" in broken.out


@pytest.mark.parametrize(
    "harm",
    [
        lambda lines: [*lines[:2], lines[2].replace("job", "jab"), *lines[3:]],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
        lambda lines: [*lines[:2], lines[1], *lines[2:]],
        lambda lines: lines[:-1],
        lambda lines: lines[:0],
        lambda lines: [*lines, "{}"],
    ],
    ids=["changed", "removed", "swapped", "repeated", "cut", "emptied", "added"],
)
def test_a_log_that_was_rewritten_is_found(log: Path, harm: object) -> None:
    lines = log.read_text().splitlines()
    assert callable(harm)
    log.write_text("".join(f"{line}\n" for line in harm(lines)))

    (problem,) = broken_links(log.parent)
    assert problem.code == "DESK_LOG_BROKEN"


@pytest.mark.parametrize("lost", ["the last lines", "the head"])
def test_what_was_found_broken_at_a_start_stays_told(log: Path, lost: str) -> None:
    """The next desk goes on with the log, and would set a head that fits."""
    if lost == "the head":
        (log.parent / "audit.head.json").unlink()
    else:
        log.write_text("".join(log.read_text().splitlines(keepends=True)[:2]))
    found = broken_links(log.parent)
    for _ in range(2):
        AuditLog(log.parent).note("started")

    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events[-3:] == ["log_broken", "started", "started"]
    assert broken_links(log.parent) == found != ()


def test_every_byte_of_the_log_counts(log: Path) -> None:
    whole = log.read_bytes()
    for place in range(0, len(whole), 7):
        log.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert broken_links(log.parent), place
