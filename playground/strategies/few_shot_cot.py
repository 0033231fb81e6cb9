"""Examples that show their reasoning, so that the model shows its own before it answers.

Wei et al. 2022, "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models", arXiv:2201.11903, section 2.
"""

from __future__ import annotations

from playground.strategies.solving.knobs import Knob, Values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Record
from playground.strategies.solving.shots import EXAMPLES, LAYOUT, answer_with_reasoning, choose_examples, with_shots
from providers.types import Message

NAME = "few_shot_cot"
ORDER = 40
PAPER = "Wei et al. 2022, Chain-of-Thought Prompting Elicits Reasoning in Large Language Models, arXiv:2201.11903"
OPTIONS: tuple[Knob, ...] = (*EXAMPLES, LAYOUT)


def calls(values: Values) -> int:
    return 1


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    return await record.single(await demonstration_messages(question, values, tools, values.word("layout")))


async def demonstration_messages(question: Question, values: Values, tools: Tools, layout: str) -> tuple[Message, ...]:
    """The prompt with its chosen examples. Raises `StrategyError("no_examples")` where none shows its reasoning."""
    worked = [one for one in question.examples if one.reasoning]
    examples = await choose_examples(question, values, tools, worked)
    return with_shots(question, examples, (question.instruction,), answer_with_reasoning, layout)
