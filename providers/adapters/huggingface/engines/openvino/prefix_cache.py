"""Which requests may begin together, for the sake of OpenVINO GenAI's prefix cache.

The cache hands the block in which an earlier text ended to every request that continues that text. Two that begin
together are given the same block, and write over each other's keys and values there (2026.4; a full block is shared
safely). So two requests that continue the same earlier text begin one after the other, and a prompt that takes more
than one step, after each of which its text ends for the cache, is read while no other is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import accumulate

REMEMBERED = 2**17
"""Texts: more than the cache has room for tokens, so that none is forgotten before the cache has forgotten it."""


def prefixes(tokens: Iterable[int]) -> list[int]:
    """A number for every beginning of a text, from one token to all of them. Equal beginnings have equal numbers."""
    return list(accumulate(tokens, lambda before, token: hash((before, token)), initial=0))[1:]


@dataclass(slots=True)
class PromptStart:
    """A prompt, by its prefixes."""

    prefixes: list[int]
    roots: frozenset[int] = frozenset()
    """The earlier texts that it continues, and its own."""
    whole: bool = True
    """It is read in one step."""


class PrefixCacheGuard:
    """`room` is how many tokens a step computes."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._seen: dict[int, None] = {}  # the one used last comes last

    def begin(self, start: PromptStart, reading: Collection[PromptStart], taken: int) -> bool:
        """Whether it begins in a step that has `taken` tokens to compute, while those of `reading` have just begun."""
        whole = taken + len(start.prefixes) <= self._room
        roots = frozenset(self._seen.keys() & start.prefixes) | {*start.prefixes[-1:]}
        if reading and not (whole and all(other.whole and roots.isdisjoint(other.roots) for other in reading)):
            return False
        start.roots, start.whole = roots, whole
        # Where a prompt is cut, its text may have ended anywhere that a step can have ended.
        self._remember(roots if whole else roots.union(start.prefixes[self._room // 2 :]))
        return True

    def forget(self) -> None:
        """The cache is empty."""
        self._seen.clear()

    def _remember(self, texts: Iterable[int]) -> None:
        for text in texts:
            self._seen.pop(text, None)
            self._seen[text] = None
        while len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
