"""The question alone, with its instruction.

Brown et al. 2020, "Language Models are Few-Shot Learners", arXiv:2005.14165, section 2: zero-shot, a description of the
task in words and no example.
"""

from __future__ import annotations

from playground.labs.prompting.knobs import Knob, Values
from playground.labs.prompting.question import Question, Tools
from playground.labs.prompting.record import Record
from playground.labs.prompting.shots import bare, with_shots
from playground.labs.prompting.wording import form

NAME = "zero_shot"
ORDER = 10
PAPER = "Brown et al. 2020, Language Models are Few-Shot Learners, arXiv:2005.14165"
OPTIONS: tuple[Knob, ...] = ()


def calls(values: Values) -> int:
    return 1


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    return await record.single(with_shots(question, (), (question.instruction, form(question)), bare))
