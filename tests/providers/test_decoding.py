"""The sliders' mathematics against transformers' own."""

from __future__ import annotations

from functools import cache
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import decoding
from providers.importing import importing
from providers.types import Sampling

# Multiples of 1/8 with an irregular tail: ties stay rare, so that both sides must agree on the cut exactly.
LOGITS = st.lists(st.integers(-160, 160), min_size=2, max_size=40, unique=True).map(
    lambda numbers: np.asarray(numbers, dtype=np.float64) / 8 + np.linspace(0, 0.01, len(numbers))
)
FEW = settings(max_examples=60, deadline=None)


@cache
def reference() -> ModuleType:
    """Imported where it is used: every worker finds all tests, and one runs these."""
    with importing():
        from transformers.generation import logits_process
    return logits_process


def theirs(processor: object, logits: np.ndarray, seen: list[int] | None = None) -> np.ndarray:
    import torch

    ids = torch.tensor([seen or [0]])
    return processor(ids, torch.from_numpy(logits.copy())[None])[0].numpy()  # type: ignore[operator]


@FEW
@given(LOGITS, st.integers(1, 50))
def test_top_k(logits: np.ndarray, k: int) -> None:
    np.testing.assert_allclose(decoding.top_k(logits, k), theirs(reference().TopKLogitsWarper(k), logits))


@FEW
@given(LOGITS, st.floats(0.011, 0.989))
def test_top_p(logits: np.ndarray, p: float) -> None:
    np.testing.assert_allclose(decoding.top_p(logits, p), theirs(reference().TopPLogitsWarper(p), logits))


@FEW
@given(LOGITS, st.floats(0, 1))
def test_min_p(logits: np.ndarray, p: float) -> None:
    np.testing.assert_allclose(decoding.min_p(logits, p), theirs(reference().MinPLogitsWarper(p), logits))


@FEW
@given(LOGITS, st.floats(0.011, 0.989))
def test_typical_p(logits: np.ndarray, mass: float) -> None:
    np.testing.assert_allclose(decoding.typical_p(logits, mass), theirs(reference().TypicalLogitsWarper(mass), logits))


@FEW
@given(LOGITS, st.floats(0.5, 3), st.data())
def test_repetition_penalty(logits: np.ndarray, penalty: float, data: st.DataObject) -> None:
    seen = data.draw(st.lists(st.integers(0, logits.size - 1), min_size=1, max_size=10))
    expected = theirs(reference().RepetitionPenaltyLogitsProcessor(penalty), logits, seen)
    np.testing.assert_allclose(decoding.repetition_penalty(logits, seen, penalty), expected)


@FEW
@given(LOGITS, st.floats(0.1, 2), st.integers(1, 20), st.floats(0.1, 0.95), st.floats(0, 0.5))
def test_all_together_in_their_order(logits: np.ndarray, heat: float, k: int, p: float, low: float) -> None:
    sampling = Sampling(temperature=heat, top_k=k, top_p=p, min_p=low, typical_p=0.9, repetition_penalty=1.3)
    expected = theirs(reference().RepetitionPenaltyLogitsProcessor(1.3), logits, [0, 1])
    chain = [
        reference().TemperatureLogitsWarper(heat),
        reference().TopKLogitsWarper(k),
        reference().TopPLogitsWarper(p),
        reference().MinPLogitsWarper(low),
        reference().TypicalLogitsWarper(0.9),
    ]
    for processor in chain:
        expected = theirs(processor, expected)
    import torch

    probabilities = decoding.distribution(logits, sampling, prompt=[0], generated=[1])
    np.testing.assert_allclose(probabilities, torch.from_numpy(expected).softmax(-1).numpy(), atol=1e-12)


def test_temperature_zero_is_greedy_whatever_the_other_sliders_say() -> None:
    logits = np.asarray([0.1, 2.0, 1.9])
    assert decoding.distribution(logits, Sampling(temperature=0, top_p=0.1, min_p=0.5)).tolist() == [0, 1, 0]
    punished = decoding.distribution(logits, Sampling(temperature=0, repetition_penalty=2.0), prompt=[1])
    assert punished.tolist() == [0, 0, 1]


def test_no_setting_leaves_the_models_own_distribution() -> None:
    logits = np.asarray([0.5, -1.0, 3.0])
    np.testing.assert_allclose(decoding.distribution(logits, Sampling()), np.exp(decoding.log_softmax(logits)))


def test_frequency_counts_and_presence_does_not() -> None:
    logits = decoding.count_penalties(np.zeros(3), [1, 1, 2], frequency=0.5, presence=0.25)
    np.testing.assert_allclose(logits, [0, -1.25, -0.75])


@pytest.mark.parametrize(("uniform", "token"), [(0.0, 1), (0.24, 1), (0.25, 3), (0.999999, 3)])
def test_draw_never_takes_an_impossible_token(uniform: float, token: int) -> None:
    assert decoding.draw(np.asarray([0, 0.25, 0, 0.75, 0]), uniform) == token


def test_draws_follow_the_distribution() -> None:
    """Chi-squared over 4 tokens, 3 degrees of freedom: 16.27 is the p = 0.001 bound; the seed is fixed."""
    probabilities, n = np.asarray([0.1, 0.2, 0.3, 0.4]), 4000
    uniforms = np.random.default_rng(7).random(n)
    counts = np.bincount([decoding.draw(probabilities, value) for value in uniforms], minlength=4)
    assert np.sum((counts - n * probabilities) ** 2 / (n * probabilities)) < 16.27
