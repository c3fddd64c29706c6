"""People at work: agents at the dashboard and visitors on the demo page, each in a browser of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.journeys.people import AgentAtDesk, VisitorOnPage
from tests.support.browser import ARGUMENTS, chromium
from tests.support.local import LocalProduct

#: Milliseconds until something that must come counts as missing. The journeys run beside all other
#: tests on two cores; waiting ends when the thing is there, so patience costs a passing test nothing.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    program, environment = chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=program, args=list(ARGUMENTS), env={**os.environ, **environment}
        )
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes separate browser profiles, closed after the test."""
    with ExitStack() as stack:

        def make(**options: Any) -> BrowserContext:
            made = browser.new_context(
                **{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **options}
            )
            made.set_default_timeout(PATIENCE)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def agent(
    product: LocalProduct, context: Callable[..., BrowserContext]
) -> Callable[..., AgentAtDesk]:
    """Signs an agent in, through the real sign-in page."""

    def sign_in(email: str = "admin@example.com", **options: Any) -> AgentAtDesk:
        person = AgentAtDesk(product, context(**options).new_page())
        person.sign_in(email)
        return person

    return sign_in


@pytest.fixture
def visitor(
    product: LocalProduct, context: Callable[..., BrowserContext]
) -> Callable[..., VisitorOnPage]:
    """Opens the demo page as somebody new."""

    def arrive(**options: Any) -> VisitorOnPage:
        person = VisitorOnPage(product, context(**options).new_page())
        person.arrive()
        return person

    return arrive
