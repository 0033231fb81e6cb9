"""What is to be measured: the fields of "Measure", checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast, get_args

from playground.asking.errors import ArgumentError
from playground.page.parts.fields import checked_within, texts_of
from playground.page.program import Who
from playground.tabs.rag.lab.measuring.columns import Way
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion, sample_questions
from playground.tabs.rag.page.events.questions import KeptMeasures
from playground.tabs.rag.page.fields import TOKENS
from playground.tabs.rag.visit.measure import Wanted
from playground.tabs.rag.visit.values import RetrievalSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class RagMeasureFields:
    """The fields, as they are on the page, in the order of the components."""

    questions: object = "samples"
    approved: object = ()
    ways: object = ()
    sizes: object = ""
    k: object = 5


def checked_measurement(who: Who, kept: KeptMeasures, fields: RagMeasureFields, retrieval: RetrievalSetup) -> Wanted:
    """What is to be measured. Raises `InputError`s."""
    every = get_args(Way)
    chosen = [name for name in texts_of(fields.ways) if name in every]
    return Wanted(
        questions=chosen_questions(who, kept, fields),
        ways=tuple(cast("list[Way]", sorted(chosen, key=every.index))),
        sizes=parse_sizes(fields.sizes),
        k=int(checked_within("k", fields.k, 1, 20, whole=True)),
        retrieval=retrieval,
    )


def chosen_questions(who: Who, kept: KeptMeasures, fields: RagMeasureFields) -> tuple[LabelledQuestion, ...]:
    """Ours, the visitor's own, or those of the proposed ones that were approved."""
    if fields.questions == "own":
        return kept.own.get(who.visitor) or ()
    if fields.questions == "proposed":
        approved = set(texts_of(fields.approved))
        return tuple(one.asked for one in kept.proposed.get(who.visitor) or () if one.asked.id in approved)
    return sample_questions()


def parse_sizes(typed: object) -> tuple[int, ...]:
    """Chunk lengths as they are typed, each once. Raises `ArgumentError("number")`."""
    pieces = re.split(r"[\s,;]+", str(typed or "").strip())
    low, high = TOKENS
    if not all(piece.isdecimal() and len(piece) <= len(str(high)) and low <= int(piece) <= high for piece in pieces):
        raise ArgumentError("number", name="tokens", low=low, high=high)
    return tuple(dict.fromkeys(map(int, pieces)))
