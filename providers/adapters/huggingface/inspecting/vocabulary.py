"""A tokenizer seen from inside: every token, and how a byte-pair tokenizer puts a piece together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from providers.adapters.huggingface.bounded.trying import trial_of
from providers.adapters.huggingface.tokens import Codec
from providers.inspection import CutText, MergedPiece
from providers.whitebox import Token

_LONGEST = 64
"""Bytes of one piece whose merges are followed: of a longer one, its beginning."""


class Vocabulary:
    """Blocking; for several threads."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._tokenizer: Any = codec.tokenizer

    def cut(self, text: str) -> CutText:
        """With the marks that the model reads around every text."""
        ids = self._codec.encode(text)
        around = [*self._codec.beginning, *ids, *self._marks_after]
        unknown = self._tokenizer.unk_token_id
        # A tokenizer whose unknown mark is one that it also ends texts with (GPT-2) knows every byte.
        missing = sum(one == unknown for one in ids) if unknown is not None else 0
        return CutText(tokens=self.name_tokens(around), rest=self._codec.decode(ids), unknown=missing)

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """See `Inspector.spans`."""
        found = self._codec.spans(text)
        before, after = len(self._codec.beginning), len(self._marks_after)
        return ((0, 0),) * before + tuple(found) + ((0, 0),) * after if found else ()

    def name_tokens(self, ids: Sequence[int]) -> tuple[Token, ...]:
        """What these ids stand for."""
        return tuple(map(self._token, ids))

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """Every token, by its id."""
        return self.name_tokens(range(len(self._tokenizer)))

    def merges(self, text: str) -> tuple[MergedPiece, ...]:
        """How each piece of the text is put together; nothing where the tokenizer merges no pairs of bytes.

        Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units": of all neighbours, the pair
        that the tokenizer learnt first is merged, until no pair is known.
        """
        if not self._ranks:
            return ()
        trial_of(self._tokenizer).cut([text], added=False)
        backend = self._tokenizer.backend_tokenizer
        normal = backend.normalizer.normalize_str(text) if backend.normalizer is not None else text
        pieces = [piece for piece, _ in backend.pre_tokenizer.pre_tokenize_str(normal)]
        return tuple(
            MergedPiece(self._format_part(piece), tuple(tuple(map(self._format_part, parts)) for parts in steps))
            for piece in (one[:_LONGEST] for one in pieces)
            if (steps := follow(piece, self._ranks))
        )

    @cached_property
    def _marks_after(self) -> list[int]:
        """The tokens that the tokenizer puts after every text."""
        plain: list[int] = self._tokenizer("a", add_special_tokens=False)["input_ids"]
        marked: list[int] = self._tokenizer("a")["input_ids"]
        return marked[len(self._codec.beginning) + len(plain) :]

    @cached_property
    def _ranks(self) -> Mapping[tuple[str, str], int]:
        """The pairs that the tokenizer merges, in the order it learnt them; none where it is of another kind."""
        backend = getattr(self._tokenizer, "backend_tokenizer", None)
        if backend is None or backend.pre_tokenizer is None:
            return {}
        model = json.loads(backend.to_str())["model"]
        if model.get("type") != "BPE" or model.get("byte_fallback"):
            return {}
        pairs = (pair.split(" ", 1) if isinstance(pair, str) else pair for pair in model["merges"])
        return {(left, right): rank for rank, (left, right) in enumerate(pairs)}

    def _format_part(self, part: str) -> str:
        """A part in the tokenizer's stand-ins for bytes, as a reader should see it."""
        found = self._codec.stood_for(part)
        if found is None:
            return part
        try:
            return found.decode()
        except UnicodeDecodeError:
            return "".join(f"<0x{one:02X}>" for one in found)

    def _token(self, id: int) -> Token:
        return Token(id, self._codec.piece(id), id in self._codec.special)


def follow(piece: str, ranks: Mapping[tuple[str, str], int]) -> list[list[str]]:
    """The parts of a piece after each merge, from single characters on."""
    parts = list(piece)
    steps = [list(parts)]
    while True:
        known = [(ranks[pair], place) for place, pair in enumerate(pairwise(parts)) if pair in ranks]
        if not known:
            return steps
        _, place = min(known)
        pair = parts[place : place + 2]
        merged, at = list[str](), 0
        while at < len(parts):  # the pair is merged everywhere at once, as the tokenizer does
            both = parts[at : at + 2] == pair
            merged.append("".join(pair) if both else parts[at])
            at += 2 if both else 1
        parts = merged
        steps.append(list(parts))
