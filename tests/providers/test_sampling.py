"""What a model's makers recommend: whatever their file says, it is a recommendation or none."""

import math

import pytest

from providers.sampling import Sampling, recommended_sampling


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Sampling(temperature=1.0)),
        ({"temperature": 0.6, "top_k": 20, "top_p": 0.95}, Sampling(temperature=0.6, top_k=20, top_p=0.95)),
        ({"temperature": None, "top_k": 20.0}, Sampling(temperature=1.0, top_k=20)),
        ({"temperature": 0}, Sampling(temperature=0)),
    ],
)
def test_a_recommendation(values: dict[str, object], expected: Sampling) -> None:
    assert recommended_sampling(values) == expected


@pytest.mark.parametrize("name", ["temperature", "top_k", "top_p", "min_p", "repetition_penalty"])
@pytest.mark.parametrize("value", ["hot", -3, 10**400, math.nan, math.inf, True, [0.5], {}, "9" * 5000])
def test_what_is_none(name: str, value: object) -> None:
    assert recommended_sampling({name: value}) == Sampling(temperature=1.0)


def test_a_share_of_a_token_is_no_number_of_tokens() -> None:
    assert recommended_sampling({"top_k": 2.5}) == Sampling(temperature=1.0)
