"""Tells a reply's reasoning from its answer, for models that write both into one text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from providers.types import ReasoningDelta, TextDelta, TextWasReasoning

MARKS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "[THINK]": "[/THINK]",
    "<|channel|>analysis<|message|>": "<|end|><|start|>assistant<|channel|>final<|message|>",
    "<|channel|>final<|message|>": "",
}
"""What reasoning begins and ends with: DeepSeek's and Qwen's marks and those who follow them, Mistral's, gpt-oss's
channels, of which the last opens an answer without any reasoning."""
LONE = ("</think>", "</thinking>", "[/THINK]")
"""Closing marks that come alone where the opening one is part of a prompt that nobody shows."""
_OPENING = ("<think>", "<thinking>", "[THINK]")
_BEGIN = frozenset(mark[0] for mark in (*MARKS, *MARKS.values(), *LONE) if mark)
_LONGEST = max(map(len, (*MARKS, *MARKS.values(), *LONE)))
_QUOTING = "`'\"“‘«("
"""Right before a mark: it is spoken of, not meant."""

Piece = TextDelta | ReasoningDelta | TextWasReasoning


class Thinking:
    """Reasoning comes first or not at all: marks inside an answer are text like any other. Only a closing mark without
    an opening one says that what came before it, given out as text, was reasoning."""

    def __init__(self, prompt: str = "", *, begun: bool = False) -> None:
        """`prompt` may end in an opening mark, as some templates do; `begun`: the reply continues an answer."""
        self._state: Literal["start", "inside", "unsure", "answer"] = "answer" if begun else "start"
        self._blank = False
        self._close = ""
        self._kept = ""
        self._given: list[str] = []
        """The text that was given out while a closing mark might still come."""
        opened = next((mark for mark in MARKS if prompt.rstrip().endswith(mark)), None)
        if opened is not None and not begun:
            self._enter(opened)

    @property
    def inside(self) -> bool:
        return self._state == "inside"

    def push(self, text: str) -> Iterator[Piece]:
        """What became certain, in the order in which it is to be taken."""
        self._kept += text
        if self._state == "start":
            begin = self._kept.lstrip()
            opened = next((mark for mark in MARKS if begin.startswith(mark)), None)
            if opened is not None:
                self._enter(opened)
                self._kept = begin[len(opened) :]
            elif not any(mark.startswith(begin) for mark in MARKS):
                self._state = "unsure"
            else:
                return
        if self._state == "inside":
            thought, mark, rest = self._kept.partition(self._close)
            if not mark:
                yield from _reasoning(self._trim(self._without_beginning_of((self._close,))))
                return
            yield from self._close_with(self._trim(thought), rest)
        elif self._state == "unsure":
            yield from self._watch()
        else:
            kept, self._kept = self._kept, ""
            yield from _answer(self._trim(kept))

    def rest(self) -> Iterator[Piece]:
        """What was held back, at the end."""
        kept, self._kept = self._kept, ""
        yield from _reasoning(kept) if self.inside else _answer(kept)

    def _enter(self, mark: str) -> None:
        self._close, self._blank = MARKS[mark], True
        self._state = "inside" if self._close else "answer"

    def _close_with(self, thought: str, rest: str) -> Iterator[Piece]:
        self._state, self._kept, self._blank = "answer", "", True
        yield from _reasoning(thought)
        yield from _answer(self._trim(rest))

    def _watch(self) -> Iterator[Piece]:
        """The text, until a closing mark comes alone; or an opening one, after which marks are no more than text."""
        from_here = 0
        while (found := _first_mark(self._kept, from_here)) is not None:
            place, mark = found
            if mark in _OPENING:
                self._state = "answer"
                kept, self._kept = self._kept, ""
                yield from _answer(kept)
                return
            before = "".join((*self._given, self._kept[:place]))
            if _is_meant(before):
                thought, rest = self._kept[:place], self._kept[place + len(mark) :]
                if any(self._given):
                    yield TextWasReasoning()
                yield from self._close_with(thought if before.strip() else "", rest)
                return
            from_here = place + len(mark)
        certain = self._without_beginning_of((*LONE, *_OPENING))
        self._given.append(certain)
        yield from _answer(certain)

    def _trim(self, text: str) -> str:
        """Without the blank lines before the reasoning, and between it and the answer."""
        if self._blank:
            text = text.lstrip("\n")
            self._blank = not text
        return text

    def _without_beginning_of(self, marks: tuple[str, ...]) -> str:
        """The text that is certain; the end of it that may begin one of these marks is kept."""
        held = 0
        if not _BEGIN.isdisjoint(self._kept[-_LONGEST:]):  # seldom: most of a text has none of these signs
            held = max(_overlap(self._kept, mark) for mark in marks)
        place = len(self._kept) - held
        certain, self._kept = self._kept[:place], self._kept[place:]
        return certain


def _overlap(text: str, mark: str) -> int:
    """Length of the longest end of `text` that begins `mark`."""
    return next((n for n in range(len(mark) - 1, 0, -1) if text.endswith(mark[:n])), 0)


def _first_mark(text: str, start: int) -> tuple[int, str] | None:
    if _BEGIN.isdisjoint(text):
        return None
    found = [(place, mark) for mark in (*LONE, *_OPENING) if (place := text.find(mark, start)) >= 0]
    return min(found, default=None)


def _is_meant(before: str) -> bool:
    """A closing mark after this text ends it, and is not quoted there."""
    return before[-1:] not in tuple(_QUOTING) and before.count("```") % 2 == 0


def _reasoning(text: str) -> Iterator[Piece]:
    if text:
        yield ReasoningDelta(text)


def _answer(text: str) -> Iterator[Piece]:
    if text:
        yield TextDelta(text)
