"""Options by their log-likelihood: the arithmetic on a hand-made box, and the real scripted and default models."""

from __future__ import annotations

from math import log

import pytest

from playground.measuring import Control, Item, Plan, run
from playground.measuring.likelihood import ByLikelihood, Normalise, option_scores
from playground.measuring.outcomes import Column
from playground.measuring.tasks import load
from playground.settings import DEFAULT_MODEL
from providers import catalog
from providers.adapters.scripted import Scripted
from providers.base import Options
from providers.decoding import log_softmax
from providers.errors import InputError
from providers.registry import connect
from providers.types import Message, ModelInfo, TokenLogprob
from providers.whitebox import Token

MODEL = ModelInfo(id="box", provider="here", name="Box", local=True)


class Box:
    """A token a character; each character of `cheap` has probability 1/2, every other one 1/8."""

    cheap = "ab"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def encode(self, model, text, *, begin=False):
        return tuple(Token(ord(one), one) for one in text)

    async def encode_chat(self, model, messages):
        return await self.encode(model, f"<{messages[-1].text}>")

    async def score(self, model, ids, alternatives=0):
        text = "".join(map(chr, ids))
        self.asked.append(text)
        return tuple(TokenLogprob(one, log(0.5 if one in self.cheap else 0.125)) for one in text[1:])


def messages(item: Item) -> tuple[Message, ...]:
    return (Message.of("user", item.question),)


async def test_only_the_options_own_tokens_count():
    box = Box()
    scored = await option_scores(box, MODEL, messages(Item(id="1", question="q", answer="")), ["ab", "xyz"])
    assert [one.logprob for one in scored] == pytest.approx([2 * log(0.5), 3 * log(0.125)])
    assert [(one.tokens, one.prompt) for one in scored] == [(2, 3), (3, 3)]
    assert box.asked == ["<q>ab", "<q>xyz"]


async def test_a_base_model_reads_the_text_and_the_option_after_a_space():
    box = Box()
    base = ModelInfo(id="base", provider="here", name="Base", chat=False, local=True)
    await option_scores(box, base, (Message.of("user", "One "), Message.of("user", "two. ")), ["x"])
    assert box.asked == ["One \n\ntwo. x"]


async def outcomes(item: Item, box: object, normalise: Normalise = "none", **more: object):
    by = ByLikelihood(box=box, model=MODEL, messages=messages, kind="choice", normalise=normalise, **more)
    column = Column(key="l", label="L", provider="here", run=by)
    snapshots = [one async for one in run(Plan(columns=(column,), items=(item,)), Control())]
    (outcome,) = snapshots[-1].outcomes.values()
    return outcome


async def test_length_decides_what_is_likeliest():
    """x: log 1/8 = −2.08, a token; abab: 4 log 1/2 = −2.77, −0.69 a character."""
    item = Item(id="1", question="?", answer="B", choices=("x", "abab"))
    short = await outcomes(item, Box())
    long = await outcomes(item, Box(), "characters")
    assert (short.extraction.value, short.score) == ("A", 0.0)
    assert (long.extraction.value, long.score) == ("B", 1.0)
    assert long.extraction.rule == "likelihood" and long.text == "abab" and long.calls == 2
    assert (await outcomes(item, Box(), "tokens")).score == 1.0
    assert sum(one["share"] for one in short.trace) == pytest.approx(1)
    assert (long.usage.input_tokens, long.usage.output_tokens) == (6, 5)


async def test_letters_instead_of_texts():
    box = Box()
    item = Item(id="1", question="?", answer="C", choices=("x", "y", "z"))
    found = await outcomes(item, box, letters=True)
    assert [asked[-1] for asked in box.asked] == ["A", "B", "C"]
    assert found.extraction.value == "A"


async def test_items_without_choices_fail():
    assert (await outcomes(Item(id="1", question="?", answer="1"), Box())).failure.key == "input_error.empty"
    with pytest.raises(InputError):
        await option_scores(Box(), MODEL, messages(Item(id="1", question="?", answer="")), [""])


async def test_the_scripted_model_is_scored_as_its_logits_say():
    box = Scripted()
    model = next(one for one in await box.models() if one.id == "words")
    item = Item(id="1", question="the cat", answer="")
    ids = [token.id for token in await box.encode_chat(model, messages(item))]
    for option in (" the", " a cat"):
        (scored,) = await option_scores(box, model, messages(item), [option])
        own, before, total = [token.id for token in await box.encode(model, option)], list(ids), 0.0
        for one in own:
            total += float(log_softmax(await box.next_token_logits(model, before))[one])
            before.append(one)
        assert scored.logprob == pytest.approx(total)


@pytest.mark.long
async def test_the_default_model_on_the_sentiment_set(model_home):
    """Likelihood of the three labels, a few items, twice: the same, and each an answer among the choices."""
    provider = connect("huggingface", catalog.load(), Options(home=model_home))
    try:
        (model,) = [one for one in await provider.models() if one.ref == DEFAULT_MODEL]
        async for _ in provider.prepare(model):
            pass
        found = load("sentiment", "en")
        by = ByLikelihood(
            box=provider,
            model=model,
            messages=lambda item: (Message.of("user", f"{found.instruction}\n\n{item.question}"),),
            kind="label",
        )
        plan = Plan(columns=(Column(key="l", label="L", provider=model.provider, run=by),), items=found.items[:3])
        results = []
        for _ in range(2):
            snapshots = [one async for one in run(plan, Control())]
            results.append(
                {cell: (one.extraction, one.score, one.trace) for cell, one in snapshots[-1].outcomes.items()}
            )
        assert results[0] == results[1]
        assert len(results[0]) == 3
        for extraction, score, trace in results[0].values():
            best = max(trace, key=lambda one: one["logprob"])
            assert extraction.value == best["option"] in found.items[0].choices
            assert score in (0, 1) and all(one["logprob"] < 0 for one in trace)
    finally:
        await provider.aclose()
