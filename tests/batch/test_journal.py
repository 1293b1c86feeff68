"""The journal: all or nothing, held by one, and nothing believed unchecked."""

import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from zoning.batch.journal import Journal, journal_path
from zoning.errors import OutputError

KEYS = {"layers": "a", "packs": "b", "options": "c", "engine": "d"}


def filled(path: Path, sites: int = 6, done: int = 4) -> Journal:
    journal = Journal(path)
    journal.ask([f"site {k}".encode() for k in range(sites)], KEYS)
    rows = journal.pending(0, done)
    journal.keep((key, b"result of " + content) for _, key, content in rows)
    return journal


def fill(journal: Journal) -> None:
    for _, key, _ in journal.pending(0, 40):
        journal.keep([(key, bytes(50_000))])


def test_what_was_kept_is_there_when_opened_again(tmp_path: Path) -> None:
    filled(tmp_path / "j").close()

    with Journal(tmp_path / "j") as journal:
        assert (journal.count, journal.done) == (6, 4)
        assert {**journal.facts(), **KEYS} == journal.facts()
        assert [content for _, _, content in journal.pending(0, 9)] == [
            b"site 4",
            b"site 5",
        ]
        assert journal.result(3) == b"result of site 3"


@pytest.mark.parametrize("part", list(KEYS))
def test_another_base_pack_option_or_engine_drops_all_results(
    tmp_path: Path, part: str
) -> None:
    with filled(tmp_path / "j") as journal:
        sites = [f"site {k}".encode() for k in range(6)]
        journal.ask(sites, KEYS)
        assert journal.done == 4

        journal.ask(sites, KEYS | {part: "other"})

        assert journal.done == 0


def test_a_site_that_changed_is_done_again_and_one_that_went_is_dropped(
    tmp_path: Path,
) -> None:
    with filled(tmp_path / "j") as journal:
        journal.ask([b"site 3", b"site 0", b"site 1!"], KEYS)

        assert journal.done == 2
        assert journal.result(0) == b"result of site 3"
        assert [content for _, _, content in journal.pending(0, 9)] == [b"site 1!"]


def test_a_chunk_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    with filled(tmp_path / "j", done=0) as journal:
        rows = journal.pending(0, 6)

        def broken() -> object:
            yield rows[0][1], b"one"
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            journal.keep(broken())  # type: ignore[arg-type]  # an iterator of pairs

        assert journal.done == 0


def test_a_damaged_result_is_found_and_done_again(tmp_path: Path) -> None:
    filled(tmp_path / "j").close()
    with closing(sqlite3.connect(tmp_path / "j")) as file, file:
        file.execute(
            "UPDATE results SET content = x'00' "
            "WHERE key = (SELECT key FROM sites WHERE position = 2)"
        )

    with Journal(tmp_path / "j") as journal:
        with pytest.raises(OutputError, match="E410"):
            journal.result(2)
        assert journal.forget_damaged() == 1
        assert [position for position, _, _ in journal.pending(0, 9)] == [2, 4, 5]


def test_only_one_run_holds_a_journal(tmp_path: Path) -> None:
    with (
        filled(tmp_path / "j"),
        pytest.raises(OutputError, match="E411"),
        Journal(tmp_path / "j"),
    ):
        pass


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"not a database, and long enough" * 40)

    with pytest.raises(OutputError, match="E410"):
        Journal(tmp_path / "j")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(OutputError, match="E410"):
        Journal(journal_path(tmp_path / "file" / "run"))


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path: Path) -> None:
    journal = filled(tmp_path / "j", sites=40, done=4)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    used = (tmp_path / "j-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (used + 100_000, before[1]))
    try:
        with pytest.raises(OutputError, match="E410"):
            fill(journal)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    kept = journal.done
    journal.close()

    with Journal(tmp_path / "j") as again:
        assert 4 < again.done == kept < 40
        assert again.forget_damaged() == 0


def test_a_removed_journal_leaves_no_file(tmp_path: Path) -> None:
    filled(tmp_path / "j").remove()

    assert list(tmp_path.iterdir()) == []
