"""The server: its application, its socket, and its run until Ctrl-C."""

from __future__ import annotations

import mimetypes
import secrets
import socket
from collections.abc import Callable, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from autograder.classes.pages.rendering import asset
from autograder.classes.pages.serving.guard import LOOPBACK, Guard
from autograder.classes.pages.serving.live import Serving
from framework.errors import BadInputError, UsageError

#: Scripts of others that live pages use, unchanged, with their licences beside them.
VENDORED = ("htmx.min.js", "sse.min.js")


def application(serving: Serving, token: str, hosts: Sequence[str] = ()) -> ASGIApp:
    """Return the application that shows `serving` to requests with `token`."""

    async def page(request: Request) -> Response:
        path = request.path_params["path"]
        if path in VENDORED:
            return Response(asset(f"vendored/{path}"), media_type="text/javascript")
        query = request.query_params.get("q", "")
        content = await run_in_threadpool(serving.content, path, query)
        if content is None:
            return PlainTextResponse("no such page", 404)
        return Response(content, media_type=mimetypes.guess_type(path)[0] or "text/plain")

    async def events(request: Request) -> Response:
        return StreamingResponse(serving.events(), media_type="text/event-stream")

    async def start(request: Request) -> Response:
        return RedirectResponse("/index.html", 303)

    routes = [Route("/", start), Route("/events", events), Route("/{path:path}", page)]
    return Guard(Starlette(routes=routes), token, (*LOOPBACK, *hosts))


def open_socket(host: str, port: int, hosts: Sequence[str]) -> socket.socket:
    """Return a socket that listens at `host` and `port`.

    Raises:
        UsageError: it would be reached from other machines, and no name for it is given.
        BadInputError: the address cannot be used.
    """
    is_here = host in ("127.0.0.1", "localhost", "::1")
    if not is_here and not hosts:
        raise UsageError(
            f"{host} is reached from other machines: name how browsers reach it, as in "
            "`--allow-host grades.uni.example`, and put a proxy with TLS in front"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen()
    except OSError as error:
        opened.close()
        reason = error.strerror or error
        raise BadInputError(f"cannot listen at {host}, port {port}: {reason}") from None
    return opened


def run_server(
    serving: Serving, opened: socket.socket, hosts: Sequence[str], say: Callable[[str], None]
) -> None:
    """Serve until Ctrl-C; `say` prints the address with the token."""
    token = secrets.token_urlsafe(24)
    host, port = opened.getsockname()[:2]
    name = hosts[0] if hosts else f"[{host}]" if ":" in host else host
    say(f"http://{name}:{port}/?token={token}")
    config = uvicorn.Config(
        application(serving, token, hosts),
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    with opened:
        uvicorn.Server(config).run(sockets=[opened])
