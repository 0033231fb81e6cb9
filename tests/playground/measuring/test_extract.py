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
    ],
)
def test_labels_in_either_language(text, value, rule):
    found = extract(text, Sought(kind="label", choices=LABELS, language="es", aliases=ALIASES))
    assert (found.value, found.rule) == (value, rule)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("Ottawa", "Ottawa", "line"),
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


@given(KINDS, PIECES.map("".join) | st.text(max_size=80))
def test_the_place_is_where_the_value_stands(kind, text):
    found = extract(text, Sought(kind=kind, choices=CHOICES))
    if found.value is None:
        assert (found.start, found.end, found.rule) == (None, None, "none")
    else:
        assert 0 <= found.start < found.end <= len(text)
        if kind not in {"number", "choice", "label"}:
            assert text[found.start : found.end] == found.value
