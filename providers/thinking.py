"""Tells a reply's reasoning from its answer, for models that write both into one text."""

from __future__ import annotations

from typing import Literal

MARKS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "[THINK]": "[/THINK]",
    "<|channel|>analysis<|message|>": "<|end|><|start|>assistant<|channel|>final<|message|>",
    "<|channel|>final<|message|>": "",
}
"""What reasoning begins and ends with: DeepSeek's and Qwen's marks and those who follow them, Mistral's, gpt-oss's
channels, of which the last opens an answer without any reasoning."""


class Thinking:
    """Reasoning comes first or not at all: the marks inside an answer are text like any other."""

    def __init__(self, prompt: str = "", *, begun: bool = False) -> None:
        """`prompt` may end in an opening mark, as some templates do; `begun`: the reply continues an answer."""
        self._state: Literal["start", "inside", "answer"] = "start"
        self._blank = False
        self._close = ""
        opened = next((mark for mark in MARKS if prompt.rstrip().endswith(mark)), None)
        if begun:
            self._state = "answer"
        elif opened is not None:
            self._enter(opened)
        self._kept = ""

    @property
    def inside(self) -> bool:
        return self._state == "inside"

    def push(self, text: str) -> tuple[str, str]:
        """The reasoning and the answer that became certain."""
        self._kept += text
        if self._state == "start":
            begin = self._kept.lstrip()
            opened = next((mark for mark in MARKS if begin.startswith(mark)), None)
            if opened is not None:
                self._enter(opened)
                self._kept = begin[len(opened) :]
            elif not any(mark.startswith(begin) for mark in MARKS):
                self._state = "answer"
            else:
                return "", ""
        if self._state == "inside":
            thought, mark, rest = self._kept.partition(self._close)
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

    def _enter(self, mark: str) -> None:
        self._close, self._blank = MARKS[mark], True
        self._state = "inside" if self._close else "answer"

    def _trimmed(self, text: str) -> str:
        """Without the blank lines before the reasoning, and between it and the answer."""
        if self._blank:
            text = text.lstrip("\n")
            self._blank = not text
        return text

    def _without_beginning_of_mark(self) -> str:
        close = self._close
        held = next((n for n in range(len(close) - 1, 0, -1) if self._kept.endswith(close[:n])), 0)
        place = len(self._kept) - held
        certain, self._kept = self._kept[:place], self._kept[place:]
        return certain
