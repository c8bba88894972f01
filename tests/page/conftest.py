"""A page that is really served, and a browser that opens it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytest.importorskip("starlette", reason="the page needs starlette")

SECONDS = 120_000.0  # in milliseconds; a page answers in some thousandth of that


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a page of its own."""
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: "Browser", address: str) -> "Iterator[Callable[..., Page]]":
    """Opens the page; afterwards, nothing was said on the console or asked from elsewhere."""
    said: list[str] = []
    contexts = []

    def open_page(**options: Any) -> "Page":
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(SECONDS)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))

        def watch(route: "Route") -> None:
            if not route.request.url.startswith(address):
                said.append(f"asked for {route.request.url}")
            route.continue_()

        page.route("**", watch)
        page.goto(address)
        page.locator(".unit .value").first.wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
