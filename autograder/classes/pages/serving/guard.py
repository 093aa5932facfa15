"""What every request has to show: a known host and the token; what every answer says."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from starlette.datastructures import URL, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autograder.classes.pages.rendering import POLICY

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets requests through to `app` that name a known host and hold the token.

    The token of the first address becomes a cookie, and leaves the address bar. A page of another
    site can neither send the cookie nor, under another host name, reach this server.

    Args:
        app: what answers.
        token: of this server.
        hosts: names that a browser may use for this server.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Iterable[str]) -> None:
        self._app = app
        self._token = token
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = self._refused(Request(scope))
        await (refused or self._app)(scope, receive, send_with_headers)

    def _refused(self, request: Request) -> Response | None:
        """Return the answer to a request that is not let through; None for one that is."""
        if host_name(request.headers.get("host", "")) not in self._hosts:
            return PlainTextResponse("unknown host: see `gradus class serve --allow-host`", 403)
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("this server only shows pages", 405)
        name = f"gradus-{request.url.port or 80}"
        given = request.query_params.get("token")
        if given is not None and self._is_token(given):
            answer = RedirectResponse(_without_token(request.url), 303)
            answer.set_cookie(name, self._token, httponly=True, samesite="strict")
            return answer
        if self._is_token(request.cookies.get(name, "")):
            return None
        text = "open the address with the token that `gradus class serve` has printed"
        return PlainTextResponse(text, 403)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())


def host_name(header: str) -> str:
    """Return the name in a ``Host`` header, without its port, in lower case."""
    name, colon, port = header.lower().rpartition(":")
    return name if colon and port.isdigit() else header.lower()


def _without_token(url: URL) -> str:
    return str(url.remove_query_params("token").replace(scheme="", netloc=""))
