"""What customers send beside text, as an agent sees it: mails with all their tricks, reactions, failures."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from tests.journeys.people import AgentAtDesk
from tests.support.local import LocalProduct
from tests.support.simulator import Simulator, eventually, somebody

Agents = Callable[..., AgentAtDesk]

CANARY = "https://canary.example"
WAIT = 30_000  # ms; a message passes through worker and database beside other tests

HOSTILE = f"""
<html><head><base href="{CANARY}/"><meta http-equiv="refresh" content="0;url={CANARY}/refresh">
<link rel="stylesheet" href="{CANARY}/x.css"><style>*{{background:url({CANARY}/style)}}</style></head>
<body background="{CANARY}/body" onload="window.top.__xss=1">
<script>window.top.__xss = 1; parent.__xss = 1; alert(1)</script>
<div style="position:fixed;inset:0;z-index:99999;background:url({CANARY}/overlay)">Sign in again</div>
<img src="x" onerror="window.top.__xss=1"><svg onload="window.top.__xss=1"></svg>
<form action="{CANARY}/form"><input name="password"><button>Go</button></form>
<iframe src="{CANARY}/frame"></iframe><a href="javascript:window.top.__xss=1">Click</a>
<p>The handle <b>MARK</b> arrived broken, see <a href="https://shop.example/orders">my order</a>.</p>
<table width="500"><tr><td bgcolor="#eeeeee" style="padding:20px;text-align:center">Order 7</td></tr></table>
<p><img src="cid:Photo%401" alt="The broken handle" width="64" height="48"></p>
<img src="{CANARY}/banner.png" alt="Our logo" width="200" height="40">
<img src="{CANARY}/beacon.gif" width="1" height="1">
<div class="gmail_quote">On Monday, Ana wrote:<blockquote>Your order was sent on Friday.</blockquote></div>
</body></html>"""


def picture(color: str, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def post_mail(simulator: Simulator, sender: str, subject: str, html: str, text: str) -> None:
    """Hand in a mail as its sender wrote it."""
    business = next(one for one in simulator.businesses() if one["channel"] == "email")
    mail = EmailMessage()
    mail["From"] = f"Mia Berg <{sender}>"
    mail["To"] = f"{business['address']}, colleague@customers.example"
    mail["Cc"] = "boss@customers.example"
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{secrets.token_hex(12)}@customers.example>"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    shown = mail.get_body(("html",))
    assert shown is not None
    shown.add_related(picture("teal"), "image", "png", cid="<photo@1>", filename="handle.png")
    simulator.play(
        "email",
        None,
        "raw",
        body={
            "FromFull": {"Email": sender, "Name": "Mia Berg"},
            "OriginalRecipient": business["address"],
            "MessageID": secrets.token_hex(16),
            "RawEmail": mail.as_bytes().decode(),
        },
    )


def arrived(simulator: Simulator, channel: str, person: str, text: str) -> str:
    """The provider's id of our message, once the customer has it."""

    def found() -> str | None:
        messages = simulator.chat(channel, person)["messages"]
        return next((str(one["id"]) for one in messages if one["text"] == text), None)

    return eventually(found)


@pytest.mark.parametrize(
    ("name", "options"),
    [("light", {}), ("dark", {"color_scheme": "dark"})],
)
def test_a_mail_is_shown_as_it_looks_and_does_nothing(
    product: LocalProduct, agent: Agents, name: str, options: dict[str, Any]
) -> None:
    mark = f"mark{secrets.token_hex(4)}"
    ana = agent(**options)
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url.removeprefix(f"{CANARY}/"))
        route.fulfill(body=picture("orange", (200, 40)), content_type="image/png")

    ana.page.context.route(f"{CANARY}/**", answer)
    ana.page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    ana.view("All conversations")
    post_mail(
        product.simulator,
        f"{mark}@customers.example",
        f"Broken {mark}",
        HOSTILE.replace("MARK", mark),
        f"The handle {mark} arrived broken.",
    )
    expect(ana.row(mark)).to_be_visible(timeout=WAIT)
    ana.open(mark)
    frame = ana.messages.locator("iframe")
    inside = ana.messages.frame_locator("iframe")
    expect(inside.get_by_text(mark)).to_be_visible(timeout=WAIT)
    expect(frame).to_have_attribute("sandbox", re.compile(r"^(?!.*allow-scripts)"))

    # The picture that came along is there; nothing from elsewhere was asked for.
    photo = inside.get_by_alt_text("The broken handle")
    expect(photo).to_have_js_property("naturalWidth", 64, timeout=WAIT)
    expect(inside.get_by_alt_text("Our logo")).not_to_have_attribute("src", re.compile("."))
    assert asked == []
    expect(
        inside.locator("script, form, input, iframe, svg, base, link, [onload], [onerror]")
    ).to_have_count(0)
    expect(inside.get_by_role("link", name="Click")).to_have_count(0)
    link = inside.get_by_role("link", name="my order")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener.*noreferrer"))
    grown = "frame => Math.abs(frame.clientHeight - frame.contentDocument.body.scrollHeight) <= 1"
    eventually(lambda: frame.evaluate(grown))

    # Quoted text is folded; the frame grows with it.
    expect(inside.get_by_text("Your order was sent on Friday.")).to_have_count(0)
    before = frame.evaluate("frame => frame.clientHeight")
    ana.messages.get_by_role("button", name="Show quoted text").click()
    expect(inside.get_by_text("Your order was sent on Friday.")).to_be_visible()
    eventually(lambda: frame.evaluate("frame => frame.clientHeight") > before)
    ana.picture(f"mail-{name}")

    # Pictures from elsewhere come when they are wanted, except those that only report.
    ana.messages.get_by_role("button", name="Show images").click()
    expect(inside.get_by_alt_text("Our logo")).to_have_js_property("naturalWidth", 200)
    assert asked == ["banner.png"]

    ana.messages.get_by_role("button", name="Plain text").click()
    expect(frame).to_have_count(0)
    expect(
        ana.messages.get_by_text(f"The handle {mark} arrived broken", exact=False)
    ).to_be_visible()
    ana.messages.get_by_role("button", name="Original").click()
    expect(inside.get_by_text(mark)).to_be_visible()

    ana.messages.get_by_role("button", name="Who this mail went to").click()
    details = ana.page.get_by_role("dialog")
    expect(details).to_contain_text("boss@customers.example")
    expect(details).to_contain_text(f"Mia Berg <{mark}@customers.example>")
    ana.picture(f"mail-details-{name}")
    assert ana.serious_findings() == []
    ana.page.keyboard.press("Escape")
    assert ana.page.evaluate("window.__xss") is None
    ana.assert_nothing_broke()


def test_a_sender_whose_pictures_are_always_shown(product: LocalProduct, agent: Agents) -> None:
    mark = f"mark{secrets.token_hex(4)}"
    sender = f"{mark}@customers.example"
    ana = agent()
    ana.page.context.route(
        f"{CANARY}/**",
        lambda route: route.fulfill(body=picture("orange"), content_type="image/png"),
    )
    ana.view("All conversations")
    html = f'<p>First {mark}</p><img src="{CANARY}/logo.png" alt="Logo">'
    post_mail(product.simulator, sender, f"News {mark}", html, f"First {mark}")
    expect(ana.row(mark)).to_be_visible(timeout=WAIT)
    ana.open(mark)
    ana.messages.get_by_role("button", name="Always from this sender").click(timeout=WAIT)
    logo = ana.messages.frame_locator("iframe").get_by_alt_text("Logo")
    expect(logo).to_have_js_property("naturalWidth", 64)
    ana.page.reload()
    expect(logo).to_have_js_property("naturalWidth", 64, timeout=WAIT)
    ana.messages.get_by_role("button", name="Ask again").click()
    expect(ana.messages.get_by_role("button", name="Show images")).to_be_visible()
    ana.assert_nothing_broke()


def test_an_agent_chooses_whom_a_reply_goes_to(product: LocalProduct, agent: Agents) -> None:
    mark = f"mark{secrets.token_hex(4)}"
    sender = f"{mark}@customers.example"
    ana = agent()
    ana.view("All conversations")
    post_mail(product.simulator, sender, f"Order {mark}", f"<p>{mark}</p>", mark)
    expect(ana.row(mark)).to_be_visible(timeout=WAIT)
    ana.open(mark)
    composer = ana.page.get_by_role("tabpanel")
    usual = composer.get_by_role("button", name=re.compile("Change whom this goes to"))
    expect(usual).to_contain_text(sender, timeout=WAIT)
    expect(usual).to_contain_text("Cc: \u2068colleague@customers.example, boss@customers.example")
    usual.click()
    composer.get_by_label("Cc", exact=True).fill("nobody")
    expect(composer.get_by_text("Not an e-mail address:")).to_be_visible()
    ana.composer.last.fill(answer := f"Here you are. {mark}")
    expect(composer.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    composer.get_by_label("Cc", exact=True).fill("")
    composer.get_by_label("Bcc", exact=True).fill(f"Archive <archive-{mark}@customers.example>")
    ana.picture("mail-recipients")
    assert ana.serious_findings() == []
    composer.get_by_role("button", name="Send", exact=True).click()
    reply = ana.messages.get_by_role("article").filter(has_text=answer)
    expect(reply).to_contain_text(f"Bcc: archive-{mark}@customers.example", timeout=WAIT)
    expect(usual).to_be_visible()

    def mails(to: str) -> list[Any]:
        found = httpx.get(f"{product.status['mail_url']}/api/mails", timeout=20).json()
        return [mail for mail in found if to in mail["to"] and answer in mail["text"]]

    eventually(lambda: mails(sender))
    eventually(lambda: mails(f"archive-{mark}@customers.example"))
    assert mails("boss@customers.example") == []
    ana.assert_nothing_broke()


def test_a_mail_that_bounced_says_why_and_is_sent_again(
    product: LocalProduct, agent: Agents
) -> None:
    simulator, mia, mark = product.simulator, somebody(), f"mark{secrets.token_hex(4)}"
    ana = agent()
    ana.view("All conversations")
    simulator.play("email", mia, text=f"Where is it? {mark}")
    expect(ana.row(mark)).to_be_visible(timeout=WAIT)
    ana.open(mark)
    ana.reply(answer := f"On its way. {mark}")
    simulator.play("email", mia, "bounce", message_id=arrived(simulator, "email", mia, answer))
    reply = ana.messages.get_by_role("article").filter(has_text=answer)
    expect(reply).to_contain_text("This person cannot be reached on this channel.", timeout=WAIT)
    expect(reply).to_contain_text("The channel said:")
    expect(reply).to_contain_text("Not delivered")
    ana.picture("delivery-failed")
    assert ana.serious_findings() == []
    reply.get_by_role("button", name="Try again").click()
    expect(reply).to_contain_text("Sent", timeout=WAIT)
    expect(reply.get_by_role("button", name="Try again")).to_have_count(0)
    ana.assert_nothing_broke()


def test_reactions_arrive_and_go_while_one_looks(product: LocalProduct, agent: Agents) -> None:
    simulator, mia, mark = product.simulator, somebody(), f"mark{secrets.token_hex(4)}"
    ana = agent()
    ana.view("All conversations")
    simulator.play("whatsapp_cloud", mia, text=f"Do you ship? {mark}")
    expect(ana.row(mark)).to_be_visible(timeout=WAIT)
    ana.open(mark)
    ana.reply(answer := f"We do. {mark}")
    there = arrived(simulator, "whatsapp_cloud", mia, answer)
    reply = ana.messages.get_by_role("article").filter(has_text=answer)

    def react(emoji: str) -> None:
        simulator.play("whatsapp_cloud", mia, "reaction", message_id=there, emoji=emoji)

    react("❤️")
    expect(reply).to_contain_text(f"\u2068{mia}\u2069 reacted with ❤️", timeout=WAIT)
    ana.picture("reaction")
    react("👍")
    expect(reply).to_contain_text(f"\u2068{mia}\u2069 reacted with 👍", timeout=WAIT)
    expect(reply).not_to_contain_text("❤️")
    react("")
    expect(reply).not_to_contain_text("reacted with", timeout=WAIT)
    ana.assert_nothing_broke()
