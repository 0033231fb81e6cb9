"""The prompt of an answer from passages, and of the same answer without them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from playground.asking.completion import answer_mark
from playground.asking.quoting import break_template_marks, unguessable_mark
from playground.tabs.rag.lab.answering.quoting import quote_chunk
from playground.tabs.rag.lab.answering.wording import wording
from playground.tabs.rag.lab.documents import Passage
from providers.types import Message

Fits = Callable[[tuple[Message, ...]], Awaitable[bool]]
"""Whether a model's context has room for these messages and a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundedPrompt:
    """A prompt. `passages` are [1] … [n] as it numbers them; `left_out` did not fit, best first.

    `forgotten` counts the messages of the history that were left out, the oldest, so that one passage fits.
    """

    messages: tuple[Message, ...]
    passages: tuple[Passage, ...]
    left_out: tuple[Passage, ...] = ()
    forgotten: int = 0


async def grounded_prompt(
    question: str,
    passages: Sequence[Passage],
    *,
    language: str,
    system: str = "",
    history: Sequence[Message] = (),
    fits: Fits | None = None,
    chat: bool = True,
) -> GroundedPrompt:
    """The messages for an answer from passages, given best first. Without `chat` they are one text, for a model that
    only continues text: the passages, the questions and answers so far, the question, and where its answer begins.

    The system message is `system` and our rules, byte for byte the same whatever the passages say: they stand in the
    last user message alone, each between delimiters that it cannot close. What does not fit is left out: the weakest
    passages, then all but one, then the oldest turns of the history, at last everything but the question. That may
    still not fit: the model's answer then is `ContextTooLong`.
    """
    instructed = _system_message(system, language)

    def make_messages(kept: int, forgotten: int) -> tuple[Message, ...]:
        if not chat:
            return (_continuation(question, passages[:kept], language, history[forgotten:]),)
        asked = Message.of("user", _question_text(question, passages[:kept], language))
        return (instructed, *history[forgotten:], asked)

    async def fitting(kept: int, forgotten: int) -> bool:
        return fits is None or await fits(make_messages(kept, forgotten))

    kept, forgotten = await _most(len(passages), lambda count: fitting(count, 0)), 0
    if kept == 0 and not (not passages and await fitting(0, 0)):
        kept, forgotten = await _at_the_least(min(1, len(passages)), _turns(history), fitting)
    return GroundedPrompt(
        messages=make_messages(kept, forgotten),
        passages=tuple(passages[:kept]),
        left_out=tuple(passages[kept:]),
        forgotten=forgotten,
    )


def ungrounded_prompt(question: str, *, system: str = "", history: Sequence[Message] = ()) -> tuple[Message, ...]:
    """The same question without passages and without rules about them."""
    before = (Message.of("system", system.strip()),) if system.strip() else ()
    return (*before, *history, Message.of("user", question))


def _system_message(system: str, language: str) -> Message:
    rules = wording(language).rules.strip()
    return Message.of("system", f"{system.strip()}\n\n{rules}" if system.strip() else rules)


def _question_text(question: str, passages: Sequence[Passage], language: str) -> str:
    words = wording(language)
    closing = words.question.format(question=question)
    if not passages:
        return f"{words.none}\n\n{closing}"
    return "\n\n".join((words.passages, *_quotes(question, passages, language), closing, words.reminder))


def _quotes(question: str, passages: Sequence[Passage], language: str) -> list[str]:
    chunks = [passage.chunk for passage in passages]
    mark = unguessable_mark(
        [text for chunk in chunks for text in (chunk.name, *chunk.headings, chunk.text)] + [question]
    )
    return [quote_chunk(chunk, number, mark, language) for number, chunk in enumerate(chunks, start=1)]


def _continuation(question: str, passages: Sequence[Passage], language: str, history: Sequence[Message]) -> Message:
    """Neither rules nor a reminder: a base model would go on with them as with any other text."""
    words, answer = wording(language), answer_mark(language)
    quotes = [break_template_marks(passage.chunk.text.strip()) for passage in passages]
    texts = [f"{words.passages}\n\n" + "\n\n".join(quotes)] if quotes else []
    for said in history:
        if said.role == "user":
            texts.append(f"{words.question.format(question=said.text)}\n{answer}")
        elif texts:
            texts[-1] += f" {said.text.strip()}"
    return Message.of("user", "\n\n".join((*texts, f"{words.question.format(question=question)}\n{answer}")))


async def _at_the_least(
    kept: int, turns: Sequence[int], fitting: Callable[[int, int], Awaitable[bool]]
) -> tuple[int, int]:
    """One passage and as much of the history as fits beside it, or neither: passages kept, messages forgotten."""
    remembered = await _most(len(turns) - 1, lambda count: fitting(kept, turns[-1 - count]))
    if kept and not remembered and not await fitting(kept, turns[-1]):
        kept = 0
    return kept, turns[-1 - remembered]


def _turns(history: Sequence[Message]) -> list[int]:
    """Where the history may begin: at a question of the user's, or at its end (nothing of it)."""
    starts = {0, *(place for place, message in enumerate(history) if message.role == "user"), len(history)}
    return sorted(starts)


async def _most(most: int, fitting: Callable[[int], Awaitable[bool]]) -> int:
    """The largest count from 0 to `most` that fits, taking it that less always fits better; 0 is not asked about."""
    if most <= 0 or await fitting(most):
        return max(0, most)
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if await fitting(middle) else (low, middle)
    return low
