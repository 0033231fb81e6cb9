"""Thought, action, observation: the model reasons aloud, uses a tool, reads what it gave, and goes on.

Yao et al. 2022, "ReAct: Synergizing Reasoning and Acting in Language Models", arXiv:2210.03629, section 2. Here each
turn of the model is a message of its own, so that every chat model can follow, and observations are the visitor's side.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from playground.asking.lending import Search
from playground.strategies.solving.actions import FINISH, Action, before_observation, observations, parse_action
from playground.strategies.solving.calculator import calculate, format_number
from playground.strategies.solving.knobs import IntegerKnob, Knob, Values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Record
from playground.strategies.solving.trace import Prompt, State, TraceStep
from playground.strategies.solving.wording import (
    ReactWording,
    answer_format,
    question_text,
    system_message,
    wording,
)
from providers.errors import Failure, InputError, PlaygroundError
from providers.types import Message, Role

NAME = "react"
ORDER = 60
PAPER = "Yao et al. 2022, ReAct: Synergizing Reasoning and Acting in Language Models, arXiv:2210.03629"
OPTIONS: tuple[Knob, ...] = (IntegerKnob("steps", 6, 1, 12),)
TRIES = 3
"""Replies in a row without an action that can be read, before it ends without an answer."""
PASSAGE = 500
"""Characters of a passage that are shown to the model."""


def calls(values: Values) -> int:
    return values.whole("steps")


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    """Only what the model wrote is read for actions, never the question or an observation."""
    words = wording(question.language).react
    messages, parent, unread = opening_messages(question, words, tools.search is not None), None, 0
    for _ in range(values.whole("steps")):
        stop = tuple(f"\n{one}:" for one in observations())
        place = await record.ask("thought", Prompt(messages=messages, stop=stop), parent=parent)
        if record[place].failure is not None:
            return None
        reply = before_observation(record[place].text)
        action = parse_action(reply)
        unread = 0 if action else unread + 1
        state: State = "done" if action else "unread"
        record.change(place, replace(record[place], text=reply, state=state))
        if action is not None:
            place = record.add(TraceStep(kind="action", text=action.name, extracted=action.input, parent=place))
            if action.name == FINISH:
                return action.input or None
        elif unread == TRIES:
            return None
        seen = await observe(action, words, tools.search, place)
        parent = record.add(seen)
        said = Message.of("assistant", reply or "…"), Message.of("user", f"{words.observation}: {seen.text}")
        messages = (*messages, *said)
    return None


def opening_messages(question: Question, words: ReactWording, searching: bool) -> tuple[Message, ...]:
    """How to proceed, a demonstration, the question."""
    actions = [words.calculator, *([words.search] if searching else []), words.finish]
    how = words.instruction.format(actions="\n".join(f"- {one}" for one in actions))
    demonstration = [Message.of(cast(Role, turn.role), turn.content) for turn in words.demonstration]
    told = "\n\n".join(
        part for part in (how, " ".join(filter(None, (question.instruction, answer_format(question))))) if part
    )
    return (*system_message(told), *demonstration, Message.of("user", question_text(question)))


async def observe(action: Action | None, words: ReactWording, search: Search | None, parent: int) -> TraceStep:
    """What came of an action, as the model is told it."""
    if action is None:
        text, failure = words.unread.format(example=words.calculator.split(" ", 1)[0]), None
    elif action.name == "calculator":
        text, failure = _compute_expression(action.input, words)
    elif action.name == "search" and search is not None:
        text, failure = await _find_passages(action.input, words, search)
    else:
        names = ["calculator", *(["search"] if search else []), "finish"]
        text, failure = words.unknown.format(name=action.name[:40], actions=", ".join(names)), None
    return TraceStep(kind="observation", text=text, parent=parent, failure=failure)


def _compute_expression(expression: str, words: ReactWording) -> tuple[str, Failure | None]:
    try:
        return format_number(calculate(expression)), None
    except InputError as error:
        return words.uncomputed, Failure.of(error)


async def _find_passages(query: str, words: ReactWording, search: Search) -> tuple[str, Failure | None]:
    try:
        passages = await search(query)
    except PlaygroundError as error:
        return words.failed, Failure.of(error)
    return "\n".join(f"- {' '.join(one.split())[:PASSAGE]}" for one in passages) or words.nothing, None
