"""Text of documents as quoted data in a prompt: between delimiters that it cannot close."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from playground.tabs.rag.lab.answering.wording import wording
from playground.tabs.rag.lab.documents import Chunk

LONGEST_NAME = 80
"""Characters of a file's name in a prompt."""
_MARKS = re.compile(
    r"<\s*(?=[|｜])|(?<=[|｜])\s*>"  # <|im_start|>, <｜User｜>
    r"|<(?=/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|image|fake_token_around_image|tool_call)>)"
    r"|<(?=</?SYS>>)|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|gMASK)\])"
)


def unguessable_mark(texts: Sequence[str]) -> str:
    """Eight hexadecimal digits that stand in none of these texts.

    They follow from the texts, so that a request with a seed repeats; that they are absent is checked, so that no text
    can close the delimiter that carries them, even one written by somebody who guessed them.
    """
    joined, turn = "\0".join(texts).casefold(), 0
    while True:
        mark = hashlib.blake2b(f"{turn}\0{joined}".encode("utf-8", "replace"), digest_size=4).hexdigest()
        if mark not in joined:
            return mark
        turn += 1


def quote_chunk(chunk: Chunk, number: int, mark: str, language: str) -> str:
    """The chunk between its delimiters: number, file and page before it, its headings as its first line."""
    page = wording(language).page.format(page=chunk.page)
    headings = " › ".join(one_line(heading) for heading in chunk.headings)
    body = "\n".join(filter(None, (headings, chunk.text.strip())))
    opening = f"<passage {mark}> [{number}] {one_line(chunk.name)[:LONGEST_NAME]}, {page}"
    return f"{opening}\n{break_template_marks(body)}\n</passage {mark}>"


def one_line(text: str) -> str:
    """A name or heading on one line, without control characters and angle brackets."""
    plain = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join(re.sub(r"[<>\[\]]", " ", plain).split())


def break_template_marks(text: str) -> str:
    """The text with the marks of chat templates broken by a space (`<|im_end|>` is `< |im_end| >`).

    Models on this computer never read them in a message; a server behind an API might.
    """
    return _MARKS.sub(lambda found: f" {found[0].strip()}" if found[0].strip() == ">" else f"{found[0].strip()} ", text)
