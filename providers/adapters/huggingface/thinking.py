"""Tells a reply's reasoning from its answer, for models that write it between <think> and </think>."""

from __future__ import annotations

from typing import Literal

_OPEN, _CLOSE = "<think>", "</think>"


class Thinking:
    """Reasoning comes first or not at all: the marks inside an answer are text like any other."""

    def __init__(self, prompt: str = "", *, begun: bool = False) -> None:
        """`prompt` may end in the opening mark, as some templates do; `begun`: the reply continues an answer."""
        self._state: Literal["start", "inside", "answer"] = "start"
        self._blank = False
        if begun:
            self._state = "answer"
        elif prompt.rstrip().endswith(_OPEN):
            self._state, self._blank = "inside", True
        self._kept = ""

    @property
    def inside(self) -> bool:
        return self._state == "inside"

    def push(self, text: str) -> tuple[str, str]:
        """The reasoning and the answer that became certain."""
        self._kept += text
        if self._state == "start":
            begin = self._kept.lstrip()
            if begin.startswith(_OPEN):
                self._state, self._blank, self._kept = "inside", True, begin[len(_OPEN) :]
            elif not _OPEN.startswith(begin):
                self._state = "answer"
            else:
                return "", ""
        if self._state == "inside":
            thought, mark, rest = self._kept.partition(_CLOSE)
            if not mark:
                return self._trimmed(self._without_beginning_of_mark()), ""
            thought = self._trimmed(thought)
            self._state, self._kept, self._blank = "answer", "", True
            return thought, self._trimmed(rest)
        kept, self._kept = self._kept, ""
        return "", self._trimmed(kept)

    def rest(self) -> tuple[str, str]:
        """What was held back, at the end."""
        kept, self._kept = self._kept, ""
        return (kept, "") if self.inside else ("", kept)

    def _trimmed(self, text: str) -> str:
        """Without the blank lines before the reasoning, and between it and the answer."""
        if self._blank:
            text = text.lstrip("\n")
            self._blank = not text
        return text

    def _without_beginning_of_mark(self) -> str:
        held = next((n for n in range(len(_CLOSE) - 1, 0, -1) if self._kept.endswith(_CLOSE[:n])), 0)
        place = len(self._kept) - held
        certain, self._kept = self._kept[:place], self._kept[place:]
        return certain
