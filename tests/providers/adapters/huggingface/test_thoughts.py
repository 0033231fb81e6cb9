"""Reasoning that special tokens mark is told apart, though no decoded text shows them."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from providers.adapters.huggingface.engines.base import Job, Loaded
from providers.adapters.huggingface.engines.run import EngineRun
from providers.adapters.huggingface.reply import LocalReply
from providers.adapters.huggingface.tokens import Codec
from providers.types import Done, Event, Message, ModelInfo, Request, Sampling, TokenLogprobs
from tests.faults.clients import Outcome
from tests.providers.adapters.huggingface import tiny

TOKENIZER = tiny.channel_tokenizer()
CODEC = Codec(TOKENIZER)
MODEL = ModelInfo(id="tiny", provider="huggingface", name="Tiny", logprobs=True)
ANALYSIS, FINAL = "<|channel|>analysis<|message|>", "<|channel|>final<|message|>"
COMMENTARY = "<|channel|>commentary to=x<|message|>"
NEXT = "<|end|><|start|>assistant"


def read(said: str, *stops: str, codec: Codec = CODEC) -> Outcome:
    """The events of a reply of these tokens; more follow, which only an end keeps away."""
    request = Request(model=MODEL, messages=(Message.of("user", "Why?"),), sampling=Sampling(stop=stops), logprobs=0)
    prompt = codec.encode_messages(request.messages)
    loaded = Loaded(engine=Mock(), codec=codec, context=1000, defaults=Sampling(), memory=0, name="tiny")
    reply = LocalReply(request, loaded, prompt, 0.0)
    run = EngineRun(Job(prompt=prompt.ids, sampling=request.sampling, max_tokens=200), codec)
    events: list[Event] = []
    ids: list[int] = TOKENIZER(f"{said}<|start|>user<|message|>more", add_special_tokens=False)["input_ids"]
    for token in ids:
        step = run.step(token, -1.0)
        events += reply.take(step)
        if step.finish is not None:
            break
    return Outcome([*events, *reply.end()])


@pytest.mark.parametrize(
    ("said", "reasoning", "text"),
    [
        (f"{ANALYSIS}Waves?{NEXT}{FINAL}Blue.<|return|>", "Waves?", "Blue."),
        (f"{ANALYSIS}Waves?{NEXT}{FINAL}Blue.<|end|>", "Waves?", "Blue."),
        (f"{ANALYSIS}One.{NEXT}{ANALYSIS}Two.{NEXT}{FINAL}Three.<|return|>", "One.\n\nTwo.", "Three."),
        (
            f"{ANALYSIS}One.{NEXT}{COMMENTARY}Two.{NEXT}{FINAL}Three.<|end|>",
            "One.\n\nTwo.",
            "Three.",
        ),
        (f"{FINAL}Blue.<|return|>", "", "Blue."),
        ("Blue.<|return|>", "", "Blue."),
        ("[THINK]Waves?[/THINK]Blue.<|return|>", "Waves?", "Blue."),
        ("Waves?[/THINK]Blue.<|return|>", "Waves?", "Blue."),
    ],
)
async def test_thoughts_by_special_tokens(said: str, reasoning: str, text: str) -> None:
    found = read(said)
    assert (found.reasoning, found.text) == (reasoning, text)
    scored = [token.token for event in found.events if isinstance(event, TokenLogprobs) for token in event.tokens]
    assert "".join(scored) == reasoning.replace("\n", "") + text
    done = found.events[-1]
    assert isinstance(done, Done) and done.finish == "stop"
    assert (done.usage.reasoning_tokens > 0) == bool(reasoning)


async def test_a_thought_that_is_cut_has_no_answer() -> None:
    found = read(f"{ANALYSIS}Waves" + "?" * 300)
    assert found.text == "" and found.reasoning.startswith("Waves???")


async def test_a_stop_string_does_not_reach_over_a_mark() -> None:
    found = read(f"{ANALYSIS}Waves?{NEXT}{FINAL}Blue and green.<|return|>", "final", "?Blue", " and")
    assert (found.reasoning, found.text) == ("Waves?", "Blue")


async def test_a_head_in_the_prompt() -> None:
    tokenizer = tiny.channel_tokenizer()
    opening = "<|start|>assistant{% endif"
    tokenizer.chat_template = tiny.CHANNELS.replace(opening, opening.replace("{%", f"{ANALYSIS}{{%"))
    found = read(f"Waves?{NEXT}{FINAL}Blue.<|end|>", codec=Codec(tokenizer))
    assert (found.reasoning, found.text) == ("Waves?", "Blue.")
