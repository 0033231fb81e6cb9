"""Named entities by a classical model that is trained in the page, and by a model that was trained to tag tokens.

The classical one looks at each word with its neighbours (letters, capitals, beginnings and endings) and at the label of
the word before, and draws lines between the labels O, B-person, I-person, … (McCallum et al. 2000, "Maximum Entropy
Markov Models"; here the likeliest label is taken word by word).
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from playground.measuring import Item, TaskSet
from playground.measuring.entities import Named, entity_words, read_named, write_named
from playground.tabs.models.lab.classical import Features, Split, answer_held_out, fit_features
from playground.tabs.models.lab.understanding import Judged, OneText, class_names
from providers.heads import TaggedToken, TagTokens, entities

_WORD = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")


def judge_tagged(tasks: TaskSet) -> Judged:
    """Each sentence is tagged by a model of the other folds' sentences. Blocking."""
    found = answer_held_out(tasks.items, _Tagger(tasks))
    return Judged.of_held_out(found)


async def judge_tagger(tasks: TaskSet, tagger: TagTokens) -> Judged:
    """A model that was trained to tag, its labels read as the set's classes; what it calls otherwise is left out.

    Raises as `class_names`, and what `TagTokens.tag` raises.
    """
    start = time.perf_counter()
    tagged = [await tagger.tag(item.question) for item in tasks.items]
    seconds = time.perf_counter() - start
    names = class_names(_kinds(tagged), tasks) if _kinds(tagged) else {}
    return Judged(
        approach="head",
        model=tagger.info.name,
        said=tuple(
            _write_entities(item.question, tokens, names, tasks)
            for item, tokens in zip(tasks.items, tagged, strict=True)
        ),
        milliseconds=seconds / len(tasks.items) * 1000,
    )


def tag_one(tasks: TaskSet, text: str) -> OneText:
    """A sentence, by a model that has learnt from all of the set's. Blocking."""
    tagger = _Tagger(tasks)
    return OneText(approach="words", model="", said=tagger.answer(tagger.fit(tasks.items), text))


async def tag_one_by_head(tasks: TaskSet, tagger: TagTokens, text: str) -> OneText:
    """As `judge_tagger`."""
    tokens = await tagger.tag(text)
    names = class_names(_kinds([tokens]), tasks) if _kinds([tokens]) else {}
    return OneText(approach="head", model=tagger.info.name, said=_write_entities(text, tokens, names, tasks))


def whole_words(text: str, tokens: Sequence[TaggedToken]) -> tuple[TaggedToken, ...]:
    """The words of a text, each with the label of its first token: a model that cuts words into pieces may label the
    second piece otherwise."""
    found = []
    for word in _WORD.finditer(text):
        first = next((one for one in tokens if one.end > word.start() and one.start < word.end()), None)
        label, chance = (first.label, first.probability) if first is not None else ("O", 0.0)
        found.append(TaggedToken(word[0], word.start(), word.end(), label, chance))
    return tuple(found)


def _kinds(tagged: Sequence[Sequence[TaggedToken]]) -> list[str]:
    labels = {token.label for tokens in tagged for token in tokens} - {"O"}
    return sorted({label[2:] if label[:2] in ("B-", "I-") else label for label in labels})


def _write_entities(text: str, tokens: Sequence[TaggedToken], names: dict[str, str], tasks: TaskSet) -> str:
    found = entities(text, whole_words(text, tokens))
    named = [Named(names[one.label], one.text) for one in found if one.label in names]
    return write_named(named, entity_words()[tasks.language].nothing)


class _Tagger(Split):
    """The classical model, as `answer_held_out` asks it."""

    def __init__(self, tasks: TaskSet) -> None:
        self._tasks = tasks

    def fit(self, items: Sequence[Item]) -> Any:
        rows, labels = list[Features](), list[str]()
        for item in items:
            words = [word[0] for word in _WORD.finditer(item.question)]
            right = _labels(item, read_named(item.answer, self._tasks) or ())
            rows += [_features(words, place, before) for place, before in enumerate(["", *right[:-1]])]
            labels += right
        return fit_features(rows, labels)

    def answer(self, model: Any, text: str) -> str:
        found = list(_WORD.finditer(text))
        words, tokens, label = [one[0] for one in found], list[TaggedToken](), ""
        for place, word in enumerate(found):  # one after another: the label of the word before is known by then
            label = str(model.predict([_features(words, place, label)])[0])
            tokens.append(TaggedToken(word[0], word.start(), word.end(), label, 1.0))
        names = {name: name for name in self._tasks.items[0].choices}
        return _write_entities(text, tokens, names, self._tasks)


def _labels(item: Item, named: Sequence[Named]) -> list[str]:
    """B- and I- for each word of an entity, in the order in which they stand in the sentence."""
    words = list(_WORD.finditer(item.question))
    labels, after = ["O"] * len(words), 0
    for one in named:
        start = item.question.index(one.text, after)
        after = start + len(one.text)
        inside = [place for place, word in enumerate(words) if start <= word.start() < after]
        for number, place in enumerate(inside):
            labels[place] = f"{'I' if number else 'B'}-{one.label}"
    return labels


def _features(words: Sequence[str], place: int, label_before: str) -> Features:
    word = words[place]
    before, after = (words[at] if 0 <= at < len(words) else "" for at in (place - 1, place + 1))
    return {
        f"word={word.lower()}": 1.0,
        f"shape={_shape(word)}": 1.0,
        f"begins={word[:3].lower()}": 1.0,
        f"ends={word[-3:].lower()}": 1.0,
        f"before={before.lower()}": 1.0,
        f"after={after.lower()}": 1.0,
        f"shapes={_shape(before)} {_shape(word)} {_shape(after)}": 1.0,
        f"first={place == 0} {_shape(word)}": 1.0,
        f"label={label_before} {_shape(word)}": 1.0,
    }


def _shape(word: str) -> str:
    """Aa for a word with a capital, A for capitals, a, 1, and the sign itself for a sign."""
    drawn = ["A" if one.isupper() else "a" if one.isalpha() else "1" if one.isdigit() else one for one in word]
    return "".join(one for before, one in pairwise(["", *drawn]) if one != before)
