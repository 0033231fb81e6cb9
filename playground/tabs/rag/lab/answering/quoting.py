"""Passages of documents as quoted data in a prompt."""

from __future__ import annotations

import re
import unicodedata

from playground.asking.quoting import quote
from playground.tabs.rag.lab.answering.wording import wording
from playground.tabs.rag.lab.documents import Chunk

LONGEST_NAME = 80
"""Characters of a file's name in a prompt."""


def quote_chunk(chunk: Chunk, number: int, mark: str, language: str) -> str:
    """The chunk between its delimiters: number, file and page before it, its headings as its first line."""
    page = wording(language).page.format(page=chunk.page)
    headings = " › ".join(plain_line(heading) for heading in chunk.headings)
    body = "\n".join(filter(None, (headings, chunk.text.strip())))
    return quote("passage", mark, body, f" [{number}] {plain_line(chunk.name)[:LONGEST_NAME]}, {page}")


def plain_line(text: str) -> str:
    """A name or heading on one line, without control characters and angle brackets."""
    plain = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    return " ".join(re.sub(r"[<>\[\]]", " ", plain).split())
