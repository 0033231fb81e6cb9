"""What is a sentence, which of them the passages bear out, and whether they hold an answer at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from playground.tabs.rag.lab.answering.abstention import says_no_answer
from playground.tabs.rag.lab.answering.evidence import evidence
from playground.tabs.rag.lab.answering.statements import statements
from playground.tabs.rag.lab.answering.support import Sentence, support
from playground.tabs.rag.lab.answering.wording import wordings
from playground.tabs.rag.lab.documents import RetrievalResult
from playground.tabs.rag.lab.retrieval.terms import likely_language, terms
from providers.adapters.scripted.embedding import BAG, ScriptedEmbedder
from providers.embedding import EmbeddingInfo
from tests.playground.tabs.rag.lab.labelled import ASKED, GARDEN, LIBRARY, MUSEUM, PAIRS, PUMP
from tests.playground.tabs.rag.lab.passages import passage

TEXTS = {"en": (MUSEUM, PUMP), "es": (LIBRARY, GARDEN)}


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Dr. Smith paid 3.50. He left.", ["Dr. Smith paid 3.50.", "He left."]),
        ("J. R. R. Tolkien wrote. Then he slept.", ["J. R. R. Tolkien wrote.", "Then he slept."]),
        ("It was in the U.S. It was late.", ["It was in the U.S.", "It was late."]),
        ("See e.g. Fig. 3 and No. 4. I said no. Fine.", ["See e.g. Fig. 3 and No. 4.", "I said no.", "Fine."]),
        ('"Really?" he said. "Yes!" She ran.', ['"Really?" he said.', '"Yes!"', "She ran."]),
        ("El Sr. García (p. ej. en EE. UU.) cobra. ¿Cuánto? ¡Mucho!", [
            "El Sr. García (p. ej. en EE. UU.) cobra.", "¿Cuánto?", "¡Mucho!",
        ]),
        ("El art. 5 dice… algo. 1998 fue bueno.", ["El art. 5 dice… algo.", "1998 fue bueno."]),
        ("Nine. [1] Ten [2][3]. Then.", ["Nine. [1]", "Ten [2][3].", "Then."]),
        ("# Title\nA line that\nwraps. End.\n\n- One. Two.\n- Three\n1. First thing", [
            "# Title", "A line that\nwraps.", "End.", "- One.", "Two.", "- Three", "1. First thing",
        ]),
        ("Code:\n```python\nx = 1. \nY = 2\n```\nDone.", ["Code:", "```python\nx = 1. \nY = 2\n```", "Done."]),
        ("| a | b. C |\n| d | e |", ["| a | b. C |", "| d | e |"]),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_sentences(text: str, whole: list[str]) -> None:
    assert [text[start:end] for start, end in statements(text)] == whole


@given(some.text(alphabet='aB1 .!?…"»)]\n#-|`[¿', max_size=80))
def test_nothing_is_lost_between_sentences(text: str) -> None:
    end = 0
    for start, stop in statements(text):
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    assert not text[end:].strip()


@pytest.mark.parametrize(
    "text", ["." * 200_000 + "x", "```\n" * 40_000, "- " * 100_000, "." + "[" * 100_000, "a. " * 50_000]
)
def test_hostile_texts_are_split_whole(text: str) -> None:
    """A pattern that goes back and forth would not come to an end with them."""
    end = 0
    for start, stop in statements(text):
        assert end <= start < stop
        end = stop
    assert not text[end:].strip()


def test_terms_of_both_languages() -> None:
    english = terms("The libraries of NASA's centre opened in 1,254 with three copies; it is not free.")
    assert {"librari", "open", "copi", "free"} <= english.words
    assert english.names == {"nasa"}
    assert english.has_number(frozenset({"1254"})) and english.has_number(frozenset({"3"}))
    assert english.denied == (frozenset({"free"}),)
    spanish = terms("Marta abrió 1.254,50 libros; nunca usa jabón.")
    assert spanish.has_number(frozenset({"1254.5"})) and not spanish.has_number(frozenset({"1254"}))
    assert "abri" in spanish.words and spanish.denied == (frozenset({"usa", "jabon"}),)
    assert (likely_language("¿Dónde está?"), likely_language("Where is it?"), likely_language("42")) == ("es", "en", "")


async def checked(text: str, *passages: str, language: str = "en") -> tuple[Sentence, ...]:
    given = [passage(one, number, language=language) for number, one in enumerate(passages, 1)]
    return await support(text, given, ScriptedEmbedder())


async def test_every_sentence_has_its_label_and_its_passage() -> None:
    answer = "The museum was founded in 1889 [1].\nThe warranty lasts three years [2]. Whales sing in the ocean."
    found = await checked(answer, MUSEUM, PUMP)
    assert [(one.label, one.passage) for one in found] == [("supported", 1), ("supported", 2), ("unsupported", None)]
    assert all(answer[one.start : one.end] == one.text for one in found)


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("The museum was founded in 1898 by the botanist Clara Holm.", ("1898",)),
        ("The museum was founded in 1889 by the botanist Clara Bauer.", ("bauer",)),
        ("Admission costs nine euros; students pay half.", ("9",)),
    ],
)
async def test_a_number_or_name_from_nowhere_is_never_supported(sentence: str, missing: tuple[str, ...]) -> None:
    (one,) = await checked(sentence, MUSEUM, PUMP)
    assert (one.label, one.missing) == ("weak", missing)


async def test_a_number_of_another_passage_is_not_enough() -> None:
    (one,) = await checked("Admission costs 3 euros; students pay half.", MUSEUM, PUMP)
    assert (one.label, one.missing) == ("weak", ())


@pytest.mark.parametrize("sentence", ["The warranty does cover damage by frost.", "Use soap, it protects the seal."])
async def test_the_contrary_is_not_supported(sentence: str) -> None:
    (one,) = await checked(sentence, PUMP)
    assert one.label != "supported"


async def test_two_words_scattered_over_a_passage_bear_nothing_out() -> None:
    scattered = "El problema del filtro se nota pronto. La tapa gris cierra bien. El cambio de la junta es gratuito."
    (one,) = await checked("Para esto, esto es un problema de cambio.", scattered, language="es")
    assert one.label != "supported"
    (two,) = await checked("El cambio de la junta.", scattered, language="es")
    assert two.label == "supported"


async def test_what_states_nothing_has_no_label() -> None:
    answer = (
        "# The museum\nDo you mean the museum?\n```\nfounded = 1889\n```\nThe documents do not say who paid.\nIs it?"
    )
    assert await checked(answer, MUSEUM) == ()
    assert await checked("", MUSEUM) == ()
    assert [one.label for one in await checked("The museum was founded in 1889.")] == ["unsupported"]


async def test_a_sentence_longer_than_the_window_is_read_from_its_beginning() -> None:
    (one,) = await checked("museum founded " * 400 + "in 1889.", MUSEUM)
    assert one.passage == 1


@pytest.mark.parametrize("language", ["en", "es"])
async def test_labels_agree_with_a_reader(language: str) -> None:
    """Measured with the default embedding model: English and Spanish 1.00; with this one 0.93 and 0.96.

    The thresholds and the rules of `departures` were chosen while looking at these pairs.
    """
    found = []
    for spoken_in, text, sentence, label in PAIRS:
        if spoken_in == language:
            other = next(one for one in TEXTS[language] if one != text)
            (one,) = await checked(sentence, text, other, language=language)
            found.append((label, one.label[0]))
    table = Counter(found)
    assert sum(count for (a, b), count in table.items() if a == b) / len(found) >= 0.85
    assert table["u", "s"] == 0, "what no passage says is never called supported"
    assert table["s", "u"] == 0


async def found_for(question: str, language: str, embedder: ScriptedEmbedder) -> RetrievalResult:
    (asked,) = await embedder.embed([question], "question")
    told = await embedder.embed(TEXTS[language])
    passages = tuple(
        replace(passage(text, rank, language=language), dense_score=float(told[rank - 1] @ asked))
        for rank, text in enumerate(TEXTS[language], 1)
    )
    return RetrievalResult(question=question, passages=passages, language=language)


@pytest.mark.parametrize("info", [BAG, replace(BAG, languages=("fr",))], ids=["read", "unread"])
async def test_evidence_tells_questions_with_an_answer(info: EmbeddingInfo) -> None:
    embedder = ScriptedEmbedder(info)
    levels = [
        (has, evidence(await found_for(question, language, embedder), embedder.info))
        for language, _, question, has in ASKED
    ]
    assert not [level for has, level in levels if not has and level == "good"]
    answerable = [level for has, level in levels if has]
    assert sum(level != "none" for level in answerable) / len(answerable) >= 0.9
    others = [level for has, level in levels if not has]
    assert sum(level == "none" for level in others) / len(others) >= 0.5


def test_evidence_of_nothing_and_of_a_reranker() -> None:
    def scored(score: float) -> RetrievalResult:
        return RetrievalResult(
            question="Who founded the museum?", passages=(replace(passage(MUSEUM), rerank_score=score),)
        )

    assert evidence(RetrievalResult(question="Who?", passages=()), BAG) == "none"
    assert [evidence(scored(score), BAG) for score in (0.9, 0.2, 0.01)] == ["good", "weak", "none"]


def test_a_number_that_no_passage_has_makes_evidence_weak() -> None:
    found = RetrievalResult(
        question="Was the Orchard Museum founded in 1955?", passages=(passage(MUSEUM),), language="en"
    )
    assert evidence(found, replace(BAG, languages=("fr",))) == "weak"


@pytest.mark.parametrize(
    "text",
    [
        "The documents do not say.",
        "The provided passages don't mention the price.",
        "I cannot find that in the documents.",
        "There is no information about it in the passages.",
        "The price isn't mentioned in the passages.",
        "Los documentos no lo dicen.",
        "Los pasajes no mencionan el precio.",
        "Esa información no aparece en los documentos.",
        "No hay información sobre eso en los pasajes.",
    ],
)
def test_answers_that_abstain(text: str) -> None:
    assert says_no_answer(text) and says_no_answer(f"{text} [1] And more.")


@pytest.mark.parametrize("text", ["The museum does not open on Mondays.", "El museo no abre los lunes.", ""])
def test_answers_that_do_not(text: str) -> None:
    assert not says_no_answer(text)


@pytest.mark.parametrize("language", ["en", "es"])
def test_our_own_words_for_it_are_noticed(language: str) -> None:
    rules = wordings()[language].rules
    said = rules[rules.index("“" if language == "en" else "«") + 1 : rules.index("”" if language == "en" else "»")]
    assert says_no_answer(said)
