"""Which variant of a model answers a request, and what it has to do without if no better one can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from providers.adapters.huggingface.engines import Variant
from providers.types import Change, Request


@dataclass(frozen=True, slots=True)
class Route:
    """A variant, the request as it takes it, and the difference."""

    variant: Variant
    request: Request
    changes: tuple[Change, ...] = ()


def routes(variants: Sequence[Variant], request: Request) -> list[Route]:
    """The ways to serve a request, best first: all that is asked, at the greatest speed; then with something left out.

    The later ones are for want of memory: each needs a variant of its own in it.
    """
    found = [Route(variant, *_narrow(variant, request)) for variant in variants]
    return sorted(found, key=lambda route: len(route.changes))


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
