"""Who is let in: this machine, by the printed address, from the page itself."""

import http.client
import threading
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest
import uvicorn
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from glassnet.page.server import LARGEST_MESSAGE, Pages, application, listening


def status(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)) as connection:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_the_page_is_served_with_its_policy(address: str) -> None:
    parts = urlsplit(address)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=60)) as connection:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        assert answer.status == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "http" not in policy
        assert b"<title>Glassnet" in answer.read()


@pytest.mark.parametrize("path", ["/", "/wrong/", "/wrong/main.js", "/../", "//"])
def test_without_the_token_nothing_is_served(address: str, path: str) -> None:
    code, sentence = status(address, path)
    assert (code, sentence) == (
        403,
        "The address lacks its token; use the address that was printed.\n",
    )


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", ""])
def test_another_host_name_is_refused(address: str, host: str) -> None:
    code, sentence = status(address, urlsplit(address).path, Host=host)
    assert code in (400, 403)
    assert "Glassnet" not in sentence


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "file://"])
def test_another_page_is_refused(address: str, origin: str) -> None:
    code, sentence = status(address, urlsplit(address).path, Origin=origin)
    assert (code, sentence) == (403, "This request comes from another page.\n")
    with pytest.raises(InvalidStatus, match="403"):
        connect(_socket(address), origin=Origin(origin))


def test_a_connection_of_no_page_is_refused(address: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        connect(_socket(address))
    wrong = address.rstrip("/")[:-1] + "!/"
    with pytest.raises(InvalidStatus, match="403"):
        connect(_socket(wrong), origin=_origin(address))


@pytest.mark.parametrize(
    "path", ["../server.py", "%2e%2e/server.py", "..%2fserver.py", "vendor/../../server.py", "x"]
)
def test_nothing_but_the_page_is_read(address: str, path: str) -> None:
    code, _ = status(address, urlsplit(address).path + path)
    assert code in (403, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_written_by_requests(address: str, method: str) -> None:
    assert status(address, urlsplit(address).path, method)[0] == 405


def test_a_message_that_is_too_large_ends_the_connection_and_no_other(address: str) -> None:
    with connect(_socket(address, "large"), origin=_origin(address)) as large:
        large.send(" " * (LARGEST_MESSAGE + 1))
        with pytest.raises(Exception, match="1009"):
            large.recv(timeout=60)
    with connect(_socket(address, "other"), origin=_origin(address)) as other:
        other.send('{"kind": "present", "id": 1}')
        assert b'"kind":"built"' in other.recv(timeout=60)


def test_a_page_comes_back_to_where_it_was(address: str) -> None:
    for step in (0, 5):
        with connect(_socket(address, "same"), origin=_origin(address)) as page:
            page.send('{"kind": "look", "id": 1, "after": -1}')
            assert b'"step":%d,' % step in page.recv(timeout=60)
            page.send('{"kind": "forward", "id": 2, "steps": 5}')
            page.recv(timeout=60)


def test_eight_pages_at_once_are_answered(address: str) -> None:
    with ExitStack() as stack:
        pages = [
            stack.enter_context(connect(_socket(address, f"load{k}"), origin=_origin(address)))
            for k in range(8)
        ]
        for page in pages:
            page.send('{"kind": "play", "id": 1}')
            assert b'"kind":"done"' in page.recv(timeout=60)
        for _ in range(10):
            for page in pages:
                page.send('{"kind": "look", "id": 2, "after": -1}')
            for page in pages:
                assert b'"playing":true' in page.recv(timeout=60)
        for page in pages:
            page.send('{"kind": "pause", "id": 3}')
            assert b'"kind":"done"' in page.recv(timeout=60)


def test_a_page_that_has_gone_trains_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glassnet.page.server.SECONDS_TO_COME_BACK", 0.0)
    own, pages = listening(0), Pages()
    own.listen()
    port = own.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(application("token", port, pages), lifespan="off"))
    thread = threading.Thread(target=server.run, args=([own],))
    thread.start()
    try:
        address, playing = f"http://127.0.0.1:{port}/token/", True
        with connect(_socket(address, "gone"), origin=_origin(address)) as page:
            page.send('{"kind": "play", "id": 1}')
            page.recv(timeout=60)
        while playing:  # until it is seen at rest, by others that do not count as this page
            playing = pages.conversation("gone").is_playing
    finally:
        server.should_exit = True
        thread.join()
        pages.close()


def test_a_port_that_is_taken_is_named(address: str) -> None:
    port = urlsplit(address).port
    assert port is not None
    with pytest.raises(OSError, match=f"port {port} is taken; give another"):
        listening(port)


def _socket(address: str, page: str = "stranger") -> str:
    return f"ws{address.removeprefix('http')}page/{page}"


def _origin(address: str) -> Origin:
    return Origin(f"http://{urlsplit(address).netloc}")
