"""Classical models: words counted and weighed (TF-IDF), or features of a word, and a line drawn between classes
(logistic regression).

By scikit-learn, which takes seconds to import. All of it blocks.
"""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from playground.measuring import Item
from playground.tabs.models.lab.errors import TaskError

FOLDS = 5
"""At most: so many times a part is held out."""
_TELLING = 6
"""Words of a class that are shown."""
_WORD = r"(?u)\b\w+\b"
Rows = NDArray[np.float32]
Features = Mapping[str, float]
"""What is to be seen of a word, or of some, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What was said of every text by a model that had not seen it. Seconds of all folds together."""

    said: tuple[str, ...]
    folds: int
    training: float
    answering: float
    lonely: tuple[str, ...]
    """Classes that occur once: held out, nobody has seen them, and they are always missed."""


def get_ready() -> None:
    """Import what the others would import first. Takes seconds."""
    import sklearn.feature_extraction.text
    import sklearn.linear_model
    import sklearn.model_selection
    import sklearn.pipeline  # noqa: F401


def cross_validate(texts: Sequence[str] | Rows, labels: Sequence[str], seed: int = 0) -> HeldOut:
    """Each text is answered by a model fitted to the other folds alone, words and their weights included.

    Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions"; folds keep the classes' shares.
    `texts` may be vectors already, shape (texts, dimensions). Raises `TaskError("few_classes")` without two classes
    that occur twice, "no_words" for texts without any word.
    """
    from sklearn.model_selection import StratifiedKFold

    counts = Counter(labels)
    if sum(count > 1 for count in counts.values()) < 2:
        raise TaskError("few_classes")
    folds = min(FOLDS, max(counts.values()))
    said = [""] * len(labels)
    training = answering = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes with fewer texts than folds: `lonely` tells
        parts = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(np.zeros(len(labels)), labels))
    for known, held in parts:
        start = time.perf_counter()
        model = fit(_at(texts, known), [labels[place] for place in known])
        fitted = time.perf_counter()
        for place, one in zip(held, model.predict(_at(texts, held)), strict=True):
            said[place] = str(one)
        training, answering = training + fitted - start, answering + time.perf_counter() - fitted
    lonely = tuple(label for label, count in counts.items() if count == 1)
    return HeldOut(said=tuple(said), folds=folds, training=training, answering=answering, lonely=lonely)


def fit(texts: Sequence[str] | Rows, labels: Sequence[str]) -> Any:
    """A model of scikit-learn with `predict` and `predict_proba`. Raises `TaskError("no_words")`."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    line = LogisticRegression(C=10, max_iter=1000)
    if isinstance(texts, np.ndarray):
        return line.fit(texts, list(labels))
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD)
    try:
        return make_pipeline(words, line).fit(list(texts), list(labels))
    except ValueError as error:  # "empty vocabulary"
        raise TaskError("no_words") from error


class Split(Protocol):
    """A model for whole items, which is fitted anew for every fold."""

    def fit(self, items: Sequence[Item]) -> Any:
        """A model that has learnt from these items alone."""

    def answer(self, model: Any, text: str) -> str:
        """What it says of the text of an item that it has not seen."""


def answer_held_out(items: Sequence[Item], split: Split, groups: Sequence[str] = (), seed: int = 0) -> HeldOut:
    """As `cross_validate`, of whole items. Items of one group (questions on one passage) are held out together."""
    from sklearn.model_selection import GroupKFold

    named = list(groups) or [item.id for item in items]
    folds = min(FOLDS, len(set(named)))
    said = [""] * len(items)
    training = answering = 0.0
    parts = GroupKFold(folds, shuffle=True, random_state=seed).split(np.zeros(len(items)), groups=named)
    for known, held in parts:
        start = time.perf_counter()
        model = split.fit([items[place] for place in known])
        fitted = time.perf_counter()
        for place in held:
            said[place] = split.answer(model, items[place].question)
        training, answering = training + fitted - start, answering + time.perf_counter() - fitted
    return HeldOut(said=tuple(said), folds=folds, training=training, answering=answering, lonely=())


def fit_features(rows: Sequence[Features], labels: Sequence[str], *, balanced: bool = False) -> Any:
    """A model of scikit-learn as `fit` gives it, of rows of features. `balanced`: a rare class weighs as much as the
    others together."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    line = LogisticRegression(C=10, max_iter=1000, class_weight="balanced" if balanced else None)
    return make_pipeline(DictVectorizer(), line).fit(list(rows), list(labels))


def telling_words(model: Any) -> dict[str, tuple[str, ...]]:
    """The words that speak most for each class, of a model that `fit` made of texts."""
    words = model[0].get_feature_names_out()
    weights, classes = model[-1].coef_, [str(one) for one in model[-1].classes_]
    if len(classes) == 2:  # one line alone: what speaks for the second speaks against the first
        weights = np.concatenate([-weights, weights])
    return {
        name: tuple(str(words[place]) for place in np.argsort(-row)[:_TELLING] if row[place] > 0)
        for name, row in zip(classes, weights, strict=True)
    }


def _at(texts: Sequence[str] | Rows, places: Sequence[int]) -> Sequence[str] | Rows:
    return texts[list(places)] if isinstance(texts, np.ndarray) else [texts[place] for place in places]
