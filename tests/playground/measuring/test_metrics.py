"""The metrics against known values, and the statistics against scipy and published ones."""

from __future__ import annotations

import math
import random

import pytest

from playground.measuring import metrics
from playground.measuring.extract import NOTHING, Extraction
from playground.measuring.items import KINDS, Item
from playground.measuring.metrics import Scoring
from playground.measuring.statistics import bootstrap_mean, mcnemar_exact, wilson
from providers.errors import InputError

TRANSLATION = Item(id="1", question="El gato duerme.", answer="The cat is asleep.", accept=("The cat sleeps.",))


def score(name: str, item: Item, value: str | None, language: str = "en") -> float | None:
    found = NOTHING if value is None else Extraction(value, 0, len(value), "whole")
    return metrics.metric(name).score(item, found, Scoring(language=language))


@pytest.mark.parametrize("name", metrics.names())
async def test_every_metric_keeps_the_contract(name):
    chosen = metrics.metric(name)
    assert set(chosen.KINDS) <= set(KINDS)
    item = Item(id="1", question="?", answer="Sí, mañana", tests=("assert True",))
    for value in (None, "", "Sí, mañana", "no", "🙂" * 50):
        found = NOTHING if value is None else Extraction(value, 0, len(value), "whole")
        got = await metrics.scored(name, item, found, Scoring())
        assert got is None or 0 <= got <= 1
        if chosen.BINARY and got is not None:
            assert got in (0, 1)
    if name != "code":
        assert score(name, item, None) == 0
        assert score(name, item, "Sí, mañana") == pytest.approx(1)


def test_every_kind_has_a_metric():
    assert all(metrics.for_kind(kind) for kind in KINDS)
    with pytest.raises(InputError):
        metrics.metric("os")


@pytest.mark.parametrize(
    ("answer", "accept", "value", "right"),
    [
        ("the Nile", ("River Nile",), "Nile", 1),
        ("the Nile", ("River Nile",), "The River Nile.", 1),
        ("el Guadalquivir", (), "Guadalquivir", 1),
        ("42", (), "42.0", 1),
        ("0.5", (), "0.50", 1),
        ("A", (), "A", 1),
        ("A", (), "a", 1),
        ("sí", (), "si", 0),
        ("año", (), "ano", 0),
        ("María", (), "MARI\u0301A", 1),
        ("Ottawa", (), "Ottawa is the capital", 0),
        ("5", (), "five", 0),
        ("1/3", (), "1/3", 1),
        ("1/3", (), "0.33", 1),
        ("0.333", (), "1/3", 1),
        ("1/3", (), "0.3", 0),
        ("1/3", (), "0.34", 0),
        ("0.75", (), "0.751", 0),
    ],
)
def test_exact(answer, accept, value, right):
    assert score("exact", Item(id="1", question="?", answer=answer, accept=accept), value) == right


def test_contains_wants_whole_words():
    item = Item(id="1", question="?", answer="the Nile", accept=())
    assert score("contains", item, "It is the Nile, of course.") == 1
    assert score("contains", item, "Nilesh") == 0
    assert score("contains", item, "It is not the Nile but the Niger.") == 0
    assert score("contains", item, "No, it is the Nile.") == 1
    assert score("contains", item, "It is not the Niger but the Nile.") == 1
    assert score("contains", Item(id="1", question="?", answer="six"), "sixty") == 0


def test_rouge_l_by_hand_and_with_accents():
    item = Item(id="1", question="?", answer="the cat sat on the mat", accept=())
    # LCS "the cat on the mat": precision 5/5, recall 5/6
    assert score("rouge", item, "the cat on the mat") == pytest.approx(2 * 1 * (5 / 6) / (1 + 5 / 6))
    spanish = Item(id="1", question="?", answer="el árbol está aquí", accept=())
    assert score("rouge", spanish, "el arbol esta aqui", "es") == pytest.approx(1 / 4)


def test_chrf_and_bleu_take_the_nearest_reference():
    for name in ("chrf", "bleu"):
        assert score(name, TRANSLATION, "The cat sleeps.") == pytest.approx(1)
        worse = score(name, TRANSLATION, "A dog runs.")
        assert worse is not None and worse < 0.3
    # Popović's chrF by hand: one character n-gram order each for "ab" against "abc" up to order 2
    from sacrebleu.metrics import CHRF

    ours = score("chrf", Item(id="1", question="?", answer="abc", accept=()), "ab")
    assert ours == pytest.approx(CHRF().sentence_score("ab", ["abc"]).score / 100)


# ---- statistics


def test_wilson_of_the_literature():
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", Table I, method 3."""
    for successes, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (7, 40), (40, 40), (20, 40), (399, 400)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_wilson_is_scipys(successes, n, confidence):
    from scipy import stats

    theirs = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert wilson(successes, n, confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_wilson_of_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (5, 5), (2, 11), (11, 2), (0, 30), (400, 350)])
def test_mcnemar_is_scipys_binomial_test(one, other):
    from scipy import stats

    expected = stats.binomtest(one, one + other).pvalue if one + other else 1.0
    assert mcnemar_exact(one, other) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_of_the_literature():
    """Fay 2010, "Exact McNemar's test and matching confidence intervals": pairs of 9 and 2, p = 0.06543."""
    assert mcnemar_exact(9, 2) == pytest.approx(0.06543, abs=5e-6)


def test_the_bootstrap_interval_agrees_with_scipys_and_repeats():
    from scipy import stats

    drawn = random.Random(0)
    values = [drawn.gauss(0.4, 0.2) for _ in range(60)]
    ours = bootstrap_mean(values)
    theirs = stats.bootstrap(
        (values,), lambda x, axis: x.mean(axis=axis), method="percentile", rng=1, n_resamples=10_000
    )
    assert ours == pytest.approx((theirs.confidence_interval.low, theirs.confidence_interval.high), abs=0.004)
    assert bootstrap_mean(values) == ours
    assert all(math.isnan(one) for one in bootstrap_mean([]))


def test_the_bootstrap_of_samples_without_any_spread():
    assert bootstrap_mean([0.25]) == (0.25, 0.25)
    assert bootstrap_mean([0.5] * 7) == (0.5, 0.5)
    assert bootstrap_mean([0.5] * 3, confidence=0.9) == (0.5, 0.5)
