"""How long a test lets a browser load a page."""

__all__ = ["LOADING_MS"]

LOADING_MS = 180_000
"""Two hundred sites on a loaded machine take most of a minute; nothing is timed."""
