"""The plan's indicator table, a CSV."""

import csv
import math
from io import StringIO
from pathlib import Path

from zoning.errors import Problem, UsageError
from zoning.io.text import decode
from zoning.partition.headroom import Indicator

__all__ = ["read_indicators"]

_NEEDED = ("code", "indicator_zh", "unit", "base_value", "target_value")


def read_indicators(path: Path) -> dict[str, Indicator]:
    """Read an indicator table.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 or GBK with columns as in the sample county's table.

    Returns
    -------
    dict of str to Indicator
        By code, in file order.

    Raises
    ------
    UsageError
        When there is no such file, or a row cannot be understood.
    SiteError
        When its encoding is not known.
    """
    if not path.is_file():
        raise _malformed(f"{path.name}: -")
    reader = csv.DictReader(StringIO(decode(path.read_bytes(), path.name).text))
    lacking = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
    if lacking:
        raise _malformed(f"{path.name}: {', '.join(lacking)}")
    found: dict[str, Indicator] = {}
    for row in reader:
        line = reader.line_num
        code = (row["code"] or "").strip()
        if not code or code in found:
            raise _malformed(f"{path.name}:{line}: code {code or '-'}")
        found[code] = Indicator(
            code=code,
            name=row["indicator_zh"] or "",
            name_en=row.get("indicator_en") or row["indicator_zh"] or "",
            unit=(row["unit"] or "").strip(),
            base_year=row.get("base_year") or "",
            base_value=_number(row["base_value"], f"{path.name}:{line}"),
            target_year=row.get("target_year") or "",
            target_value=_number(row["target_value"], f"{path.name}:{line}"),
            kind=row.get("kind") or "",
        )
    return found


def _number(words: str | None, where: str) -> float | None:
    if not (words or "").strip():
        return None
    try:
        value = float(words or "")
    except ValueError as error:
        raise _malformed(f"{where}: {words}") from error
    if not math.isfinite(value):
        raise _malformed(f"{where}: {words}")
    return value


def _malformed(detail: str) -> UsageError:
    return UsageError(Problem(code="INDICATORS_MALFORMED", values={"detail": detail}))
