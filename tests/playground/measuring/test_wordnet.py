"""METEOR with words of the same meaning: a tiny WordNet, laid out as the real one, read by nltk's own reader."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.measuring import metrics
from playground.measuring.reference import Measured, Texts
from playground.measuring.wordnet import synonyms
from playground.page.parts.render import Renderer
from playground.tabs.evaluation.lab.microscope import examine
from playground.tabs.evaluation.page.drawing.microscope import draw_examined
from playground.text import texts

MEANINGS = {
    "noun": (("n", ("kid", "child")), ("n", ("doctor", "physician")), ("n", ("goat", "kid"))),
    "verb": (("v", ("sleep", "slumber")),),
    "adj": (("a", ("big", "large")),),
    "adv": (("r", ("quickly", "fast")),),
}


def write_wordnet(folder: Path) -> None:
    """The files that nltk's reader opens; a meaning begins where its number says, in bytes."""
    folder.mkdir(parents=True)
    names = ("all", "pert", *(f"kind{number}" for number in range(2, 45)))
    (folder / "lexnames").write_text("".join(f"{n:02d}\t{name}\t1\n" for n, name in enumerate(names)))
    senses = []
    for part, meanings in MEANINGS.items():
        lines, found, at = [], dict[str, list[int]](), 0
        for kind, words in meanings:
            named = " ".join(f"{word} 0" for word in words)
            lines.append(f"{at:08d} 18 {kind} {len(words):02x} {named} 000 | what {words[0]} means  \n")
            for word in words:
                found.setdefault(word, []).append(at)
            at += len(lines[-1])
        number = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}[part]
        (folder / f"data.{part}").write_text("".join(lines))
        index = []
        for word, places in sorted(found.items()):
            offsets = " ".join(f"{one:08d}" for one in places)
            index.append(f"{word} {meanings[0][0]} {len(places)} 0 {len(places)} 0 {offsets}  \n")
        (folder / f"index.{part}").write_text("".join(index))
        (folder / f"{part}.exc").write_text("children child\n" if part == "noun" else "")
        senses += [f"{word}%{number}:18:00:: {one:08d} 1 0\n" for word, places in found.items() for one in places]
    (folder / "index.sense").write_text("".join(sorted(senses)))
    (folder / "cntlist.rev").write_text("")


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where nltk looks, and nowhere else."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    yield tmp_path / "corpora" / "wordnet"


def meteor(candidate: str, reference: str, language: str = "en") -> Measured:
    return metrics.apply_metric("meteor", Texts(candidates=(candidate,), references=((reference,),), language=language))


def test_a_word_of_the_same_meaning_counts_where_wordnet_is(found):
    without = meteor("the kid sleeps", "the child sleeps")
    assert (without.parts["by_meaning"], "meteor_without_meaning" in without.notes) == (0, True)
    write_wordnet(found)
    there = meteor("the kid sleeps", "the child sleeps")
    assert (there.parts["as_they_stand"], there.parts["by_stem"], there.parts["by_meaning"]) == (2, 0, 1)
    assert there.value == pytest.approx(1 - 0.5 * (1 / 3) ** 3)  # all three, in one piece
    assert "meteor_with_meaning" in there.notes and without.value < there.value
    assert meteor("the goat sleeps", "the child sleeps").parts["by_meaning"] == 0
    assert meteor("a physician of kids", "a doctor of children").parts["by_meaning"] == 1
    assert meteor("a big cat", "a large cat").parts["by_meaning"] == 0, "as nltk does it, the stem “larg” is looked up"


def test_it_is_that_of_nltk_with_its_own_reader(found):
    from nltk.translate.meteor_score import single_meteor_score

    write_wordnet(found)
    words = ("the", "kid", "may", "slumber"), ("the", "child", "may", "sleep")
    expected = single_meteor_score(words[1], words[0], wordnet=synonyms("en").reader)
    assert meteor(*map(" ".join, words)).value == pytest.approx(expected)


def test_as_it_was_fetched_in_a_packed_file(found):
    write_wordnet(found)
    with zipfile.ZipFile(found.parent / "wordnet.zip", "w") as packed:
        for one in found.iterdir():
            packed.write(one, f"wordnet/{one.name}")
    for one in found.iterdir():
        one.unlink()
    found.rmdir()
    assert meteor("the kid sleeps", "the child sleeps").parts["by_meaning"] == 1
    assert synonyms("en") is synonyms("en"), "read once"


def test_it_is_english_alone(found):
    write_wordnet(found)
    assert "meteor_without_meaning" in meteor("the kid sleeps", "the child sleeps", "es").notes


@pytest.mark.parametrize("broken", ["index.noun", "data.adj", "lexnames", "verb.exc"])
def test_a_damaged_one_is_named_and_the_rest_stands(found, broken):
    write_wordnet(found)
    (found / broken).unlink() if broken == "data.adj" else (found / broken).write_text("kid n\n\n")
    damaged = meteor("the kid sleeps", "the child sleeps")
    assert "meteor_damaged_meaning" in damaged.notes
    assert (damaged.parts["as_they_stand"], damaged.parts["by_meaning"]) == (2, 0)


@pytest.mark.parametrize(("there", "said"), [(True, "by meaning (WordNet)"), (False, "WordNet is not installed here")])
def test_the_page_says_which_was_used(found, there, said):
    if there:
        write_wordnet(found)
    drawn = draw_examined(Renderer(texts(), "en"), examine("the kid sleeps", ("the child sleeps",), "en"))
    assert said in drawn


def test_several_threads_ask_at_once(found):
    """nltk's reader seeks in one open file: unguarded, one thread reads where another one looked."""
    write_wordnet(found)
    wordnet, wrong = synonyms("en"), list[str]()

    def ask(word: str, other: str) -> None:
        for _ in range(200):
            wordnet.reader._synset_offset_cache.clear()  # type: ignore[union-attr]  # so that the file is read again
            names = {lemma.name() for one in wordnet.synsets(word) for lemma in one.lemmas()}
            if other not in names:
                wrong.append(word)

    pairs = (("kid", "child"), ("doctor", "physician"), ("child", "kid"), ("physician", "doctor"))
    threads = [threading.Thread(target=ask, args=pair) for pair in pairs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
