"""Office files are zip archives; these have fixed dates and a fixed order."""

import re
import zipfile
from io import BytesIO

__all__ = ["FIXED_STAMP", "repacked"]

FIXED_STAMP = "1980-01-01T00:00:00Z"
"""The date inside office files: the first that a zip archive can hold."""

_DATE = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(
    rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)"
)
_FIRST = "[Content_Types].xml"


def repacked(data: bytes) -> bytes:
    """Return the same archive with fixed dates, so that equal content is equal bytes.

    Members keep their order, the list of types first as readers expect.
    """
    packed = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        names = sorted(source.namelist(), key=lambda name: name != _FIRST)
        for name in names:
            content = source.read(name)
            if name == "docProps/core.xml":
                stamp = rb"\g<1>" + FIXED_STAMP.encode() + rb"\g<2>"
                content = _STAMPS.sub(stamp, content)
            info = zipfile.ZipInfo(name, date_time=_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # the same on Windows and Linux
            target.writestr(info, content)
    return packed.getvalue()
