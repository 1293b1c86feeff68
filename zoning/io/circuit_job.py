"""A Circuitscape job: its options, and the files it names.

Relative paths are looked for beside the job, then in the folders above it,
then in the current folder. What a job leaves open has the default of
`zoning/data/circuit_job.yaml`. An option that changes figures and is not
carried out refuses the job; one that changes none is passed over.
"""

import configparser
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from zoning import strict_yaml
from zoning.errors import Problem, UsageError

__all__ = ["CircuitJob", "read_job"]

_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no", "none", ""}
_LEVELS_UP = 8
_NOT_ENTERED = {"not entered", "notentered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitJob:
    """A job as it was written; paths found, defaults filled in.

    Parameters
    ----------
    path : Path
        The job's own file.
    words : mapping of str to str
        Options that are words.
    flags : mapping of str to bool
    files : mapping of str to Path
        Files that the job asks for and that exist.
    notes : tuple of Problem
        Options that nothing is known about.
    """

    path: Path
    words: Mapping[str, str]
    flags: Mapping[str, bool]
    files: Mapping[str, Path]
    notes: tuple[Problem, ...] = field(default=())

    @property
    def name(self) -> str:
        """The stem of the output files."""
        stem = self.words["output_file"].replace("\\", "/").rsplit("/", 1)[-1]
        return stem.removesuffix(".out")

    def needed(self, key: str) -> Path:
        """Return a file that the job cannot do without.

        Raises
        ------
        UsageError
            ``JOB_FILE_MISSING``.
        """
        if key in self.files:
            return self.files[key]
        raise _refused("JOB_FILE_MISSING", self.path, option=key, file="")


def read_job(path: Path) -> CircuitJob:
    """Read a job.

    Raises
    ------
    UsageError
        ``JOB_UNREADABLE``, ``JOB_OPTION_WRONG``, ``JOB_OPTION_REFUSED``,
        ``JOB_FILE_MISSING``.
    """
    told = _told(path)
    options = _options()
    words, flags, named = {}, {}, {}
    for key, option in options.items():
        value = told.get(key, option.get("default", ""))
        if option["fate"] == "ignored":
            continue
        if option["kind"] == "flag":
            flags[key] = _flag(path, key, value)
        elif option["kind"] == "file":
            named[key] = value
        else:
            words[key] = _word(path, key, value)
        if option["fate"] == "refused" and flags[key]:
            raise _refused("JOB_OPTION_REFUSED", path, option=key)
    if words["scenario"] in _NOT_ENTERED:
        raise _refused("JOB_OPTION_WRONG", path, option="scenario", value="")
    notes = tuple(
        Problem(code="JOB_OPTION_UNKNOWN", where=path.name, values={"option": key})
        for key in told
        if key not in options
    )
    wanted = {key: named[key] for key in _wanted(words, flags) if key in named}
    return CircuitJob(
        path=path,
        words=words,
        flags=flags,
        files={key: _found(path, key, value) for key, value in wanted.items()},
        notes=notes,
    )


@cache
def _options() -> dict[str, dict[str, str]]:
    text = files("zoning").joinpath("data/circuit_job.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, str]] = strict_yaml.load_text(text)
    return loaded


def _told(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        detail = str(error).splitlines()[0]
        raise _refused("JOB_UNREADABLE", path, detail=detail) from error
    return {
        key: value.strip()
        for section in parser.sections()
        for key, value in parser.items(section)
    }


def _flag(path: Path, key: str, value: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise _refused("JOB_OPTION_WRONG", path, option=key, value=value)


def _word(path: Path, key: str, value: str) -> str:
    choices = _options()[key].get("choices")
    if choices is None:
        return value
    if value.lower() in _NOT_ENTERED:
        return "keepall" if key == "remove_src_or_gnd" else value.lower()
    if value.lower() not in choices:
        raise _refused("JOB_OPTION_WRONG", path, option=key, value=value)
    return value.lower()


def _wanted(words: Mapping[str, str], flags: Mapping[str, bool]) -> list[str]:
    """Return the options whose files this job uses."""
    keys = ["habitat_file"]
    if words["scenario"] == "advanced":
        keys += ["source_file", "ground_file"]
    else:
        keys.append("point_file")
    raster = words["data_type"] == "raster"
    switches = {
        "use_polygons": "polygon_file",
        "use_mask": "mask_file",
        "use_included_pairs": "included_pairs_file",
        "use_variable_source_strengths": "variable_source_file",
    }
    return keys + [name for flag, name in switches.items() if flags[flag] and raster]


def _found(job: Path, key: str, value: str) -> Path:
    """Return the file that an option names: beside the job, above it, or here."""
    relative = Path(value.replace("\\", "/")) if value else Path("?")
    folder = job.resolve().parent
    above = [folder, *folder.parents][: _LEVELS_UP + 1]
    for place in (*above, Path.cwd()):
        if (place / relative).is_file():
            return place / relative
    raise _refused("JOB_FILE_MISSING", job, option=key, file=value)


def _refused(code: str, path: Path, **values: str) -> UsageError:
    return UsageError(Problem(code=code, where=path.name, values=values))
