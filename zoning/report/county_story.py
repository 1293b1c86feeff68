"""The report of something told of a county: one subject, its first page, chapters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zoning.model import Base
from zoning.report.blocks import FirstPage, Section, SitePages, Story

__all__ = ["CountySubject", "county_story"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountySubject:
    """What a report of a county is about.

    Parameters
    ----------
    say : callable
        Gives the texts ``name``, ``title``, ``stamp``, ``footer`` and ``digest`` in a
        language.
    base : Base
    anchor : str
        Of the subject within the page.
    subtitle, digest : str
    """

    say: Callable[..., str]
    base: Base
    anchor: str
    subtitle: str
    digest: str


def county_story(
    subject: CountySubject, first: FirstPage, sections: Iterable[Section], *, lang: str
) -> Story:
    """Return a story of one subject, its chapters in order."""
    say, base = subject.say, subject.base
    pages = SitePages(
        anchor=subject.anchor,
        name=say("name", lang, base=base.name),
        subtitle=subject.subtitle,
        first=first,
        sections=tuple(sections),
    )
    return Story(
        lang=lang,
        title=say("title", lang),
        subtitle=subject.subtitle,
        stamp=say("stamp", lang) if base.demo else "",
        footer=say("footer", lang),
        digest=say("digest", lang, digest=subject.digest),
        summary=None,
        pages=(pages,),
        closing=(),
    )
