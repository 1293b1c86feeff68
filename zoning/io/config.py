"""`zoning.yaml`: what a base holds, checked at the door."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from zoning import strict_yaml
from zoning.errors import BaseError, Problem
from zoning.io.catalogue import catalogue

__all__ = ["AbsentEntry", "BaseConfig", "LayerEntry", "read_config"]

CONFIG_NAME = "zoning.yaml"


def _day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        msg = "write the day as YYYY-MM-DD"
        raise ValueError(msg)
    return value


def _inside(value: object) -> object:
    """Refuse paths that GDAL would take for a network or virtual file."""
    if isinstance(value, str) and (value.startswith("/vsi") or "://" in value):
        msg = "only plain files are read"
        raise ValueError(msg)
    return value


Day = Annotated[date, BeforeValidator(_day)]
LocalPath = Annotated[str, BeforeValidator(_inside)]


class Strict(BaseModel):
    """Base of the parts: frozen, unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LayerEntry(Strict):
    """One layer: file, edition, standing, coverage, fields, seal."""

    path: LocalPath
    layer: str | None = None
    layers: tuple[str, ...] = ()
    edition: str | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    authority: Literal["statutory", "draft", "demo"] = "statutory"
    coverage: LocalPath | None = None
    encoding: str = "auto"
    crs: str | None = None
    fields: dict[str, str] = {}
    vertical_datum: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    features: int | None = Field(default=None, ge=0)


class AbsentEntry(Strict):
    """A declaration that the county truly has none."""

    absent: Literal["true"]
    statement: str
    source: str
    date: str


class BaseConfig(Strict):
    """The whole file."""

    name: str
    demo: bool = False
    admin_code: str = Field(pattern=r"^\d{6}$")
    crs: str = Field(pattern=r"^EPSG:\d{4,5}$")
    county: LayerEntry
    packs: tuple[LocalPath, ...] = ("national",)
    scope: tuple[str, ...] = ("three_lines",)
    layers: dict[str, LayerEntry | AbsentEntry] = {}


def read_config(folder: Path) -> BaseConfig:
    """Read `zoning.yaml` of a base folder.

    Raises
    ------
    BaseError
        With every problem and its line.
    """
    path = folder / CONFIG_NAME
    if not path.is_file():
        raise BaseError(Problem(code="BASE_NOT_FOUND", values={"path": folder.name}))
    text = path.read_text(encoding="utf-8-sig")
    try:
        config = BaseConfig.model_validate(strict_yaml.load_text(text))
    except strict_yaml.YamlError as error:
        raise BaseError(_malformed(error.line, error.reason)) from error
    except ValidationError as error:
        lines = strict_yaml.lines_of(text)
        problems = [
            _malformed(_line(lines, item["loc"]), f"{item['loc'][-1:]}: {item['msg']}")
            for item in error.errors(include_url=False)
        ]
        raise BaseError(*problems) from error
    unknown = [name for name in config.layers if name not in catalogue()]
    if unknown:
        lines = strict_yaml.lines_of(text)
        raise BaseError(
            *(_malformed(lines["layers", n], f"unknown layer id {n}") for n in unknown)
        )
    return config


def _line(lines: dict[tuple[str | int, ...], int], loc: tuple[str | int, ...]) -> int:
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, 1)


def _malformed(line: int, detail: str) -> Problem:
    return Problem(
        code="BASE_MALFORMED", where=f"{CONFIG_NAME}:{line}", values={"detail": detail}
    )
