"""Questions on a passage: where the answer stands, by a classical model, by vectors, and by a model trained for it.

The classical one looks at every run of a few words: which question words go with numbers or names, how far away the
question's own words stand. A line is learnt from that, as the baseline of SQuAD did (Rajpurkar et al. 2016, section 5).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.measuring import Item, TaskSet
from playground.measuring.words import fold, normalise
from playground.tabs.models.lab.classical import Features, Split, answer_held_out, fit_features
from playground.tabs.models.lab.errors import TaskError
from playground.tabs.models.lab.understanding import Judged, OneText
from playground.tabs.models.lab.vectors import normalise_rows
from providers.embedding import Embedder
from providers.heads import FindSpan

_WORD = re.compile(r"\w+(?:[-'’.,]\w+)*")
_SENTENCE = re.compile(r"\S.*?(?:[.!?…](?=\s|$)|$)", re.DOTALL)
_LONGEST = 6
"""Words of an answer that the classical model looks at."""


@dataclass(frozen=True, slots=True)
class AskedPassage:
    """A passage with a question on it."""

    text: str
    question: str


def split_question(whole: str) -> AskedPassage:
    """The question is the last paragraph, or the last line. Raises `TaskError("question_line")` where nothing else
    stands before it."""
    for between in ("\n\n", "\n"):
        text, _, question = whole.strip().rpartition(between)
        if text.strip() and question.strip():
            return AskedPassage(text.strip(), question.strip())
    raise TaskError("question_line")


def judge_runs(tasks: TaskSet) -> Judged:
    """Each passage is searched by a model of the other folds' passages. Blocking."""
    passages = [split_question(item.question).text for item in tasks.items]
    found = answer_held_out(tasks.items, _Searcher(), passages)
    return Judged.of_held_out(found)


async def judge_sentences(tasks: TaskSet, embedder: Embedder) -> Judged:
    """The whole sentence whose vector lies nearest to the question's: nothing is learnt."""
    start = time.perf_counter()
    said = [await _nearest(split_question(item.question), embedder) for item in tasks.items]
    seconds = time.perf_counter() - start
    return Judged(
        approach="labels", model=embedder.info.name, said=tuple(said), milliseconds=seconds / len(said) * 1000
    )


async def judge_finder(tasks: TaskSet, finder: FindSpan) -> Judged:
    """A model that was trained to find the place. Raises what `FindSpan.find` raises."""
    start = time.perf_counter()
    said = [(await _find_answer(split_question(item.question), finder))[0] for item in tasks.items]
    seconds = time.perf_counter() - start
    return Judged(approach="head", model=finder.info.name, said=tuple(said), milliseconds=seconds / len(said) * 1000)


def search_one(tasks: TaskSet, whole: str) -> OneText:
    """A passage of one's own, by a model that has learnt from all of the set's. Blocking."""
    searcher = _Searcher()
    return OneText(approach="words", model="", said=searcher.answer(searcher.fit(tasks.items), whole))


async def nearest_sentence(embedder: Embedder, whole: str) -> OneText:
    """As `judge_sentences`."""
    return OneText(approach="labels", model=embedder.info.name, said=await _nearest(split_question(whole), embedder))


async def find_one(finder: FindSpan, whole: str) -> OneText:
    """As `judge_finder`, with the probabilities of the other places."""
    said, shares = await _find_answer(split_question(whole), finder)
    return OneText(approach="head", model=finder.info.name, said=said, shares=shares)


async def _nearest(asked: AskedPassage, embedder: Embedder) -> str:
    sentences = [one[0].strip() for one in _SENTENCE.finditer(asked.text)]
    question = normalise_rows(await embedder.embed([asked.question], "question"))
    return sentences[int(np.argmax(normalise_rows(await embedder.embed(sentences)) @ question[0]))]


async def _find_answer(asked: AskedPassage, finder: FindSpan) -> tuple[str, dict[str, float]]:
    spans = (await finder.find(asked.question, asked.text)).spans
    return (spans[0].text if spans else ""), {one.text: one.probability for one in reversed(spans)}


class _Searcher(Split):
    """The classical model, as `answer_held_out` asks it."""

    def fit(self, items: Sequence[Item]) -> Any:
        rows, labels = list[Features](), list[str]()
        for item in items:
            right = {normalise(answer) for answer in item.answers}
            for run, features in _runs(split_question(item.question)):
                rows.append(features)
                labels.append("right" if normalise(run) in right else "wrong")
        return fit_features(rows, labels, balanced=True)

    def answer(self, model: Any, text: str) -> str:
        runs = list(_runs(split_question(text)))
        if not runs:
            return ""
        place = list(model.classes_).index("right")
        return runs[int(np.argmax(model.predict_proba([features for _, features in runs])[:, place]))][0]


def _runs(asked: AskedPassage) -> Iterator[tuple[str, Features]]:
    """Every run of words within a sentence, with what is to be seen of it."""
    wanted = [fold(word) for word in _WORD.findall(asked.question)]
    content = {_stem(word) for word in wanted[1:] if len(word) > 3}
    for sentence in _SENTENCE.finditer(asked.text):
        words = list(_WORD.finditer(asked.text, sentence.start(), sentence.end()))
        known = [place for place, word in enumerate(words) if _stem(fold(word[0])) in content]
        shared = len(known) / max(1, len(content))
        for first in range(len(words)):
            for last in range(first, min(len(words), first + _LONGEST)):
                text = asked.text[words[first].start() : words[last].end()]
                inside = sum(first <= place <= last for place in known)
                away = min((abs(place - at) for place in known for at in (first, last)), default=9)
                yield text, _features(asked, words[first : last + 1], wanted, (shared, inside, min(away, 9)))


def _features(
    asked: AskedPassage, run: Sequence[re.Match[str]], wanted: Sequence[str], near: tuple[float, int, int]
) -> Features:
    shared, inside, away = near
    start, end = run[0].start(), run[-1].end()
    before, after = fold(asked.text[:start].rstrip().rpartition(" ")[2]), asked.text[end : end + 1]
    kind = _kind_of_run(run)
    found: dict[str, float] = {
        "shared": shared,
        "inside": float(inside),
        f"away={away}": 1.0,
        f"long={len(run)}": 1.0,
        f"before={before}": 1.0,
        f"first={fold(run[0][0])}": 1.0,
        f"last={fold(run[-1][0])}": 1.0,
        f"after={after.strip() or 'word'}": 1.0,
        f"{kind} long={len(run)}": 1.0,
    }
    for word in wanted[:2]:
        found |= {f"{word} {kind}": 1.0, f"{word} before={before}": 1.0, f"{word} long={len(run)}": 1.0}
    return found


def _kind_of_run(run: Sequence[re.Match[str]]) -> str:
    if any(any(one.isdigit() for one in word[0]) for word in run):
        return "number"
    if all(word[0][:1].isupper() for word in run):
        return "names"
    return "name in it" if any(word[0][:1].isupper() for word in run[1:]) else "words"


def _stem(word: str) -> str:
    """So that "opened" is seen in "open", and "abrió" in "abre", now and then."""
    return word[:4]
