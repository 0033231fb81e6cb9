"""A model's card: what it is made of, what it takes of a computer, and what of that was measured here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from providers.base import Provider
from providers.inspection import Anatomy, InspectedModel, Inspector
from providers.sampling import Sampling
from providers.types import Done, Message, ModelInfo, Request
from providers.whitebox import ModelCard, WhiteBox

BYTES = {"float32": 4.0, "bfloat16": 2.0, "int8": 1.0, "4 bits": 0.5}
"""Of a number, in the formats that a model's memory is worked out for. Of packed formats, without their scales."""
CONTEXT = 1000
"""Tokens before the one whose operations are counted."""
SPEED_PROMPT = "Count from one to one hundred in words: one, two, three,"
SPEED_TOKENS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """An engine at work on this computer, one reply alone: the median of several runs."""

    engine: str
    tokens_per_second: float
    first_token: float
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """All that is known of one model. What nobody published or nobody has measured yet is `None`, or not there."""

    info: InspectedModel
    anatomy: Anatomy | None = None
    known: ModelCard | None = None
    """Of one that writes and is here: its engines, and how faithful each is."""
    loaded: int | None = None
    """Bytes that it took in this process in 32 bits, measured; `None` while it is not loaded."""
    speeds: tuple[Speed, ...] = ()

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that were tried on its texts here and are let run it, by name."""
        if self.known is None:
            return ()
        tried = [name for name in self.known.nll if name not in ("reference", *self.known.refused)]
        found = dict.fromkeys(name.partition("-")[0] for name in (self.known.engine or "", *tried))
        return tuple(name for name in found if name)

    def memory(self, size: float) -> int | None:
        """Bytes of its weights with `size` bytes a number, worked out; `None` where nobody says how many there are."""
        count = self.anatomy.total if self.anatomy else self.info.parameters
        return round(count * size) if count else None


async def card_facts(
    info: InspectedModel, provider: Provider | None = None, inspector: Inspector | None = None
) -> CardFacts:
    """The card of a model, of one that answers elsewhere without `provider` and `inspector`. Loads no weights.

    Raises what `Inspector.anatomy` raises.
    """
    known = None
    box: object = provider
    if isinstance(info, ModelInfo) and isinstance(box, WhiteBox):
        known = await box.describe(info)
    if inspector is None:
        return CardFacts(info=info, known=known)
    return CardFacts(info=info, anatomy=await inspector.anatomy(), known=known, loaded=inspector.loaded)


async def measure_speed(provider: Provider, model: ModelInfo, runs: int = 3) -> Speed | None:
    """How fast it writes: a short reply at temperature 0, several times; the first one only warms up.

    `None` for a reply of fewer than two tokens. Raises what `Provider.stream` raises.
    """
    sampling = Sampling(temperature=0, max_tokens=SPEED_TOKENS)
    request = Request(model=model, messages=(Message.of("user", SPEED_PROMPT),), sampling=sampling)
    found: list[Done] = []
    for _ in range(runs + 1):
        async for event in provider.stream(request):
            if isinstance(event, Done):
                found.append(event)
    return _speed(found[1:])


def _speed(found: Sequence[Done]) -> Speed | None:
    rates = [rate for one in found if (rate := one.timing.tokens_per_second(one.usage.output_tokens)) is not None]
    if not rates:
        return None
    firsts = [one.timing.first_token for one in found]
    return Speed(engine=found[0].engine or "", tokens_per_second=median(rates), first_token=median(firsts))
