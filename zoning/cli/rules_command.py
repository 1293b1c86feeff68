"""`zoning rules`: what the rules say, which rules read a polygon, their examples."""

import sys
from dataclasses import asdict
from datetime import date
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoning.cli.console import fail, say
from zoning.cli.named_packs import named_packs
from zoning.cli.options import as_of_option, lang_option
from zoning.errors import Problem, RulePackError, UsageError

if TYPE_CHECKING:  # packs are read only when a command runs
    from zoning.audit import AuditRule
    from zoning.report.rule_list import Polygon
    from zoning.rules.packs import RuleBook
    from zoning.rules.schema import Rule

__all__ = ["command"]

COLUMNS = ("id", "state", "title", "layers", "since", "article", "confidence")
FAILED, MALFORMED = 1, 2
LIKE_IT = 5
CLAUSE_LAYERS = {"access_list", "control_unit"}


@click.group("rules")
def command() -> None:
    """规则：列出、查看、试例 the rules: list, show, test.

    \b
    zoning rules list
    zoning rules list --layer protected_area --where zone=core
    zoning rules show YRL-001
    zoning rules test
    """  # noqa: D301  \b keeps click from reflowing


base_option = click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="用该底图 zoning.yaml 所列规则包 packs of this base.",
)


@command.command("list")
@base_option
@click.option(
    "--pack", "packs", multiple=True, help="规则包编号或路径 pack id or path."
)
@click.option("--scope", help="只列一章 one chapter, e.g. three_lines.")
@click.option("--layer", help="只列读取该图层的规则 rules that read this layer.")
@click.option(
    "--where",
    "filters",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="图斑的已知字段，与 --layer 同用 what is known of the polygon.",
)
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="标准输出为 JSON (UTF-8).")
@lang_option
def list_rules(  # noqa: PLR0913  the options of the command
    *,
    base: Path | None,
    packs: tuple[str, ...],
    scope: str | None,
    layer: str | None,
    filters: tuple[str, ...],
    as_of: date,
    as_json: bool,
    lang: str,
) -> int:
    """列出规则；按图斑查规则 list rules, or those that read a polygon.

    On a terminal a table; in a pipe one line a rule, parted by tabs.

    \b
    zoning rules list --scope yangtze --as-of 2020-06-01
    zoning rules list --layer permanent_basic_farmland
    zoning rules list --layer protected_area --where zone=核心景区
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.printing import print_json, print_rows
    from zoning.report.rule_list import rule_rows
    from zoning.report.rule_wording import listing, rule_text

    _known_scope(scope)
    polygon = _polygon(layer, filters)
    book = _book(packs, base)
    rows = rule_rows(book, as_of, lang, scope=scope, polygon=polygon)
    if as_json:
        print_json([asdict(row) for row in rows])
        return 0
    columns = [rule_text(f"column.{name}", lang) for name in COLUMNS]
    columns.append(rule_text("column.on_day", lang, day=as_of))
    if polygon is not None:
        columns.append(rule_text("column.match", lang))
    if rows:
        print_rows(columns, [row.cells(lang) for row in rows])
    else:
        say(rule_text("list.none", lang))
    if polygon is not None and polygon.layer in CLAUSE_LAYERS:
        say(rule_text("list.clauses", lang))
    named = listing((pack.id for pack in book.packs), lang)
    say(rule_text("list.count", lang, count=len(rows), day=as_of, packs=named))
    return 0


@command.command("show")
@click.argument("rule_id", metavar="ID")
@base_option
@click.option(
    "--pack", "packs", multiple=True, help="规则包编号或路径 pack id or path."
)
@as_of_option
@click.option(
    "--markdown", is_flag=True, help="输出 docs/rules 的页面 the page as Markdown."
)
@lang_option
def show_rule(
    *,
    rule_id: str,
    base: Path | None,
    packs: tuple[str, ...],
    as_of: date,
    markdown: bool,
    lang: str,
) -> int:
    """一条规则的全部内容 one rule in full.

    \b
    zoning rules show PBF-001
    zoning rules show DW-001 --as-of 2024-06-01
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.printing import print_lines
    from zoning.report.rule_lines import part_lines
    from zoning.report.rule_pages import origin, rule_page
    from zoning.report.rule_story import tell_rule

    book = _book(packs, base)
    audited = _audit_rule(rule_id, book)
    if audited is not None:
        from zoning.report.audit.pages import rule_lines

        print_lines(rule_lines(audited, lang))
        return 0
    rule = _rule(rule_id, book)
    if markdown:
        sys.stdout.flush()
        sys.stdout.buffer.write(rule_page(rule, book).encode())
        return 0
    title = rule.title.zh if lang == "zh" else rule.title.en
    parts = tell_rule(rule, book, lang, as_of=as_of)
    print_lines([f"{rule.id}  {title}", origin(rule, lang), *part_lines(parts)])
    return 0


@command.command("test")
@click.argument("packs", nargs=-1, metavar="[PACK]...")
@base_option
@lang_option
def test_rules(*, packs: tuple[str, ...], base: Path | None, lang: str) -> int:
    """检查规则包并试跑其例子 validate packs and run their examples.

    0 全部符合 all as expected · 1 有例子不符或缺例子 some fail or lack ·
    2 规则包写法有误 a malformed pack.

    \b
    zoning rules test
    zoning rules test my-pack.yaml
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.printing import print_lines
    from zoning.report.rule_trial import trial_lines, try_rules

    try:
        book = _book(packs, base)
    except RulePackError as error:
        fail(error.problems)
        return MALFORMED
    trial = try_rules(book, _days(named_packs(packs, base), base))
    print_lines(list(trial_lines(trial, lang)))
    return 0 if trial.clean else FAILED


# --------------------------------------------------------------- what was asked
def _audit_rule(rule_id: str, book: "RuleBook") -> "AuditRule | None":
    """Return a rule of the audit's pack, unless the packs have one of that id."""
    from zoning.audit import read_audit_book

    if any(rule.id == rule_id.upper() for rule in book.rules):
        return None
    rules = {rule.id: rule for rule in read_audit_book().rules}
    return rules.get(rule_id.upper())


def _book(packs: tuple[str, ...], base: Path | None) -> "RuleBook":
    """Read the packs asked for, those of a base, or all that are built in."""
    from zoning.rules.packs import read_rule_book

    return read_rule_book(named_packs(packs, base), base)


def _days(packs: tuple[str, ...], base: Path | None) -> dict[str, date]:
    """Return, by rule, the day that its pack names for its examples.

    The packs have been read whole before, so their shape is known.
    """
    from zoning import strict_yaml
    from zoning.rules.packs import built_in_packs

    days: dict[str, date] = {}
    for name in packs:
        built_in = name in built_in_packs()
        own = files("zoning").joinpath(f"packs/{name}.yaml")
        file = own if built_in else (base or Path()) / name
        loaded = strict_yaml.load_text(file.read_text(encoding="utf-8-sig"))
        day = loaded.get("examples_as_of")
        if day is not None:
            days |= {rule["id"]: date.fromisoformat(day) for rule in loaded["rules"]}
    return days


def _rule(rule_id: str, book: "RuleBook") -> "Rule":
    wanted = rule_id.upper()
    for rule in book.rules:
        if rule.id == wanted:
            return rule
    raise UsageError(
        Problem(
            code="RULE_UNKNOWN",
            values={
                "rule": rule_id,
                "packs": "、".join(pack.id for pack in book.packs),
                "near": _like(wanted, [rule.id for rule in book.rules]),
            },
        )
    )


def _known_scope(scope: str | None) -> None:
    from zoning.terms import group

    if scope is not None and scope not in group("scope"):
        values = {"scope": scope, "near": "、".join(group("scope"))}
        raise UsageError(Problem(code="SCOPE_UNKNOWN", values=values))


def _polygon(layer: str | None, filters: tuple[str, ...]) -> "Polygon | None":
    """Return the polygon asked about, its words turned into class values."""
    from zoning.io.catalogue import catalogue
    from zoning.report.rule_list import Polygon

    if layer is None:
        if filters:
            raise UsageError(
                Problem(code="WHERE_MISWRITTEN", values={"value": filters[0]})
            )
        return None
    if layer not in catalogue():
        values = {"layer": layer, "near": _like(layer, list(catalogue()))}
        raise UsageError(Problem(code="LAYER_UNKNOWN", values=values))
    columns = dict(_column(layer, text) for text in filters)
    return Polygon(layer=layer, columns=columns)


def _column(layer: str, text: str) -> tuple[str, str]:
    from zoning.io.catalogue import catalogue
    from zoning.model.problems import layer_problem

    column, equals, value = text.partition("=")
    if not equals:
        raise UsageError(Problem(code="WHERE_MISWRITTEN", values={"value": text}))
    fields = catalogue()[layer].fields
    if column not in fields:
        known = "、".join(fields)
        raise UsageError(
            layer_problem("COLUMN_UNKNOWN", layer, column=column, columns=known)
        )
    field = fields[column]
    classes = field.values or {}
    meant = classes.get(value, value)
    if (classes and meant not in classes.values()) or (
        field.number and not _is_number(value)
    ):
        words = "、".join(dict.fromkeys(classes.values())) or "0.5, 10000"
        raise UsageError(
            layer_problem(
                "VALUE_UNKNOWN", layer, column=column, value=value, values=words
            )
        )
    return column, meant


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _like(word: str, known: list[str]) -> str:
    """Return the names most like a word; where none is, the first ones."""
    near = get_close_matches(word, known, n=LIKE_IT, cutoff=0.5)
    return "、".join(near or known[:LIKE_IT])
