"""Which variant of a model answers a request, and what it has to do without if no better one can be had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from providers.adapters.huggingface.engines import Variant
from providers.adapters.huggingface.engines.pace import Expected
from providers.adapters.huggingface.engines.speed import USUAL, expected_seconds
from providers.types import Change, Request
from providers.whitebox import VariantSpeed


@dataclass(frozen=True, slots=True)
class Route:
    """A variant, the request as it takes it, and the difference."""

    variant: Variant
    request: Request
    changes: tuple[Change, ...] = ()
    expected: Expected | None = None
    """How soon, where that was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a request comes to: `speeds` of the variants in memory, by their names, `company` of so many replies, this
    one too. What is not in memory comes after them as it is given: nothing is loaded to be a little quicker.
    """

    speeds: Mapping[str, VariantSpeed] = field(default_factory=dict)
    prompt: int = 0
    """Its tokens."""
    read: Mapping[str, int] = field(default_factory=dict)
    """How many of them a variant has read already."""
    company: int = 1

    def expect(self, variant: Variant) -> Expected | None:
        speed = self.speeds.get(variant.name)
        if speed is None:
            return None
        return Expected(speed, max(1, self.prompt - self.read.get(variant.name, 0)))


def routes(variants: Sequence[Variant], request: Request, outlook: Outlook | None = None) -> list[Route]:
    """The ways to serve a request, best first: all that is asked, soonest; then with something left out.

    Soonest by what was measured; variants that were not come as they are given. With a seed nothing counts but the
    request itself: whoever else is being served, the same variant has to answer. The later ones are for want of memory:
    each needs a variant of its own in it.
    """
    outlook = outlook or Outlook()
    if request.sampling.seed is not None:
        outlook = Outlook()
    chosen = request.sampling.without_neutral().chosen_values()
    found = [Route(variant, *_narrow(variant, request, chosen), outlook.expect(variant)) for variant in variants]
    return sorted(found, key=lambda route: (len(route.changes), _seconds(route, outlook.company)))


def is_movable(request: Request) -> bool:
    """One engine may answer or another, and go on with a reply in the middle.

    Not where the same text is to come out: with a seed, and at temperature 0, where rounding decides between near
    equals; nor where what the reply depends on is inside the engine.
    """
    return not (
        request.sampling.seed is not None
        or request.sampling.temperature == 0
        or request.sampling.stop
        or request.logprobs
        or any(message.images for message in request.messages)
    )


def next_after(found: Sequence[Route]) -> list[Route]:
    """The ways on where the first one, whose engine is there for one reply alone, is slower than was expected; none
    where there is none as good."""
    first, *others = found
    if first.expected is None or first.variant.for_one is None or not is_movable(first.request):
        return []
    return [one for one in others if one.expected is not None and one.changes == first.changes]


def _seconds(route: Route, company: int) -> float:
    """To the end of the reply."""
    if route.expected is None:
        return float("inf")
    reply = min(USUAL, route.request.sampling.max_tokens or USUAL)
    return expected_seconds(route.expected.speed, route.expected.unread, reply, company)


def _narrow(variant: Variant, request: Request, chosen: Iterable[str]) -> tuple[Request, tuple[Change, ...]]:
    """`chosen` are the names of the sampling parameters that change something."""
    changes = []
    sampling = request.sampling
    for name in chosen:
        if name not in variant.accepts:
            sampling = sampling.without(name)
            changes.append(Change(what=name, reason="not_offered"))
    if sampling.seed is not None and not variant.reproducible:  # greedy too: rounding decides between near equals
        changes.append(Change(what="seed", reason="not_alone"))
    logprobs = request.logprobs
    if logprobs and not variant.alternatives:
        logprobs = 0
        changes.append(Change(what="logprobs", reason="not_offered"))
    return replace(request, sampling=sampling, logprobs=logprobs), tuple(changes)
