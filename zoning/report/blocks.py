"""What a report says, before it becomes Word or HTML: blocks in order.

Both renderers draw the same `Story`, so that the two never disagree.
"""

from dataclasses import dataclass, field

__all__ = [
    "Block",
    "FirstPage",
    "Grid",
    "GridRow",
    "Paragraph",
    "Picture",
    "Section",
    "SitePages",
    "Story",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text; `style` is body, item, remark, note or warning."""

    text: str
    style: str = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """Cells as printed; `state` (or '') tints the row's state cell."""

    cells: tuple[str, ...]
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table.

    Parameters
    ----------
    columns : tuple of str
        Headings, units in them.
    widths : tuple of float
        Relative widths, one per column.
    state_column : int or None
        The column that carries the colour of the row's state.
    numeric : tuple of int
        Columns aligned to the right.
    new_page : bool
        Starts on a page of its own (coordinate tables).
    small : bool
        Set in small type: long tables that are looked up and not read.
    """

    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    widths: tuple[float, ...]
    caption: str = ""
    state_column: int | None = None
    numeric: tuple[int, ...] = ()
    new_page: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A map picture; `png` holds the file's bytes."""

    png: bytes = field(repr=False)
    alt: str
    caption: str = ""


Block = Paragraph | Grid | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A chapter (level 1) or a part of one (level 2).

    `only` is ``docx`` or ``html`` for what is told in one of them alone: paper
    is for what has to be acted on, the page holds every proof.
    """

    key: str
    title: str
    blocks: tuple[Block, ...] = ()
    level: int = 1
    only: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """The page that is read: one sentence, one picture, one table, next papers."""

    state: str
    headline: str
    why: str
    picture: Picture | None
    table: Grid | None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePages:
    """All that is said of one site; `follows` needs no page of its own."""

    anchor: str
    name: str
    subtitle: str
    first: FirstPage
    sections: tuple[Section, ...]
    follows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A whole report; `stamp` is empty unless the base is a demo."""

    lang: str
    title: str
    subtitle: str
    stamp: str
    footer: str
    digest: str
    summary: Section | None
    pages: tuple[SitePages, ...]
    closing: tuple[Section, ...]
