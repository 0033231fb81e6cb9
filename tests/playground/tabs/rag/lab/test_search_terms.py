"""What a search by words finds: nouns among stop words, letters that mean something, numbers, identifiers, scripts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playground.tabs.rag.lab.answering.evidence import evidence
from playground.tabs.rag.lab.documents import Chunk, RetrievalResult
from playground.tabs.rag.lab.retrieval.lexical import Lexicon
from playground.tabs.rag.lab.retrieval.question_language import question_language
from playground.tabs.rag.lab.retrieval.scripts import language_of_script, script_of
from playground.tabs.rag.lab.retrieval.search_terms import Stems, asked_words
from playground.tabs.rag.lab.retrieval.terms import terms
from playground.tabs.rag.lab.retrieval.written_numbers import readings
from providers.adapters.scripted.embedding import BAG
from tests.playground.tabs.rag.lab.passages import passage


def found(question: str, language: str, *texts: tuple[str, str]) -> list[int]:
    """The places of the texts (each with its language) that share a word with the question, best first."""
    chunks = [
        Chunk(id=str(place), document="d", name="n", page=1, start=0, end=len(text), text=text, language=spoken)
        for place, (text, spoken) in enumerate(texts)
    ]
    return [int(one) for one, _ in Lexicon(chunks).search(question, language, 10)]


@pytest.mark.parametrize(
    ("question", "language", "right", "others"),
    [
        ("¿Qué es el estado?", "es", "El estado de la materia cambia con el calor.", ["La materia ocupa un lugar."]),
        ("Estados", "es", "Los estados federados eligen gobierno.", ["El gobierno elige su sede."]),
        ("¿En qué sentido giran?", "es", "Giran en sentido contrario al del reloj.", ["Giran deprisa y sin ruido."]),
        ("Who won?", "en", "Brazil won the cup.", ["Brazil played for the cup."]),
        ("Who wrote Don Quixote?", "en", "Don Quixote tilts at windmills.", ["We don't know who wrote it."]),
        ("¿Para qué sirve la vitamina E?", "es", "La vitamina E cuida la piel.", ["La vitamina C y el zinc e iones."]),
        ("grupo O", "es", "El grupo O dona a todos.", ["El grupo A, o el B, no dona a todos."]),
        ("what is hepatitis a?", "en", "A vaccine stops hepatitis A.", ["A vaccine stops hepatitis B."]),
        ("What does the WHO advise?", "en", "The WHO advises sleep.", ["A doctor, who sleeps, advises it."]),
        ("el cromosoma Y", "es", "El cromosoma Y es corto.", ["El cromosoma X y otros son largos."]),
    ],
)  # fmt: skip
def test_stop_words_that_mean_something_are_searched(
    question: str, language: str, right: str, others: list[str]
) -> None:
    order = found(question, language, *((one, language) for one in (*others, right)))
    assert order[:1] == [len(others)]


def test_articles_and_pronouns_are_still_not_searched() -> None:
    assert found("What is the of a", "en", ("A cat is the king of the house, and I am a dog.", "en")) == []
    assert found("¿Y qué es esto?", "es", ("Y esto es todo. A mí me gusta, y a ti también.", "es")) == []


@pytest.mark.parametrize(
    ("question", "right", "others"),
    [
        ("猫什么时候睡觉", "猫白天睡觉，晚上出去玩。", ["狗白天看门，晚上休息。", "鸟在树上唱歌。"]),
        ("犬", "公園で犬が走っています。", ["公園で鳥が鳴いています。"]),
        ("図書館は何時に開きますか", "図書館は午前九時に開きます。", ["食堂は正午に閉まります。"]),
        ("ห้องสมุดเปิดกี่โมง", "ห้องสมุดเปิดเก้าโมงเช้า", ["โรงอาหารปิดวันศุกร์"]),
        ("पुस्तकालय कब खुलता है", "पुस्तकालय नौ बजे खुलता है", ["भोजनालय बारह बजे बंद"]),
    ],
)
def test_scripts_without_blanks_and_with_vowel_signs(question: str, right: str, others: list[str]) -> None:
    order = found(question, "", *((one, "") for one in (*others, right)))
    assert order[0] == len(others)


def test_a_vowel_sign_does_not_break_a_word() -> None:
    assert asked_words("हिन्दी", "hi") == ["हिन्दी"]


@pytest.mark.parametrize(
    ("question", "language", "text", "spoken"),
    [
        ("H2O", "en", "Pure H₂O boils.", "en"),
        ("CO₂", "es", "El CO2 se disuelve.", "es"),
        ("2340000", "es", "Viven 2.340.000 personas.", "es"),
        ("2.340.000", "es", "Population: 2340000.", "en"),
        ("2,340,000", "en", "Viven 2.340.000 personas.", "es"),
        ("2340000", "en", "Viven 2\u202f340\u202f000 personas.", "es"),
        ("18500", "es", "Costó 18.500 euros.", "es"),
        ("7,25", "es", "A rate of 7.25 per cent.", "en"),
        ("connection timeout", "en", "Set open_connection_timeout_ms first.", "en"),
        ("user name", "en", "Call fetchUserName() at once.", "en"),
        ("fetchusername", "en", "Call fetchUserName() at once.", "en"),
        ("12 kg", "es", "Pesa 12kg con la caja.", "es"),
        ("covid 19", "es", "La COVID19 y la gripe.", "es"),
        ("énfasis", "es", "Con _énfasis_ y calma.", "es"),
        ("ｃａｔ", "en", "The cat sleeps.", "en"),
        ("192.168.7.21", "en", "The printer is at 192.168.7.21.", "en"),
    ],
)
def test_numbers_and_identifiers(question: str, language: str, text: str, spoken: str) -> None:
    assert found(question, language, ("Nothing of it.", "en"), (text, spoken)) == [1]


def test_thousands_are_no_decimals() -> None:
    assert found("250", "es", ("Hay 1.250 sillas.", "es"), ("Hay 250 sillas.", "es")) == [1]
    assert found("1.250", "es", ("Hay 1,25 litros.", "es"), ("Hay 1250 sillas.", "es"))[0] == 1


@pytest.mark.parametrize(
    ("number", "language", "value"),
    [
        ("1.234", "es", ("1234",)),
        ("1.234", "en", ("1.234",)),
        ("1,234", "en", ("1234",)),
        ("1.234", "", ("1234", "1.234")),
        ("1.234,50", "", ("1234.5",)),
        ("1,234.50", "", ("1234.5",)),
        ("1 234 567", "fr", ("1234567",)),
        ("0.125", "es", ("0.125",)),
        ("3,0", "es", ("3",)),
        ("10.0.0.1", "es", ()),
        ("12.03.2024", "es", ()),
        ("1.234.56", "es", ()),
    ],
)
def test_readings_of_a_number(number: str, language: str, value: tuple[str, ...]) -> None:
    assert readings(number, language) == value


def test_the_language_of_a_question_by_its_script() -> None:
    assert question_language("校车第一班几点", {"en"}) == "zh"
    assert question_language("図書館は何時", {"zh"}) == "ja"
    assert question_language("東京", {"ja", "es"}) == "ja"
    assert question_language("Где школа?", {"uk"}) == "uk"
    assert question_language("Where is 北京 on the map?", {"en"}) == "en"
    assert language_of_script("¿Dónde?") == "" and script_of("¿Dónde?") == "latin" and script_of("42 !") == ""


def test_a_year_before_a_number_is_not_one_number() -> None:
    told = terms("En 2023 340 kilos.", "es")
    assert told.has_number(frozenset({"2023"})) and told.has_number(frozenset({"340"}))


def asked(question: str, *texts: str, language: str = "") -> RetrievalResult:
    told = tuple(replace(passage(text, rank), dense_score=0.1) for rank, text in enumerate(texts, 1))
    return RetrievalResult(question=question, passages=told, language=language)


def test_a_question_that_cannot_be_compared_reaches_the_model() -> None:
    unread = replace(BAG, languages=("en",))
    assert evidence(asked("游泳池几点开门", "The pool opens at nine.", language="zh"), unread) == "weak"
    assert evidence(asked("Что это?", "The pool opens at nine.", language="ru"), unread) == "weak"
    assert evidence(asked("¿Y qué es esto?", "La piscina abre a las nueve.", language="es"), unread) == "weak"
    assert evidence(asked("Who wrote Hamlet?", "The pool opens at nine.", language="en"), unread) == "none"
    assert evidence(asked("泳池的开放时间", "泳池每天九点开放。", language="zh"), unread) != "none"


def test_a_word_is_stemmed_once_and_texts_keep_their_counts() -> None:
    stems = Stems("en")
    assert sorted(stems.of("Cats, a cat and the vitamin A")) == ["a", "cat", "cat", "vitamin"]
    assert stems.known == {"cats": "cat", "cat": "cat", "vitamin": "vitamin"}
