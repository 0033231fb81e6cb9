"""The engine's real process, stopped: the page's event loop goes on, and whoever asked gets an answer or is told."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from playground.asking.answer import answer
from playground.asking.reply import Reply
from playground.web.guard import Guard, Hosts
from providers.adapters.huggingface.engines.openvino.engine import OpenVinoEngine
from providers.adapters.huggingface.engines.orders import Begin
from providers.adapters.huggingface.provider import HuggingFace
from providers.base import Deadlines
from providers.errors import Timeout
from providers.types import Message, ModelInfo, Request, Sampling
from tests import virtual_time
from tests.loop_thread import watched
from tests.providers.adapters.huggingface import tiny
from tests.providers.adapters.huggingface.conftest import Open
from tests.virtual_time import time_stands_still

LONG = "the quick brown fox jumps over the lazy dog " * 455
READERS = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_converted(tmp_path_factory.mktemp("tiny"), context=32_768)


def ask(model: ModelInfo, text: str, tokens: int) -> Request:
    return Request(
        model=model, messages=(Message.of("user", text),), sampling=Sampling(temperature=0, max_tokens=tokens)
    )


async def reply_to(provider: HuggingFace, request: Request) -> Reply:
    async with aclosing(answer(provider, request)) as replies:
        return [reply async for reply in replies][-1]


def engine_of(provider: HuggingFace) -> OpenVinoEngine:
    [place] = provider._loader.cache._places.values()
    assert isinstance(place.loaded.engine, OpenVinoEngine)
    return place.loaded.engine


async def until(condition: Callable[[], object], *working: asyncio.Task[object]) -> None:
    """While these work: what one of them fails with is raised."""
    while not condition():
        for task in working:
            if task.done():
                raise AssertionError(f"ended with {task.result()}")
        await asyncio.sleep(0)  # no virtual clock moves meanwhile


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("nothing but /health is asked for")


async def test_the_page_answers_while_a_stopped_engine_is_asked_more_than_its_pipe_holds(
    opened: Open, folder: Path
) -> None:
    assert len(LONG) >= 20_000
    provider = opened()
    model = await provider.resolve(str(folder))
    assert (await reply_to(provider, ask(model, "the fox", 2))).state == "done"
    engine = engine_of(provider)
    pid = engine._process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with watched() as watch:
        readers = [asyncio.create_task(reply_to(provider, ask(model, LONG, 2))) for _ in range(READERS)]
        await until(lambda: len(engine._runs) == READERS, *readers)
        transport = httpx2.ASGITransport(Guard(nothing, Hosts(frozenset({"localhost"}))))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as visitor:
            answers = [(await visitor.get("/health")).json() for _ in range(20)]
        assert answers == [{"status": "ok"}] * 20
        unsent = len(engine._process.outbox)
        assert unsent, "the pipe is full: what follows waits outside of the event loop"
        for reader in readers[1:]:
            reader.cancel()
        await asyncio.gather(*readers[1:], return_exceptions=True)
        unsent_now = {order.number for order in engine._process.outbox._orders if isinstance(order, Begin)}
        assert len(engine._runs) == 1 and unsent_now <= engine._runs.keys(), "taken back"
        os.kill(pid, signal.SIGCONT)
        reply = await readers[0]
    assert (reply.state, reply.usage and reply.usage.output_tokens) == ("done", 2)
    assert watch.found == []
    assert engine._process.pid == pid


def test_a_process_that_does_not_open_its_file_in_time_is_told_of_and_ended(folder: Path) -> None:
    engine = OpenVinoEngine(folder / "openvino-q8_0.gguf", exact=False)
    with pytest.raises(Timeout) as caught:
        engine.wait_until_open(0)
    assert caught.value.key == "timeout.stalled"
    assert engine._process.ended


async def test_a_stopped_process_is_replaced_its_readers_keep_their_text_and_the_next_one_is_served(
    opened: Open, folder: Path
) -> None:
    provider = opened(deadlines=Deadlines(first_token=40, between_tokens=10, total=1000))
    model = await provider.resolve(str(folder))
    expected = await reply_to(provider, ask(model, "the fox", 6))
    engine = engine_of(provider)
    stopped = engine._process
    latest: list[Reply] = []

    async def read() -> None:
        async with aclosing(answer(provider, ask(model, "the lazy dog", 30_000))) as replies:
            async for reply in replies:
                latest[:] = [reply]

    async def ask_a_stopped_engine() -> tuple[str, Reply]:
        with time_stands_still():
            reading = asyncio.create_task(read())
            await until(lambda: latest and latest[0].text, reading)
            os.kill(stopped.pid or 0, signal.SIGSTOP)
            second = asyncio.create_task(reply_to(provider, ask(model, LONG, 2)))
            await until(lambda: len(engine._runs) == 2, reading, second)
        text = latest[0].text
        await asyncio.wait({reading, second})
        return text, second.result()

    text, told = await asyncio.to_thread(virtual_time.run, ask_a_stopped_engine())
    assert latest[0].text.startswith(text)
    for reply in (told, latest[0]):
        assert reply.state == "failed" and reply.failure is not None
        assert (reply.failure.key, reply.failure.values["seconds"]) == ("timeout.stalled", 40)
    assert engine._process is not stopped
    assert (await reply_to(provider, ask(model, "the fox", 6))).text == expected.text
    await asyncio.to_thread(stopped._thread.join)
    assert stopped.ended
