"""Files that users send: a folder each, under names that were made here."""

import re
from pathlib import Path

from zoning.web.names import IDENTIFIER, fresh_identifier, safe_name
from zoning.web.refusals import RefusedError

__all__ = ["Uploads"]

_MOST_FILES = 12
_IDENTIFIER = re.compile(IDENTIFIER)


class Uploads:
    """The uploads of a desk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, content: bytes, *, into: str | None = None) -> str:
        """Store a file; return the identifier of its upload.

        Parameters
        ----------
        name : str
            As the user calls it; never used as a path.
        into : str, optional
            An upload that it belongs to, such as that of a Shapefile.
        """
        identifier = into or fresh_identifier()
        folder = self._folder / identifier
        if into is None:
            folder.mkdir()
        else:
            self.folder(into)
            if sum(1 for _ in folder.iterdir()) >= _MOST_FILES:
                raise RefusedError("DESK_BAD_REQUEST", detail=f"> {_MOST_FILES}")
        (folder / safe_name(name)).write_bytes(content)
        return identifier

    def folder(self, identifier: str) -> Path:
        """Return the folder of an upload.

        Raises
        ------
        RefusedError
            ``DESK_NOT_FOUND``.
        """
        folder = self._folder / identifier
        if not _IDENTIFIER.fullmatch(identifier) or not folder.is_dir():
            raise RefusedError("DESK_NOT_FOUND")
        return folder
