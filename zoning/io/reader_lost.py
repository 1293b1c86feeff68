"""A file at which the reading process was stopped, or fell over.

Kept apart from the process itself, so that the readers that need none do not
load it.
"""

from zoning.errors import Problem
from zoning.model.problems import layer_problem

__all__ = ["ReaderLostError"]


class ReaderLostError(Exception):
    """The reading process did not come through a file.

    Parameters
    ----------
    limit : bool
        Whether it was stopped at a limit; else it broke down.
    detail : str
        The limit (``60 s``, ``2048 MB``), or what happened (``SIGSEGV``).
    """

    def __init__(self, *, limit: bool, detail: str) -> None:
        super().__init__(detail)
        self.limit = limit
        self.detail = detail

    def of_site(self, file: str) -> Problem:
        """Return the rejection of a site file."""
        code = "SITE_READING_LIMIT" if self.limit else "SITE_READING_CRASHED"
        return Problem(code=code, where=file, values={"detail": self.detail})

    def of_layer(self, layer_id: str, file: str) -> Problem:
        """Return the problem of a layer."""
        code = "LAYER_READING_LIMIT" if self.limit else "LAYER_READING_CRASHED"
        return layer_problem(code, layer_id, file=file, detail=self.detail)
