"""A Folium figure that needs no network: everything it uses is inside the page.

Folium links its scripts and styles from content networks. `OfflineFigure` swaps
each link for the vendored file of that name (``static/VENDOR.toml``), forbids
the network by a content security policy, numbers the elements instead of
naming them at random, and adds the characters it shows as a font.

Branca renders what it has rendered once more, as a Jinja template: a name with
``{{ }}`` in it would be run in Python. Nothing that a user wrote may therefore
pass through a Folium element; it goes into the page by `Verbatim`.
"""

import base64
import html
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from branca.element import CssLink, Element, Figure, JavascriptLink
from jinja2 import Template

from zoning.report.document import clean
from zoning.report.fonts import FAMILY, subset_base64
from zoning.report.packing import WORTH_BYTES, packed_page

__all__ = ["POLICY", "OfflineFigure", "Verbatim", "vendored"]

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
"""What the page may load: only what it carries itself."""

_CSS_URL = re.compile(r"url\((?!data:|#)['\"]?([^'\")]+)['\"]?\)")
_SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S*")
_MEDIA_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendored:
    """One entry of ``VENDOR.toml``."""

    path: str
    name: str
    version: str
    licence: str
    licence_file: str
    sha256: str
    serves: tuple[str, ...]


class Verbatim(Element):
    """Text put into the page as it is; the caller answers for it."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "verbatim"
        self.text = text


class OfflineFigure(Figure):
    """Page of a map, whole in one file.

    Parameters
    ----------
    title : str
        Title of the page; plain text.
    lang : str
        ``zh`` or ``en``.
    pictures : sequence of str
        Origins that the page may ask for pictures; none but for tiles.
    packed : bool
        Whether the page carries its scripts and data as gzip whatever its
        size; the browser unpacks them itself (`zoning.report.packing`).

    Raises
    ------
    LookupError
        On rendering, when an element links a file that is not vendored. A
        link never stays in the page silently.
    """

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.lang }}">\n<head>\n'
        "{{ this.header.render(**kwargs) }}\n<title>{{ this.title }}</title>\n"
        "</head>\n<body>\n{{ this.html.render(**kwargs) }}\n"
        '<script id="zoning-code">\n'
        "{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(
        self,
        title: str,
        lang: str,
        *,
        pictures: Sequence[str] = (),
        packed: bool = False,
    ) -> None:
        super().__init__(title=html.escape(clean(title)))
        self.lang = {"zh": "zh-CN"}.get(lang, lang)
        self.packed = packed
        allowed = POLICY.replace(
            "img-src data:", " ".join(["img-src data:", *pictures])
        )
        policy = f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'
        self.header.add_child(Verbatim(policy), name="policy")

    def render(self, **kwargs: Any) -> str:  # type: ignore[explicit-override]  # 3.12
        """Return the page; a second call returns the same bytes."""
        elements = [*_numbered(self._children.values()), self]
        elements += [self.header, self.html, self.script]
        before = [(element, element._children.copy()) for element in elements]  # noqa: SLF001
        try:
            return self._page(**kwargs)
        finally:
            for element, children in before:
                element._children = children  # noqa: SLF001  # rendering adds some

    def _page(self, **kwargs: Any) -> str:
        for child in tuple(self._children.values()):
            child.render(**kwargs)
        _inline_links(self.header)
        page = str(self._template.render(this=self, kwargs=kwargs))
        self.header.add_child(Verbatim(_font_face(page)), name="zoning_font")
        whole = str(self._template.render(this=self, kwargs=kwargs))
        heavy = self.packed or len(whole.encode("utf-8")) > WORTH_BYTES
        return packed_page(whole) if heavy else whole


def vendored() -> Mapping[str, Vendored]:
    """Return the vendored files by their path under ``static``."""
    text = _static().joinpath("VENDOR.toml").read_text(encoding="utf-8")
    entries = (
        Vendored(**(entry | {"serves": tuple(entry["serves"])}))
        for entry in tomllib.loads(text)["file"]
    )
    return {entry.path: entry for entry in entries}


def _static() -> Traversable:
    return files("zoning").joinpath("report/static")


def _numbered(elements: Iterable[Element]) -> list[Element]:
    """Give numbers to elements and all they hold; return every one of them."""
    found: dict[int, Element] = {}
    waiting = list(elements)
    while waiting:
        element = waiting.pop(0)
        if id(element) in found:
            continue
        element._id = f"{len(found):04d}"  # noqa: SLF001  # random otherwise
        found[id(element)] = element
        held = [v for k, v in vars(element).items() if k != "_parent"]
        waiting += [value for value in held if isinstance(value, Element)]
        waiting += element._children.values()  # noqa: SLF001  # branca's own way
    return list(found.values())


def _inline_links(header: Element) -> None:
    children = header._children  # noqa: SLF001  # branca's own way
    for name, child in tuple(children.items()):
        if isinstance(child, JavascriptLink):
            children[name] = Verbatim(_script(child.url))
        elif isinstance(child, CssLink):
            children[name] = Verbatim(_stylesheet(child.url))


def _script(url: str) -> str:
    text, notice = _served(url)
    text = _SOURCE_MAP.sub("", text).replace("</script", "<\\/script")
    return f"<script>\n{notice}{text}\n</script>"


def _stylesheet(url: str) -> str:
    text, notice = _served(url)
    text = _CSS_URL.sub(lambda match: f"url({_data_url(match[1])})", text)
    return f"<style>\n{notice}{text}\n</style>"


@cache
def _served(url: str) -> tuple[str, str]:
    """Return the text of the vendored file for `url`, and its licence notice."""
    entry = _entry(url)
    text = _static().joinpath(entry.path).read_text(encoding="utf-8")
    licence = _static().joinpath("licenses", entry.licence_file)
    terms = licence.read_text(encoding="utf-8").replace("*/", "* /")
    return text, f"/* {entry.name} {entry.version}\n{terms} */\n"


def _data_url(url: str) -> str:
    entry = _entry(url)
    content = base64.b64encode(_static().joinpath(entry.path).read_bytes())
    media_type = _MEDIA_TYPES[PurePosixPath(entry.path).suffix]
    return f"data:{media_type};base64,{content.decode('ascii')}"


def _entry(url: str) -> Vendored:
    name = PurePosixPath(urlsplit(url).path).name
    for entry in vendored().values():
        if name in entry.serves:
            return entry
    raise LookupError(f"{url} is not vendored: a map must not need the network")


def _font_face(page: str) -> str:
    """Return the font of the characters of `page`, JSON escapes included."""
    escaped = (chr(int(code, 16)) for code in re.findall(r"\\u([0-9a-f]{4})", page))
    packed = subset_base64(page + "".join(escaped))
    return (
        f'<style>@font-face{{font-family:"{FAMILY}";font-display:block;'
        f'src:url(data:font/otf;base64,{packed}) format("opentype")}}</style>'
    )
