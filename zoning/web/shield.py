"""Who may call, and with what: looked at before any route sees the request.

A page elsewhere in the browser can send requests to this machine. It can't
forge ``Host`` or ``Origin``, nor know the token; a body that no form can send
asks for consent that is never given, since there are no CORS headers.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from zoning.errors import Problem
from zoning.web.answers import PlainJson
from zoning.web.refusals import RETRY_SECONDS, RefusedError, problem_body, status_of
from zoning.web.settings import DeskSettings

__all__ = ["COOKIE", "HEADERS", "Shield", "refusal"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "zoning_desk"
UPLOADS = "/api/sites"
_OPEN = ("/", "/docs", "/openapi.json", "/api/texts")
_OPEN_BELOW = ("/static/",)
_BODIES = {"POST", "PUT", "PATCH"}
_TYPES = {"application/json", "application/geo+json", "application/octet-stream"}
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: "
    "blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cache-control": "no-store",
}


class Shield:
    """The outermost layer of the application (ASGI).

    Parameters
    ----------
    application : callable
        What is shielded.
    settings : DeskSettings
    """

    def __init__(self, application: Application, settings: DeskSettings) -> None:
        self._application = application
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        guarded = _Guarded(send)
        try:
            self._look(scope)
            body = await self._body(scope, receive)
        except RefusedError as refused:
            await refusal(refused.problems)(scope, receive, guarded)
            return
        try:
            await self._application(scope, body, guarded)
        except Exception as error:
            if guarded.started:
                raise
            values = {"detail": type(error).__name__}
            problem = Problem(code="INTERNAL_ERROR", values=values)
            await refusal((problem,))(scope, receive, guarded)

    def _look(self, scope: Scope) -> None:
        """Refuse a caller that has no business here."""
        headers = _headers(scope)
        if headers.get("host", "").lower() not in self._settings.hosts:
            raise RefusedError("DESK_HOST_FOREIGN")
        origin = headers.get("origin")
        if origin is not None and not self._own(origin):
            raise RefusedError("DESK_ORIGIN_FOREIGN")
        if not _is_open(scope) and not self._knows(headers):
            raise RefusedError("DESK_TOKEN_MISSING")
        if scope["method"] in _BODIES:
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in _TYPES:
                raise RefusedError("DESK_CONTENT_TYPE", found=kind[:80] or "-")

    def _own(self, origin: str) -> bool:
        scheme, _, host = origin.lower().partition("://")
        return scheme in {"http", "https"} and host in self._settings.hosts

    def _knows(self, headers: Mapping[str, str]) -> bool:
        bearer = headers.get("authorization", "")
        given = [bearer.removeprefix("Bearer ")] if bearer else []
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        if cookie is not None:
            given.append(cookie.value)
        token = self._settings.token.encode()
        return any(hmac.compare_digest(one.encode(), token) for one in given)

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """Take the whole request in, within its size and its time."""
        most = self._settings.most_json_bytes
        if scope["path"] == UPLOADS:
            most = self._settings.most_bytes
        stated = _headers(scope).get("content-length", "0")
        if not stated.isdecimal() or int(stated) > most:
            raise _too_large(most)
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                content = await _whole(receive, most)
        except TimeoutError:
            raise RefusedError("DESK_BODY_SLOW") from None
        return _Replay(content, receive)


class _Replay:
    """Gives a request that was taken in, then whatever comes after it."""

    def __init__(self, content: bytes, receive: Receive) -> None:
        self._content: bytes | None = content
        self._receive = receive

    async def __call__(self) -> Message:
        if self._content is None:
            return await self._receive()
        content, self._content = self._content, None
        return {"type": "http.request", "body": content, "more_body": False}


class _Guarded:
    """Sends an answer with the headers of the house."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            own = {bytes(name).lower() for name, _ in message.get("headers", ())}
            more = [
                (name.encode(), value.encode())
                for name, value in HEADERS.items()
                if name.encode() not in own
            ]
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        await self._send(message)


def refusal(problems: tuple[Problem, ...]) -> PlainJson:
    """Return the answer to a request that is refused."""
    status = status_of(problems[0])
    retry = {"retry-after": str(RETRY_SECONDS)} if status in {429, 503} else {}
    return PlainJson(
        problem_body(problems),
        status_code=status,
        headers=retry,
        media_type="application/problem+json",
    )


def _is_open(scope: Scope) -> bool:
    """Say whether anybody may read it: the page without anything of the office."""
    path: str = scope["path"]
    return path in _OPEN or path.startswith(_OPEN_BELOW)


def _headers(scope: Scope) -> dict[str, str]:
    return {
        bytes(name).decode("latin-1").lower(): bytes(value).decode("latin-1")
        for name, value in scope["headers"]
    }


async def _whole(receive: Receive, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError("DESK_BODY_SLOW")
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            raise _too_large(most)
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


def _too_large(most: int) -> RefusedError:
    return RefusedError("DESK_BODY_TOO_LARGE", limit=str(most >> 20))
