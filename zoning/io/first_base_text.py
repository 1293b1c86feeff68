"""The first ``zoning.yaml`` of a folder, with the reasons beside every entry.

Edition, coverage and a missing CRS stand as comments for a person to confirm;
until then the layers cannot carry a "not affected".
"""

from zoning.check.facts import MODEL
from zoning.io.catalogue import catalogue
from zoning.io.first_base import Dataset, FirstBase
from zoning.io.recognition import packs_for
from zoning.terms import group, label

__all__ = ["first_base_text"]


def first_base_text(found: FirstBase, *, covers_county: bool = False) -> str:
    """Return the zoning.yaml of a folder, with reasons and questions as comments.

    Parameters
    ----------
    covers_county : bool
        Whether a person states that every layer is complete for the county.
    """
    lines = [
        "# 由 zoning init 按文件名、字段和取值写出；请逐条核对，改后以本文件为准。",
        "# Written by zoning init from names, fields and values; check every line.",
        f"name: {_quoted(found.name or '本县')}",
        f"admin_code: {_quoted(found.admin_code or '000000')}"
        + ("" if found.admin_code else "  # 未能识别，请填写六位行政区代码"),
        f"crs: {found.crs or 'EPSG:4546'}"
        + ("" if found.crs else "  # 未能识别，请填写 CGCS2000 三度带平面坐标系"),
        *_county_lines(found),
        f"packs: [{', '.join(packs_for(found.admin_code))}]",
        f"scope: [{', '.join(name for name in group('scope') if name != MODEL)}]",
        "layers:",
    ]
    for name, one in found.chosen.items():
        if name != "county":
            lines += _entry(name, one, covers_county=covers_county)
    for name, several in found.rivals.items():
        lines += _rivals(name, several, covers=covers_county)
    missing = [n for n in catalogue() if n not in {*found.chosen, *found.rivals}]
    lines += [f"  # 没有找到 {label('layer', n, 'zh')}：{n}" for n in missing]
    lines += [line for one in found.unnamed for line in _unnamed(one)]
    return "\n".join(lines) + "\n"


def _county_lines(found: FirstBase) -> list[str]:
    if "county" in found.chosen:
        one, why = found.chosen["county"], "县界文件"
    elif "township" in found.chosen:
        one, why = found.chosen["township"], "没有县界文件，以乡镇界线合成"
    else:
        return ['county: {path: "请填写县界文件"}  # 没有找到县界或乡镇界线']
    table = f", {_tables_line(one)}" if one.tables else ""
    return [f"county: {{path: {_quoted(one.path)}{table}}}  # {why}"]


def _tables_line(one: Dataset) -> str:
    if len(one.tables) == 1:
        return f"layer: {_quoted(one.tables[0])}"
    return f"layers: [{', '.join(map(_quoted, one.tables))}]"


def _entry(name: str, one: Dataset, *, covers_county: bool) -> list[str]:
    lines = [
        f"  {name}:  # {label('layer', name, 'zh')}：{_why(one)}",
        f"    path: {_quoted(one.path)}",
    ]
    if one.tables:
        lines.append(f"    {_tables_line(one)}")
    if not one.crs and one.features:
        named = "、".join(one.candidates) or "无"
        lines.append(f"    # crs: 文件未写坐标系；按以下坐标系落在本县：{named}")
    if one.edition:
        lines.append(f'    # edition: 名称中有 {one.edition}，请核对后写成 "年-月-日"')
    if covers_county:
        lines.append("    coverage: county  # 由使用者声明覆盖全县")
    else:
        lines.append(
            "    # coverage: county  # 面积与批准数核对（zoning layers list）、"
            "确认覆盖全县后去掉井号，否则不能判为不涉及"
        )
    return lines


def _rivals(name: str, several: tuple[Dataset, ...], *, covers: bool) -> list[str]:
    """Write the entries of a layer's files as comments, for a person to uncover."""
    ask = "请选一个" if len(several) > 1 else "请确认是否现行版本"
    layer = label("layer", name, "zh")
    lines = [f"  # {layer} 有 {len(several)} 个文件，{ask}，去掉该组各行的首个“# ”："]
    for one in several:
        entry = _entry(name, one, covers_county=covers)
        if one.age:
            entry[0] += f"，名称含“{one.age}”"
        lines += [f"  # {line[2:]}" for line in entry]
    return lines


def _unnamed(one: Dataset) -> list[str]:
    table = f"（{'、'.join(one.tables)}）" if one.tables else ""
    why = _plain(one.problems[0].text())
    return [f"  # 未用 {_plain(one.path)}{table}：{why}"]


def _why(one: Dataset) -> str:
    reasons = "；".join(one.guess.reasons) if one.guess else ""
    count = f"，{one.features} 个要素" if one.features else ""
    return _plain(f"{reasons}{count}")


def _quoted(text: str) -> str:
    """Return text as a double-quoted YAML scalar."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_plain(escaped)}"'


def _plain(text: str) -> str:
    """Return text on one line: a name must not end a comment."""
    return "".join(c if c.isprintable() else "�" for c in text)
