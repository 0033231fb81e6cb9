"""A strategy of the visitor's own, as a text with gaps: `{question}`, `{examples}`, `{context}`, `{instruction}`.

No paper: this is how to try one's own. A brace that is meant is written twice, as in Python's `str.format`; nothing
else of that language is understood, and what fills a gap is never read as a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from playground.strategies.solving.errors import StrategyError
from playground.strategies.solving.knobs import ChoiceKnob, Knob, TextKnob, Values
from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.record import Record
from playground.strategies.solving.shots import EXAMPLES, answer_only, answer_with_reasoning, as_text, choose_examples
from playground.strategies.solving.wording import answer_format, lettered_text, wording
from providers.types import Message

NAME = "template"
ORDER = 80
PAPER = ""
GAPS = ("question", "examples", "context", "instruction")
OPTIONS: tuple[Knob, ...] = (TextKnob("template", 4000), *EXAMPLES, ChoiceKnob("answers", "bare", ("bare", "reasoned")))


def calls(values: Values) -> int:
    return 1


async def solve(record: Record, question: Question, values: Values, tools: Tools) -> str | None:
    text = values.word("template").strip() or wording(question.language).template
    gaps = check(text)
    examples = ""
    if "examples" in gaps and question.examples:
        answer = answer_with_reasoning if values.word("answers") == "reasoned" else answer_only
        examples = as_text(await choose_examples(question, values, tools, question.examples), question, answer)
    said = " ".join(part for part in (question.instruction, answer_format(question)) if part)
    values_of = {
        "question": lettered_text(question.text, question.choices, question),
        "examples": examples,
        "context": question.context,
        "instruction": said,
    }
    return await record.single((Message.of("user", fill_template(text, values_of)),), plain=True)


def check(template: str) -> frozenset[str]:
    """The gaps it has.

    Raises `StrategyError("placeholder")` for any other (`{question.__class__}`, `{0}`, `{question!r}`, a lone brace)
    and `StrategyError("no_question")` for a template without `{question}`.
    """
    found = frozenset(name for _, name in _pieces(template) if name is not None)
    if "question" not in found:
        raise StrategyError("no_question")
    return found


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """The template with its gaps filled. Raises as `check` does, save for a missing question."""
    return "".join(text + (values[name] if name is not None else "") for text, name in _pieces(template)).strip()


def _pieces(template: str) -> list[tuple[str, str | None]]:
    """A text, and the gap after it, in turns."""
    try:
        pieces = list(Formatter().parse(template))
    except ValueError:  # a lone brace
        raise StrategyError("placeholder", name="{ }") from None
    for _, name, spec, conversion in pieces:
        if name is not None and (name not in GAPS or spec or conversion):
            raise StrategyError("placeholder", name="{" + name[:40] + "}")
    return [(text, name) for text, name, _, _ in pieces]
