"""A connection whose request does not come in time is closed."""

import asyncio
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["patient_protocol"]


def patient_protocol(seconds: float) -> type[asyncio.Protocol]:
    """Return a protocol that waits `seconds` for the head of each request.

    The server closes a connection on which nothing comes, but not one on which
    a head comes letter by letter.
    """

    class PatientProtocol(H11Protocol):
        """HTTP with a limit on the time that a head may take."""

        @override
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._await_head()

        @override
        def on_response_complete(self) -> None:
            super().on_response_complete()
            if not self.transport.is_closing():
                self._await_head()

        def _await_head(self) -> None:
            self.loop.call_later(seconds, self._give_up, self.cycle)

        def _give_up(self, before: object) -> None:
            if self.cycle is before and not self.transport.is_closing():
                self.transport.close()

    return PatientProtocol
