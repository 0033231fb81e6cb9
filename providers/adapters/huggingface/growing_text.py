"""The text of a reply while it grows: whole characters once they are certain, and no beginning of a stop string."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Sequence

from providers.adapters.huggingface.tokens import UNFINISHED, Codec


class Detokenizer:
    """The text of a growing list of tokens, given out as soon as no further token can change it.

    Decodes a short window, since a token's text depends on its neighbours (leading spaces, characters of several
    tokens). The window always begins where a character begins.
    """

    _BEFORE = 6
    """Tokens of the prompt to start from."""
    _LONGEST = 64
    """No character is spread over so many tokens: a model that gives out broken bytes for so long has no text."""

    def __init__(self, codec: Codec, prompt: Sequence[int] = ()) -> None:
        self._codec = codec
        self._window = list(prompt[-self._BEFORE :])
        self._whole = len(self._window)
        self._given, _ = self._certain()
        self._run: list[int] = []
        """Tokens that are bytes, since the last one that is not. They are decoded one by one: a tokenizer shows a whole
        row of them as broken while its last character is."""
        self._bytes = getincrementaldecoder("utf-8")("replace")

    def push(self, token: int) -> str:
        if (byte := self._codec.byte_of.get(token)) is not None:
            self._run.append(token)
            return self._bytes.decode(bytes([byte]))
        broken = self._after_bytes() if self._run else ""
        return broken + self._push(token)

    def _after_bytes(self) -> str:
        """Go on behind bytes that were given out as characters; what they left unfinished."""
        broken = self._bytes.decode(b"", final=True)
        self._window, self._whole, self._run = self._run, len(self._run), []
        self._given = self._codec.decode(self._window)
        return broken

    def _push(self, token: int) -> str:
        self._window.append(token)
        certain, unfinished = self._certain()
        piece = certain[len(self._given) :]
        self._given = certain
        if not unfinished or len(self._window) > self._LONGEST:
            self._window = self._window[self._whole :]
            self._whole = len(self._window)
            self._given, _ = self._certain()
        return piece

    def _certain(self) -> tuple[str, bool]:
        """The window's text without the character that may still be unfinished, and whether there is one.

        Of a character of four bytes at most three can be waiting for the rest.
        """
        window = self._window
        text = self._codec.decode_one(window[0]) if len(window) == 1 else self._codec.decode(window)
        unfinished = min(len(text) - len(text.rstrip(UNFINISHED)), 3)
        return text[: len(text) - unfinished], unfinished > 0


class StopStrings:
    """Keeps back what may be the beginning of a stop string, whatever the token borders."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._kept = ""

    def push(self, text: str) -> tuple[str, bool]:
        """The text that is safe to show now, and whether a stop string was found right after it."""
        kept = self._kept + text
        found = [place for stop in self._stops if (place := kept.find(stop)) >= 0]
        if found:
            self._kept = ""
            return kept[: min(found)], True
        longest = max((self._overlap(kept, stop) for stop in self._stops), default=0)
        self._kept = kept[len(kept) - longest :]
        return kept[: len(kept) - longest], False

    def rest(self) -> str:
        kept, self._kept = self._kept, ""
        return kept

    @staticmethod
    def _overlap(text: str, stop: str) -> int:
        """Length of the longest end of `text` that begins `stop`."""
        return next((n for n in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:n])), 0)
