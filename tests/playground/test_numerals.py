"""Numbers and moments as each language writes them."""

from __future__ import annotations

import pytest

from playground.numerals import moment, numeral, plural_form, separators


@pytest.mark.parametrize(
    ("value", "spec", "english", "spanish"),
    [
        (49152, ",", "49,152", "49.152"),
        (3.7164, ".2f", "3.72", "3,72"),
        (0.4412, ".1%", "44.1%", "44,1\u00a0%"),
        (1234567.891, ",.2f", "1,234,567.89", "1.234.567,89"),
        (-0.123, "+.2f", "-0.12", "-0,12"),
        (0.123, "+.2f", "+0.12", "+0,12"),
        (-0.001, ".2f", "0.00", "0,00"),
        (-0.0001, ".0%", "0%", "0\u00a0%"),
        (0.5, "g", "0.5", "0,5"),
        (2.0, "g", "2", "2"),
        (1.5e-7, "g", "1.5e-07", "1,5e-07"),
        (float("inf"), ".2f", "inf", "inf"),
        (2026, "", "2026", "2026"),
        (1234567, "d", "1234567", "1234567"),
    ],
)
def test_the_signs_are_the_languages_and_the_digits_are_pythons(value, spec, english, spanish):
    assert (numeral("en", value, spec), numeral("es", value, spec)) == (english, spanish)


def test_a_language_that_nobody_knows_is_written_as_english():
    assert numeral("xx", 1234.5, ",.1f") == "1,234.5"
    assert numeral("not a language", 0.5, ".0%") == "50%"


def test_a_moment():
    assert moment("en", "2026-11-28T22:40:01+00:00") == "Nov 28, 2026, 22:40"
    assert moment("es", "2026-11-28T22:40:01+00:00") == "28 nov 2026, 22:40"
    with pytest.raises(ValueError, match="yesterday"):
        moment("en", "yesterday")


def test_plurals_and_the_signs_of_a_figure():
    assert [plural_form("fr", count) for count in (0, 1, 2)] == ["one", "one", "other"]
    assert (separators("en"), separators("es")) == (".,", ",.")
