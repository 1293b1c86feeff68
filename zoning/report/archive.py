"""Office files are zip archives; these have fixed dates and a fixed order."""

import re
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

__all__ = ["FIXED_STAMP", "repack_file", "repacked"]

_CHUNK = 1 << 20

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
        _copy(source, target)
    return packed.getvalue()


def repack_file(raw: Path, path: Path) -> None:
    """Write the archive `raw` to `path` as `repacked` does, in bounded memory."""
    with (
        zipfile.ZipFile(raw) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        _copy(source, target)


def _copy(source: zipfile.ZipFile, target: zipfile.ZipFile) -> None:
    for name in sorted(source.namelist(), key=lambda name: name != _FIRST):
        info = zipfile.ZipInfo(name, date_time=_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 0  # the same on Windows and Linux
        info.file_size = source.getinfo(name).file_size
        with source.open(name) as member, target.open(info, "w") as copy:
            if name == "docProps/core.xml":
                stamp = rb"\g<1>" + FIXED_STAMP.encode() + rb"\g<2>"
                copy.write(_STAMPS.sub(stamp, member.read()))
            else:
                shutil.copyfileobj(member, copy, _CHUNK)
