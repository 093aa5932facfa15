"""A server that shows the pages of a run while it is graded, to those who have its token."""

from __future__ import annotations

import mimetypes
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from urllib.parse import parse_qs

import uvicorn
from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from framework.errors import BadInputError, GradusError, UsageError
from plugins.classes.collecting.collection import Collection
from plugins.classes.pages.answers import MAX_FORM, answers_page, save_answer
from plugins.classes.pages.site import ANSWERS, POLICY, Live, RunSite, encoded, render
from plugins.classes.pages.view import CodeReader, RunView, read_view
from plugins.classes.rosters.privacy import Shown
from plugins.classes.runs.store import Store, grading, keys_of
from plugins.classes.runs.stored_runs import entries_of, find_run

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Guard:
    """Lets requests through to `app` that name one of `hosts` and hold the token.

    The token of the first address becomes a cookie, and leaves the address bar. A page of another
    site can neither send the cookie nor, under another host name, reach this server.
    """

    app: ASGIApp
    token: str
    hosts: Sequence[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = self._refused(Request(scope))
        await (refused or self.app)(scope, receive, send_with_headers)

    def _refused(self, request: Request) -> Response | None:
        """Return the answer to a request that is not let through; None for one that is."""
        if host_name(request.headers.get("host", "")) not in map(str.lower, self.hosts):
            return PlainTextResponse("unknown host: see `gradus class serve --allow-host`", 403)
        is_form = request.method == "POST" and request.url.path == f"/{ANSWERS}"
        if request.method not in ("GET", "HEAD") and not is_form:
            return PlainTextResponse("this server only shows pages", 405)
        if is_form and request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return PlainTextResponse("this form is of another site", 403)
        name = f"gradus-{request.url.port or 80}"
        given = request.query_params.get("token")
        if given is not None and self._is_token(given):
            own = request.url.remove_query_params("token").replace(scheme="", netloc="")
            answer = RedirectResponse(f"/{str(own).lstrip('/')}", 303)  # "//x" is another server
            answer.set_cookie(name, self.token, httponly=True, samesite="strict")
            return answer
        if self._is_token(request.cookies.get(name, "")):
            return None
        text = "open the address with the token that `gradus class serve` has printed"
        return PlainTextResponse(text, 403)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self.token.encode())


def host_name(header: str) -> str:
    """Return the name in a ``Host`` header, without its port, in lower case."""
    name, colon, port = header.lower().rpartition(":")
    return name if colon and port.isdigit() else header.lower()


#: Seconds during which pages are shown without another look at the store.
REFRESH = 5.0


@dataclass
class Serving:
    """The pages of run `number` as they are now; `shown` returns how students are called."""

    collection: Collection
    store: Store
    number: int
    shown: Shown
    code: CodeReader
    _lock: Lock = field(default_factory=Lock)
    _latest: tuple[Live, RunSite] | None = None
    _read_at: float = 0.0

    def count(self) -> Live:
        """Return how many results are there."""
        return self.store.transaction(self._count)

    def _count(self, connection: Connection) -> Live:
        run = find_run(connection, self.number)
        keys = {run.key(entry) for entry in entries_of(connection, run.id)}
        same = grading.c.seed == run.seed, grading.c.environment == run.environment
        of_exercises = grading.c.revision.in_({key.revision for key in keys})
        done = len(keys & keys_of(connection, grading, *same, of_exercises))
        return Live(done, len(keys), run.ended)

    def site(self) -> tuple[RunSite, Live]:
        """Return the pages; of a run that is being graded, those of some seconds ago at most."""
        with self._lock:
            latest = self._latest
            if latest is None or time.monotonic() >= self._read_at + REFRESH:
                count = self.count()
                if latest is None or latest[0] != count:
                    view = self.store.transaction(self._view)
                    latest = count, RunSite(view, self.store, self.code)
                self._latest, self._read_at = latest, time.monotonic()
            return latest[1], latest[0]

    def _view(self, connection: Connection) -> RunView:
        run = find_run(connection, self.number)
        return read_view(connection, self.collection, run, self.shown)

    def content(self, path: str, query: str = "") -> bytes | None:
        """Return the page or file at `path`; None if there is none."""
        site, count = self.site()
        make = site.pages.get(path)
        return encoded(make(replace(count, query=query))) if make is not None else None

    def answers(self, wanted: Mapping[str, str]) -> str:
        """Return the page of an answer in prose: see `answers_page`."""
        site, count = self.site()
        return answers_page(site, count, wanted)


def application(serving: Serving, token: str, hosts: Sequence[str] = ()) -> ASGIApp:
    """Return the application that shows `serving` to requests with `token`."""

    async def page(request: Request) -> Response:
        path = request.path_params["path"]
        query = request.query_params.get("q", "")
        content = await run_in_threadpool(serving.content, path, query)
        if content is None:
            return PlainTextResponse("no such page", 404)
        return Response(content, media_type=mimetypes.guess_type(path)[0] or "text/plain")

    async def answers(request: Request) -> Response:
        if request.method != "POST":
            try:
                return HTMLResponse(await run_in_threadpool(serving.answers, request.query_params))
            except GradusError as error:
                return PlainTextResponse(str(error), 409)
        sent = b""
        async for chunk in request.stream():
            sent += chunk
            if len(sent) > MAX_FORM:
                return PlainTextResponse("the comment is too long", 413)
        form = parse_qs(sent.decode("utf-8", "replace"))
        try:
            target = await run_in_threadpool(save_answer, serving.site()[0], form)
        except GradusError as error:
            return PlainTextResponse(f"not saved: {error}", 409)
        return RedirectResponse(target, 303)

    async def progress(request: Request) -> Response:
        count = await run_in_threadpool(serving.count)
        return HTMLResponse(render("progress.html", live=count))

    async def start(request: Request) -> Response:
        return RedirectResponse("/index.html", 303)

    routes = [
        Route("/", start),
        Route("/progress", progress),
        Route(f"/{ANSWERS}", answers, methods=["GET", "POST"]),
        Route("/{path:path}", page),
    ]
    return Guard(Starlette(routes=routes), token, (*LOOPBACK, *hosts))


def open_socket(host: str, port: int, hosts: Sequence[str]) -> socket.socket:
    """Return a socket that listens at `host` and `port`."""
    if host not in ("127.0.0.1", "localhost", "::1") and not hosts:
        raise UsageError(
            f"{host} is reached from other machines: name how browsers reach it, as in "
            "`--allow-host grades.uni.example`, and put a proxy with TLS in front"
        )
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
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
