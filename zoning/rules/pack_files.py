"""The texts of rule packs, views and industry groups, as they lie in files."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from zoning.errors import Problem, RulePackError

__all__ = ["built_in_packs", "pack_text", "table_texts"]


def built_in_packs() -> tuple[str, ...]:
    """Return the ids of the packs that ship with the package."""
    names = [file.name for file in files("zoning").joinpath("packs").iterdir()]
    tables = {"views.yaml", "industry_groups.yaml", "audit.yaml"}
    return tuple(sorted(n.removesuffix(".yaml") for n in names if n not in tables))


@cache
def table_texts() -> tuple[str, str]:
    """Return the texts of views and of industry groups."""
    folder = files("zoning").joinpath("packs")
    views, groups = (
        folder.joinpath(f"{name}.yaml").read_text("utf-8")
        for name in ("views", "industry_groups")
    )
    return views, groups


def pack_text(name: str, folder: Path | None) -> str:
    """Return the text of a pack, by built-in id or path relative to `folder`."""
    if name in built_in_packs():
        return files("zoning").joinpath(f"packs/{name}.yaml").read_text("utf-8")
    path = (folder or Path()) / name
    if not path.is_file():
        raise RulePackError(Problem(code="PACK_NOT_FOUND", values={"pack": name}))
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        values = {"pack": name}
        raise RulePackError(
            Problem(code="PACK_ENCODING", where=f"{name}:1", values=values)
        ) from error
