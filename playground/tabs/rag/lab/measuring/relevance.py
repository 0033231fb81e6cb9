"""Which chunks hold the answer to a question: those that hold the words it quotes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from playground.tabs.rag.lab.reading.file_names import is_called

_BLANK = re.compile(r"[\s\u00ad\u200b\ufeff]+")


def relevant_chunks(asked: LabelledQuestion, chunks: Sequence[Chunk]) -> frozenset[str]:
    """The ids of the chunks that hold one of its quotes, or at least half of one that was cut in two."""
    return frozenset().union(*relevant_chunks_by_quote(asked, chunks))


def relevant_chunks_by_quote(asked: LabelledQuestion, chunks: Sequence[Chunk]) -> tuple[frozenset[str], ...]:
    """The same quote by quote. With overlapping chunks several hold the same one, and any of them answers.

    White space does not count, case does. Only chunks of the question's document, where it names one.
    """
    meant = [one for one in chunks if not asked.document or is_called(one.name, asked.document)]
    texts = [(chunk.id, strip_blanks(chunk.text)) for chunk in meant]
    return tuple(_holding(strip_blanks(quote), texts) for quote in asked.quotes)


def strip_blanks(text: str) -> str:
    """Without white space, soft hyphens and marks of no width."""
    return _BLANK.sub("", unicodedata.normalize("NFC", text))


def _holding(quote: str, texts: Sequence[tuple[str, str]]) -> frozenset[str]:
    found = frozenset(name for name, text in texts if quote and (quote in text or _half(quote, text)))
    # A quote that is longer than two chunks lies in all those that are parts of it.
    return found or frozenset(name for name, text in texts if text and text in quote)


def _half(quote: str, text: str) -> bool:
    """The text ends or begins within the quote, and holds half of it or more; or is half of it."""
    least = (len(quote) + 1) // 2
    first, last = quote[:least], quote[-least:]
    begins, ends = text.rfind(first), text.find(last)
    return (
        (begins >= 0 and quote.startswith(text[begins:]))
        or (ends >= 0 and quote.endswith(text[: ends + least]))
        or (len(text) >= least and text in quote)
    )
