"""The provider on tiny models: loaded once, bounded by memory, plain completion, the promises of a stream."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from playground.asking.ask import ask_whole
from providers.adapters.huggingface.engines.torch import loading
from providers.adapters.huggingface.provider import HuggingFace
from providers.adapters.huggingface.tokens import Codec, EncodedPrompt
from providers.base import complete
from providers.errors import ContextTooLong, UnknownModel, WeightsUnavailable
from providers.fit import fit_context
from providers.types import (
    Done,
    Event,
    Message,
    ModelInfo,
    Progress,
    Request,
    Sampling,
    TextDelta,
    TokenLogprobs,
)
from tests.faults.clients import Outcome
from tests.providers.adapters.huggingface.conftest import Open

SEEDED = Sampling(seed=3, max_tokens=12)


def ask(model: ModelInfo, text: str = "the fox", sampling: Sampling = SEEDED, logprobs: int | None = None) -> Request:
    return Request(model=model, messages=(Message.of("user", text),), sampling=sampling, logprobs=logprobs)


async def ready(provider: HuggingFace, folder: Path) -> ModelInfo:
    model = await provider.resolve(str(folder))
    async for _ in provider.prepare(model):
        pass
    return model


async def events_of(provider: HuggingFace, request: Request) -> list[Event]:
    async with aclosing(provider.stream(request)) as events:
        return [event async for event in events]


async def test_what_a_folder_says_of_its_model(opened: Open, llama_folder: Path, gpt2_folder: Path) -> None:
    llama, gpt2 = await opened().resolve(str(llama_folder)), await opened().resolve(str(gpt2_folder))
    assert (llama.chat, llama.context, llama.local, llama.reproducible) == (True, 1024, True, True)
    assert (gpt2.chat, gpt2.context) == (False, 256)
    assert llama.parameters == loading.elements(llama_folder, "")
    assert llama.ref == f"huggingface/{llama_folder}"


async def test_a_prompt_is_tokenised_once_and_then_forgotten(
    opened: Open, llama_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted, shown and read: the same ids, which nothing keeps any longer than the request."""
    provider, calls = opened(), list[object]()
    model = await ready(provider, llama_folder)
    encode = Codec.encode_messages

    def counted(codec: Codec, messages: Sequence[Message]) -> EncodedPrompt:
        calls.append(messages)
        return encode(codec, messages)

    monkeypatch.setattr(Codec, "encode_messages", counted)
    whole = await ask_whole(provider, ask(model))
    assert whole.text and len(calls) == 1
    assert len(provider._encoded) == 0
    request = ask(model)
    await provider.render(request)
    assert len(provider._encoded) == 1
    del request
    assert len(provider._encoded) == 0


async def test_a_stream_keeps_its_promises(opened: Open, llama_folder: Path) -> None:
    provider = opened()
    request = ask(await ready(provider, llama_folder), logprobs=3)
    events = await events_of(provider, request)
    done = events[-1]
    assert [isinstance(event, Done) for event in events].count(True) == 1
    assert isinstance(done, Done)
    completion = await complete(provider, request)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == completion.text
    tokens = [token for event in events if isinstance(event, TokenLogprobs) for token in event.tokens]
    assert len(tokens) == done.usage.output_tokens
    assert all(len(token.alternatives) == 3 and token.logprob <= 0 for token in tokens)
    assert done.usage.input_tokens == (await provider.render(request)).tokens
    assert 0 < done.timing.first_token <= done.timing.total


async def test_no_logprobs_unless_asked_for(opened: Open, llama_folder: Path) -> None:
    provider = opened()
    events = await events_of(provider, ask(await ready(provider, llama_folder)))
    assert not [event for event in events if isinstance(event, TokenLogprobs)]


async def test_a_stream_loads_what_is_not_loaded_and_says_so(opened: Open, llama_folder: Path) -> None:
    provider = opened()
    events = await events_of(provider, ask(await provider.resolve(str(llama_folder))))
    assert isinstance(events[0], Progress)
    assert isinstance(events[-1], Done)


async def test_asked_twice_at_once_a_model_is_loaded_once(
    opened: Open, llama_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads, load = [], loading.load

    def counted(folder: Path, model: str, room: int, dtype: str | None) -> loading.Loaded:
        loads.append(folder)
        return load(folder, model, room, dtype)

    monkeypatch.setattr(loading, "load", counted)
    provider = opened()
    model = await provider.resolve(str(llama_folder))
    completions = await asyncio.gather(*[complete(provider, ask(model)) for _ in range(4)])
    assert loads == [llama_folder]
    assert len({completion.text for completion in completions}) == 1


async def test_the_model_unused_for_longest_goes_first_and_one_in_use_never(
    opened: Open, tmp_path: Path, llama_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_number_formats", lambda device, wide: ["bfloat16"])  # every model of one size
    folders = [Path(shutil.copytree(llama_folder, tmp_path / name)) for name in ("one", "two", "three")]
    size = loading.elements(llama_folder, "") * 2
    provider = opened(memory=int(size * 2.5))
    one, two, three = [await provider.resolve(str(folder)) for folder in folders]
    async with aclosing(provider.stream(ask(one, sampling=Sampling(seed=3, max_tokens=400)))) as busy:
        async for event in busy:
            if isinstance(event, TextDelta):
                break  # one is in use from here on
        await ready(provider, folders[1])
        await ready(provider, folders[2])
        assert set(provider.loaded) == {f"{one.id}@torch", f"{three.id}@torch"}
    await ready(provider, folders[1])
    assert f"{two.id}@torch" in provider.loaded
    assert len(provider.loaded) == 2


async def test_a_model_that_can_never_fit(opened: Open, llama_folder: Path) -> None:
    provider = opened(memory=1000)
    for model in (await provider.resolve(str(llama_folder)), ModelInfo(id="a/b", provider="huggingface", name="B")):
        with pytest.raises(WeightsUnavailable) as caught:
            async for _ in provider.prepare(replace(model, parameters=10**9)):
                pass
        assert caught.value.reason == "memory"
    with pytest.raises(WeightsUnavailable) as caught:
        await ready(provider, llama_folder)
    assert caught.value.reason == "memory"


async def test_two_seeded_streams_side_by_side_equal_their_solo_runs(opened: Open, llama_folder: Path) -> None:
    provider = opened()
    model = await ready(provider, llama_folder)
    requests = [ask(model, f"fox {n}", Sampling(seed=n, max_tokens=30)) for n in range(3)]
    alone = [(await complete(provider, request)).text for request in requests]
    together = [done.text for done in await asyncio.gather(*[complete(provider, request) for request in requests])]
    assert together == alone
    assert len(set(alone)) == 3


async def test_plain_completion_without_a_template(opened: Open, gpt2_folder: Path) -> None:
    provider = opened()
    model = await ready(provider, gpt2_folder)
    rendered = await provider.render(ask(model, "Once upon a time"))
    assert (rendered.content, rendered.language, rendered.exact) == ("Once upon a time", "text", True)
    assert (await complete(provider, ask(model, "Once upon a time"))).done.usage.input_tokens == rendered.tokens


async def test_a_begun_answer_is_continued(opened: Open, llama_folder: Path) -> None:
    provider = opened()
    model = await ready(provider, llama_folder)
    request = replace(ask(model), messages=(Message.of("user", "the fox"), Message.of("assistant", "jumps over")))
    assert (await provider.render(request)).content.endswith("assistant\njumps over")
    assert (await complete(provider, request)).done.usage.output_tokens > 0


async def test_the_context_bounds_prompt_and_reply(opened: Open, llama_folder: Path) -> None:
    provider = opened()
    model = await ready(provider, llama_folder)
    with pytest.raises(ContextTooLong) as caught:
        await complete(provider, ask(model, "the " * 2000))
    assert caught.value.values["context"] == 1024
    words = 2
    while (await provider.render(ask(model, "dog " * words))).tokens < 1000:
        words += 2
    nearly = ask(model, "dog " * words, Sampling(seed=5, max_tokens=5000))
    done = (await complete(provider, nearly)).done
    assert done.usage.input_tokens + done.usage.output_tokens <= 1024


async def test_a_long_conversation_is_cut_by_its_own_tokens(opened: Open, llama_folder: Path) -> None:
    provider = opened()
    model = await ready(provider, llama_folder)
    turns = [Message.of("user" if n % 2 == 0 else "assistant", "the quick fox " * 30) for n in range(15)]
    fitted = await fit_context(replace(ask(model), messages=tuple(turns)), provider.render)
    assert 0 < len(fitted.request.messages) < 15
    assert (await complete(provider, fitted.request)).done.usage.input_tokens < 1024


async def test_defaults_of_the_models_makers(opened: Open, tmp_path: Path, llama_folder: Path) -> None:
    folder = Path(shutil.copytree(llama_folder, tmp_path / "cool"))
    (folder / "generation_config.json").write_text(
        json.dumps({"do_sample": True, "temperature": 0.01, "top_k": 1, "eos_token_id": [2, 0]})
    )
    provider = opened()
    model = await ready(provider, folder)
    texts = {(await complete(provider, ask(model, sampling=Sampling(max_tokens=8)))).text for _ in range(3)}
    greedy = await complete(provider, ask(model, sampling=Sampling(max_tokens=8, temperature=0)))
    assert texts == {greedy.text}


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("config.json", '{"model_type": "llama"', "damaged"),
        ("config.json", '{"model_type": "unheard-of"}', "architecture"),
        (
            "config.json",
            '{"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"}}',
            "unsafe_format",
        ),
        ("tokenizer.json", "{}", "damaged"),
    ],
)
async def test_a_folder_that_cannot_be_loaded(
    opened: Open, tmp_path: Path, llama_folder: Path, file: str, content: str, reason: str
) -> None:
    folder = Path(shutil.copytree(llama_folder, tmp_path / "broken"))
    (folder / file).write_text(content)
    (folder / "own.py").write_text("raise SystemExit('foreign code ran')")
    provider = opened()
    with pytest.raises(WeightsUnavailable) as caught:
        await ready(provider, folder)
    assert caught.value.reason == reason


async def test_missing_tensors_are_not_filled_with_noise(opened: Open, tmp_path: Path, llama_folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(llama_folder, tmp_path / "partial"))
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("model.layers.1.mlp.up_proj.weight")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsUnavailable) as caught:
        await ready(opened(), folder)
    assert caught.value.reason == "damaged"


@pytest.mark.parametrize(
    "said",
    [
        ["<th", "ink>one", " two</thi", "nk>\n\n", "forty", "-two"],
        ["one", " two</thi", "nk>\n\n", "forty", "-two"],
    ],
    ids=["both marks", "the closing one alone"],
)
async def test_reasoning_comes_apart_from_the_answer(
    said: list[str], opened: Open, llama_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tiny model cannot think: its replies are put in its mouth, one piece a step."""
    from providers.adapters.huggingface.growing_text import Detokenizer

    pieces = iter(said + [""] * 50)
    provider = opened()
    model = await ready(provider, llama_folder)
    monkeypatch.setattr(Detokenizer, "push", lambda self, token: next(pieces))
    events = await events_of(provider, ask(model))
    assert (Outcome(events).reasoning, Outcome(events).text) == ("one two", "forty-two")
    assert isinstance(events[-1], Done)
    assert 0 < events[-1].usage.reasoning_tokens < events[-1].usage.output_tokens


async def test_closing_the_provider_lets_everything_go(opened: Open, llama_folder: Path) -> None:
    provider = opened()
    await ready(provider, llama_folder)
    await provider.aclose()
    assert provider.loaded == ()


async def test_waiting_for_a_model_never_blocks_the_event_loop(
    opened: Open, llama_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it loads, the loop does what the loading itself waits for; were it blocked, that would never be done."""
    loop, network, answers = asyncio.get_running_loop(), loading._network, []

    def waiting(*given: object) -> object:
        answers.append(asyncio.run_coroutine_threadsafe(asyncio.sleep(0, "awake"), loop).result(60))
        return network(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "_network", waiting)
    await ready(opened(), llama_folder)
    assert set(answers) == {"awake"}


async def test_a_file_stands_for_its_folder_where_it_is_the_only_one(
    opened: Open, llama_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(llama_folder, folder)
    (weights,) = folder.glob("*.safetensors")
    provider = opened()
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (str(folder), str(weights), "~/mine"):
        assert (await provider.resolve(name)).id == str(folder)
    shutil.copy(weights, folder / "other.safetensors")
    with pytest.raises(UnknownModel, match="file"):
        await provider.resolve(str(weights))
