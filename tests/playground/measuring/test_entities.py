"""Named entities: our sentences, lists as models write them, and F1 as CoNLL has it."""

from __future__ import annotations

import pytest

from playground.measuring.entities import (
    Named,
    entity_scores,
    entity_words,
    load_entities,
    read_named,
    same_named,
    write_named,
)
from playground.measuring.errors import MeasuringError
from playground.measuring.statistics import bootstrap_mean, bootstrap_ratio
from playground.measuring.words import tokenize

ADA, LONDON, ORG = Named("person", "Ada Lovelace"), Named("place", "London"), Named("organisation", "Red Cross")


@pytest.mark.parametrize("language", ["en", "es"])
def test_our_sentences(language):
    tasks = load_entities(language)
    words = entity_words()[language]
    assert len(tasks.items) >= 40 and len(tasks.examples) >= 5
    assert len({item.id for item in (*tasks.items, *tasks.examples)}) == len(tasks.items) + len(tasks.examples)
    named = [read_named(item.answer, tasks) for item in tasks.items]
    assert {one.label for found in named for one in found or ()} == set(words.classes) == set(words.aliases)
    assert 4 <= sum(item.answer == words.nothing for item in tasks.items) <= 10
    for item, found in zip(tasks.items, named, strict=True):
        assert found is not None and all(one.text in item.question for one in found), item.id
        assert "[" not in item.question and "](" not in item.question
    items = [set(tokenize(item.question)) for item in tasks.items]
    for example in tasks.examples:
        mine = set(tokenize(example.question))
        assert max(len(mine & other) / len(mine | other) for other in items) < 0.8, example.id


def test_lists_as_models_write_them():
    tasks = load_entities("en")
    assert read_named("- PERSON: Ada Lovelace.\n2) location: “London”\nMood: grey", tasks) == (ADA, LONDON)
    assert read_named("Person: Ada Lovelace, Omar\nPlaces: none", tasks) == (ADA, Named("person", "Omar"))
    assert read_named("None.", tasks) == () and read_named("none", tasks) == ()
    assert read_named("The sentence names nobody in particular.", tasks) is None
    assert read_named("", tasks) == ()
    assert read_named("lugar: Quito\norganización: Lego", load_entities("es")) == (
        Named("lugar", "Quito"),
        Named("organización", "Lego"),
    )
    assert read_named(write_named((ADA, ORG), "none"), tasks) == (ADA, ORG)
    assert write_named((), "none") == "none"
    with pytest.raises(MeasuringError):
        load_entities("fr")


def test_a_name_counts_where_its_words_and_its_class_are_right():
    right = [(ADA, LONDON), (ORG,), ()]
    half = [(ADA, Named("organisation", "London")), (Named("organisation", "Cross"),), (LONDON,)]
    found = entity_scores(right, half)
    assert (found.precision, found.recall, found.f1) == (1 / 4, 1 / 3, 2 * 1 / (4 + 3))
    whole = entity_scores(right, right)
    assert (whole.precision, whole.recall, whole.f1, whole.low, whole.high) == (1, 1, 1, 1, 1)
    assert entity_scores(right, right[:1]).f1 == 1, "a run that was stopped"
    assert entity_scores(right, [(), (), ()]).f1 == 0 and entity_scores([], []).f1 == 0
    assert same_named((ORG,), (Named("organisation", "the red cross"),)) and not same_named((ADA,), (ADA, ADA))


def test_intervals_of_a_ratio():
    from scipy.stats import bootstrap

    values = [0.2, 0.9, 0.4, 1.0, 0.0, 0.7, 0.7, 0.1]
    assert bootstrap_ratio(values, [1.0] * len(values)) == pytest.approx(bootstrap_mean(values), abs=0.01)
    tops, bottoms = [2.0, 0, 4, 2, 0, 2], [3.0, 2, 4, 4, 1, 2]
    theirs = bootstrap(
        (tops, bottoms), lambda a, b: sum(a) / sum(b), paired=True, vectorized=False, method="percentile", rng=1
    ).confidence_interval
    assert bootstrap_ratio(tops, bottoms) == pytest.approx((theirs.low, theirs.high), abs=0.03)
    assert bootstrap_ratio([1.0], [2.0]) == (0.5, 0.5) and bootstrap_ratio([0.0, 0.0], [0.0, 0.0]) == (0, 0)
