"""Which engine answers: by the expected time to the end, of what was measured on this computer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from providers.adapters.huggingface.engines.recent import RecentTexts
from providers.adapters.huggingface.engines.routing import Outlook, routes
from providers.types import Message, ModelInfo, Request, Sampling
from providers.whitebox import VariantSpeed

SPEEDS = {
    "crowd": VariantSpeed(one=63, eight=318, prompt=1210),
    "alone": VariantSpeed(one=84, eight=120, prompt=408),
}
"""As OpenVINO and llama.cpp were measured with the default model (docs/measurements.md)."""


@dataclass(frozen=True)
class Fake:
    name: str
    accepts: frozenset[str] = frozenset({"temperature", "max_tokens", "seed"})
    alternatives: bool = False
    reproducible: bool = False


CROWD = Fake("crowd", accepts=frozenset({"temperature", "max_tokens", "seed", "frequency_penalty"}))
EXACT, ALONE = Fake("exact", reproducible=True), Fake("alone", reproducible=True)
MODEL = ModelInfo(id="m", provider="huggingface", name="M")
ASKED = Request(model=MODEL, messages=(Message.of("user", "Hi"),), sampling=Sampling(temperature=1.0))


def first(asked: Request, prompt: int = 40, company: int = 1, **read: int) -> str:
    outlook = Outlook(speeds=SPEEDS, prompt=prompt, read=read, company=company)
    return routes([CROWD, EXACT, ALONE], asked, outlook)[0].variant.name  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("prompt", "company", "read", "expected"),
    [
        (40, 1, {}, "alone"),
        (300, 1, {}, "alone"),
        (800, 1, {}, "crowd"),
        (800, 1, {"alone": 700}, "alone"),
        (800, 1, {"alone": 700, "crowd": 800}, "alone"),
        (1765, 1, {"crowd": 1700}, "crowd"),
        (40, 2, {}, "crowd"),
        (40, 30, {}, "crowd"),
    ],
)
def test_the_one_that_is_expected_to_end_soonest(
    prompt: int, company: int, read: dict[str, int], expected: str
) -> None:
    assert first(ASKED, prompt, company, **read) == expected


def test_a_longer_reply_is_worth_a_longer_prompt() -> None:
    short = replace(ASKED, sampling=replace(ASKED.sampling, max_tokens=10))
    assert (first(short, 100), first(ASKED, 100)) == ("crowd", "alone")


def test_what_is_asked_comes_before_time() -> None:
    assert first(replace(ASKED, sampling=Sampling(temperature=1.0, frequency_penalty=0.5))) == "crowd"


@pytest.mark.parametrize("company", [1, 2, 30])
@pytest.mark.parametrize("prompt", [40, 2000])
def test_a_seed_is_answered_by_the_same_one_whoever_else_is_there(prompt: int, company: int) -> None:
    assert first(replace(ASKED, sampling=Sampling(seed=1)), prompt, company) == "exact"


def test_an_engine_of_one_place_remembers_one_text() -> None:
    recent = RecentTexts()
    for text in ([1, 2, 3, 4], [1, 2, 9]):
        recent.note("one", text, 1)
        recent.note("many", text, 32)
    asked = [1, 2, 3, 4, 5]
    assert (
        recent.common_length("one", asked),
        recent.common_length("many", asked),
        recent.common_length("none", asked),
    ) == (2, 4, 0)
