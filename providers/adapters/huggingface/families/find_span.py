"""Models with a head that finds the passage answering a question. See `providers.heads.FindSpan`.

A span's probability is that of its beginning times that of its end, among the tokens of the text and the first mark,
which stands for "no answer" (Devlin et al. 2018, section 4.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from providers.adapters.huggingface.families.heads.pool import LocalHead
from providers.errors import InputError
from providers.heads import FoundSpans, Span
from providers.importing import importing

if TYPE_CHECKING:
    from providers.adapters.huggingface.families.heads.network import HeadNetwork

LONGEST = 15
"""Tokens of an answer, as transformers' own pipeline had it."""
_SHARED = 128
"""Tokens that one window shares with the next, where there is room for them."""


class LocalFindSpan(LocalHead):
    """A model that finds answers in a text, on this computer."""

    KIND = "AutoModelForQuestionAnswering"

    async def find(self, question: str, text: str, top: int = 3) -> FoundSpans:
        if not question.strip() or not text.strip():
            raise InputError("empty")
        return await self._run(lambda network: _find(network, question, text, top))


def _find(network: HeadNetwork, question: str, text: str, top: int) -> FoundSpans:
    with importing():
        from providers.adapters.huggingface.families.heads.network import softmax

    found: dict[tuple[int, int], float] = {}
    nothing = 1.0
    with network.reading():
        for window, inside in _windows(network, question, text):
            said = network.forward(window)
            mark = _first_mark(network, window["input_ids"])
            counted = inside.copy()
            counted[mark] = True
            begins, ends = (softmax(np.where(counted, said[name], -np.inf)) for name in ("start_logits", "end_logits"))
            nothing = min(nothing, float(begins[mark] * ends[mark]))
            offsets = window["offset_mapping"]
            for first, last, chance in _likeliest(begins, ends, inside, top):
                place = (offsets[first][0], offsets[last][1])
                found[place] = max(chance, found.get(place, 0.0))
    best = sorted(found.items(), key=lambda one: -one[1])[:top]
    return FoundSpans(tuple(Span(start, end, text[start:end], chance) for (start, end), chance in best), nothing)


def _windows(
    network: HeadNetwork, question: str, text: str
) -> Iterator[tuple[Mapping[str, list[Any]], NDArray[np.bool_]]]:
    """What the model reads at a time, and which of its tokens are the text's."""
    marks = len(network.tokenizer(question, verbose=False)["input_ids"])
    network.check(marks + 2 + LONGEST)  # room for a text must be left beside the question
    windows = network.tokenizer(
        question,
        text,
        truncation="only_second",
        max_length=network.window,
        stride=min(_SHARED, (network.window - marks - 2) // 2),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        verbose=False,
    )
    for number, ids in enumerate(windows["input_ids"]):
        one = {name: windows[name][number] for name in windows if name != "overflow_to_sample_mapping"}
        inside = np.array([whose == 1 for whose in windows.sequence_ids(number)])
        yield one, inside[: len(ids)]


def _first_mark(network: HeadNetwork, ids: list[Any]) -> int:
    """Where the mark stands that means "no answer": in most models it is the first token, in XLNet the last."""
    mark = network.tokenizer.cls_token_id
    return ids.index(mark) if mark in ids else 0


def _likeliest(
    begins: NDArray[np.float64], ends: NDArray[np.float64], inside: NDArray[np.bool_], top: int
) -> Iterator[tuple[int, int, float]]:
    """First and last token of each of the likeliest spans."""
    joint = np.triu(np.outer(np.where(inside, begins, 0), np.where(inside, ends, 0)))
    joint -= np.triu(joint, LONGEST)  # those that are too long
    for flat in joint.ravel().argsort()[::-1][:top]:
        first, last = divmod(int(flat), len(ends))
        if joint[first, last] > 0:
            yield first, last, float(joint[first, last])
