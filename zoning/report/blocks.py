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
    "PictureShape",
    "Section",
    "ShapeFinding",
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
    """Cells as printed; `state` (or '') tints the row's state cell.

    `rule` is the rule whose finding the row tells, `feature` the layer and
    feature whose common part with the site it measures (`PictureShape.feature`);
    the page leads from both to the picture. '' is none.
    """

    cells: tuple[str, ...]
    state: str = ""
    rule: str = ""
    feature: str = ""


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
class ShapeFinding:
    """A finding that rests on a shape: its rule, and rule and ruling in words."""

    rule: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureShape:
    """A conflict or a distance that a picture shows, and where in it.

    Parameters
    ----------
    path : str
        SVG path in pixels of the picture, y down.
    findings : tuple of ShapeFinding
        What rests on it, worst first; never empty.
    feature : str
        Layer and feature as ``layer/feature``; '' for a distance.
    measure : str
        The feature and how much of it, or how far.
    line : bool
        Has no inside: a line, a point or a distance.
    """

    path: str
    findings: tuple[ShapeFinding, ...]
    feature: str
    measure: str
    line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A map picture; `png` holds the file's bytes.

    `shapes` are in the order of drawing, the worst last; their paths count
    in pixels of `size` (width, height).
    """

    png: bytes = field(repr=False)
    alt: str
    caption: str = ""
    size: tuple[int, int] = (0, 0)
    shapes: tuple[PictureShape, ...] = ()


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
    """All that is said of one site; `follows` needs no page of its own.

    `only` is ``html`` where paper names the site in the summary alone: of a
    batch, paper has pages for what somebody must act on.
    """

    anchor: str
    name: str
    subtitle: str
    first: FirstPage
    sections: tuple[Section, ...]
    follows: bool = False
    only: str = ""


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
