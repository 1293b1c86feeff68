"""Options that several commands share."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoning.cli.console import speak
from zoning.errors import Problem, UsageError

if TYPE_CHECKING:  # loads the Word library
    from zoning.report.office_template import OfficeTemplate

__all__ = [
    "as_of_option",
    "base_option",
    "crs_option",
    "json_option",
    "lang_option",
    "office_template",
    "out_option",
    "template_option",
    "verify_option",
]

Command = Callable[..., Any]


def _lang(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    speak(value)
    return value


def _day(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> date:
    if value is None:
        return date.today()  # noqa: DTZ011  the office's own day
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise UsageError(Problem(code="BAD_DATE", values={"value": value})) from error


def lang_option(command: Command) -> Command:
    """Add ``--lang``."""
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        default=os.environ.get("ZONING_LANG", "zh"),
        callback=_lang,
        is_eager=True,
        help="界面与报告语言 language of talk and report (zh).",
    )(command)


def as_of_option(command: Command) -> Command:
    """Add ``--as-of``."""
    return click.option(
        "--as-of",
        "as_of",
        metavar="YYYY-MM-DD",
        callback=_day,
        help="受理日期，决定适用的法规与数据版本 day of acceptance (today).",
    )(command)


def base_option(command: Command) -> Command:
    """Add ``--base``."""
    return click.option(
        "--base",
        type=click.Path(path_type=Path),
        default=Path(),
        help="底图目录，含 zoning.yaml base folder (current folder).",
    )(command)


def verify_option(command: Command) -> Command:
    """Add ``--verify``."""
    return click.option(
        "--verify",
        is_flag=True,
        help="重新计算每个底图文件的 SHA-256 hash every file of the base anew.",
    )(command)


def crs_option(command: Command) -> Command:
    """Add ``--crs``."""
    return click.option(
        "--crs",
        metavar="EPSG:n|gcj02|bd09",
        help="文件未写坐标系时采用；取自高德、腾讯地图写 gcj02，百度地图写 bd09 "
        "CRS of files that state none; gcj02 or bd09 where degrees are off a web map.",
    )(command)


def out_option(command: Command) -> Command:
    """Add ``--out``."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        help="输出位置，不覆盖已有结果 where to write; never overwrites a run.",
    )(command)


def template_option(command: Command) -> Command:
    """Add ``--template``."""
    return click.option(
        "--template",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="本单位的 Word 模板 your office's own Word template, .docx.",
    )(command)


def office_template(path: Path | None) -> "OfficeTemplate | None":
    """Return the template that was named, looked at before any long work."""
    if path is None:
        return None
    from zoning.report.office_template import read_template

    return read_template(path)


def json_option(command: Command) -> Command:
    """Add ``--json``."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="结果 JSON 写到标准输出 the result as JSON on stdout.",
    )(command)
