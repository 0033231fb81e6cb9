"""llama.cpp's own server is asked as a visitor's own server is: the default model, through OpenAI's protocol."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from providers.adapters import openai
from providers.base import Network, complete
from providers.errors import AuthenticationFailed, ContextTooLong
from providers.types import Message, ModelInfo, Request, Sampling, TextDelta
from tests.faults.clients import connection, outcome
from tests.ports import free_port
from tests.providers.foreign.environments import environment
from tests.providers.serving import started

pytestmark = pytest.mark.long
PROGRAM = Path(__file__).with_name("llamacpp_program.py")
WEIGHTS = "models/HuggingFaceTB--SmolLM2-135M-Instruct/openvino-q8_0.gguf"
KEY = secrets.token_hex(16)
SMALL = ModelInfo(id="smollm2", provider="custom", name="SmolLM2")


@pytest.fixture(scope="module")
def url(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    programs = environment(model_home, "xllamacpp==2026.10.11549")
    port = free_port()
    command = [str(programs / "python"), str(PROGRAM), str(model_home / WEIGHTS), str(port)]
    address, log = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("llamacpp") / "log"
    with started(command, {"KEY": KEY}, log, f"{address}/health"):
        yield f"{address}/v1"


def connected(url: str, key: str = KEY) -> openai.ChatCompletions:
    return openai.connect(connection("custom", key, url, Network()))


def asked(text: str = "Say hello.", **sampling: object) -> Request:
    chosen = Sampling(**{"temperature": 0.0, "max_tokens": 16, **sampling})  # type: ignore[arg-type]
    messages = (Message.of("system", "Be brief."), Message.of("user", text))
    return Request(model=SMALL, messages=messages, sampling=chosen)


async def test_a_reply_with_its_counts_and_log_probabilities(url: str) -> None:
    provider = connected(url)
    first = await complete(provider, replace(asked(), logprobs=3))
    again = await complete(provider, asked())
    await provider.aclose()
    assert first.text == again.text and first.text.strip()
    usage = first.done.usage
    assert (first.done.finish, usage.output_tokens, usage.estimated) == ("length", 16, False)
    assert usage.input_tokens > 10
    assert "".join(token.token for token in first.logprobs).strip() == first.text.strip()
    assert all(token.logprob <= 0 and math.isfinite(token.logprob) for token in first.logprobs)
    assert {len(token.alternatives) for token in first.logprobs} == {3}


async def test_a_seed_repeats_and_a_stop_string_cuts(url: str) -> None:
    provider = connected(url)
    one, two, other = [
        (await complete(provider, asked("Tell a story.", temperature=1.5, seed=seed, max_tokens=24))).text
        for seed in (7, 7, 8)
    ]
    whole = (await complete(provider, asked("Count to ten."))).text
    mark = whole.strip()[4:6]
    cut = await complete(provider, asked("Count to ten.", stop=(mark,)))
    await provider.aclose()
    assert one == two != other
    assert (cut.text, cut.done.finish) == (whole[: whole.index(mark)], "stop")


async def test_characters_are_whole_and_a_stopped_reply_leaves_the_server_free(url: str) -> None:
    provider = connected(url)
    events = provider.stream(asked("Write only emojis.", temperature=1.0, max_tokens=400))
    text = ""
    async for event in events:
        text += event.text if isinstance(event, TextDelta) else ""
        if len(text) > 12:
            break
    await events.aclose()
    assert "\ufffd" not in text
    assert (await complete(provider, asked(max_tokens=3))).done.usage.output_tokens == 3
    await provider.aclose()


async def test_what_it_lists_and_what_it_refuses(url: str) -> None:
    provider = connected(url)
    assert [model.id for model in await provider.models()] == ["smollm2"]
    long = await outcome(provider, asked("word " * 5000))
    await provider.aclose()
    assert isinstance(long.error, ContextTooLong)
    stranger = connected(url, "sk-wrong")
    assert isinstance((await outcome(stranger, asked())).error, AuthenticationFailed)
    await stranger.aclose()
