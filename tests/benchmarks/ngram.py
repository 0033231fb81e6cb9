"""How long an n-gram model of words takes: `python -m tests.benchmarks.ngram [--file TEXT]`. Medians of five.

Trained on 1 MB, for each order: the given file, repeated or cut, or a text made here whose words are as unevenly
frequent as those of a language (Zipf), from 30,000; then 200 words written, and 200 scored.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from playground.tabs.models.lab.ngram import LONGEST_ORDER, Smoothed, train
from providers.sampling import Sampling

SIZE = 1_000_000
GOAL = 2.0
TIMES = 5


def made() -> str:
    drawing = np.random.default_rng(1)
    letters = [*"etaoinshrdlcumwfgypbvk"]
    words = ["".join(drawing.choice(letters, size=int(length))) for length in drawing.integers(2, 10, size=30_000)]
    chances = 1 / np.arange(1, len(words) + 1)
    picked = drawing.choice(len(words), size=SIZE // 3, p=chances / chances.sum())
    return " ".join(words[place] for place in picked)


def seconds(work: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args().file
    whole = given.read_text("utf-8") if given else made()
    text = (whole * (SIZE // max(1, len(whole)) + 1))[:SIZE]
    for order in range(1, LONGEST_ORDER + 1):
        took = seconds(lambda order=order: train(text, order))  # type: ignore[misc]
        model = train(text, order)
        print(f"order {order}: trained in {took:.2f} s on {model.tokens:,} words, n-grams {model.ngram_counts}")
    start = " ".join(text.split()[:200])
    for smoothing in ("kneser_ney", "add_k"):
        how = Smoothed(smoothing=smoothing)
        wrote = seconds(lambda how=how: model.generate("", 200, how, Sampling(seed=1)))  # type: ignore[misc]
        scored = seconds(lambda how=how: model.score(start, how))  # type: ignore[misc]
        print(f"{smoothing}: 200 words written in {wrote:.3f} s, 200 scored in {scored:.3f} s")
    print(f"goal: order {LONGEST_ORDER} within {GOAL:.0f} s: {'met' if took <= GOAL else 'missed'}")


if __name__ == "__main__":
    main()
