"""``report.html``: the story as one file that needs no network and no script."""

import base64
from importlib.resources import files

from zoning.model import State, Verdict
from zoning.report.blocks import Story
from zoning.report.document import clean, colour_of, tint
from zoning.report.fonts import FAMILY, subset_base64
from zoning.report.picture_links import site_links
from zoning.report.texts import text

__all__ = ["page_bytes"]

_LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
_WORDS = {
    "skip": "page.skip",
    "sites": "page.sites",
    "back": "page.back",
    "needs": "report.needs",
    "hint": "picture.hint",
    "places": "picture.places",
}


def page_bytes(story: Story) -> bytes:
    """Return the HTML file, UTF-8; the same story gives the same bytes.

    All text is escaped by the template engine; the page's own policy forbids
    scripts and every address but inlined pictures and the inlined font, which
    a reader without Chinese fonts needs and the others never unpack.
    """
    from jinja2.sandbox import SandboxedEnvironment
    from markupsafe import Markup

    environment = SandboxedEnvironment(autoescape=True, keep_trailing_newline=True)
    template = environment.from_string(_resource("report.html"))
    look = _resource("report.css") + _state_rules()
    page = template.render(
        story=story,
        links=[
            site_links(site, number, story.lang)
            for number, site in enumerate(story.pages, start=1)
        ],
        shown=lambda parts: [part for part in parts if part.only != "docx"],
        language=_LANGUAGE_TAGS[story.lang],
        css=Markup(look),  # noqa: S704 (our own style sheet)
        words={name: text(key, story.lang) for name, key in _WORDS.items()},
        base64=lambda data: base64.b64encode(data).decode("ascii"),
    )
    page = clean(page)
    return page.replace("</style>", f"{_font_face(page)}</style>", 1).encode()


def _font_face(page: str) -> str:
    """Return the font of the characters of `page`, last of the families named."""
    packed = subset_base64(page)
    return (
        f'@font-face {{ font-family: "{FAMILY}"; font-display: block; '
        f'src: url(data:font/otf;base64,{packed}) format("opentype"); }}\n'
    )


def _state_rules() -> str:
    """Return one rule per state and verdict: colour and tint as variables."""
    rules = []
    for name in dict.fromkeys([*map(str, State), *map(str, Verdict)]):
        colour = colour_of(name)
        pale = tint(colour, 0.13)
        rules += [
            f".s-{name}, .v-{name} {{ --c: {colour}; --t: #{pale}; }}",
            f".dot.s-{name} {{ background: var(--c); }}",
        ]
    return "\n".join(rules)


def _resource(name: str) -> str:
    file = files("zoning").joinpath(f"report/templates/{name}")
    return file.read_text(encoding="utf-8")
