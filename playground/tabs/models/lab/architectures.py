"""One sentence put to models of several architectures: what each makes of it, and how that hangs together.

A blank (`___`) is for the models that fill one; those that go on from left to right are given what stands before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from playground.asking.completion import stops
from playground.measuring.metrics import apply_metric
from playground.measuring.perplexity import perplexity, piece_bytes
from playground.measuring.reference import Plain
from providers.decoding import likeliest, softmax
from providers.errors import Failure
from providers.heads import HeadInfo, between_blanks
from providers.inspection import InspectedModel
from providers.sampling import Sampling
from providers.types import Message, ModelInfo, Progress, Request
from providers.whitebox import ScoredToken, WhiteBox

Architecture = Literal["ngram", "fill_mask", "seq2seq", "causal", "asked"]
State = Literal["waiting", "running", "done", "stopped"]
LENGTHS = (20, 60, 200)
"""Tokens of what was written, after which it is looked at."""
JUDGED = 1024
"""Tokens that a judge reads at most: what that takes grows with their square."""
_MORE = 10
"""Tokens by which a text is longer than where it was looked at before, to be looked at again."""
TOP = 5
"""Guesses that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coherence:
    """How a text of so many tokens hangs together, by numbers. `perplexity`: how surprising a judge finds it after
    what stood before; `None` where nobody could judge."""

    tokens: int
    text: str
    repetition: float
    distinct: float | None
    perplexity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureColumn:
    """What one model makes of the sentence. `prompt` stands before `text`, where that goes on from it.

    `absent`: it is not on this computer, and nobody asked for it to be fetched.
    """

    kind: Architecture
    name: str
    info: InspectedModel | HeadInfo | None = None
    guesses: tuple[tuple[str, float], ...] = ()
    prompt: str = ""
    text: str = ""
    state: State = "waiting"
    progress: Progress | None = None
    absent: bool = False
    failure: Failure | None = None
    coherence: tuple[Coherence, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind} {self.name}"


def before_blank(text: str) -> str:
    """What models read that go on from left to right: the text up to its first blank, or all of it."""
    return between_blanks(text)[0].rstrip()


def continuation(model: ModelInfo, prompt: str, most: int, sampling: Sampling) -> Request:
    """The model goes on from the bare text, whatever conversations it was taught. The sidebar's sliders hold."""
    plain = replace(model, chat=False, system=False)
    return Request(
        model=plain, messages=(Message.of("user", prompt),), sampling=replace(sampling, max_tokens=most, stop=())
    )


def question(model: ModelInfo, asked: str, most: int, sampling: Sampling, language: str) -> Request:
    """The model is asked, in words."""
    return Request(
        model=model,
        messages=(Message.of("user", asked),),
        sampling=replace(sampling, max_tokens=most, stop=stops(model, language)),
    )


async def next_words(box: WhiteBox, model: ModelInfo, prompt: str, top: int = TOP) -> tuple[tuple[str, float], ...]:
    """The likeliest tokens after a text, with the model's own probabilities."""
    ids = [token.id for token in await box.encode(model, prompt, begin=True)]
    logits = await box.next_token_logits(model, ids)
    chances, best = softmax(logits), [int(place) for place in likeliest(logits, top)]
    return tuple(
        (token.piece, float(chances[place])) for token, place in zip(await box.tokens(model, best), best, strict=True)
    )


async def judge(box: WhiteBox, model: ModelInfo, prompt: str, text: str) -> tuple[ScoredToken, ...]:
    """The tokens of a text as the judge foresees them after the prompt, of which it reads the end where it is long; the
    first has none before it where there is no prompt, and is left out. Raises what `WhiteBox.score` raises."""
    tokens = await box.encode(model, prompt + text, begin=True)
    if len(tokens) < 2:
        return ()
    start = max(0, len(tokens) - min(JUDGED, model.context or JUDGED))
    scored = await box.score(model, [token.id for token in tokens[start:]])
    before = tokens[int(tokens[0].special) : start + 1]
    passed = sum(len(piece_bytes(token.piece)) for token in before)
    found = []
    for one in scored:
        if passed >= len(prompt.encode()):
            found.append(one)
        passed += len(piece_bytes(one.token.piece))
    return tuple(found)


def coherence(text: str, scored: Sequence[ScoredToken], most: int) -> tuple[Coherence, ...]:
    """After each of `LENGTHS` tokens, and at the end, or after `most`. Without a judge, the whole text alone."""
    if not text.strip():
        return ()
    if not scored:
        return (_measure_text(text, len(text.split()), None),)
    last, whole = min(len(scored), most), text.encode()
    found = []
    for length in (*(one for one in LENGTHS if one + _MORE <= last), last):
        rest = sum(len(piece_bytes(one.token.piece)) for one in scored[length:])
        part = whole[: len(whole) - rest].decode("utf-8", "ignore")  # with a first token that could not be scored
        surprise = perplexity([one.logprob for one in scored[:length]])
        found.append(_measure_text(part.lstrip(), length, surprise))
    return tuple(found)


def _measure_text(text: str, tokens: int, surprise: float | None) -> Coherence:
    return Coherence(
        tokens=tokens,
        text=text,
        repetition=apply_metric("repetition", Plain(texts=(text,))).value or 0.0,
        distinct=apply_metric("distinct", Plain(texts=(text,))).value,
        perplexity=surprise,
    )
