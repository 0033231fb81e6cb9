"""Blocks of keys and values: whose they are, and what those hold that nobody needs now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

Digest = bytes


def digests(tokens: Sequence[int], block_size: int, most: int) -> list[Digest]:
    """A name for every beginning of a text that fills its blocks, up to `most` blocks: of equal beginnings the same."""
    found, before = list[Digest](), b""
    for start in range(0, most * block_size, block_size):
        content = np.asarray(tokens[start : start + block_size], np.int64).tobytes()
        before = hashlib.blake2b(before + content, digest_size=16).digest()
        found.append(before)
    return found


class BlockPool:
    """The blocks with the numbers from `first` up to `count`."""

    def __init__(self, count: int, first: int) -> None:
        self._free = list(range(count - 1, first - 1, -1))
        self._users = dict[int, int]()
        self._by_digest = dict[Digest, int]()
        self._digest_of = dict[int, Digest]()
        self._idle = dict[int, None]()
        """With a name and without a user; the one that was given back first comes first."""
        self.total = count - first

    @property
    def left(self) -> int:
        """How many can be taken."""
        return len(self._free) + len(self._idle)

    def find(self, names: Sequence[Digest]) -> list[int]:
        """The blocks that hold the longest beginning of a text, by the names of its beginnings. To be given back."""
        found = list[int]()
        for name in names:
            if (block := self._by_digest.get(name)) is None:
                break
            self._idle.pop(block, None)
            self._users[block] = self._users.get(block, 0) + 1
            found.append(block)
        return found

    def take(self, count: int) -> list[int] | None:
        """So many blocks that nobody uses, or none: what they held is forgotten. To be given back."""
        if count > self.left:
            return None
        taken = [self._take() for _ in range(count)]
        self._users.update((block, 1) for block in taken)
        return taken

    def name(self, names: Sequence[Digest], blocks: Sequence[int]) -> None:
        """They hold what these beginnings of a text end with. A beginning that another block holds keeps that one."""
        for name, block in zip(names, blocks, strict=False):
            if name not in self._by_digest and block not in self._digest_of:
                self._by_digest[name], self._digest_of[block] = block, name

    def give_back(self, blocks: Sequence[int]) -> None:
        """The last of a text's blocks is forgotten first: without those before it, it would be of no use."""
        for block in reversed(blocks):
            self._users[block] -= 1
            if self._users[block]:
                continue
            del self._users[block]
            if block in self._digest_of:
                self._idle[block] = None
            else:
                self._free.append(block)

    def _take(self) -> int:
        if self._free:
            return self._free.pop()
        block = next(iter(self._idle))
        del self._idle[block]
        del self._by_digest[self._digest_of.pop(block)]
        return block
