"""What goes on beside the page: one thing that fails takes nothing else with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import gradio as gr
import pytest

from playground import page
from playground.settings import Settings
from playground.visitors.reach import Reach


@pytest.mark.parametrize("companion", [True, False])
async def test_a_defect_while_engines_are_measured_does_not_end_the_clearing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, companion: bool
) -> None:
    asked, swept = list[object](), asyncio.Event()

    class Failing:
        async def prepare(self, model: object) -> AsyncIterator[object]:
            return
            yield

        async def settle(self, model: object) -> None:
            asked.append(model)
            raise OSError("the disk is gone")

    @asynccontextmanager
    async def open_failing(self: Reach, visitor: str, ref: str) -> AsyncIterator[tuple[Failing, str]]:
        yield Failing(), ref

    monkeypatch.setattr(page.shell, "build", lambda *_: gr.Blocks())  # the page itself is not looked at
    created = page.create(Settings(home=tmp_path, model="scripted", companion=companion))
    monkeypatch.setattr(Reach, "open", open_failing)
    monkeypatch.setattr(page, "SWEEPING", 0.0)
    loop, conversations = asyncio.get_running_loop(), type(created.program.sessions.conversations)
    monkeypatch.setattr(conversations, "sweep", lambda self: loop.call_soon_threadsafe(swept.set))
    with caplog.at_level(logging.ERROR):
        living = asyncio.ensure_future(created.live())
        await asyncio.wait({living, asyncio.ensure_future(swept.wait())}, return_when=asyncio.FIRST_COMPLETED)
        swept.clear()
        await asyncio.wait({living, asyncio.ensure_future(swept.wait())}, return_when=asyncio.FIRST_COMPLETED)
        assert not living.done()
        living.cancel()
        with pytest.raises(asyncio.CancelledError):
            await living
    assert len(asked) == companion
    assert ("were not measured" in caplog.text) == companion
