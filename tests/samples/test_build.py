"""The builder writes the committed base again, and refuses foreign folders."""

import json
from pathlib import Path

import pytest

from zoning.samples import build_sample_base
from zoning.samples.places import sample_folder


@pytest.mark.slow
def test_a_rebuild_has_the_same_content(tmp_path: Path) -> None:
    folder = sample_folder()
    assert folder is not None

    build_sample_base(tmp_path / "county")

    built = json.loads((tmp_path / "county" / "manifest.json").read_text("utf-8"))
    known = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert built["layers"] == known["layers"]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("keep me", encoding="utf-8")

    with pytest.raises(FileExistsError):
        build_sample_base(tmp_path)

    assert mine.read_text("utf-8") == "keep me"
