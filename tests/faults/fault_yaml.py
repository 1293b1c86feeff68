"""Cases described as text: `tests/faults/*.yaml`, one file a format.

Each file holds a `twin` (the good text), the `file` name that it goes by, and
`cases` by class: name → changes of the text, codes, story.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from fault_case import OVERLAP_M2, Edit, Files, Outcome, SiteFault

__all__ = ["text_faults"]

FOLDER = Path(__file__).parent


def text_faults(stem: str) -> tuple[SiteFault, ...]:
    """Return the cases of one YAML file."""
    text = (FOLDER / f"{stem}.yaml").read_text(encoding="utf-8")
    loaded = yaml.safe_load(text)
    return tuple(_cases(loaded, stem))


def _cases(loaded: dict[str, Any], stem: str) -> Iterator[SiteFault]:
    for kind, cases in loaded["cases"].items():
        for name, case in cases.items():
            known = {"twin", "file", "change", "code", "story", "outcome", "crs"}
            known |= {"good_crs", "good", "encoding", "head", "tail", "keep", "as"}
            known |= {"overlap_m2", "unmended", "name"}
            assert set(case) <= known, (name, set(case) - known)
            file = case.get("file", loaded["file"])
            twin = loaded["twins"][case["twin"]] if "twin" in case else loaded["twin"]
            good = changed(twin, case.get("good", []))
            code = case["code"]
            yield SiteFault(
                name=f"{stem}: {name}",
                kind=kind,
                good=_twin(file, good),
                spoil=_edit(case, good),
                codes=tuple(code) if isinstance(code, list) else (code,),
                story=case["story"],
                outcome=Outcome(case.get("outcome", "rejected")),
                crs=case.get("crs"),
                good_crs=case.get("good_crs"),
                overlap_m2=case.get("overlap_m2", OVERLAP_M2),
                unmended=case.get("unmended", ""),
            )


def changed(text: str, changes: list[list[str]]) -> str:
    """Return the text with pieces replaced, each of which must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def _twin(file: str, text: str) -> Any:
    return lambda: {file: text.encode()}


def _edit(case: dict[str, Any], good: str) -> Edit:
    """Return the edit: text first, then its bytes, then the name."""

    def spoil(files: Files) -> Files:
        ((name, before),) = files.items()
        text = changed(good, case.get("change", []))
        content = text.encode(case.get("encoding", "utf-8"))
        content = bytes.fromhex(case.get("head", "")) + content
        content += bytes.fromhex(case.get("tail", ""))
        content = content[: int(len(content) * case.get("keep", 1))]
        renamed = case.get("as", name)
        assert (renamed, content) != (name, before) or "crs" in case
        return {renamed: content}

    return spoil
