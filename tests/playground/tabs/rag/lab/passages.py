"""Passages for tests, best first."""

from __future__ import annotations

from playground.tabs.rag.lab.documents import Chunk, Passage


def passage(
    text: str, number: int = 1, *, name: str = "", language: str = "en", headings: tuple[str, ...] = ()
) -> Passage:
    chunk = Chunk(
        id=f"c{number}",
        document=f"d{number}",
        name=name or f"file{number}.pdf",
        page=number,
        start=0,
        end=len(text),
        text=text,
        headings=headings,
        language=language,
    )
    return Passage(chunk=chunk, rank=number, score=1 / number)
