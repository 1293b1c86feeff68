"""Links between the findings of a site and the places where a picture shows them.

Plain links of HTML and nothing else: a place in the picture leads to the row
of its finding, the rule in a row leads to its places, a feature to its own.
Ids are made of numbers, so that no name of a rule or feature gets into them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zoning.report.blocks import Grid, GridRow, Picture, PictureShape, SitePages
from zoning.report.texts import text

__all__ = ["Place", "PlacedShape", "RowLink", "SiteLinks", "site_links"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedShape:
    """A shape of a place.

    Parameters
    ----------
    anchor : str
        Its id, of the shape alone; '' for none.
    path : str
        As in `PictureShape`.
    words : str
        What it is, in one line.
    lead : bool
        A click on the shape asks for this place's finding, the worst of it.
        Other findings of the shape have places too, reached from their rows.
    line : bool
        Has no inside.
    """

    anchor: str
    path: str
    words: str
    lead: bool
    line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """All shapes of one finding in one picture: one link.

    Parameters
    ----------
    anchor : str
        Its id; '' where an earlier picture has the finding's place already.
    href : str
        The row of the finding, ``#finding-…``.
    label : str
        What a screen reader says.
    shapes : tuple of PlacedShape
        In the order of drawing.
    """

    anchor: str
    href: str
    label: str
    shapes: tuple[PlacedShape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLink:
    """A row's id ('' for none), and the words in it that lead to the picture.

    Cell number `column` begins with `words`, which link to `href`; `href` is ''
    where no picture shows the place.
    """

    anchor: str = ""
    href: str = ""
    column: int = 0
    words: str = ""
    label: str = ""


_PLAIN = RowLink()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteLinks:
    """The links of one site; they hold while the blocks they came from live."""

    places: Mapping[int, tuple[Place, ...]]
    rows: Mapping[int, RowLink]

    def places_of(self, picture: Picture) -> tuple[Place, ...]:
        """Return the places of a picture, the last one uppermost."""
        return self.places.get(id(picture), ())

    def of_row(self, row: GridRow) -> RowLink:
        """Return the link of a table's row."""
        return self.rows.get(id(row), _PLAIN)


def site_links(pages: SitePages, number: int, lang: str) -> SiteLinks:
    """Return the links of one site.

    Blocks are told apart by identity: two sites, or two rows, may read the same.

    Parameters
    ----------
    number : int
        Of the site on the page; in every id of it.
    """
    maker = _Maker(pages=pages, site=number, lang=lang)
    places = {id(picture): maker.places(picture) for picture in _pictures(pages)}
    return SiteLinks(places=places, rows=maker.rows())


def _pictures(pages: SitePages) -> Iterator[Picture]:
    blocks = (block for section in pages.sections for block in section.blocks)
    for block in (pages.first.picture, *blocks):
        if isinstance(block, Picture):
            yield block


def _rows(pages: SitePages) -> Iterator[GridRow]:
    """Yield the rows of the chapters: the first page only sums them up."""
    for section in pages.sections:
        if section.only == "docx":
            continue
        for block in section.blocks:
            if isinstance(block, Grid):
                yield from block.rows


class _Maker:
    """Numbers the findings told in rows; remembers which places have an id."""

    def __init__(self, *, pages: SitePages, site: int, lang: str) -> None:
        self._pages, self._site, self._lang = pages, site, lang
        self._told: dict[str, GridRow] = {}
        for row in _rows(pages):
            if row.rule:
                self._told.setdefault(row.rule, row)
        self._numbers = {rule: n for n, rule in enumerate(self._told, start=1)}
        self._of_rule: dict[str, str] = {}
        self._of_feature: dict[str, str] = {}

    def places(self, picture: Picture) -> tuple[Place, ...]:
        """Return one place per finding drawn; first those that no click asks for."""
        drawn: dict[str, list[PictureShape]] = {}
        order: dict[str, int] = {}
        for height, shape in enumerate(picture.shapes):
            rules = self._rules(shape)
            for rule in rules:
                drawn.setdefault(rule, []).append(shape)
                order.setdefault(rule, -1)
            if rules:
                order[rules[0]] = height
        return tuple(
            self._place(rule, drawn[rule])
            for rule in sorted(drawn, key=order.__getitem__)
        )

    def rows(self) -> dict[int, RowLink]:
        """Return the links of all rows, once every picture has its places."""
        links = {
            id(row): self._row(row, told=self._told.get(row.rule) is row)
            for row in _rows(self._pages)
        }
        summary = self._pages.first.table
        for row in () if summary is None else summary.rows:
            links[id(row)] = self._row(row, told=False)
        return links

    def _rules(self, shape: PictureShape) -> list[str]:
        """Return the rules of a shape that a row tells of, worst first."""
        return [one.rule for one in shape.findings if one.rule in self._numbers]

    def _place(self, rule: str, shapes: list[PictureShape]) -> Place:
        number = f"{self._site}-{self._numbers[rule]}"
        fresh = rule not in self._of_rule
        if fresh:
            self._of_rule[rule] = f"shape-{number}"
        placed = tuple(
            self._placed(rule, shape, f"shape-{number}-{count}")
            for count, shape in enumerate(shapes, start=1)
        )
        several = text(
            "picture.several",
            self._lang,
            finding=_finding_words(shapes[0], rule),
            count=len(placed),
        )
        return Place(
            anchor=self._of_rule[rule] if fresh else "",
            href=f"#finding-{number}",
            label=placed[0].words if len(placed) == 1 else several,
            shapes=placed,
        )

    def _placed(self, rule: str, shape: PictureShape, anchor: str) -> PlacedShape:
        lead = self._rules(shape)[0] == rule
        own = lead and shape.feature not in {"", *self._of_feature}
        if own:
            self._of_feature[shape.feature] = anchor
        return PlacedShape(
            anchor=anchor if own else "",
            path=shape.path,
            words=text(
                "picture.shape",
                self._lang,
                finding=_finding_words(shape, rule),
                measure=shape.measure,
            ),
            lead=lead,
            line=shape.line,
        )

    def _row(self, row: GridRow, *, told: bool) -> RowLink:
        anchor = self._of_rule.get(row.rule, "") if row.rule else ""
        anchor = anchor or self._of_feature.get(row.feature, "")
        starts = [cell.startswith(f"{row.rule} ") for cell in row.cells]
        named = bool(row.rule) and any(starts)
        column = starts.index(True) if named else 0
        words = row.rule if named else row.cells[0]
        return RowLink(
            anchor=f"finding-{self._site}-{self._numbers[row.rule]}" if told else "",
            href=f"#{anchor}" if anchor else "",
            column=column,
            words=words,
            label=text("picture.show", self._lang, words=words),
        )


def _finding_words(shape: PictureShape, rule: str) -> str:
    return next(one.words for one in shape.findings if one.rule == rule)
