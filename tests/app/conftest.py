"""A real server and a real browser for the board's tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
_STARTS = 60.0
# Python runs this in the server and in each of its workers before anything else (sitecustomize).
_OVERHEAR = """
import sys
from pathlib import Path

def overhear(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in (None, "", "localhost", "127.0.0.1", "::1"):
        with Path(__file__).with_name("asked").open("a") as asked:
            asked.write(f"{event} {host}\\n")

with Path(__file__).with_name("asked").open("a") as asked:
    asked.write("listening\\n")
sys.addaudithook(overhear)
"""
expect.set_options(timeout=90_000)  # waiting longer fails no later where all is well


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium: the system's, or Playwright's own. Without either the test is skipped, but never in CI."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    with sync_playwright() as playwright:
        if found is None and not Path(playwright.chromium.executable_path).exists():
            if os.environ.get("CI"):
                pytest.fail("CI has no Chromium")
            pytest.skip("needs Chromium: install it, or run `playwright install chromium`")
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each process of the server says that it listens, and which other machine it names or connects to."""
    folder = tmp_path_factory.mktemp("overheard")
    (folder / "sitecustomize.py").write_text(_OVERHEAR)
    return folder / "asked"


@contextmanager
def served(folder: Path, port: int | None = None, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a board that is served by the command that users type, and its process; it may be killed."""
    if port is None:
        with socket() as probe:
            probe.bind(("localhost", 0))
            port = probe.getsockname()[1]
    command = [sys.executable, "-m", "simkit.cli", "app", "--no-browser", "--port", str(port)]
    with (folder / "log").open("a") as log:
        rooms = {"SIMKIT_ROOMS": str(folder / "rooms.sqlite")}
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **rooms, **environment}
        )
        address = f"http://localhost:{port}"
        until = time.monotonic() + _STARTS
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < until, (folder / "log").read_text()
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.2)
        yield address, process
        process.terminate()
        process.wait(30)
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, asked: Path) -> Iterator[str]:
    """The address of a board."""
    with served(tmp_path_factory.mktemp("server"), PYTHONPATH=str(asked.parent)) as (address, _):
        yield address


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a visitor of its own; what goes wrong on it fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(40_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(f"{said.text} {said.location}") if said.type == "error" else None)
    yield page
    context.close()
    assert not wrong
