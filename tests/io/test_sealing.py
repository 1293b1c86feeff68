"""Seals: the hash of each file in zoning.yaml, put there without harm to the rest."""

import json
import re
from pathlib import Path

import pytest
import small_base
from asking import CaptureText, ask

from zoning import strict_yaml
from zoning.errors import BaseError
from zoning.io import sealing
from zoning.io.base import open_base
from zoning.io.hashing import file_sha256
from zoning.io.sealing import Standing, seal, standings

FARMLAND = "permanent_basic_farmland"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_base.write_base(tmp_path / "base")


def entry_of(folder: Path, layer: str = FARMLAND) -> dict[str, str]:
    config = strict_yaml.load(folder / "zoning.yaml")
    found: dict[str, str] = config["layers"][layer]
    return found


def standing_of(folder: Path, layer: str = FARMLAND) -> Standing:
    return next(one.standing for one in standings(folder) if one.layer == layer)


def damage(folder: Path) -> None:
    """Move one corner of the farmland by a metre, as an edit in QGIS would."""
    path = folder / entry_of(folder)["path"]
    document = json.loads(path.read_text(encoding="utf-8"))
    ring = document["features"][0]["geometry"]["coordinates"][0]
    ring[1][0] += 1e-5
    path.write_text(json.dumps(document), encoding="utf-8")


def test_every_layer_that_was_read_is_sealed_with_hash_and_count(folder: Path) -> None:
    done = seal(folder)
    assert {one.standing for one in done} == {Standing.NEW}
    entry = entry_of(folder)
    assert entry["sha256"] == file_sha256(folder / entry["path"])
    assert entry["features"] == "2"
    base = open_base(folder)
    assert base.layers[FARMLAND].info.sealed
    assert {one.standing for one in standings(folder)} == {Standing.KEPT}


def test_all_else_in_the_file_stays_as_it_was(folder: Path) -> None:
    path = folder / "zoning.yaml"
    text = "# 本县底图，自然资源局 2026\n" + path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    seal(folder)
    sealed = path.read_text(encoding="utf-8")
    kept = re.sub(r"(, |\n +)(sha256|features): \w+", "", sealed)
    assert kept == text
    assert sealed != text
    assert (folder / "zoning.yaml.bak").read_text(encoding="utf-8") == text


def test_sealing_twice_changes_nothing(folder: Path) -> None:
    seal(folder)
    once = (folder / "zoning.yaml").read_bytes()
    assert {one.standing for one in seal(folder)} == {Standing.KEPT}
    assert (folder / "zoning.yaml").read_bytes() == once


def test_a_changed_layer_keeps_its_old_seal_and_is_not_read(folder: Path) -> None:
    seal(folder)
    before = entry_of(folder)["sha256"]
    damage(folder)
    found = {one.layer: one.standing for one in seal(folder)}
    assert found.pop(FARMLAND) is Standing.CHANGED
    assert set(found.values()) == {Standing.KEPT}
    assert entry_of(folder)["sha256"] == before
    (problem,) = open_base(folder).missing[FARMLAND]
    assert problem.code == "SEAL_BROKEN"


def test_it_is_sealed_again_only_when_asked(folder: Path) -> None:
    seal(folder)
    damage(folder)
    (done,) = seal(folder, only=[FARMLAND], again=True)
    assert done.standing is Standing.RENEWED
    assert standing_of(folder) is Standing.KEPT
    assert FARMLAND in open_base(folder).layers


def test_a_wrong_count_is_a_change(folder: Path) -> None:
    seal(folder)
    path = folder / "zoning.yaml"
    text = path.read_text(encoding="utf-8")
    digest = entry_of(folder)["sha256"]
    whole = f"sha256: {digest}"
    start = text.index(whole)
    edited = text[:start] + text[start:].replace("features: 2", "features: 3", 1)
    path.write_text(edited, encoding="utf-8")
    assert entry_of(folder)["features"] == "3"
    assert standing_of(folder) is Standing.CHANGED


@pytest.mark.parametrize("harm", ["gone", "empty", "cut"])
def test_a_layer_that_cannot_be_relied_on_is_never_sealed(
    folder: Path, harm: str
) -> None:
    path = folder / entry_of(folder)["path"]
    whole = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(b"" if harm == "empty" else whole[: len(whole) // 2])
    found = {one.layer: one for one in seal(folder, again=True)}
    assert found[FARMLAND].standing is Standing.UNREAD
    assert found[FARMLAND].problems
    assert "sha256" not in entry_of(folder)


@pytest.mark.parametrize(
    "form",
    [
        "{{path: {path}, authority: statutory, coverage: county}}",
        "\n    path: {path}  # 来自局里\n    coverage: county",
        "\n      coverage: county\n      path: '{path}'",
        "\n    sha256:\n    path: {path}\n    coverage: county",
        "\n    path: {path}\n    sha256: null\n    features:\n    coverage: county",
        "\n    path: {path}\n    fields:\n      id: BSM",
        "\n    fields: {{id: BSM}}\n    path: {path}",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_it_is_put_into_every_form_a_person_writes(
    folder: Path, form: str, newline: str
) -> None:
    path = folder / "zoning.yaml"
    config = strict_yaml.load(path)
    name = config["layers"][FARMLAND]["path"]
    lines = [part for part in (_line(key, config[key]) for key in config) if part]
    text = "\n".join([*lines, "layers:", f"  {FARMLAND}: {form.format(path=name)}"])
    path.write_bytes(text.replace("\n", newline).encode("utf-8"))
    wanted = strict_yaml.load(path)
    seal(folder)
    sealed = strict_yaml.load(path)
    entry = sealed["layers"][FARMLAND]
    assert entry["sha256"] == file_sha256(folder / name)
    assert entry["features"] == "2"
    assert standing_of(folder) is Standing.KEPT
    for mapping in (
        entry,
        sealed["county"],
        wanted["layers"][FARMLAND],
        wanted["county"],
    ):
        mapping.pop("sha256", None)
        mapping.pop("features", None)
    assert sealed == wanted
    assert (b"\r\n" in path.read_bytes()) == (newline == "\r\n")
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(newline.encode())


def _line(key: str, value: object) -> str:
    if key == "layers":
        return ""
    return f"{key}: {json.dumps(value, ensure_ascii=False)}"


def test_a_form_that_would_change_something_else_is_refused_and_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "zoning.yaml"
    before = path.read_bytes()
    monkeypatch.setattr(sealing, "_edited", lambda text, *_: text + "demo: true\n")
    with pytest.raises(BaseError) as caught:
        seal(folder)
    assert caught.value.problem.code == "SEAL_NOT_WRITTEN"
    assert path.read_bytes() == before


def test_the_command_lists_and_seals(folder: Path, capsys: CaptureText) -> None:
    listed = ask(capsys, "layers", "list", str(folder))
    assert listed.code == 0
    assert "永久基本农田" in listed.out
    assert "未登记" in listed.out
    sealed = ask(capsys, "layers", "seal", str(folder), "--lang", "en")
    assert sealed.code == 0
    assert "zoning.yaml.bak" in sealed.err
    damage(folder)
    again = ask(capsys, "layers", "seal", str(folder))
    assert again.code == 4
    assert "--again" in again.err
    records = json.loads(ask(capsys, "layers", "list", str(folder), "--json").out)
    states = {record["layer"]: record["seal"] for record in records}
    assert states[FARMLAND] == "changed"


def test_a_layer_the_base_does_not_list_is_named(
    folder: Path, capsys: CaptureText
) -> None:
    answer = ask(capsys, "layers", "seal", str(folder), "--layer", "no_such")
    assert answer.code == 2
    assert "no_such" in answer.err
    assert FARMLAND in answer.err
    assert "sha256" not in entry_of(folder)
