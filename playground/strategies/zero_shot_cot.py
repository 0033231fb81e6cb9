"""A chain of thought without examples: "Let's think step by step", then a second call for the answer.

Kojima et al. 2022, "Large Language Models are Zero-Shot Reasoners", arXiv:2205.11916, section 3.1: the first prompt
draws out the reasoning, the second one the answer. With one stage, the answer is looked for in the reasoning itself.
"""

from __future__ import annotations

from playground.strategies.solving.knobs import IntegerKnob, Knob, Values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Record
from playground.strategies.solving.trace import Prompt
from playground.strategies.solving.wording import answer_format, question_text, system_message, wording
from providers.types import Message

NAME = "zero_shot_cot"
ORDER = 30
PAPER = "Kojima et al. 2022, Large Language Models are Zero-Shot Reasoners, arXiv:2205.11916"
OPTIONS: tuple[Knob, ...] = (IntegerKnob("stages", 2, 1, 2),)


def calls(values: Values) -> int:
    return values.whole("stages")


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    words = wording(question.language)
    if values.whole("stages") == 1:
        return await record.single(reasoning_messages(question, words.think_first))
    first = reasoning_messages(question, words.think)
    thought = record[await record.ask("thought", Prompt(messages=first))]
    if thought.failure is not None:
        return None
    therefore = words.therefore.format(form=answer_format(question)).strip()
    # A reply of nothing but hidden reasoning has no text, and no model takes an empty turn.
    said = thought.text.strip() or "…"
    second = (*first, Message.of("assistant", said), Message.of("user", therefore))
    return await record.single(second, parent=0)


def reasoning_messages(question: Question, think: str) -> tuple[Message, ...]:
    """The question, and the words that ask for a chain of thought below it."""
    return (*system_message(question.instruction), Message.of("user", f"{question_text(question)}\n\n{think}"))
