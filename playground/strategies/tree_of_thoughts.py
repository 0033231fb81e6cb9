"""A search over thoughts: propose next steps, judge each, go on from the best, answer from the best path.

Yao et al. 2023, "Tree of Thoughts: Deliberate Problem Solving with Large Language Models", arXiv:2305.10601, section 3:
propose prompts (3.2 b), an independent value for each state (3.3 a) and breadth-first search with a beam (algorithm 1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from playground.strategies.solving.knobs import IntegerKnob, Knob, Values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Record
from playground.strategies.solving.trace import Prompt, TraceStep
from playground.strategies.solving.wording import TreeWording, answer_format, question_text, system_message, wording
from providers.types import Message

NAME = "tree_of_thoughts"
ORDER = 70
PAPER = "Yao et al. 2023, Tree of Thoughts: Deliberate Problem Solving with Large Language Models, arXiv:2305.10601"
OPTIONS: tuple[Knob, ...] = (
    IntegerKnob("breadth", 3, 1, 5),
    IntegerKnob("beam", 2, 1, 5),
    IntegerKnob("depth", 2, 1, 4),
    IntegerKnob("budget", 30, 3, 100),
)
LONGEST = 400
"""Characters of a thought."""
RATING = 16
"""Tokens of a rating."""
_LISTED = re.compile(r"^\s*(?:\d{1,2}[.):]|[-*•])\s+(.+)$", re.MULTILINE)
_RATED = re.compile(r"\d+(?:[.,]\d+)?")
ROOT = 0


def calls(values: Values) -> int:
    states, total = 1, 1
    for _ in range(values.whole("depth")):
        candidates = states * values.whole("breadth")
        total += states + candidates
        states = min(values.whole("beam"), candidates)
    return min(total, values.whole("budget"))


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    """Thoughts hang on the thought they follow, the first ones on the question; the calls hang beside them."""
    record.add(TraceStep(kind="prompt", text=question_text(question)))
    search = _TreeSearch(record, question, wording(question.language).tree, values, values.whole("budget") - 1)
    frontier = [ROOT]
    for _ in range(values.whole("depth")):
        thoughts = await search.propose_all(frontier)
        if not thoughts:
            break
        await search.judge(thoughts)
        frontier = search.best(thoughts)
    if all(step.failure for step in record.steps if step.kind == "proposal"):
        return None  # the model did not answer once: its failure is told, and no further call is spent
    return await search.conclude(frontier[0])


@dataclass(slots=True)
class _TreeSearch:
    """One question's. `left` is how many calls may still be made before the last one."""

    record: Record
    question: Question
    words: TreeWording
    values: Values
    left: int

    async def propose_all(self, states: list[int]) -> list[int]:
        """The next thoughts after each of these, all in one list, in the order of the states."""
        affordable = states[: self.left]
        self.left -= len(affordable)
        found = await self.record.together([self._propose(state) for state in affordable])
        return [thought for some in found for thought in some]

    async def _propose(self, state: int) -> list[int]:
        prompt = self._prompt(self.words.propose, state, breadth=str(self.values.whole("breadth")))
        call = self.record[await self.record.ask("proposal", Prompt(messages=prompt), parent=state)]
        if call.failure is not None:
            return []
        texts = parse_list(call.text)[: self.values.whole("breadth")]
        return [self.record.add(TraceStep(kind="thought", text=text, parent=state)) for text in texts]

    async def judge(self, thoughts: list[int]) -> None:
        """Give each a score, as far as the calls reach."""
        affordable = thoughts[: max(0, self.left)]
        self.left -= len(affordable)
        await self.record.together([self._rate(thought) for thought in affordable])

    async def _rate(self, thought: int) -> None:
        prompt = Prompt(messages=self._prompt(self.words.rate, thought), max_tokens=RATING)
        place = await self.record.ask("evaluation", prompt, parent=thought)
        call = self.record[place]
        if call.failure is not None:
            return
        score = parse_rating(call.text)
        if score is None:
            self.record.change(place, replace(call, state="unread"))
            return
        self.record.change(place, replace(call, extracted=f"{score * 10:g}"))
        self.record.change(thought, replace(self.record[thought], score=score))

    def best(self, thoughts: list[int]) -> list[int]:
        """The beam: the best judged first, of equals the earlier; those without a score last."""
        ranked = sorted(thoughts, key=lambda place: -(self.record[place].score or 0.0))
        beam = ranked[: self.values.whole("beam")]
        for place in thoughts:
            self.record.change(place, replace(self.record[place], kept=place in beam))
        return beam

    async def conclude(self, state: int) -> str | None:
        prompt = self._prompt(self.words.conclude, state, form=answer_format(self.question))
        chain = self.record[await self.record.ask("chain", Prompt(messages=prompt), parent=state)]
        return None if chain.failure is not None else chain.text

    def _prompt(self, template: str, state: int, **values: str) -> tuple[Message, ...]:
        path = self._path(state)
        steps = "\n".join(f"{number}. {text}" for number, text in enumerate(path, 1))
        said = self.words.path.format(steps=steps) if path else ""
        text = template.format(question=question_text(self.question), path=said, **values)
        return (*system_message(self.question.instruction), Message.of("user", re.sub(r"\n{3,}", "\n\n", text).strip()))

    def _path(self, state: int) -> list[str]:
        texts: list[str] = []
        place: int | None = state
        while place is not None and place != ROOT:
            texts.append(self.record[place].text)
            place = self.record[place].parent
        return texts[::-1]


def parse_list(reply: str) -> list[str]:
    """The entries of a list, each once; a reply that is no list is one entry, an empty one none."""
    entries = [one.strip() for one in _LISTED.findall(reply)] or [" ".join(reply.split())]
    return list(dict.fromkeys(one[:LONGEST] for one in entries if one))


def parse_rating(reply: str) -> float | None:
    """A tenth of the first number, if that is from 1 to 10."""
    found = _RATED.search(reply)
    value = float(found.group().replace(",", ".")) if found else 0.0
    return value / 10 if 1 <= value <= 10 else None
