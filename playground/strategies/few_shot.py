"""Worked examples before the question: the model learns the task from them, and no weight changes.

Brown et al. 2020, "Language Models are Few-Shot Learners", arXiv:2005.14165, section 2. Examples most similar to the
question: Liu et al. 2021, "What Makes Good In-Context Examples for GPT-3?", arXiv:2101.06804.
"""

from __future__ import annotations

from playground.strategies.solving.knobs import Knob, Values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Record
from playground.strategies.solving.shots import EXAMPLES, LAYOUT, answer_only, choose_examples, with_shots
from playground.strategies.solving.wording import answer_format

NAME = "few_shot"
ORDER = 20
PAPER = "Brown et al. 2020, Language Models are Few-Shot Learners, arXiv:2005.14165; Liu et al. 2021, arXiv:2101.06804"
OPTIONS: tuple[Knob, ...] = (*EXAMPLES, LAYOUT)


def calls(values: Values) -> int:
    return 1


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    examples = await choose_examples(question, values, tools, question.examples)
    said = (question.instruction, answer_format(question))
    return await record.single(with_shots(question, examples, said, answer_only, values.word("layout")))
