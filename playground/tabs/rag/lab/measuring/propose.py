"""Questions that a model proposes for chunks, each with the words that answer it, for a visitor to approve."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from playground.asking.quoting import unguessable_mark
from playground.languages import closest
from playground.tabs.rag.lab.answering.quoting import quote_chunk
from playground.tabs.rag.lab.answering.statements import statements
from playground.tabs.rag.lab.answering.wording import wording, wordings
from playground.tabs.rag.lab.documents import Chunk
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from playground.tabs.rag.lab.measuring.relevance import strip_blanks
from playground.tabs.rag.lab.retrieval.similarity import term_coverage
from playground.tabs.rag.lab.retrieval.terms import likely_language, terms
from providers.types import Message

Generate = Callable[[tuple[Message, ...]], Awaitable[str]]
"""A model's reply to these messages."""
SHORTEST = 80
"""Characters of a chunk that is worth a question."""
LONGEST = 300
"""Characters of a question."""
_LIKE = 0.5
"""The part of a question's content that a sentence must have, to stand in for a quote that the chunk does not hold."""
_JSON = re.compile(r"\{.*?\}", re.DOTALL)
_QUESTION = re.compile(r"^\W*(?:question|pregunta)\s*:[\s*]*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_QUOTE = re.compile(r"^\W*(?:quote|answer|cita|respuesta)\s*:[\s*]*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_ASKS = re.compile(r"[¿\w][^\n?]{8,}\?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A question for the visitor to approve. `exact`: the model's own quote stands in the chunk; otherwise the quote is
    the chunk's sentence that is closest to the question."""

    asked: LabelledQuestion
    chunk: Chunk
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """How far it is: `tried` of `total` chunks; `dropped` replies held no question that their chunk answers."""

    total: int
    tried: int = 0
    proposed: tuple[Proposed, ...] = ()
    dropped: int = 0


async def propose(chunks: Sequence[Chunk], n: int, generate: Generate, seed: int = 0) -> AsyncGenerator[Proposals]:
    """One question each for `n` chunks, drawn with a seed. Raises what `generate` raises."""
    drawn = sample_chunks(chunks, n, seed)
    made = Proposals(total=len(drawn))
    yield made
    for chunk in drawn:
        found = read_proposal(await generate(proposal_messages(chunk)), chunk)
        same = {one.asked.question.casefold() for one in made.proposed}
        kept = found is not None and found.asked.question.casefold() not in same
        made = replace(
            made,
            tried=made.tried + 1,
            proposed=(*made.proposed, found) if found is not None and kept else made.proposed,
            dropped=made.dropped + (not kept),
        )
        yield made


def sample_chunks(chunks: Sequence[Chunk], n: int, seed: int) -> tuple[Chunk, ...]:
    """Chunks with enough text, at most `n`, one document after another as evenly as they go."""
    lot = random.Random(seed)
    by_document: dict[str, list[Chunk]] = {}
    for chunk in chunks:
        if len(chunk.text.strip()) >= SHORTEST:
            by_document.setdefault(chunk.document, []).append(chunk)
    for several in by_document.values():
        lot.shuffle(several)
    names = sorted(by_document)
    lot.shuffle(names)
    turns = max((len(several) for several in by_document.values()), default=0)
    in_turn = [by_document[name][turn] for turn in range(turns) for name in names if turn < len(by_document[name])]
    return tuple(in_turn[: max(0, n)])


def proposal_messages(chunk: Chunk) -> tuple[Message, ...]:
    """The messages that ask for a question about a chunk, in the chunk's language where we speak it."""
    language = _language(chunk)
    words = wording(language).propose
    passage = quote_chunk(chunk, 1, unguessable_mark((chunk.name, *chunk.headings, chunk.text)), language)
    return Message.of("system", words.system), Message.of("user", words.asked.format(passage=passage).strip())


def read_proposal(reply: str, chunk: Chunk) -> Proposed | None:
    """The question in a reply, JSON or lines; `None` where there is none, or the chunk does not answer it."""
    question, quote = _parts(reply)
    question = " ".join(question.split()).strip("\"'“”«»*` ")
    if not question.endswith("?") or not 10 <= len(question) <= LONGEST:
        return None
    exact = _exactly(quote, chunk)
    words = exact or _closest(question, chunk)
    if not words:
        return None
    name = hashlib.blake2b(f"{chunk.id}\0{question}".encode("utf-8", "replace"), digest_size=6).hexdigest()
    language = likely_language(question) or _language(chunk)
    asked = LabelledQuestion(id=name, language=language, question=question, document=chunk.name, quotes=(words,))
    return Proposed(asked=asked, chunk=chunk, exact=bool(exact))


def _parts(reply: str) -> tuple[str, str]:
    for found in _JSON.finditer(reply):
        try:
            value = json.loads(found[0])
        except (ValueError, RecursionError):
            continue
        question, quote = value.get("question"), value.get("quote")
        if isinstance(question, str):
            return question, quote if isinstance(quote, str) else ""
    asks, quotes = _QUESTION.search(reply), _QUOTE.search(reply)
    bare_question = _ASKS.search(reply)
    question = asks[1] if asks else bare_question[0] if bare_question else ""
    return question, quotes[1] if quotes else ""


def _exactly(quote: str, chunk: Chunk) -> str:
    """The quote as the chunk has it, white space and quotation marks around it aside; "" where it has not."""
    wanted = strip_blanks(quote.strip("\"'“”«»…*. "))
    if len(wanted) < 3 or wanted not in strip_blanks(chunk.text):
        return ""
    pattern = r"[\s\u00ad\u200b\ufeff]*".join(re.escape(one) for one in wanted)
    found = re.search(pattern, chunk.text)
    return found[0] if found else ""


def _closest(question: str, chunk: Chunk) -> str:
    """The chunk's sentence with most of the question's content, if that is enough of it."""
    asked = terms(question, chunk.language)
    spans = [chunk.text[start:end] for start, end in statements(chunk.text)]
    scored = [(term_coverage(asked, terms(one, chunk.language)), one) for one in spans]
    score, best = max(scored, key=lambda one: one[0], default=(0.0, ""))
    return best if score >= _LIKE else ""


def _language(chunk: Chunk) -> str:
    language = chunk.language or likely_language(chunk.text)
    return closest(language, wordings())
