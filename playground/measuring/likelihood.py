"""Multiple choice without writing: which option is the likeliest continuation, as lm-evaluation-harness scores it.

Gao et al., "A framework for few-shot language model evaluation": the log-likelihoods of an option's tokens after the
prompt are summed (its `acc`), or divided by the option's length in characters (its `acc_norm`), since a sum favours
short options; or in tokens.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

from pydantic import JsonValue

from playground.measuring.extract import Extraction
from playground.measuring.items import LETTERS, Item
from playground.measuring.outcomes import Attempt, Outcome
from providers.errors import InputError
from providers.types import Message, ModelInfo, Usage
from providers.whitebox import WhiteBox

Normalise = Literal["none", "characters", "tokens"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionScore:
    """An option with the sum of its tokens' log-probabilities, natural logarithms."""

    option: str
    logprob: float
    tokens: int
    prompt: int
    """Tokens before it."""

    def value(self, normalise: Normalise) -> float:
        """What options are compared by."""
        match normalise:
            case "none":
                return self.logprob
            case "characters":
                return self.logprob / max(1, len(self.option))
            case "tokens":
                return self.logprob / max(1, self.tokens)


async def option_scores(
    box: WhiteBox, model: ModelInfo, messages: Sequence[Message], options: Sequence[str]
) -> tuple[OptionScore, ...]:
    """Each option as the reply to `messages`: one forward pass an option, one after another.

    A base model, which knows no turns, reads the messages' texts and the option after a space. Raises what `score`
    does, and `InputError("empty")` for an option without a token.
    """
    scored = []
    if model.chat:
        before = [token.id for token in await box.encode_chat(model, messages)]
    else:
        text = "\n\n".join(message.text for message in messages).rstrip()
        before = [token.id for token in await box.encode(model, text, begin=True)]
    for option in options:
        lead = "" if model.chat else " "
        own = [token.id for token in await box.encode(model, f"{lead}{option}")]
        if not own:
            raise InputError("empty")
        tokens = await box.score(model, [*before, *own])
        total = sum(token.logprob for token in tokens[-len(own) :])
        scored.append(OptionScore(option=option, logprob=total, tokens=len(own), prompt=len(before)))
    return tuple(scored)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByLikelihood:
    """A column's `run` that chooses the likeliest option. `messages` makes an item's prompt.

    `letters`: the letters of the choices are scored, as in MMLU, and not their texts; the prompt should then show them.
    """

    box: WhiteBox
    model: ModelInfo
    messages: Callable[[Item], tuple[Message, ...]]
    kind: Literal["choice", "label"]
    normalise: Normalise = "none"
    letters: bool = False

    async def __call__(self, attempt: Attempt) -> AsyncGenerator[Outcome]:
        """One outcome, done. Raises `InputError("empty")` for an item without choices."""
        item = attempt.item
        if not item.choices:
            raise InputError("empty")
        lettered = self.kind == "choice"
        options = LETTERS[: len(item.choices)] if self.letters and lettered else item.choices
        start = time.perf_counter()
        async with attempt.slots.at(self.model.provider) as slot:
            scored = await option_scores(self.box, self.model, self.messages(item), tuple(options))
        values = [one.value(self.normalise) for one in scored]
        place = values.index(max(values))
        chosen = LETTERS[place] if lettered else item.choices[place]
        read, tokens = sum(one.prompt for one in scored), sum(one.tokens for one in scored)
        yield Outcome(
            text=scored[place].option,
            extraction=Extraction(chosen, None, None, "likelihood"),
            score=float(chosen in item.answers),
            calls=len(scored),
            usage=Usage(input_tokens=read, output_tokens=tokens, estimated=True),
            seconds=time.perf_counter() - start,
            computing=slot.seconds if self.model.local else None,
            trace=_trace(scored, values),
            done=True,
        )


def _trace(scored: Sequence[OptionScore], values: Sequence[float]) -> JsonValue:
    """Every option with its log-likelihood, what it is compared by, and its share among the options."""
    highest = max(one.logprob for one in scored)
    weights = [exp(one.logprob - highest) for one in scored]
    return [
        {
            "option": one.option,
            "logprob": one.logprob,
            "tokens": one.tokens,
            "value": value,
            "share": weight / sum(weights),
        }
        for one, value, weight in zip(scored, values, weights, strict=True)
    ]
