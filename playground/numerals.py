"""Numbers and moments as a language writes them, and the plural that a count takes. Babel knows the languages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent, get_decimal_symbol, get_group_symbol

from playground.languages import FALLBACK


def numeral(language: str, value: float, spec: str) -> str:
    """A number with the digits of Python's format `spec` (`.2f`, `,`, `.0%`, `g`), in the language's signs.

    Digits are grouped only where `spec` has a comma. Raises `ValueError` for a `spec` that `format` does not know.
    """
    digits = format(value, spec.replace(",", ""))
    number, percent = digits.removesuffix("%"), digits.endswith("%")
    if not _is_plain(number):  # an exponent, infinity, or words around the number
        return digits.replace(".", get_decimal_symbol(_locale(language)))
    if not Decimal(number):  # no less than nothing
        number = number.removeprefix("-")
    places = len(number.partition(".")[2])
    pattern = ("#,##0" if "," in spec else "0") + ("." + "0" * places if places else "")
    if percent:
        exact = Decimal(number) / 100
        return format_percent(exact, _percent_pattern(language, pattern), _locale(language), decimal_quantization=False)
    return format_decimal(Decimal(number), pattern, _locale(language), decimal_quantization=False)


def plural_form(language: str, count: float) -> str:
    """`one`, `other`, or what else the language tells apart (`zero`, `two`, `few`, `many`)."""
    return _locale(language).plural_form(Decimal(count))


def moment(language: str, when: str) -> str:
    """The day and the minute of a time in ISO 8601, in its own time zone. Raises `ValueError` for what is none."""
    time, locale = datetime.fromisoformat(when), _locale(language)
    return f"{format_date(time, 'medium', locale)}, {format_time(time, 'HH:mm', locale=locale)}"


def separators(language: str) -> str:
    """The decimal sign and the one between thousands, as Plotly wants them."""
    locale = _locale(language)
    return get_decimal_symbol(locale) + get_group_symbol(locale)


@cache
def _locale(language: str) -> Locale:
    """Babel's, or English for a language that it does not know."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)


def _percent_pattern(language: str, digits: str) -> str:
    """The language's own, which says where the sign stands, with as many digits as are wanted."""
    return str(_locale(language).percent_formats[None].pattern).replace("#,##0", digits)


def _is_plain(number: str) -> bool:
    return number.removeprefix("-").replace(".", "", 1).isdecimal()
