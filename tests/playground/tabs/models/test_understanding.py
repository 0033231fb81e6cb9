"""Tasks of understanding: held-out answers, classes that occur once, one text, and the real models on a few items."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from playground.measuring.tasks import Item, load
from playground.tabs.models.lab.classical import cross_validate, fit, telling_words
from playground.tabs.models.lab.classifying import classify_by_head, judge_head, judge_words
from playground.tabs.models.lab.errors import TaskError
from playground.tabs.models.lab.understanding import (
    APPROACHES,
    LABEL_SETS,
    Judged,
    OneText,
    class_names,
    confusion_of,
    parse_own,
    score_of,
)
from playground.tabs.models.page.sections.understanding.drawing import draw_task
from playground.tabs.models.page.sections.understanding.events import classify_text, run_task
from playground.tabs.models.page.sections.understanding.fields import UnderstandingFields, checked_task
from playground.tabs.models.visit.understanding import KeptTask, classify, judge
from providers.errors import Failure, PlaygroundError
from providers.heads import ClassScore, HeadInfo
from tests.playground.page.markup import Seen
from tests.playground.tabs.models.conftest import ENCODER, WRITER

BOTH = (WRITER, ENCODER)
OWN = "fruit: an apple a day\nfruit: a ripe pear\ncar: a fast engine\ncar: four wheels\nship: a tall mast"
WORDING = ("Classify.", "Answer with one of: {labels}.")


async def drawn(screens) -> str:
    return str(getattr(last := [screen async for screen in screens][-1], "shown", last))


@pytest.mark.parametrize("name", LABEL_SETS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_words_do_a_whole_set(name, language):
    tasks = load(name, language)
    found = judge_words(tasks)
    score = score_of(found, tasks)
    assert score.items == 44 and score.low < score.accuracy < score.high and score.unread == 0
    assert found.folds == 5 and not found.lonely and set(found.telling) == set(tasks.items[0].choices)
    table = confusion_of(found, tasks)
    assert sum(sum(row.values()) for row in table.values()) == 44
    assert sum(table[label].get(label, 0) for label in table) == score.right
    if name == "spam":
        assert score.low > 0.5


def test_the_page_starts_without_scikit_learn_and_the_section_fetches_it():
    asked = (
        "import sys\n"
        "from playground.tabs.models.lab import asked, classifying, passages, tagging, vectors\n"
        "from playground.tabs.models.lab.classical import get_ready\n"
        "before = {'sklearn', 'scipy.stats', 'codecarbon'} & set(sys.modules)\n"
        "get_ready()\n"
        "print(before, {'sklearn.linear_model', 'sklearn.model_selection'} <= set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["set()", "True"]


def test_nothing_of_a_held_out_text_is_learnt():
    """Each text has a word of its own that gives its class away, and nobody else has it: of no use once held out."""
    texts = [f"alpha{number} common words" for number in range(20)]
    labels = ["a", "b"] * 10
    found = cross_validate(texts, labels, seed=3)
    right = sum(said == label for said, label in zip(found.said, labels, strict=True))
    assert right < 15 and (fit(texts, labels).predict(texts) == np.array(labels)).all()
    vectors = np.eye(20, dtype=np.float32)
    assert sum(said == label for said, label in zip(cross_validate(vectors, labels).said, labels, strict=True)) < 15


def test_classes_that_occur_once_are_named_and_the_rest_stands(app, who):
    tasks = parse_own(OWN, "en", WORDING)
    found = judge_words(tasks)
    assert found.lonely == ("ship",) and found.said[-1] != "ship" and len(found.said) == 5
    assert tasks.answer_format == "Answer with one of: fruit, car, ship."
    for lines, reason in (
        ("a text without a class", "own_line"),
        ("a: one\nb: two\n:x", "own_line"),
        ("a: one\na: two\na: three\na: four", "few_classes"),
        ("a: one\nb: two\nc: three\nd: four", "few_classes"),
        ("a: !!\na: ??\nb: ..\nb: --", "no_words"),
    ):
        with pytest.raises(TaskError) as raised:
            judge_words(parse_own(lines, "en", WORDING))
        assert raised.value.reason == reason


def test_words_that_tell():
    model = fit(["good film", "good play", "bad film", "bad play"], ["yes", "yes", "no", "no"])
    telling = telling_words(model)
    assert telling["yes"][0] == "good" and telling["no"][0] == "bad" and "film" not in telling["yes"][:1]


class Sorter:
    """A model that was trained for such a task: it calls a text by its first word."""

    info = HeadInfo(id="x", provider="y", name="Sorter", head="classify", local=True)
    labels = ("NEG", "POSITIVE", "LABEL_2")

    async def classify(self, texts):
        order = [sorted(self.labels, key=lambda label: not text.startswith(label)) for text in texts]
        return tuple(tuple(ClassScore(label, 0.0, 1.0 - place / 2) for place, label in enumerate(one)) for one in order)


async def test_a_model_trained_for_the_task_by_its_own_names():
    tasks = replace(load("sentiment", "en"), items=tuple(
        Item(id=text, question=text, answer=answer, choices=("positive", "negative", "neutral"))
        for text, answer in (("NEG it", "negative"), ("POSITIVE it", "positive"), ("LABEL_2 it", "neutral"))
    ))  # fmt: skip
    assert class_names(Sorter.labels, tasks) == {"NEG": "negative", "POSITIVE": "positive"}
    found = await judge_head(tasks, Sorter())  # type: ignore[arg-type]
    assert found.said == ("negative", "positive", "") and found.model == "Sorter"
    assert (score_of(found, tasks).right, score_of(found, tasks).unread) == (2, 1)
    assert (await classify_by_head(tasks, Sorter(), "POSITIVE")).said == "positive"  # type: ignore[arg-type]
    assert class_names(["5 stars", "positivo"], tasks) == {"positivo": "positive"}
    with pytest.raises(TaskError) as raised:
        class_names(["LABEL_0", "NE"], tasks)
    assert raised.value.reason == "no_labels_match"


@pytest.mark.long
async def test_the_same_items_in_every_way(app, who):
    fields = UnderstandingFields("sentiment", "en", "", list(APPROACHES))
    task = await checked_task(app, who, BOTH, fields)
    assert task.writer == WRITER and task.encoder == ENCODER
    assert task.sentences["positive"] == "The opinion in this text is positive."
    few = replace(task, tasks=replace(task.tasks, items=task.tasks.items[:12]))
    states = [one async for one in judge(app.visits, who.visitor, few, lambda progress: None)]
    last = states[-1]
    assert list(last.verdicts) == list(APPROACHES)
    for approach, found in last.verdicts.items():
        assert isinstance(found, Judged) and len(found.said) == 12 and found.milliseconds > 0, approach
    assert last.verdicts["words"].milliseconds < last.verdicts["zero_shot"].milliseconds
    assert app.visits.find_work(who.visitor, "understanding", KeptTask) == last
    markup = draw_task(app.show(who), last)
    assert markup.count("data-approach=") == len(APPROACHES) and markup.count("confusion") >= len(APPROACHES)
    assert "n = 12" in markup and "Always" in markup and "Guessing" in markup


async def test_what_is_drawn_of_a_task(app, who):
    task = await checked_task(app, who, BOTH, UnderstandingFields("spam", "en", "", ["words", "zero_shot"]))
    words = await asyncio.to_thread(judge_words, task.tasks)
    asked = Judged(approach="zero_shot", model="M<b>", said=("spam", "", "spam"), milliseconds=123.4)
    markup = draw_task(
        app.show(who), KeptTask(task, {"words": words, "zero_shot": asked, "labels": Failure("internal")})
    )
    assert markup.count("data-approach=") == 2 and "n = 44" in markup and "n = 3" in markup and "123 ms" in markup
    assert "Always" in markup and "Guessing" in markup and markup.count("<figure") == 2 and 'role="alert"' in markup
    assert "<b>" not in markup and markup.count('<span class="right">') >= 22
    half = draw_task(app.show(who), KeptTask(task, {"zero_shot": asked}), running=True)
    assert "At work" in half and "<figure" not in half


async def test_one_text_in_every_way(app, who):
    task = await checked_task(app, who, BOTH, UnderstandingFields("spam", "en", "", ["words", "vectors", "labels"]))
    found = await classify(app.visits, who.visitor, task, "You have won a prize! Click this link now to claim it.")
    assert [one.said for one in found.values() if isinstance(one, OneText)][:2] == ["spam", "spam"]
    assert sum(found["words"].shares.values()) == pytest.approx(1)
    fields = UnderstandingFields("own", "en", OWN, ["words", "few_shot", "head"])
    markup = await drawn(classify_text(app, who, BOTH, fields, "<img src=x onerror=window.stolen=1> an apple"))
    seen = Seen(markup)
    assert "img" not in seen.tags and "fruit" in seen.text
    assert 'role="alert"' in markup, "an own task has no examples to show, and the rest stands"


async def test_bad_input(app, who):
    for fields, said in (
        (UnderstandingFields("poems"), "task"),
        (UnderstandingFields("own", "en", ""), "Write your texts"),
        (UnderstandingFields("own", "en", "nonsense"), "Line 1"),
        (UnderstandingFields("spam", "en", "", []), "No way is chosen"),
        (UnderstandingFields("spam", "xx"), "role"),
    ):
        markup = await drawn(run_task(app, who, BOTH, fields))
        assert 'role="alert"' in markup and said in markup
    with pytest.raises(PlaygroundError):
        await checked_task(app, who, BOTH, UnderstandingFields(("sentiment",), 7))
    nobody = await checked_task(app, who, (ENCODER,), UnderstandingFields(approaches=["zero_shot"]))
    assert nobody.writer is None
    found = await classify(app.visits, who.visitor, nobody, "x")
    assert isinstance(found["zero_shot"], Failure)
