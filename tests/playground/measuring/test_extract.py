"""What is found in a model's text, where, and by which rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.measuring.extract import Sought, extract
from playground.measuring.numbers import normalise_number


@pytest.mark.parametrize(
    ("text", "english", "spanish"),
    [
        ("1,234", "1234", "1234"),
        ("1.234", "1.234", "1234"),
        ("1,234.50", "1234.5", "1234.5"),
        ("1.234,50", "1234.5", "1234.5"),
        ("12.345.678", "12345678", "12345678"),
        ("12,345,678.9", "12345678.9", "12345678.9"),
        ("1 234", "1234", "1234"),
        ("1\u202f234,5", "1234.5", "1234.5"),
        ("12,5", "12.5", "12.5"),
        ("0,5", "0.5", "0.5"),
        ("0.500", "0.5", "0.5"),
        ("-3", "-3", "-3"),
        ("−3", "-3", "-3"),
        ("$1,200", "1200", "1200"),
        ("7,0 €", "7", "7"),
        ("-0", "0", "0"),
        ("two", None, None),
        ("3-5", None, None),
        ("", None, None),
    ],
)
def test_numbers_in_both_conventions(text, english, spanish):
    assert (normalise_number(text, "en"), normalise_number(text, "es")) == (english, spanish)


@given(st.integers(-(10**9), 10**9))
def test_grouped_whole_numbers_read_the_same_in_either_language(number):
    for sign in ",. \u202f":
        written = f"{number:,}".replace(",", sign)
        expected = [str(number)] * 2
        if sign == "." and len(written.lstrip("-").split(".")) == 2:
            assert normalise_number(written, "es") == str(number)  # 1.234 is a decimal in English
            continue
        assert [normalise_number(written, language) for language in ("en", "es")] == expected


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("The answer is 42, because x = 7.", "42", "stated"),
        ("Answer: 18 (with n = 6 and k = 3)", "18", "stated"),
        ("#### 12 (since a=3)", "12", "stated"),
        ("La respuesta es 42, porque x = 7.", "42", "stated"),
        (r"So the total is $\boxed{9{,}500}$.", "9500", "stated"),
        (r"The answer is $70{,}000$.", "70000", "stated"),
        (r"\[ \boxed{\$9{,}500} \]", "9500", "stated"),
        (r"\boxed{12\,000}", "12000", "stated"),
        ("The answer is 3/4.", "0.75", "stated"),
        ("The answer is 1/3.", "1/3", "stated"),
        ("The answer is 1.5e3.", "1500", "stated"),
        ("The answer is forty-two.", "42", "stated"),
        ("It is twelve.", "12", "last_number"),
        ("She has **42** apples of the 50.", "42", "bold"),
        ("It is 12 apples (3 boxes of 4).", "12", "last_number"),
        ("<think>Maybe the answer is 7? No, 8.</think>\n\nIt is twelve: 12", "12", "last_number"),
        ("<think>\nFirst 3 * 4 = 12, then 12 + 5 =", None, "none"),
        ("One of them is old.", None, "none"),
        ("So 3 + 4 = 7. The answer is 7.", "7", "stated"),
        ("The answer is $1,250.50, which is 3 more than before", "1250.5", "stated"),
        ("La respuesta es 12,5 euros. Son 3 al día.", "12.5", "stated"),
        ("**Respuesta:** 8", "8", "stated"),
        ("Answer: 6 * 7 = 42", "42", "stated"),
        ("The answer is 5. Wait, that is wrong. The answer is 6.", "6", "stated"),
        ("First 10, then 12.\n#### 1,200", "1200", "stated"),
        ("so we get \\boxed{-4}", "-4", "stated"),
        ("The answer is 4.\n\nQuestion: What is 3 * 3?\nThe answer is 9.", "4", "stated"),
        ("Q: 2 + 2? 4 it is", "4", "last_number"),
        ("He has 3 bags with 4 each, 12 in all.", "12", "last_number"),
        ("10-5=5", "5", "last_number"),
        ("B12 is a vitamin.", None, "none"),
        ("", None, "none"),
    ],
)
def test_numbers_in_texts(text, value, rule):
    found = extract(text, Sought(kind="number"))
    assert (found.value, found.rule) == (value, rule)


def test_the_language_decides_an_ambiguous_number():
    assert extract("La respuesta es 1.500.", Sought(kind="number", language="es")).value == "1500"
    assert extract("The answer is 1.500.", Sought(kind="number", language="en")).value == "1.5"


CHOICES = ("Ivy", "Max", "Zoe and Max", "A man")


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("C", "C", "letter"),
        ("c)", "C", "letter"),
        ("(b)", "B", "letter"),
        ("**B**", "B", "letter"),
        ("B. Max", "B", "letter"),
        ("The answer is (C).", "C", "stated"),
        ("The correct answer is option B because Ivy is small", "B", "stated"),
        ("La respuesta correcta es la A.", "A", "stated"),
        ("Answer: d", "D", "stated"),
        ("Ivy is older than Max. The answer is Zoe and Max.", "C", "stated"),
        ("Max", "B", "option"),
        ("It must be Zoe and Max", "C", "option"),
        ("Ivy or Max? Ivy is too tall. So it is Max.", "B", "option"),
        ("Let me think.\nMax is not tall.\nB", "B", "letter"),
        ("A man walks in", "D", "option"),
        ("A tall one", None, "none"),
        ("Ivy and Max", None, "none"),
        ("E", None, "none"),
        ("", None, "none"),
        ("Option C is correct.", "C", "letter"),
        ("C is the correct answer.", "C", "letter"),
        ("I would choose B.", "B", "letter"),
        ("The correct option is therefore (D).", "D", "stated"),
        ("La opción C es la correcta.", "C", "letter"),
        ("B because nothing else fits.", "B", "letter"),
        (r"\boxed{\text{B}}", "B", "stated"),
        ("<think>The answer is A? Let me check. The answer is D.</think>\n\nB) Max", "B", "letter"),
        ("Option A: too small, incorrect.\nOption B: correct.", "B", "letter"),
        ("A or B", None, "none"),
        ("The answer is not A but B.", "B", "letter"),
        ("A) Ivy\nB) Max\nC) Zoe and Max\nD) A man", None, "none"),
        ("A) Ivy\nB) Max\nC) Zoe and Max\nD) A man\n\nThe tallest is Max.", "B", "option"),
    ],
)
def test_choices(text, value, rule):
    found = extract(text, Sought(kind="choice", choices=CHOICES))
    assert (found.value, found.rule) == (value, rule)


LABELS = ("positivo", "negativo", "neutro")
ALIASES = {"positivo": ("positiva", "positive"), "negativo": ("negativa", "negative"), "neutro": ("neutral",)}


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("Positivo", "positivo", "label"),
        ("**negativa**.", "negativo", "label"),
        ("The sentiment is positive.", "positivo", "stated"),
        ("La opinión es negativa, aunque la comida fue positiva", "negativo", "stated"),
        ("Respuesta: neutral", "neutro", "stated"),
        ("neutro: no es positivo ni negativo", "neutro", "label"),
        ("No es positivo; es negativo", "negativo", "label"),
        ("positivo, negativo o neutro", None, "none"),
        ("¿positivo o negativo?", None, "none"),
        ("positivamente", None, "none"),
        ("This review is not positive at all.", None, "none"),
        ("La opinión no es positive.", None, "none"),
        ("Neither positive nor negative: neutral.", "neutro", "label"),
        ("Not negative, but positive.", "positivo", "label"),
        ("Hay cosas negativas, pero es positiva.", "positivo", "label"),
        ("Aunque hay cosas negativas, es positiva.", "positivo", "label"),
    ],
)
def test_labels_in_either_language(text, value, rule):
    found = extract(text, Sought(kind="label", choices=LABELS, language="es", aliases=ALIASES))
    assert (found.value, found.rule) == (value, rule)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Si", "sí"),
        ("Sí.", "sí"),
        ("SI", "sí"),
        ("No lo sé", None),
        ("Si llueve, quizá", None),
        ("Yo diría que no.", "no"),
    ],
)
def test_yes_and_no_with_and_without_their_accent(text, value):
    assert extract(text, Sought(kind="label", choices=("sí", "no"), language="es")).value == value


def test_of_two_labels_the_one_that_is_denied_leaves_the_other():
    assert extract("It is not spam.", Sought(kind="label", choices=("spam", "ham"))).value == "ham"
    assert extract("It is not spam.", Sought(kind="label", choices=("spam", "ham", "other"))).value is None


def test_accents_count_where_they_alone_tell_labels_apart():
    sought = Sought(kind="label", choices=("secretaría", "secretaria"), language="es")
    assert [extract(text, sought).value for text in ("Secretaría", "secretaria")] == ["secretaría", "secretaria"]
    assert extract("Politica", Sought(kind="label", choices=("política", "deporte"), language="es")).value == "política"


@pytest.mark.parametrize("lead", ["", "Question: ", "You asked: ", "**Question:** "])
def test_the_question_that_is_repeated_is_no_answer(lead):
    question = "Ann has 3 boxes of 14 pens. Is it more than 40? How many pens are that?"
    for said, value in (("Answer: 42", "42"), ("That makes 42.", "42"), ("", "14")):
        sought = Sought(kind="number", question=question)
        found = extract(f"{lead}{question}\n\n{said}", sought)
        assert found.value == value or not said


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("Ottawa", "Ottawa", "line"),
        ("<think>\nHm.\n</think>\n\nOttawa", "Ottawa", "line"),
        ("What is the capital of Canada?\nOttawa", "Ottawa", "line"),
        ("Sure! Here it is:\nOttawa", "Ottawa", "line"),
        ("The answer is Ottawa, because the parliament sits there.", "Ottawa", "stated"),
        (r"The answer is $\boxed{\text{Ottawa}}$.", "Ottawa", "stated"),
        ("The answer is **Ottawa**", "Ottawa", "stated"),
        ("Respuesta: el Nilo\nEs un río.", "el Nilo", "stated"),
        ('\n\n"Ottawa"\nIt is a city.', "Ottawa", "line"),
        ("Ottawa\n\nQ: What is the capital of Peru?\nThe answer is Lima", "Ottawa", "line"),
        (" \n", None, "none"),
    ],
)
def test_texts(text, value, rule):
    found = extract(text, Sought(kind="text"))
    assert (found.value, found.rule) == (value, rule)


@pytest.mark.parametrize("kind", ["translation", "summary"])
def test_long_answers_lose_what_introduces_them(kind):
    for text in ("Hola.", "Translation: Hola.", "«Hola.»", "Here is the translation:\n\nHola.\n", 'Summary: "Hola."'):
        assert extract(text, Sought(kind=kind)).value == "Hola.", text


CODE = "def f(x):\n    return x * 2"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        f"```python\n{CODE}\n```",
        f"Here it is:\n\n```python\n{CODE}\n```\nIt doubles x.",
        f"Install:\n```\npip install x\n```\nThen\n```py\n{CODE}\n```",
        f"Sure!\n{CODE}\n\nThis function doubles its argument.",
        f"```python\n{CODE}",
    ],
)
def test_programs(text):
    found = extract(text, Sought(kind="code"))
    assert (found.value or "").strip() == CODE
    assert found.rule == "code"


def test_no_program():
    assert extract("I cannot do that.", Sought(kind="code")).value is None


KINDS = st.sampled_from(["number", "label", "choice", "text", "code", "translation", "summary"])
PIECES = st.lists(
    st.sampled_from(["The answer is ", "A", "b)", "1,5", "= ", "\n", "```", "def f():", "Max", "**", "¿", "\\boxed{"])
)


REPEATED = [
    "0." + "1" * 3000,
    "hundred " * 300,
    "one point " + "one " * 800,
    "The answer is " * 200,
    "\\boxed{" * 400,
    "A) " * 900,
]
REPEATED += [
    "<think>" * 400,
    "1,2" * 800,
    "1=2=" * 700,
    "10^99" * 500,
    "{" * 3000,
    "**1** " * 500,
    " " * 3000,
    "1 million " * 300,
]


@pytest.mark.parametrize("text", REPEATED)
def test_texts_that_repeat_themselves_are_read_like_others(text):
    for kind in ("number", "choice", "label", "text", "summary", "code"):
        found = extract(text, Sought(kind=kind, choices=CHOICES, question="What is it?"))
        assert found.value is None or 0 <= found.start < found.end <= len(text)


@given(KINDS, PIECES.map("".join) | st.text(max_size=80))
def test_the_place_is_where_the_value_stands(kind, text):
    found = extract(text, Sought(kind=kind, choices=CHOICES))
    if found.value is None:
        assert (found.start, found.end, found.rule) == (None, None, "none")
    else:
        assert 0 <= found.start < found.end <= len(text)
        if kind not in {"number", "choice", "label"}:
            assert text[found.start : found.end] == found.value
