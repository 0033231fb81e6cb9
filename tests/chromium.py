"""Debian's Chromium, as tests and benchmarks open it: its headless shell where there is one, else all of it.

The shell draws the same pages and has no window of its own to keep, which costs less with each page that is opened.
"""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

_PROGRAMS = ("chromium-headless-shell", "chromium")
_ONE_PROCESS = "--renderer-process-limit=1"
"""For all pages of a context: else a blank one is begun for each, and another as it is given its address."""


def open_chromium(play: Playwright, *flags: str) -> Browser:
    """Without a sandbox, as those who run tests may be root. Where no Chromium is found, the test fails."""
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    assert found is not None, "the browser tests need Debian's chromium-headless-shell or chromium"
    return play.chromium.launch(executable_path=found, args=["--no-sandbox", _ONE_PROCESS, *flags])
