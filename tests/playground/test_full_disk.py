"""A full disk, and one that may not be written: said as what they are, and nothing that was there is lost."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from playground import sqlite
from playground.settings import Settings
from playground.sqlite import StorageFailed
from playground.tabs.chat.page.events.runs import stream
from playground.tabs.chat.page.fields import ChatWho
from playground.tabs.chat.visit.visits import ChatVisits, Choices
from playground.text import texts
from playground.visitors import ConversationKey
from playground.visitors import conversations as kept
from playground.web.explain import Explain
from playground.web.visitor import Identify, Seal
from providers.types import Sampling
from tests.playground.opening import open_chat

CHOICES = Choices(models=("scripted/echo",), sampling=Sampling())
KEY = ConversationKey("visitor")


@pytest.fixture(autouse=True)
def told_anew() -> Iterator[None]:
    sqlite._tell.cache_clear()
    yield
    sqlite._tell.cache_clear()


class FaultyDisk:
    """Every file that is written fails, from when it is told so."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def fails_with(self, number: int) -> None:
        def refuse(*arguments: object, **named: object) -> tuple[int, str]:
            raise OSError(number, os.strerror(number))

        self._patch.setattr(kept.tempfile, "mkstemp", refuse)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> FaultyDisk:
    return FaultyDisk(monkeypatch)


async def say(visits: ChatVisits, text: str) -> None:
    async for _ in visits.send(KEY, text, CHOICES):
        pass


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EACCES, "denied"),
        (errno.EROFS, "denied"),
        (errno.EIO, None),
    ],
)
async def test_what_was_saved_stays_and_the_rest_is_typed(
    tmp_path: Path, disk: FaultyDisk, number: int, reason: str | None
) -> None:
    visits = open_chat(Settings(home=tmp_path)).visits
    await say(visits, "first")
    disk.fails_with(number)
    with pytest.raises(StorageFailed) as raised:
        await say(visits, "second")
    assert raised.value.reason == reason
    assert [turn.question for turn in visits.load(KEY).turns] == ["first"]
    assert visits.running(KEY) is None


async def test_the_message_stays_in_the_box(tmp_path: Path, disk: FaultyDisk) -> None:
    app = open_chat(Settings(home=tmp_path))
    who = ChatWho("visitor", "es", texts())
    disk.fails_with(errno.ENOSPC)
    run = stream(app, who, lambda: app.visits.send(KEY, "my words", CHOICES), "my words")
    screens = [screen async for screen in run]
    assert "my words" in str(screens[-1].sending)
    assert "lleno" in str(screens[-1].notice)


async def test_the_log_says_it_once(tmp_path: Path, disk: FaultyDisk, caplog: pytest.LogCaptureFixture) -> None:
    visits = open_chat(Settings(home=tmp_path)).visits
    disk.fails_with(errno.ENOSPC)
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            with pytest.raises(StorageFailed):
                await say(visits, "a secret of mine")
    assert caplog.text.count("disk is full") == 1
    assert "secret" not in caplog.text


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "full"), (errno.EACCES, "may not be written")])
async def test_an_upload_is_answered_with_a_sentence(number: int, said: str) -> None:
    async def write(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError(number, os.strerror(number))

    app = Identify(Explain(write, texts(), 5, 1000), Seal(b"0" * 32), ("en", "es"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as visitor:
        answer = await visitor.post("/gradio_api/upload")
    assert answer.status_code == 507
    assert said in answer.json()["detail"]
