"""What Lighthouse says of the pages people see first, of a product of its own, signed in where needed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from devstack.config import free_ports
from tests.benchmarks.load import BenchmarkError, Cell, Timing
from tests.benchmarks.report import Ratio, Section
from tests.benchmarks.world import World
from tests.support.browser import ARGUMENTS, chromium
from tests.support.local import PASSWORD, LocalProduct, running_product

TOOL = Path(__file__).parent / "node"
CATEGORIES = ("performance", "accessibility", "best-practices")
#: Lighthouse's own names of what a visitor waits for, in milliseconds.
WAITS = {"first paint": "first-contentful-paint", "largest paint": "largest-contentful-paint"}


def _install(path: str) -> None:
    if (TOOL / "node_modules" / ".bin" / "lighthouse").exists():
        return
    done = subprocess.run(
        ["npm", "ci", "--no-fund", "--no-audit"],
        cwd=TOOL,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"lighthouse could not be installed: {done.stderr.strip()[-300:]}")


def _report(url: str, port: int, path: str, folder: str) -> Mapping[str, object]:
    """One run, in the browser that listens there, with what is stored in it."""
    file = Path(folder) / "report.json"
    done = subprocess.run(
        [
            *(str(TOOL / "node_modules" / ".bin" / "lighthouse"), url),
            *("--port", str(port), "--preset", "desktop", "--disable-storage-reset", "--quiet"),
            *("--only-categories", ",".join(CATEGORIES)),
            *("--output", "json", "--output-path", str(file)),
        ],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=180,
    )
    if done.returncode != 0:
        raise BenchmarkError(f"lighthouse on {url}: {done.stderr.strip()[-300:]}")
    report: Mapping[str, object] = json.loads(file.read_text())
    return report


def _score(report: Mapping[str, object], category: str) -> float:
    score: float | None = report["categories"][category]["score"]  # type: ignore[index]
    if score is None:
        raise BenchmarkError(f"lighthouse could not judge {category}")
    return score


def _waits(reports: Sequence[Mapping[str, object]], audit: str) -> Cell:
    found = [float(report["audits"][audit]["numericValue"]) for report in reports]  # type: ignore[index]
    return Cell(tuple(Timing.of([value], value / 1000) for value in found))


def _lost(reports: Sequence[Mapping[str, object]]) -> set[str]:
    """What cost points, by the title that Lighthouse gives it."""
    lost = set()
    for report in reports:
        audits: Mapping[str, Mapping[str, object]] = report["audits"]  # type: ignore[assignment]
        for category in CATEGORIES:
            for reference in report["categories"][category]["auditRefs"]:  # type: ignore[index]
                audit = audits[reference["id"]]
                score = audit["score"]
                if reference["weight"] and isinstance(score, int | float) and score < 0.9:
                    lost.add(f"{category}: {audit['title']}")
    return lost


def _measure(product: LocalProduct, rounds: int) -> Mapping[str, Sequence[Mapping[str, object]]]:
    program, environment = chromium()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    _install(path)
    (port,) = free_ports(1)
    with (
        tempfile.TemporaryDirectory(prefix="supadesk-lighthouse-") as folder,
        sync_playwright() as p,
    ):
        browser = p.chromium.launch_persistent_context(
            f"{folder}/profile",
            executable_path=program,
            args=[*ARGUMENTS, f"--remote-debugging-port={port}"],
            env={**os.environ, **environment},
        )
        pages = {"sign-in": product.dashboard_url, "demo page": product.demo_url}
        found = {
            name: [_report(url, port, path, folder) for _ in range(rounds)]
            for name, url in pages.items()
        }
        page = browser.new_page()
        page.goto(product.dashboard_url)
        page.locator("input[type=email]").fill("admin@example.com")
        page.locator("input[type=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/a/[0-9a-f-]+/inbox"))
        inbox = page.url
        page.close()
        found["inbox"] = [_report(inbox, port, path, folder) for _ in range(rounds)]
        browser.close()
    return found


def lighthouse(world: World) -> Section:
    """Scores of the sign-in page, the inbox and a page with the chat on it."""
    with running_product() as product:
        found = _measure(product, world.scale.rounds)
    return Section(
        "Lighthouse, desktop, on a product of its own",
        {
            f"{name}: {wait}": _waits(reports, audit)
            for name, reports in found.items()
            for wait, audit in WAITS.items()
        },
        [
            Ratio(
                what=f"{name}: {category} : 1",
                value=median(_score(report, category) for report in reports),
                bar="issue",
                at_least=0.95,
            )
            for name, reports in found.items()
            for category in CATEGORIES
        ],
        [
            f"{name} loses by {lost}"
            for name, reports in found.items()
            for lost in sorted(_lost(reports))
        ],
    )
