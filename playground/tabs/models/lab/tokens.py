"""A text in the tokens of several models: how many, how it comes together again, and what the same costs elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.measuring.perplexity import piece_bytes
from providers.inspection import CutText, InspectedModel, Inspector
from providers.pricing import cost
from providers.types import ModelInfo, Usage
from providers.whitebox import Token

_WORD = re.compile(r"\w+(?:['’]\w+)*")
READINGS = 1000
"""How often a text is read for a price that can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenizedText:
    """A text as one tokenizer cuts it."""

    info: InspectedModel
    text: str
    cut: CutText

    @property
    def count(self) -> int:
        """Tokens of the text itself, without the marks that the model reads around it."""
        return sum(not token.special for token in self.cut.tokens) + self._unknown_marks

    @property
    def words(self) -> int:
        return len(_WORD.findall(self.text))

    @property
    def per_word(self) -> float | None:
        return self.count / self.words if self.words else None

    @property
    def bytes_per_token(self) -> float | None:
        return len(self.text.encode()) / self.count if self.count else None

    @property
    def gives_back(self) -> bool:
        """The tokens say exactly the text."""
        return self.cut.rest == self.text

    @property
    def _unknown_marks(self) -> int:
        """The mark for what is unknown is a special token, and stands for something of the text."""
        return self.cut.unknown


async def tokenize(inspector: Inspector, text: str) -> TokenizedText:
    """Raises what `Inspector.cut` raises."""
    return TokenizedText(info=inspector.info, text=text, cut=await inspector.cut(text))


def bytes_of(token: Token) -> bytes:
    """What a token stands for, in UTF-8; nothing for a mark of the model's own."""
    return b"" if token.special else piece_bytes(token.piece)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTokens:
    """Tokens of a vocabulary that hold something; `count` is all of them."""

    tokens: tuple[Token, ...]
    count: int


def search(vocabulary: Iterable[Token], query: str, most: int = 80) -> FoundTokens:
    """The tokens that hold the query, whatever the case, the shortest first. A number finds that id, too."""
    wanted = query.casefold()
    found = [one for one in vocabulary if wanted in one.piece.casefold() or query.strip() == str(one.id)]
    found.sort(key=lambda one: (str(one.id) != query.strip(), len(one.piece), one.id))
    return FoundTokens(tokens=tuple(found[:most]), count=len(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedText:
    """Two texts at one service's price for reading, in US dollars for `READINGS` of each, estimated."""

    model: ModelInfo
    first: float
    second: float


def prices(models: Iterable[ModelInfo], first: int, second: int) -> tuple[PricedText, ...]:
    """Of the services whose price is known, the cheapest first; `first` and `second` are tokens."""
    found = []
    for model in models:
        if model.local:
            continue
        both = [cost(model, Usage(input_tokens=count * READINGS, output_tokens=0)) for count in (first, second)]
        if both[0] and both[1]:
            found.append(PricedText(model=model, first=both[0], second=both[1]))
    return tuple(sorted(found, key=lambda one: one.first))


def more(first: TokenizedText, second: TokenizedText) -> float | None:
    """How many times as many tokens the second text has."""
    return second.count / first.count if first.count else None


def cut_off(tokens: Sequence[Token], most: int) -> tuple[Sequence[Token], int]:
    """As many as are drawn, and how many are left out."""
    return tokens[:most], max(0, len(tokens) - most)
