"""What an agent waits for: a conversation opened in a real browser, and a long thread under the wheel."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from devstack.config import ROOT, free_ports
from tests.benchmarks.load import BenchmarkError, Cell, Timing
from tests.benchmarks.report import Ratio, Section
from tests.benchmarks.world import CONVERSATION, World, claims, numbered
from tests.support.browser import ARGUMENTS, chromium

LONG = 10_000  # messages of the long thread
MAILS = 30  # on the page of the thread of mails
MAIL_KB = 20  # of HTML in each
FRAME = 1000 / 60  # ms

#: Opens the row, and returns the milliseconds until its thread is painted and until its mails are too.
OPEN = """async ([place, mails]) => {
    const name = () => document.querySelector('#conversation')?.getAttribute('aria-label');
    const before = name();
    const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const full = frame => (frame.contentDocument?.body?.childNodes.length ?? 0) > 0;
    const start = performance.now();
    document.querySelectorAll('li[aria-posinset] a')[place].click();
    while (name() === before || !document.querySelector('#conversation article')) {
        if (performance.now() - start > 20000) return null;
        await new Promise(requestAnimationFrame);
    }
    await painted();
    const text = performance.now() - start;
    const frames = () => [...document.querySelectorAll('#conversation iframe')];
    while (mails && (frames().length === 0 || !frames().every(full))) {
        if (performance.now() - start > 20000) return null;
        await new Promise(requestAnimationFrame);
    }
    if (mails) await painted();
    return [text, performance.now() - start];
}"""

#: Turns the wheel for a while, one step a frame, and returns how long each frame took.
SCROLL = """async ([element, step, milliseconds]) => {
    const frames = [];
    const start = performance.now();
    let last = start;
    while (last - start < milliseconds) {
        element.scrollTop += step;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
    }
    return frames;
}"""


@contextlib.contextmanager
def _dashboard(world: World) -> Iterator[str]:
    """The built dashboard, looking at this world."""
    built = ROOT / "dashboard" / "dist"
    if not (built / "index.html").exists():
        raise BenchmarkError("the dashboard is not built: make build")
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="supadesk-bench-") as folder:
        settings = {
            "supabaseUrl": world.stack.url,
            "publishableKey": world.stack.publishable_key,
            "apiUrl": world.stack.url,
        }
        (Path(folder) / "config.js").write_text(
            f"window.SUPADESK_CONFIG = {json.dumps(settings)};\n"
        )
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "devstack.static", "--root", str(built)),
                *("--port", str(port), "--spa", "--overlay", folder),
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            end = time.monotonic() + 20
            while True:
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(url).raise_for_status()
                    break
                if time.monotonic() > end:
                    raise BenchmarkError("the dashboard is not served")
                time.sleep(0.1)
            yield url
        finally:
            server.terminate()
            server.wait(10)


@contextlib.contextmanager
def _agent(world: World) -> Iterator[Page]:
    """An agent of the big account with all its conversations in front of them."""
    program, environment = chromium()
    said = claims(world.agent)
    session = {
        "access_token": world.token(),
        "refresh_token": "none",
        "token_type": "bearer",
        "expires_in": 3600,
        "expires_at": said["exp"],
        "user": {"id": world.agent, "email": "agent1@example.com", "user_metadata": {}},
    }
    with _dashboard(world) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=list(ARGUMENTS), env={**os.environ, **environment}
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        context.add_init_script(
            f"localStorage.setItem('supadesk:session', {json.dumps(json.dumps(session))})"
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{url}/a/{world.account}/inbox/all?status=all")
        yield page
        browser.close()


def _prepare(world: World) -> None:
    """A thread of 10,000 messages and one of mails become the newest two of the list."""
    long, mails = (numbered(CONVERSATION, world.conversation(place)) for place in (0, 1))
    html = "<table><tr><td style='padding:8px'>The parcel, line after line.</td></tr></table>"
    body = html * (MAIL_KB * 1024 // len(html))
    with world.connect() as conn, conn.transaction():
        conn.execute("set local session_replication_role = replica")
        conn.execute(
            """
            insert into public.messages (
                account_id, conversation_id, inbox_id, seq, updated_seq, message_type, content,
                sender_contact_id, sender_user_id, created_at)
            select account_id, id, inbox_id, n, n,
                case when n %% 3 = 0 then 'incoming' else 'outgoing' end,
                'Line ' || n || '.' || repeat(' It goes on for a while.', (n %% 7 * 2)::int),
                case when n %% 3 = 0 then contact_id end,
                case when n %% 3 <> 0 then %(agent)s::uuid end,
                now() - (%(count)s - n + 1) * interval '1 minute'
            from public.conversations, generate_series(last_seq + 1, %(count)s) as n
            where id = %(id)s
            """,
            {"id": long, "count": LONG, "agent": world.agent},
        )
        conn.execute(
            """
            insert into public.messages (
                account_id, conversation_id, inbox_id, seq, updated_seq, message_type, content_type, content,
                content_attributes, sender_contact_id, created_at)
            select account_id, id, inbox_id, last_seq + n, last_seq + n, 'incoming', 'incoming_email',
                'The parcel, line after line.', jsonb_build_object('email', %(email)s::jsonb), contact_id,
                now() - (%(count)s - n + 1) * interval '1 minute'
            from public.conversations, generate_series(1, %(count)s) as n
            where id = %(id)s
            """,
            {
                "id": mails,
                "count": MAILS,
                "email": json.dumps(
                    {
                        "subject": "Parcel",
                        "html_content": {"full": "", "reply": body, "quoted": ""},
                        "text_content": {"full": "", "reply": "", "quoted": ""},
                    }
                ),
            },
        )
        for place, (id_, added) in enumerate(((mails, MAILS), (long, 0))):
            conn.execute(
                """
                update public.conversations
                set last_activity_at = now() + %s * interval '1 second',
                    last_seq = case when %s = 0 then %s else last_seq + %s end
                where id = %s
                """,
                [place + 1, added, LONG, added, id_],
            )


@dataclass(frozen=True, slots=True)
class Opened:
    """How long an agent waited, and how long the page's thread worked for it, in milliseconds."""

    text: float  #: until the thread was painted
    whole: float  #: until its mails were
    worked: float  #: on the processor; unlike the others the same on a busy machine


class Screen:
    """A page, and the clock of its thread."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._inspector = page.context.new_cdp_session(page)
        self._inspector.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked(self) -> float:
        """For how many milliseconds the page's thread was on the processor."""
        metrics = self._inspector.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    def open(self, place: int, mails: bool = False) -> Opened:
        """Open a row of the list."""
        before = self.worked()
        found: Any = self.page.evaluate(OPEN, [place, mails])
        if found is None:
            raise BenchmarkError(f"conversation {place} of the list did not open")
        return Opened(float(found[0]), float(found[1]), self.worked() - before)

    def reload(self, rows: int) -> None:
        """Forget everything; with the parts of the thread's screen there, as after the first minute."""
        self.page.reload()
        expect(self.page.locator("li[aria-posinset] a").nth(rows)).to_be_attached()
        self.open(0)


def _rounds(world: World, screen: Screen) -> dict[str, Cell]:
    """Opens the same rows twice: the first time from the server, then from what the page remembers."""
    found: dict[str, list[Timing]] = {}

    def keep(name: str, milliseconds: Sequence[float]) -> None:
        found.setdefault(name, []).append(_timing(milliseconds))

    rows = range(2, 2 + min(10, max(2, world.scale.calls // 8)))  # as many as the list shows
    for _ in range(world.scale.rounds):
        screen.reload(rows[-1])
        for name in ("not in the cache", "in the cache"):
            opened = [screen.open(place) for place in rows]
            keep(f"open, {name}", [one.text for one in opened])
            keep(f"open, {name}: the thread's work", [one.worked for one in opened])
        screen.open(1, mails=True)  # brings the parts that show mails
        screen.reload(rows[-1])
        shown = screen.open(1, mails=True)
        keep(f"open {MAILS} mails of {MAIL_KB} kB, text", [shown.text])
        keep(f"open {MAILS} mails of {MAIL_KB} kB, all in sight", [shown.whole])
        keep(f"open {MAILS} mails of {MAIL_KB} kB: the thread's work", [shown.worked])
    return {name: Cell(tuple(timings)) for name, timings in found.items()}


def _timing(milliseconds: Sequence[float]) -> Timing:
    return Timing.of(milliseconds, sum(milliseconds) / 1000)


def screens(world: World) -> Section:
    """Opening conversations and scrolling the long one, in headless Chromium."""
    _prepare(world)
    with _agent(world) as page:
        expect(page.locator("li[aria-posinset] a").first).to_be_visible()
        screen = Screen(page)
        cells = _rounds(world, screen)
        screen.open(0)
        thread = page.get_by_role("region", name="Messages").element_handle()
        seconds = 10_000 if world.scale.seconds else 1_000
        frames: dict[str, list[float]] = {}
        work: dict[str, float] = {}
        for name, step in (("up, loading as it goes", -120), ("down, what is loaded", 120)):
            before = screen.worked()
            frames[name] = page.evaluate(SCROLL, [thread, step, seconds])
            work[name] = (screen.worked() - before) / len(frames[name])
            cells[f"a frame while scrolling {name}"] = Cell((_timing(frames[name]),))
        loaded = int(page.evaluate("document.querySelectorAll('#conversation article').length"))
    fresh, cached = cells["open, not in the cache"], cells["open, in the cache"]
    return Section(
        f"Screens, in headless Chromium at 1440 × 900 (a thread of {LONG:,} messages)",
        cells,
        [
            Ratio(what="p95 in the cache : 100 ms", value=cached.p95 / 100, bar="issue", at_most=1),
            Ratio(
                what="p95 not in the cache : 400 ms", value=fresh.p95 / 400, bar="issue", at_most=1
            ),
        ],
        [
            f"scrolling {name}: {len(all_)} frames, {_share(all_, 2 * FRAME):.1%} dropped one or more,"
            f" {_share(all_, 50):.1%} over 50 ms, longest {max(all_):.0f} ms,"
            f" {work[name]:.1f} ms of work each"
            for name, all_ in frames.items()
        ]
        + [f"{loaded} messages in the page at the end"],
    )


def _share(frames: Sequence[float], limit: float) -> float:
    return sum(frame > limit for frame in frames) / len(frames)
