"""A follow-up question made to stand alone, so that it can be searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playground.tabs.rag.lab.answering.wording import wording
from providers.types import Message

TURNS = 3
"""Questions and answers that a follow-up is read with, the last ones."""
LONGEST = 600
"""Characters of each of them."""
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(
    r"^\W*(?:(?:rewritten|standalone|last|new|final) )?question\s*:\s*"
    r"|^\W*(?:(?:última|nueva) )?pregunta(?: (?:reescrita|independiente|final))?\s*:\s*",
    re.IGNORECASE,
)
_QUOTES = "\"'“”‘’«»`*_ \t"


def rewrite_messages(history: Sequence[Message], question: str, language: str) -> tuple[Message, ...] | None:
    """The messages that ask a model for the question as it would stand alone; `None` where nothing was said before."""
    said = [message for message in history if message.role != "system" and message.text.strip()]
    if not said:
        return None
    words = wording(language).rewrite
    roles = {"user": words.user, "assistant": words.assistant}
    lines = [f"{roles[message.role]}: {_short(message.text)}" for message in said[-2 * TURNS :]]
    asked = words.asked.format(history="\n".join(lines), question=" ".join(question.split()))
    return Message.of("system", words.system), Message.of("user", asked)


def parse_rewrite(reply: str, question: str) -> str:
    """The question in a model's reply; the one that was asked, where there is none to be found.

    The first line that says something counts, without quotes and labels. It is not taken where it is no question
    although one was asked, or far longer than what was asked.
    """
    lines = (_LABEL.sub("", line.strip()).strip(_QUOTES) for line in _THOUGHT.sub("", reply).splitlines())
    line = next((line for line in lines if line), "")
    asks = line.endswith("?") or not question.rstrip(_QUOTES).endswith("?")
    return line if line and asks and len(line) <= max(200, 4 * len(question)) else question


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
