"""Worked examples in a prompt: which ones, in which order, and how they are written."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from playground.measuring.tasks import Item
from playground.strategies.solving.errors import StrategyError
from playground.strategies.solving.knobs import ChoiceKnob, IntegerKnob, Knob, Values
from playground.strategies.solving.question import Embed, Question, Tools
from playground.strategies.solving.wording import example_text, question_text, system_message, wording
from providers.errors import UnsupportedRequest
from providers.types import Message

MOST = 8
EXAMPLES: tuple[Knob, ...] = (
    IntegerKnob("examples", 4, 1, MOST),
    ChoiceKnob("choose", "fixed", ("fixed", "random", "similar")),
    IntegerKnob("example_seed", 0, 0, 2**31 - 1),
)
LAYOUT = ChoiceKnob("layout", "turns", ("turns", "text"))
"""As turns of a conversation, or as one text of questions and answers."""


async def choose_examples(question: Question, values: Values, tools: Tools, among: Sequence[Item]) -> tuple[Item, ...]:
    """The examples for a question: the first ones; drawn with a seed, anew for each question; or the most similar.

    Never the question itself. The most similar stands last, next to the question. Choosing by the nearness of
    embeddings: Liu et al. 2021, "What Makes Good In-Context Examples for GPT-3?", arXiv:2101.06804 (KATE), section 3.
    Raises `StrategyError("no_examples")` where there are none, `UnsupportedRequest("embedding")` without `tools.embed`.
    """
    others = [one for one in among if one.question.strip() != question.text.strip()]
    if not others:
        raise StrategyError("no_examples")
    count = min(values.whole("examples"), len(others))
    match values.word("choose"):
        case "random":
            return tuple(random.Random(f"{values.whole('example_seed')} {question.text}").sample(others, count))
        case "similar":
            return await _nearest(question, others, count, tools.embed)
        case _:
            return tuple(others[:count])


async def _nearest(question: Question, others: Sequence[Item], count: int, embed: Embed | None) -> tuple[Item, ...]:
    if embed is None:
        raise UnsupportedRequest("embedding")
    vectors = np.asarray(await embed([question.text, *(one.question for one in others)]), dtype=np.float64)
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = vectors[1:] @ vectors[0] / np.maximum(lengths[1:] * lengths[0], 1e-12)
    best = np.argsort(-cosines, kind="stable")[:count]
    return tuple(others[int(place)] for place in reversed(best))


def answer_only(example: Item, question: Question) -> str:
    """An example's answer alone."""
    return example.answer


def answer_with_reasoning(example: Item, question: Question) -> str:
    """The worked solution, and the answer after it where it does not end with it."""
    solution = (example.reasoning or "").strip()
    stated = wording(question.language).answer_is.format(answer=example.answer)
    if question.kind in {"code", "translation", "summary"}:
        return f"{solution}\n\n{example.answer}".strip()
    return solution if solution.endswith(stated) else f"{solution} {stated}".strip()


def with_shots(
    question: Question,
    examples: Sequence[Item],
    said: tuple[str, ...],
    answer: Callable[[Item, Question], str],
    layout: str = "turns",
) -> tuple[Message, ...]:
    """The prompt: what is said first, the examples with their answers, the question."""
    if layout == "text":
        texts = [
            as_text(examples, question, answer),
            wording(question.language).asked.format(question=question_text(question)),
        ]
        return (*system_message(*said), Message.of("user", "\n\n".join(text for text in texts if text)))
    turns = [
        message
        for one in examples
        for message in (Message.of("user", example_text(one, question)), Message.of("assistant", answer(one, question)))
    ]
    return (*system_message(*said), *turns, Message.of("user", question_text(question)))


def as_text(examples: Sequence[Item], question: Question, answer: Callable[[Item, Question], str]) -> str:
    """Questions and answers one below the other."""
    line = wording(question.language).shown
    return "\n\n".join(
        line.format(question=example_text(one, question), answer=answer(one, question)) for one in examples
    )
