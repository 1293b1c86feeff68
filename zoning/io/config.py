"""`zoning.yaml`: what a base holds, checked at the door."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    model_validator,
)

from zoning import terms
from zoning.errors import BaseError, Problem
from zoning.io.catalogue import catalogue
from zoning.io.database_source import database_faults
from zoning.io.reader_remarks import in_chinese
from zoning.rules.schema import Day, Strict
from zoning.strict_yaml import YamlError, line_at, lines_of, load_text

__all__ = ["AbsentEntry", "BaseConfig", "LayerEntry", "LayoutEntry", "read_config"]

CONFIG_NAME = "zoning.yaml"


def _inside(value: object) -> object:
    """Refuse paths that GDAL would take for a network or virtual file."""
    if isinstance(value, str) and (value.startswith("/vsi") or "://" in value):
        msg = "only plain files are read"
        raise ValueError(msg)
    return value


Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
LocalPath = Annotated[str, BeforeValidator(_inside)]


def _plane(value: object) -> object:
    """Accept the Gauss-Krüger planes of CGCS2000: metres, and no datum shift."""
    codes = {f"EPSG:{code}" for code in range(4491, 4555)}
    if value not in codes:
        msg = "the working plane is a CGCS2000 Gauss-Krüger CRS, such as EPSG:4546"
        raise ValueError(msg)
    return value


def _scope(value: object) -> object:
    """Refuse chapters that do not exist: a misspelt one would not be checked."""
    if value not in terms.group("scope"):
        msg = f"no such scope; known: {', '.join(terms.group('scope'))}"
        raise ValueError(msg)
    return value


PlaneCrs = Annotated[str, BeforeValidator(_plane)]
Scope = Annotated[str, BeforeValidator(_scope)]


class LayerEntry(Strict):
    """One layer: file or table, edition, standing, coverage, fields, seal.

    A file is named by `path`; a table of PostGIS by `source` (``postgis:`` and
    a service of libpq), `table` and, where it has several, its `geometry`.
    """

    path: LocalPath = ""
    source: str | None = None
    table: str | None = None
    geometry: str | None = None
    layer: str | None = None
    layers: tuple[str, ...] = ()
    edition: str | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    authority: Literal["statutory", "draft", "demo"] = "statutory"
    coverage: Annotated[LocalPath, StringConstraints(min_length=1)] | None = None
    encoding: str = "auto"
    crs: str | None = None
    fields: dict[str, str] = Field(default_factory=dict)
    vertical_datum: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    features: int | None = Field(default=None, ge=0)
    beyond_county: bool = False

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.path and self.source is None:
            msg = "path is missing"
            raise ValueError(msg)
        return self

    @property
    def place(self) -> str:
        """What the layer is read from, as zoning.yaml names it."""
        return self.path if self.source is None else f"{self.source}/{self.table}"


class AbsentEntry(Strict):
    """A declaration that the county truly has none."""

    absent: Literal["true"]
    statement: Said
    source: Said
    date: Day


def _entry_kind(value: object) -> str:
    said = value if isinstance(value, dict) else {}
    return "absent" if "absent" in said else "layer"


Entry = Annotated[
    Annotated[LayerEntry, Tag("layer")] | Annotated[AbsentEntry, Tag("absent")],
    Discriminator(_entry_kind),
]


class LayoutEntry(Strict):
    """What the county says of its layout: numbers by kind, codes of built-up cells."""

    counts: dict[
        Literal["belt", "screen", "corridor", "patch"], Annotated[int, Field(ge=0)]
    ] = Field(default_factory=dict)
    built_up: tuple[Annotated[str, StringConstraints(pattern=r"^\d+$")], ...] = ()
    source: Said


class BaseConfig(Strict):
    """The whole file."""

    name: str
    demo: bool = False
    admin_code: str = Field(pattern=r"^\d{6}$")
    crs: PlaneCrs
    county: LayerEntry
    packs: tuple[LocalPath, ...] = ("national",)
    scope: tuple[Scope, ...] = ("three_lines",)
    layers: dict[str, Entry] = Field(default_factory=dict)
    layout: LayoutEntry | None = None


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
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BaseError(_malformed(1, "not UTF-8")) from error
    try:
        document = load_text(text)
    except YamlError as error:
        raise BaseError(_malformed(error.line, error.reason)) from error
    _require_services(document, text)
    try:
        config = BaseConfig.model_validate(document)
    except ValidationError as error:
        lines = lines_of(text)
        problems = [
            _malformed(line_at(lines, at), item["msg"], at=at)
            for item in error.errors(include_url=False)
            for at in [_untagged(item["loc"])]
        ]
        raise BaseError(*problems) from error
    faults = _unknown_names(config)
    if faults:
        lines = lines_of(text)
        raise BaseError(*(_malformed(line_at(lines, at), why) for at, why in faults))
    return config


def _require_services(document: object, text: str) -> None:
    """Refuse a password, and databases that are not named by a service."""
    kinds = {name: one.geometry for name, one in catalogue().items()}
    without = frozenset(n for n, kind in kinds.items() if kind in {"raster", "table"})
    faults = tuple(database_faults(document, without_table=without))
    if faults:
        lines = lines_of(text)
        raise BaseError(
            *(
                Problem(
                    code=fault.code,
                    where=f"{CONFIG_NAME}:{line_at(lines, fault.at)}",
                    values={"detail": fault.detail},
                )
                for fault in faults
            )
        )


def _unknown_names(
    config: BaseConfig,
) -> list[tuple[tuple[str | int, ...], str]]:
    """Find layer ids and field names that the catalogue does not have."""
    faults: list[tuple[tuple[str | int, ...], str]] = []
    for name, entry in config.layers.items():
        if name not in catalogue():
            faults.append((("layers", name), f"unknown layer id {name}"))
        elif isinstance(entry, LayerEntry):
            known = {*catalogue()[name].fields, "id"}
            faults += [
                (("layers", name, "fields", field), f"unknown field {field} of {name}")
                for field in entry.fields
                if field not in known
            ]
    return faults


def _untagged(loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the place as the file has it, without the name of the entry's kind."""
    return (*loc[:2], *loc[3:]) if loc[:1] == ("layers",) else loc


def _malformed(line: int, said: str, at: tuple[str | int, ...] = ()) -> Problem:
    place = f"{'.'.join(map(str, at))}: " if at else ""
    values = {"detail": f"{place}{said}", "detail_zh": f"{place}{in_chinese(said)}"}
    return Problem(code="BASE_MALFORMED", where=f"{CONFIG_NAME}:{line}", values=values)
