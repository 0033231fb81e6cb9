"""Several sampled chains of thought, and a vote on their answers.

Wang et al. 2022, "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv:2203.11171, sec. 2:
sample reasoning paths instead of decoding greedily, and take the most frequent answer (their unweighted vote).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from playground.measuring.extract import extract
from playground.strategies.few_shot_cot import demonstration_messages
from playground.strategies.solving.knobs import IntegerKnob, Knob, NumberKnob, Values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Record
from playground.strategies.solving.shots import EXAMPLES
from playground.strategies.solving.trace import Prompt, TraceStep
from playground.strategies.solving.wording import wording
from playground.strategies.zero_shot_cot import reasoning_messages

NAME = "self_consistency"
ORDER = 50
PAPER = "Wang et al. 2022, Self-Consistency Improves Chain of Thought Reasoning in Language Models, arXiv:2203.11171"
OPTIONS: tuple[Knob, ...] = (
    IntegerKnob("samples", 5, 2, 40),
    NumberKnob("chain_temperature", 0.7, 0.1, 2.0),
    *EXAMPLES,
)


def calls(values: Values) -> int:
    return values.whole("samples")


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    """Chains that fail, or in which no answer is found, do not vote. Without worked examples, the chains have none."""
    if any(example.reasoning for example in question.examples):
        messages = await demonstration_messages(question, values, tools, "turns")
    else:
        messages = reasoning_messages(question, wording(question.language).think_first)
    place = record.add(TraceStep(kind="prompt", messages=messages))

    async def chain(number: int) -> int:
        prompt = Prompt(messages=messages, temperature=values.number("chain_temperature"), draw=number)
        one = await record.ask("chain", prompt, parent=place, shown=False)
        if record[one].failure is None:
            record.change(one, replace(record[one], extracted=extract(record[one].text, question.sought).value))
        return one

    chains = await record.together([chain(number) for number in range(values.whole("samples"))])
    votes = count_votes(record, chains)
    for vote in votes:
        record.add(vote)
    return votes[0].text if votes else None


def count_votes(record: Record, chains: Sequence[int]) -> list[TraceStep]:
    """One step an answer, the most frequent first; of equally frequent ones, the one that an earlier chain gave."""
    places: dict[str, list[int]] = {}
    written: dict[str, str] = {}
    for place in chains:
        if (answer := record[place].extracted) is not None:
            key = " ".join(answer.casefold().split()).rstrip(".")
            places.setdefault(key, []).append(place)
            written.setdefault(key, answer)
    voters = sum(map(len, places.values()))
    ranked = sorted(places, key=lambda key: (-len(places[key]), places[key][0]))
    return [
        TraceStep(
            kind="vote",
            text=written[key],
            parent=places[key][0],
            score=len(places[key]) / voters,
            votes=len(places[key]),
            kept=rank == 0,
        )
        for rank, key in enumerate(ranked)
    ]
