"""What agents and visitors do, in the words of the screen: roles, names and texts, never CSS classes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

from devstack.config import ROOT
from tests.support.local import PASSWORD, LocalProduct

ARTIFACTS = ROOT / "artifacts" / "screenshots"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


class Person:
    """Somebody in front of a browser."""

    def __init__(self, product: LocalProduct, page: Page) -> None:
        self.product = product
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.problems.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )

    def picture(self, name: str) -> Path:
        """Keep a screenshot among the artefacts."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def assert_nothing_broke(self) -> None:
        """No script error, and nothing that the content policy had to stop."""
        assert self.problems == []

    def serious_findings(self, frame: Any = None) -> list[str]:
        """What axe calls serious or critical on the page, or in one of its frames."""
        where = frame or self.page
        where.evaluate(AXE)
        result = where.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        return [
            f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
            for violation in result["violations"]
            if violation["impact"] in {"serious", "critical"}
            # Experimental in axe, and wrong where initials are decoration (aria-hidden).
            and violation["id"] != "label-content-name-mismatch"
        ]


class AgentAtDesk(Person):
    """An agent in the dashboard."""

    def sign_in(self, email: str) -> None:
        """Through the sign-in page, until the list is there."""
        self.page.goto(self.product.dashboard_url)
        self.page.locator("input[type=email]").fill(email)
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(r"/a/[0-9a-f-]+/inbox"))
        # Whatever the language: a list of links, the conversations, stands beside the navigation.
        expect(self.page.locator("li[aria-posinset] a").first).to_be_visible(timeout=30_000)

    @property
    def rows(self) -> Locator:
        """The conversations in the list."""
        return self.page.get_by_role("list", name="Conversations").get_by_role("link")

    def row(self, text: str) -> Locator:
        """The conversation in the list whose row says this."""
        return self.rows.filter(has_text=text).first

    def view(self, name: str) -> None:
        """Switch the list: My conversations, Unassigned or All conversations."""
        self.page.get_by_role("navigation", name="Views").get_by_role(
            "link", name=re.compile(rf"^{name}")
        ).click()

    def open(self, text: str) -> None:
        """Open the conversation whose row says this."""
        self.row(text).click()
        expect(self.messages).to_be_visible()

    @property
    def messages(self) -> Locator:
        """The thread."""
        return self.page.get_by_role("region", name="Messages")

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("tabpanel").get_by_role("textbox")

    def reply(self, text: str) -> None:
        """Write a public reply and send it."""
        self.composer.fill(text)
        self.page.keyboard.press("Control+Enter")

    def note(self, text: str) -> None:
        """Write a note for colleagues."""
        self.page.get_by_role("tab", name="Note").click()
        self.composer.fill(text)
        self.page.keyboard.press("Control+Enter")

    def sees(self, text: str) -> None:
        """This message stands in the thread, once."""
        expect(self.messages.get_by_text(text, exact=True)).to_have_count(1)


class VisitorOnPage(Person):
    """Somebody on a shop's page with the chat on it."""

    def arrive(self) -> None:
        """Open the shop."""
        self.page.goto(self.product.demo_url)
        expect(self.launcher).to_be_visible()

    @property
    def launcher(self) -> Locator:
        """The button in the corner."""
        return self.page.locator("#supadesk").get_by_role("button")

    @property
    def panel(self) -> FrameLocator:
        """The chat."""
        return self.page.frame_locator("iframe")

    def panel_frame(self) -> Frame:
        """The chat's own document."""
        return next(frame for frame in self.page.frames if "/widget/frame" in frame.url)

    @property
    def log(self) -> Locator:
        """What was said."""
        return self.panel.get_by_role("log")

    def open_chat(self) -> None:
        """Open the panel and go to where one writes."""
        self.launcher.click()
        self.panel.get_by_role("button", name=re.compile("Send us|Continue")).click()
        expect(self.panel.get_by_role("textbox")).to_be_visible()

    def return_to_chat(self) -> None:
        """Load the page again and open the conversation that is running."""
        self.page.reload()
        self.launcher.click()
        go_on = self.panel.get_by_role("button", name=re.compile("Continue"))
        writing = self.panel.get_by_role("textbox")
        expect(go_on.or_(writing).first).to_be_visible()
        if not writing.is_visible():
            go_on.click()
        expect(writing).to_be_visible()

    def write(self, text: str) -> None:
        """Write a message and send it."""
        self.panel.get_by_role("textbox").fill(text)
        self.panel.get_by_role("textbox").press("Enter")

    def sees(self, text: str) -> None:
        """This message stands in the chat, once."""
        expect(self.log.get_by_role("listitem").filter(has_text=text)).to_have_count(1)
