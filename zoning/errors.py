"""What can go wrong, and what the user is told about it.

::

    ZoningError
    ├── SiteError       a site file cannot be read safely (REJECTED)
    ├── BaseError       the base folder or its zoning.yaml is unusable
    ├── LayerError      one layer cannot be read whole
    ├── RulePackError   a rule pack is malformed (never: a site breaks a rule)
    ├── OutputError     results cannot be written
    └── UsageError      the call itself makes no sense

Every text comes from the registry `zoning/data/messages/*.yaml`, which ties
number, code, Chinese and English text, and cure. A `Problem` is one entry of
it, filled in; warnings, gaps and rejections are problems too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from zoning import strict_yaml

__all__ = [
    "BaseError",
    "LayerError",
    "Message",
    "OutputError",
    "Problem",
    "RulePackError",
    "SiteError",
    "UsageError",
    "ZoningError",
    "registry",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of the registry."""

    number: str
    code: str
    text: Mapping[str, str]
    cure: Mapping[str, str]


@cache
def registry() -> Mapping[str, Message]:
    """Return every message by its code, in order of number."""
    entries: list[Message] = []
    for file in files("zoning").joinpath("data/messages").iterdir():
        if file.name.endswith(".yaml"):
            loaded = strict_yaml.load_text(file.read_text(encoding="utf-8")) or {}
            entries += [
                Message(
                    number=entry["number"],
                    code=code,
                    text={"zh": entry["zh"], "en": entry["en"]},
                    cure={"zh": entry["cure_zh"], "en": entry["cure_en"]},
                )
                for code, entry in loaded.items()
            ]
    entries.sort(key=lambda message: message.number)
    return {message.code: message for message in entries}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A registry entry with its particulars.

    Parameters
    ----------
    code : str
        Key of the registry, for example ``TXT_ZONE_MISSING``.
    where : str
        File, row, line or point, as a person would look for it; may be empty.
    values : mapping of str to str
        What the text's placeholders stand for.
    """

    code: str
    where: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """E-number of the message."""
        return registry()[self.code].number

    def text(self, lang: str = "zh") -> str:
        """Return what happened, in `lang` (``zh`` or ``en``)."""
        return registry()[self.code].text[lang].format_map(self.values)

    def cure(self, lang: str = "zh") -> str:
        """Return what to do about it."""
        return registry()[self.code].cure[lang].format_map(self.values)

    def line(self, lang: str = "zh") -> str:
        """Return number, place, text and cure as one line."""
        stop, comma = ("。", "：") if lang == "zh" else (". ", ": ")
        place = f" {self.where}{comma}" if self.where else " "
        return f"{self.number}{place}{self.text(lang)}{stop}{self.cure(lang)}".strip()


class ZoningError(Exception):
    """Root of the tree; carries one problem or several."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(problem.line() for problem in problems))
        self.problems = problems

    @property
    def problem(self) -> Problem:
        """The first problem."""
        return self.problems[0]


class SiteError(ZoningError):
    """A site file, or a row of it, cannot be read safely."""


class BaseError(ZoningError):
    """The base folder or its zoning.yaml is unusable."""


class LayerError(ZoningError):
    """One layer of the base cannot be read whole."""


class RulePackError(ZoningError):
    """A rule pack is malformed. A site that breaks a rule is a `Finding`."""


class OutputError(ZoningError):
    """Results cannot be written."""


class UsageError(ZoningError):
    """The call makes no sense as given."""
