"""Names that users send, and the log that nobody can rewrite unseen."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.web.audit_log import AuditLog, broken_links
from zoning.web.names import safe_name
from zoning.web.refusals import RefusedError
from zoning.web.uploads import Uploads

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


def test_every_byte_of_the_log_counts(log: Path) -> None:
    whole = log.read_bytes()
    for place in range(0, len(whole), 7):
        log.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert broken_links(log.parent), place
