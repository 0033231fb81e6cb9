"""A model's reasoning by its special tokens, which a decoded text does not show: gpt-oss's channels, Mistral's marks.

They are written into the text as the marks that `providers.thinking` knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from providers.thinking import LONE, MARKS

_CHANNEL = ("<|start|>", "<|channel|>", "<|message|>", "<|end|>")
_ANALYSIS, _FINAL = "<|channel|>analysis<|message|>", "<|channel|>final<|message|>"


@dataclass(frozen=True, slots=True)
class ThoughtMarks:
    """The special tokens of a vocabulary that mean something here. `channel`: those of `_CHANNEL`, all or none."""

    plain: Mapping[int, str] = field(default_factory=dict)
    """Marks that are one token each."""
    channel: tuple[int, ...] = ()

    @property
    def closing(self) -> frozenset[int]:
        """What ends a message, and a reply only with the last of its messages."""
        return frozenset(self.channel[3:])

    @classmethod
    def of(cls, tokenizer: Any) -> Self:
        special = {str(token): id for id, token in tokenizer.added_tokens_decoder.items() if token.special}
        plain = {special[mark]: mark for mark in (*MARKS, *LONE) if mark in special}
        channel = tuple(special[mark] for mark in _CHANNEL if mark in special)
        return cls(plain, channel if len(channel) == len(_CHANNEL) else ())


class ThoughtReader:
    """Reads a reply's tokens one by one; a reply's messages are each headed by the name of a channel."""

    def __init__(self, marks: ThoughtMarks, prompt: str = "") -> None:
        """The end of `prompt`, special tokens shown, may be the head of a message, as of some templates."""
        self._marks = marks
        self._heading: list[str] | None = None
        self._open = ""
        """The mark of the channel whose message was opened last."""
        self.over = False
        """The last of the messages has ended, and with it the reply."""
        if marks.channel and prompt.endswith(_CHANNEL[2]):
            self._open = _FINAL if prompt.endswith(_FINAL) else _ANALYSIS
        self.said = True
        """The last token was part of what the model says, and none of these marks."""

    def read(self, token: int, text: str) -> tuple[str, str]:
        """The text that a token shows, which was decoded as `text`, and the mark that it means, if any."""
        self.said = False
        if (mark := self._marks.plain.get(token)) is not None:
            return text, mark
        if token not in self._marks.channel:
            if self._heading is not None:
                self._heading.append(text)
                return "", ""
            self.said = True
            return text, ""
        start, channel, message, _ = self._marks.channel
        if token in (start, channel):
            self._heading = []
            return text, ""
        if token == message:
            return self._open_channel("".join(self._heading or ()))
        self.over = self._open in (_FINAL, MARKS[_ANALYSIS])
        return text, ""

    def _open_channel(self, head: str) -> tuple[str, str]:
        self._heading = None
        thinking, before = "final" not in head, self._open
        if thinking and before:
            return "\n\n", ""
        self._open = _ANALYSIS if thinking else MARKS[_ANALYSIS] if before else _FINAL
        return "", self._open
