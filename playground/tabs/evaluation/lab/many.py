"""Many answers at once, one a line, with what would be right beside them: every metric that takes such a thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.measuring import metrics
from playground.measuring.errors import UnusableReferences
from playground.measuring.reference import Given, Labels, Likelihoods, Measured, Needs, Plain, Probabilities, Texts
from providers.errors import Failure, PlaygroundError

MOST = 5000
"""Answers at a time."""
_YES = {"1", "yes", "true", "sí", "si", "verdadero"}
_NO = {"0", "no", "false", "falso"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyMeasured:
    """Every metric that could be worked out, and why each of the others could not."""

    needs: Needs
    count: int
    found: Mapping[str, Measured]
    failed: Mapping[str, Failure]


def measure_many(given: Given, needs: Needs) -> ManyMeasured:
    """All metrics that take what `needs` names; one that fails leaves the others standing."""
    found, failed = dict[str, Measured](), dict[str, Failure]()
    for name in metrics.reference_names(needs):
        try:
            found[name] = metrics.apply_metric(name, given)
        except PlaygroundError as error:
            failed[name] = Failure.of(error)
    return ManyMeasured(needs=needs, count=_count(given), found=found, failed=failed)


def given_of(needs: Needs, said: Sequence[str], right: Sequence[str], language: str) -> Given:
    """From lines as they were typed. Several references of one text stand in one line, separated by `|`.

    Raises `UnusableReferences` for what cannot be compared.
    """
    if needs == "plain":
        return Plain(texts=tuple(said))
    if needs == "texts":
        return Texts(
            candidates=tuple(said),
            references=tuple(tuple(part.strip() for part in line.split("|")) for line in right),
            language=language,
        )
    if needs == "labels":
        return Labels(predicted=tuple(one.strip() for one in said), expected=tuple(one.strip() for one in right))
    if needs == "probabilities":
        if len(said) != len(right):
            raise UnusableReferences("unequal", said=len(said), right=len(right))
        numbers = [_number(one, place) for place, one in enumerate(said, start=1)]
        return Probabilities(
            said=tuple(numbers), happened=tuple(_parse_happened(one, n) for n, one in enumerate(right, start=1))
        )
    raise UnusableReferences("needs", name=needs)


def _number(text: str, place: int) -> float:
    plain = text.strip()
    scale = 100 if plain.endswith("%") else 1
    try:
        return float(plain.rstrip("%").strip().replace(",", ".")) / scale
    except ValueError:
        raise UnusableReferences("probability", item=place) from None


def _parse_happened(text: str, place: int) -> bool:
    word = text.strip().casefold()
    if word not in _YES | _NO:
        raise UnusableReferences("happened", item=place)
    return word in _YES


def _count(given: Given) -> int:
    match given:
        case Plain(texts=texts):
            return len(texts)
        case Labels(expected=expected):
            return len(expected)
        case Probabilities(said=said):
            return len(said)
        case Likelihoods(sizes=sizes):
            return len(sizes)
        case _:
            return len(given.candidates)
