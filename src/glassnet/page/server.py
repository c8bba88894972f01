"""The server of the page: on this machine alone, for whoever knows the address with its token."""

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from glassnet.page.conversation import Conversation
from glassnet.page.own_model import OwnModel
from glassnet.page.own_table import OwnTable

__all__ = ["application", "listening", "serve"]

LOOPBACK = "127.0.0.1"
APP = Path(__file__).parent / "app"
#: A message of the page has at most so many bytes.
LARGEST_MESSAGE = 16 * 2**20
#: So many pages are kept for when their connection comes back; each has a training thread.
MOST_PAGES = 32
#: A training goes on for so long after its page has gone.
SECONDS_TO_COME_BACK = 10.0
#: Questions of all pages that are answered at once.
ANSWERED_AT_ONCE = 2 * MOST_PAGES

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: What a browser may do with the page: nothing from elsewhere, and nobody may frame it.
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' "
    "'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


class Guard:
    """Lets in only who has the token in the path, by this machine's name and from this page."""

    def __init__(self, app: Starlette, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in (LOOPBACK, "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403, "reason": refusal})
        else:
            await PlainTextResponse(f"{refusal}\n", 403)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> str | None:
        """Why a request is refused."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if host not in self._hosts:
            return "This page is served to this machine alone, by the address that was printed."
        origin = headers.get(b"origin")
        needs_origin = scope["type"] == "websocket"
        if (origin is not None or needs_origin) and origin != f"http://{host}".encode("latin-1"):
            return "This request comes from another page."
        token = scope["path"].split("/")[1].encode()
        if not secrets.compare_digest(token, self._token.encode()):
            return "The address lacks its token; use the address that was printed."
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message["headers"] = [*message["headers"], *own]
        await send(message)

    return sending


class Pages:
    """The conversations with all pages, by the name that each page gave itself."""

    def __init__(self, table: OwnTable | None = None, model: OwnModel | None = None) -> None:
        self._table, self._model = table, model
        self._conversations: dict[str, Conversation] = {}
        self._connected: dict[str, int] = {}
        self._threads = ThreadPoolExecutor(ANSWERED_AT_ONCE)

    def conversation(self, page: str) -> Conversation:
        """Return the conversation with a page, which begins when it is first asked for."""
        if page not in self._conversations:
            self._conversations[page] = Conversation(self._table, self._model)
        return self._conversations[page]

    async def talk(self, socket: WebSocket) -> None:
        """Answer the questions of a page until it goes; it may come back to where it was."""
        page = socket.path_params["page"]
        if not self._has_room_for(page):
            await socket.close(4429, f"{MOST_PAGES} pages are open already; close one")
            return
        await socket.accept()
        conversation = self.conversation(page)
        self._connected[page] = self._connected.get(page, 0) + 1
        asked: set[asyncio.Task[None]] = set()
        try:
            async for message in socket.iter_text():
                task = asyncio.create_task(self._answer(socket, conversation, message))
                asked.add(task)
                task.add_done_callback(asked.discard)
        finally:
            self._connected[page] -= 1
            for task in asked:
                task.cancel()
            asyncio.get_running_loop().call_later(SECONDS_TO_COME_BACK, self._let_rest, page)

    def _let_rest(self, page: str) -> None:
        """Stop the training of a page that has gone and did not come back."""
        if not self._connected.get(page, 1):
            self._threads.submit(self._conversations[page].rest)

    async def _answer(self, socket: WebSocket, conversation: Conversation, message: str) -> None:
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, conversation.answer, message)
        try:
            await socket.send_bytes(answer)
        except (RuntimeError, WebSocketDisconnect):
            return  # the page has gone meanwhile

    def _has_room_for(self, page: str) -> bool:
        """Make room for a page by ending one that nobody looks at."""
        if page in self._conversations or len(self._conversations) < MOST_PAGES:
            return True
        for other, connections in self._connected.items():
            if not connections:
                self._conversations.pop(other).close()
                del self._connected[other]
                return True
        return False

    def close(self) -> None:
        """End all trainings."""
        for conversation in self._conversations.values():
            conversation.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def application(token: str, port: int, pages: Pages) -> Guard:
    """Return the web application."""
    routes = [
        WebSocketRoute(f"/{token}/page/{{page}}", pages.talk),
        Mount(f"/{token}", StaticFiles(directory=APP, html=True)),
    ]
    return Guard(Starlette(routes=routes), token, port)


def listening(port: int) -> socket.socket:
    """Return a socket on this machine's loopback address; any free port for 0.

    Raises
    ------
    OSError
        If the port is taken.
    """
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        own.bind((LOOPBACK, port))
    except OSError as error:
        own.close()
        raise OSError(f"port {port} is taken; give another, or none for any free one") from error
    return own


def serve(
    own: socket.socket,
    ready: Callable[[str], None],
    table: OwnTable | None = None,
    model: OwnModel | None = None,
) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    own : socket
        That of :func:`listening`.
    ready : callable
        Called with the address as soon as it answers.
    table : OwnTable, optional
    model : OwnModel, optional
        What the page begins with.
    """
    import uvicorn

    port, token, pages = own.getsockname()[1], secrets.token_urlsafe(16), Pages(table, model)
    settings = uvicorn.Config(
        application(token, port, pages),
        ws_max_size=LARGEST_MESSAGE,
        log_level="error",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    own.listen()
    ready(f"http://{LOOPBACK}:{port}/{token}/")
    try:
        uvicorn.Server(settings).run(sockets=[own])
    finally:
        pages.close()
