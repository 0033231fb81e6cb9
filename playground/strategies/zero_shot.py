"""The question alone, with its instruction.

Brown et al. 2020, "Language Models are Few-Shot Learners", arXiv:2005.14165, section 2: zero-shot, a description of the
task in words and no example.
"""

from __future__ import annotations

from playground.strategies.solving.knobs import Knob, Values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Record
from playground.strategies.solving.shots import answer_only, with_shots
from playground.strategies.solving.wording import answer_format

NAME = "zero_shot"
ORDER = 10
PAPER = "Brown et al. 2020, Language Models are Few-Shot Learners, arXiv:2005.14165"
OPTIONS: tuple[Knob, ...] = ()


def calls(values: Values) -> int:
    return 1


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    return await record.single(with_shots(question, (), (question.instruction, answer_format(question)), answer_only))
