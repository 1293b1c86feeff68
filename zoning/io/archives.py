"""Opening zip archives within limits: no bombs, links, nests or odd paths.

References
----------
.. [1] APPNOTE 4.4.4: bit 11 of the flags marks a UTF-8 member name; Chinese
   archivers otherwise write GBK, which `zipfile` shows as code page 437.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from zoning.errors import Problem, SiteError

__all__ = ["MAX_BYTES", "members"]

MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 2000
MAX_RATIO = 200
_RATIO_FLOOR = 1024 * 1024  # tiny text members compress well
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_LINK = 0o120000
_FILE_TYPE = 0o170000
_ARCHIVES = {".zip", ".rar", ".7z", ".kmz", ".tar", ".gz", ".tgz"}


def members(
    content: bytes, file: str, *, wanted: Callable[[PurePosixPath], bool]
) -> Mapping[str, bytes]:
    """Return the wanted members by their path inside the archive, in order.

    Nothing is written to disk.

    Raises
    ------
    SiteError
        ``ARCHIVE_REFUSED`` when the archive breaks a limit, ``SITE_FILE_DAMAGED``
        when it cannot be unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check(infos, file)
            return {
                name: _unpack(archive, info, file)
                for info in infos
                if wanted(PurePosixPath(name := _name(info)))
            }
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        values = {"detail": f"zip: {error}"}
        raise SiteError(
            Problem(code="SITE_FILE_DAMAGED", where=file, values=values)
        ) from error


def _check(infos: list[zipfile.ZipInfo], file: str) -> None:
    for broken, detail in (
        (len(infos) > MAX_ENTRIES, f"> {MAX_ENTRIES} files"),
        (sum(i.file_size for i in infos) > MAX_BYTES, f"> {MAX_BYTES >> 20} MB"),
    ):
        if broken:
            raise SiteError(_refused(detail, file))
    for info in infos:
        detail = _fault(info)
        if detail:
            raise SiteError(_refused(f"{_name(info)}: {detail}", file))


def _fault(info: zipfile.ZipInfo) -> str:
    path = PurePosixPath(_name(info))
    crowded = info.file_size > _RATIO_FLOOR and (
        info.file_size > MAX_RATIO * max(info.compress_size, 1)
    )
    faults = {
        "encrypted": bool(info.flag_bits & _ENCRYPTED),
        "link": (info.external_attr >> 16) & _FILE_TYPE == _LINK,
        "path": path.is_absolute() or ".." in path.parts or ":" in path.parts[0],
        "nested archive": path.suffix.lower() in _ARCHIVES,
        "compression ratio": crowded,
    }
    return next((fault for fault, found in faults.items() if found), "")


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str) -> bytes:
    """Read one member, never more than its header announced."""
    with archive.open(info) as stream:
        data = stream.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise SiteError(_refused(f"{_name(info)}: size", file))
    return data


def _name(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/") or "?"


def _refused(detail: str, file: str) -> Problem:
    return Problem(code="ARCHIVE_REFUSED", where=file, values={"detail": detail})
