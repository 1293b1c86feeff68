"""From a report to the story that Word and HTML tell: one order, one wording.

One site is told in full. Of several, a ranked summary comes first, then the
pages of each site in that order; paper has none of CLEAR sites, nor evidence.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from zoning.model import Report, SiteResult, State, Verdict
from zoning.report.blocks import (
    Block,
    FirstPage,
    Grid,
    GridRow,
    Paragraph,
    Picture,
    Section,
    SitePages,
    Story,
)
from zoning.report.chapters import (
    control_section,
    facts_section,
    layout_section,
    terrain_section,
    units_section,
)
from zoning.report.coordinates import coordinate_section
from zoning.report.figure import drawn_figure
from zoning.report.numbers import hectares
from zoning.report.picture_shapes import picture_shapes
from zoning.report.reasons import why
from zoning.report.records import (
    counts_section,
    evidence_section,
    judgement_section,
    not_checked_section,
    provenance_section,
    residue_section,
    scope_sentence,
)
from zoning.report.texts import keys, text
from zoning.report.three_lines import line_sections, met_rows
from zoning.report.verdict import verdict_document, warnings_of
from zoning.report.wording import Context, heading, headline, needs_of

__all__ = ["RANKS", "SITES_RANKED", "Rest", "ranked", "tell_story"]

_SITES_TOLD = 60
SITES_RANKED = 500
"""Of a batch, the worst are told; the rest is in the ledger, and said so."""

RANKS = (
    Verdict.PROHIBITED,
    Verdict.CONDITIONAL,
    Verdict.REJECTED,
    Verdict.UNDETERMINED,
    Verdict.NOTICE,
    Verdict.CLEAR,
)
"""A site nobody could look at comes after the conflicts and before the rest."""

_ROWS_FIRST_PAGE = 6
_NEEDS_FIRST_PAGE = 4
_SURROUNDINGS = ("protected_area", "water_source_zone", "shoreline_zone", "river")
_LOOSE = {State.CLEAR, State.NOT_CHECKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """The sites of a batch beside those that are told and ranked, by verdict."""

    counts: Counter[Verdict] = field(default_factory=Counter)

    @property
    def sites(self) -> int:
        """How many there are."""
        return self.counts.total()


def tell_story(
    report: Report,
    *,
    lang: str,
    share: bool = False,
    digest: str | None = None,
    rest: Rest | None = None,
) -> Story:
    """Return everything the report says, in order.

    Parameters
    ----------
    lang : str
        ``zh`` or ``en``.
    share : bool
        Draw the site alone: no base geometry leaves the office.
    digest : str, optional
        Of the verdict; computed when not given.
    rest : Rest, optional
        Of a batch, the sites that are not in `report`.
    """
    rest = rest or Rest()
    digest = digest or verdict_document(report)["digest"]
    context = Context(base=report.base, options=report.options, lang=lang)
    several = len(report.sites) > 1
    sites = ranked(report)
    told = sites[:_SITES_TOLD]
    as_of = report.options.as_of.isoformat()
    return Story(
        lang=lang,
        title=text("report.title", lang),
        subtitle=text(
            "report.subtitle",
            lang,
            base=report.base.name,
            as_of=as_of,
            sites=len(report.sites) + rest.sites,
        ),
        stamp=text("report.stamp", lang) if report.base.demo else "",
        footer=text("report.footer", lang),
        digest=text("report.digest", lang, digest=digest),
        summary=_summary(sites, context, rest) if several else None,
        pages=tuple(
            _site_pages(result, number, report, context=context, share=share)
            for number, result in enumerate(told, start=1)
        ),
        closing=tuple(_closing(report, lang, share=share)),
    )


def ranked(report: Report) -> tuple[SiteResult, ...]:
    """Return the sites, most serious first; equals stay in input order."""
    return tuple(sorted(report.sites, key=lambda site: RANKS.index(site.verdict)))


# ------------------------------------------------------------- pages of a site
def _summary(sites: tuple[SiteResult, ...], context: Context, rest: Rest) -> Section:
    lang = context.lang
    names = ("rank", "site_name", "verdict_word", "area_ha", "why")
    grid = Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=tuple(
            GridRow(
                cells=(
                    str(number),
                    f"{result.site.name or result.site.id}",
                    headline(result, lang),
                    hectares(result.area_m2),
                    why(result, context),
                ),
                state=result.verdict,
            )
            for number, result in enumerate(sites[:SITES_RANKED], start=1)
        ),
        widths=(0.8, 2.6, 2.2, 1.7, 6),
        state_column=2,
        numeric=(3,),
    )
    title = text("chapter.summary", lang)
    notes = tuple(_summary_notes(sites, rest, lang))
    return Section(key="summary", title=title, blocks=(grid, *notes))


def _summary_notes(
    sites: tuple[SiteResult, ...], rest: Rest, lang: str
) -> Iterator[Paragraph]:
    """Say which sites of a batch have no pages, and where they are told."""
    count = len(sites) + rest.sites
    if rest.sites:
        yield Paragraph(text=_tally(sites, rest, lang), style="note")
    if count > _SITES_TOLD:
        more = text("summary.more", lang, told=_SITES_TOLD, count=count)
        yield Paragraph(text=more, style="note")
    clear = sum(site.verdict == Verdict.CLEAR for site in sites)
    clear += rest.counts[Verdict.CLEAR]
    if clear:
        yield Paragraph(text=text("summary.clear", lang, count=clear), style="note")


def _tally(sites: tuple[SiteResult, ...], rest: Rest, lang: str) -> str:
    """Return how many sites of a batch have which verdict, most serious first."""
    counts = rest.counts + Counter(site.verdict for site in sites)
    listed = text("mark.listing", lang).join(
        f"{heading('verdict', verdict, lang)} {counts[verdict]}"
        for verdict in RANKS
        if counts[verdict]
    )
    count = len(sites) + rest.sites
    return text("summary.batch", lang, count=count, ranked=len(sites), listed=listed)


def _site_pages(
    result: SiteResult,
    number: int,
    report: Report,
    *,
    context: Context,
    share: bool,
) -> SitePages:
    lang = context.lang
    site = result.site
    several = len(report.sites) > 1
    return SitePages(
        anchor=f"site-{number}",
        name=site.name or site.id,
        subtitle=text(
            "report.site_subtitle",
            lang,
            id=site.id,
            base=report.base.name,
            as_of=report.options.as_of.isoformat(),
        ),
        first=_first_page(result, context, share=share),
        follows=number > 1 and result.verdict == Verdict.REJECTED,
        only="html" if several and result.verdict == Verdict.CLEAR else "",
        sections=tuple(
            _small(section) if several else section
            for section in _numbered(
                _chapters(result, report, context, share=share), lang
            )
        ),
    )


def _small(section: Section) -> Section:
    """Return a chapter of a batch, its tables and remarks in small type."""
    return replace(section, blocks=tuple(_smaller(block) for block in section.blocks))


def _smaller(block: Block) -> Block:
    if isinstance(block, Grid):
        return replace(block, small=True)
    if isinstance(block, Paragraph) and block.style in {"item", "note"}:
        return replace(block, style="remark")
    return block


def _first_page(result: SiteResult, context: Context, *, share: bool) -> FirstPage:
    lang = context.lang
    needs = needs_of(result.findings, lang)
    more = len(needs) - _NEEDS_FIRST_PAGE
    if more > 0:
        left = text("report.more_needs", lang, count=more)
        needs = (*needs[:_NEEDS_FIRST_PAGE], left)
    return FirstPage(
        state=result.verdict,
        headline=headline(result, lang),
        why=why(result, context),
        picture=_picture(result, context, "site_only" if share else "overview"),
        table=None if result.verdict == Verdict.REJECTED else _met(result, context),
        needs=needs,
    )


def _met(result: SiteResult, context: Context) -> Grid:
    lang = context.lang
    rows = met_rows(result, context)
    left = len(rows) - _ROWS_FIRST_PAGE
    if left > 0:
        more = text("report.more_met", lang, count=left)
        rows = (*rows[:_ROWS_FIRST_PAGE], GridRow(cells=("…", "", more, "")))
    names = ("item", "concerned", "extent", "basis")
    return Grid(
        columns=tuple(text(f"column.{name}", lang) for name in names),
        rows=rows,
        widths=(2.2, 1.6, 3.6, 3.8),
        state_column=1,
        caption=text("caption.met", lang),
    )


def _picture(result: SiteResult, context: Context, sheet: str) -> Picture | None:
    if result.geometry is None or result.geometry.is_empty:
        return None
    lang = context.lang
    title = text(f"sheet.{sheet}", lang)
    drawn = drawn_figure(result, context, sheet=sheet)
    return Picture(
        png=drawn.png,
        alt=text(
            "figure.alt",
            lang,
            sheet=title,
            name=result.site.name or result.site.id,
            verdict=headline(result, lang),
        ),
        caption=title,
        size=drawn.size,
        shapes=picture_shapes(drawn, result, context),
    )


def _chapters(
    result: SiteResult, report: Report, context: Context, *, share: bool
) -> Iterator[Section]:
    """Yield the chapters of one site; how many depends on its verdict."""
    lang = context.lang
    if result.verdict == Verdict.REJECTED:
        yield _rejection(result, lang)
        return
    paper = len(report.sites) == 1
    yield facts_section(result, context)
    yield from line_sections(result, context)
    if result.verdict != Verdict.CLEAR:
        yield from control_section(result, context)
    yield units_section(result, report.base, lang=lang)
    optional = [layout_section(result, lang=lang)]
    if not share:
        figures = list(_figures(result, context))
        optional += figures if paper else [_on_page(part) for part in figures]
    terrain = terrain_section(result, lang=lang)
    judged = judgement_section(result, lang=lang)
    optional += [
        terrain if paper else _on_page(terrain),
        not_checked_section(result, report.base, lang=lang),
        judged if paper else _on_page(judged),
        residue_section(result, report, lang=lang),
    ]
    yield from (section for section in optional if section is not None)
    yield from _proofs(result, context, paper=paper)


def _proofs(result: SiteResult, context: Context, *, paper: bool) -> Iterator[Section]:
    """Yield coordinates and evidence; of a batch, paper gets the counts alone."""
    points = coordinate_section(result, lang=context.lang)
    evidence = evidence_section(result, context)
    if not paper:
        points, evidence = _on_page(points), _on_page(evidence)
    counts = None if paper else counts_section(result, lang=context.lang)
    for section in (points, counts, evidence):
        if section is not None:
            yield section


def _on_page(section: Section | None) -> Section | None:
    """Return a chapter for the HTML page alone."""
    return None if section is None else replace(section, only="html")


def _rejection(result: SiteResult, lang: str) -> Section:
    problems = [*warnings_of(result)]
    if result.site.rejection is not None:
        problems.insert(0, result.site.rejection)
    return Section(
        key="rejection",
        title=text("chapter.rejection", lang),
        blocks=tuple(Paragraph(text=p.line(lang), style="warning") for p in problems),
    )


def _figures(result: SiteResult, context: Context) -> Iterator[Section]:
    """Yield the further map sheets, each only where it has something to show."""
    near = {f.layer for f in result.findings if f.state not in _LOOSE}
    wanted = {
        "control_units": len(result.units) > 1,
        "surroundings": bool(near.intersection(_SURROUNDINGS)),
        "corridors": bool(result.layout),
    }
    sheets = [sheet for sheet, shown in wanted.items() if shown]
    pictures = [_picture(result, context, sheet) for sheet in sheets]
    blocks = tuple(picture for picture in pictures if picture is not None)
    if blocks:
        title = text("chapter.figures", context.lang)
        yield Section(key="figures", title=title, blocks=blocks)


def _numbered(sections: Iterator[Section], lang: str) -> Iterator[Section]:
    """Put 一、二、… before the chapters; parts carry their own ordinal."""
    number = 0
    for section in sections:
        if section.level > 1:
            yield section
            continue
        # the appendix carries no number, nor what only one of the two forms tells:
        # a number that paper skips would look like a missing chapter
        if section.key == "evidence" or section.only:
            yield section
            continue
        number += 1
        title = text(f"number.{number}", lang) + section.title
        yield replace(section, title=title)


def _closing(report: Report, lang: str, *, share: bool) -> Iterator[Section]:
    """Yield the last chapters, said once for all sites."""
    yield provenance_section(report, lang=lang, share=share)
    notes = [text(key, lang) for key in keys("use")]
    if share:
        notes.append(text("report.shared", lang))
    notes.append(scope_sentence(report.base, lang))
    yield Section(
        key="use",
        title=text("chapter.use", lang),
        blocks=tuple(Paragraph(text=note, style="item") for note in notes),
    )
