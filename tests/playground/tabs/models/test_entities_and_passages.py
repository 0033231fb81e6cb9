"""Named entities and questions on a passage: held-out answers, models trained for it, one text, and the real models."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from playground.measuring.energy import TrackedEnergy
from playground.measuring.entities import read_named
from playground.tabs.models.lab.errors import TaskError
from playground.tabs.models.lab.passages import judge_finder, judge_runs, split_question
from playground.tabs.models.lab.tagging import judge_tagged, judge_tagger, tag_one, whole_words
from playground.tabs.models.lab.understanding import WAYS, Judged, is_right, load_task, score_of
from playground.tabs.models.page.sections.understanding.drawing import draw_task
from playground.tabs.models.page.sections.understanding.events import classify_text
from playground.tabs.models.page.sections.understanding.fields import UnderstandingFields, checked_task
from playground.tabs.models.visit.understanding import KeptTask, classify, judge, with_energy
from providers.errors import Failure
from providers.heads import FoundSpans, HeadInfo, Span, TaggedToken
from tests.playground.page.markup import Seen
from tests.playground.tabs.models.conftest import ENCODER, WRITER, tiny_heads
from tests.playground.tabs.models.test_understanding import drawn

BOTH = (WRITER, ENCODER)
PASSAGE = "The mill was built by Nora Lind in 1904. It has six wheels.\nHow many wheels does the mill have?"
TRACKED = TrackedEnergy(kwh=0.001, seconds=10.0, measured=False)


@asynccontextmanager
async def followed(kept):
    """Energy that costs the test nothing."""
    yield kept
    kept.found = TRACKED


@pytest.mark.parametrize("language", ["en", "es"])
def test_words_find_names_and_answers_that_they_have_not_seen(language):
    entities, passages = load_task("entities", language), load_task("passages", language)
    found = judge_tagged(entities)
    score = score_of(found, entities)
    assert found.folds == 5 and len(found.said) == len(entities.items) and score.partly is not None
    assert score.partly.low < score.partly.f1 < score.partly.high and score.partly.f1 > 0.2 and score.unread == 0
    assert all(read_named(said, entities) is not None for said in found.said)
    asked = judge_runs(passages)
    score = score_of(asked, passages)
    assert score.partly is not None and score.partly.f1 > score.accuracy and score.partly.f1 > 0.1
    assert all(said in item.question for said, item in zip(asked.said, passages.items, strict=True))


@pytest.mark.parametrize("name", ["entities", "passages"])
def test_what_is_right_of_the_sets_own_answers(name):
    tasks = load_task(name, "es")
    whole = Judged(approach="few_shot", model="M", said=tuple(item.answer for item in tasks.items), milliseconds=1)
    score = score_of(whole, tasks)
    assert score.accuracy == 1 and score.partly is not None and score.partly.f1 == 1
    none = score_of(replace(whole, said=("",) * 12), tasks)
    assert none.items == none.unread == 12 and none.accuracy == 0 and none.partly is not None and none.partly.f1 < 0.3


def test_half_an_answer_counts_half():
    tasks = load_task("passages", "en")
    item = next(one for one in tasks.items if one.answer == "a lighthouse keeper")
    assert is_right("The lighthouse-keeper.", item, tasks) and not is_right("a keeper", item, tasks)
    alone = replace(tasks, items=(item,))
    half = score_of(Judged(approach="head", model="M", said=("keeper of a harbour",), milliseconds=1), alone)
    assert half.partly is not None and half.partly.f1 == pytest.approx(0.4)


class Tagger:
    """Calls every capitalised word a person, in two pieces of which the second is called otherwise."""

    info = HeadInfo(id="x", provider="y", name="Tagger", head="tag_tokens", local=True)

    async def tag(self, text):
        tokens = []
        for word in whole_words(text, ()):
            middle = max(word.start + 1, (word.start + word.end) // 2)
            label = "B-PER" if word.token[0].isupper() else "O"
            tokens.append(TaggedToken(text[word.start : middle], word.start, middle, label, 0.9))
            if middle < word.end:
                tokens.append(TaggedToken(text[middle : word.end], middle, word.end, "I-MISC", 0.9))
        return tuple(tokens)


class Finder:
    """Finds the passage's first word."""

    info = HeadInfo(id="x", provider="y", name="Finder", head="find_span", local=True)

    async def find(self, question, text, top=3):
        word = text.split()[0]
        return FoundSpans((Span(0, len(word), word, 0.5), Span(0, 1, word[0], 0.2)), 0.1)


async def test_models_that_were_trained_for_it_by_their_own_names():
    tasks = load_task("entities", "en")
    found = await judge_tagger(tasks, Tagger())  # type: ignore[arg-type]
    assert found.said[0].startswith("person: Ada\nperson: Lovelace") and found.model == "Tagger"
    assert "MISC" not in "".join(found.said) and score_of(found, tasks).unread == 0

    class Stranger(Tagger):
        async def tag(self, text):
            return (TaggedToken(text[:1], 0, 1, "B-DRUG", 0.9),)

    with pytest.raises(TaskError) as raised:
        await judge_tagger(tasks, Stranger())  # type: ignore[arg-type]
    assert raised.value.reason == "no_labels_match"
    passages = load_task("passages", "en")
    answered = await judge_finder(passages, Finder())  # type: ignore[arg-type]
    assert answered.said[0] == "The" and len(answered.said) == len(passages.items)


def test_the_question_is_the_last_line():
    asked = split_question(PASSAGE)
    assert asked.question == "How many wheels does the mill have?" and asked.text.endswith("six wheels.")
    for text in ("How many wheels?", "\n\nHow many?", ""):
        with pytest.raises(TaskError) as raised:
            split_question(text)
        assert raised.value.reason == "question_line"


async def test_one_text_of_ones_own(app, who):
    task = await checked_task(app, who, BOTH, UnderstandingFields("entities", "en", "", ["words", "labels"]))
    assert task.approaches == ["words"], "vectors find no names"
    found = await classify(app.visits, who.visitor, task, "Yesterday Maria wrote to Siemens.")
    assert not isinstance(found["words"], Failure) and "Maria" in found["words"].said
    fields = UnderstandingFields("passages", "en", "", ["words"])
    markup = await drawn(classify_text(app, who, BOTH, fields, PASSAGE))
    assert Seen(markup).text.count("How many wheels") == 1 and "runs of words" in markup
    assert 'role="alert"' in await drawn(classify_text(app, who, BOTH, fields, "<img src=x> only one line"))
    assert "person: Bo" in tag_one(task.tasks, "Bo").said or tag_one(task.tasks, "Bo").said


async def test_a_model_that_is_not_here_stands_in_grey_and_the_rest_stands(app, who):
    fields = UnderstandingFields("entities", "es", "", ["words", "zero_shot"])
    task = await checked_task(app, who, BOTH, fields)
    assert task.absent is not None and "es" in task.absent.languages and "head" not in task.approaches
    words = Judged(approach="words", model="W<b>", said=("ninguno", "lugar: Lisboa"), milliseconds=2, training=0.1)
    markup = draw_task(app.show(who), KeptTask(task, {"words": words, "zero_shot": Failure("internal")}))
    assert 'class="absent quiet"' in markup and task.absent.id in markup and markup.count("data-approach=") == 1
    assert "Names found" in markup and "<figure" not in markup and "<br>" in markup and "W<b>" not in markup
    named = await checked_task(app, who, BOTH, replace(fields, head="some/model"))
    assert named.absent is None and named.head == "some/model" and "head" in named.approaches
    sorting = await checked_task(app, who, BOTH, UnderstandingFields("topic", "en"))
    assert sorting.absent is None, "nobody has trained one for our topics"


async def test_tiny_models_do_whole_sets(app, who, tmp_path):
    """Through the real loading code, from folders in the Hub's layout."""
    folders = {
        "entities": tiny_heads().save_bert(tmp_path / "tags", "BertForTokenClassification", labels=5),
        "passages": tiny_heads().save_bert(tmp_path / "spans", "BertForQuestionAnswering"),
    }
    for name, folder in folders.items():
        fields = UnderstandingFields(name, "en", "", ["words"], f"huggingface/{folder}")
        task = await checked_task(app, who, BOTH, fields)
        few = replace(task, tasks=replace(task.tasks, items=task.tasks.items[:10]))
        states = [one async for one in judge(app.visits, who.visitor, few, lambda progress: None, followed)]
        last = states[-1].verdicts
        assert [type(one) for one in last.values()] == [Judged, Judged], name
        assert all(one.energy is not None and one.energy.low_wh > 0 for one in last.values())
        assert app.visits.find_work(who.visitor, "understanding", KeptTask) == states[-1]
        assert "mWh" in draw_task(app.show(who), states[-1]) or "Wh" in draw_task(app.show(who), states[-1])


def test_energy_is_shared_out_by_time():
    slow = Judged(approach="zero_shot", model="M", said=("a",) * 10, milliseconds=500)
    quick = Judged(approach="words", model="W", said=("a",) * 10, milliseconds=10, training=0.4)
    away = replace(slow, approach="few_shot", local=False)
    shared = with_energy({"zero_shot": slow, "words": quick, "few_shot": away, "head": Failure("internal")}, TRACKED)
    slow_energy, quick_energy = shared["zero_shot"].energy, shared["words"].energy  # type: ignore[union-attr]
    assert (slow_energy.low_wh, slow_energy.high_wh) == pytest.approx((0.25, 1.0)), "5 of 10 seconds of 1 Wh"
    assert quick_energy.high_wh == pytest.approx(0.1)
    assert shared["few_shot"].energy is None and isinstance(shared["head"], Failure)  # type: ignore[union-attr]


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", ["entities", "passages"])
async def test_the_real_models_do_whole_sets(app, who, name, language):
    task = await checked_task(app, who, BOTH, UnderstandingFields(name, language))
    last = [one async for one in judge(app.visits, who.visitor, task, lambda progress: None)][-1]
    assert list(last.verdicts) == [one for one in WAYS[task.tasks.name] if one != "head"]  # type: ignore[index]
    for approach, found in last.verdicts.items():
        assert isinstance(found, Judged) and len(found.said) == len(task.tasks.items), approach
        score = score_of(found, task.tasks)
        print(name, language, approach, score, round(found.milliseconds, 1), found.training, found.energy)
    assert draw_task(app.show(who), last).count("data-approach=") == len(last.verdicts)
