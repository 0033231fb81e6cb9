"""Which variant of a model answers a request, and what it has to do without if no better one can be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from providers.adapters.huggingface.engines import Variant
from providers.adapters.huggingface.engines.speed import USUAL, expected_seconds
from providers.types import Change, Request
from providers.whitebox import VariantSpeed


@dataclass(frozen=True, slots=True)
class Route:
    """A variant, the request as it takes it, and the difference."""

    variant: Variant
    request: Request
    changes: tuple[Change, ...] = ()


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


def routes(variants: Sequence[Variant], request: Request, outlook: Outlook | None = None) -> list[Route]:
    """The ways to serve a request, best first: all that is asked, soonest; then with something left out.

    Soonest by what was measured; variants that were not come as they are given. With a seed nothing counts but the
    request itself: whoever else is being served, the same variant has to answer. The later ones are for want of memory:
    each needs a variant of its own in it.
    """
    outlook = outlook or Outlook()
    if request.sampling.seed is not None:
        outlook = Outlook()
    found = [Route(variant, *_narrow(variant, request)) for variant in variants]
    return sorted(found, key=lambda route: (len(route.changes), _seconds(route.variant, request, outlook)))


def _seconds(variant: Variant, request: Request, outlook: Outlook) -> float:
    """To the end of the reply."""
    speed = outlook.speeds.get(variant.name)
    if speed is None:
        return float("inf")
    unread = max(1, outlook.prompt - outlook.read.get(variant.name, 0))
    return expected_seconds(speed, unread, min(USUAL, request.sampling.max_tokens or USUAL), outlook.company)


def _narrow(variant: Variant, request: Request) -> tuple[Request, tuple[Change, ...]]:
    changes = []
    sampling = request.sampling
    for name in sampling.without_neutral().chosen():
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
