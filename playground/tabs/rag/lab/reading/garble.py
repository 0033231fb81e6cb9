"""Text whose letters are not those on the page: fonts without a map to Unicode give signs, or letters at random."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"\W{0,3}\d+(?:[.,:/'\u2019–-]\d+)*\W{0,3}")
_LOOKED_AT = 2000
"""Letters at the beginning of a page."""
_GLANCE = 400
_FEW_TOKENS, _FEW_WORDS = 6, 20
_LEAST_WORD = 4
_PLAIN_VOWELS = frozenset("aeiouyAEIOUY")
_VOWELS = frozenset("aeiouyæœøıаеиоуыэюяіїєαεηιουω")
_WITHOUT_VOWELS = 0.25
"""Of the words of four letters and more. Czech has 3 % without vowels, letters drawn by lot a third."""
_ACCENTED = 0.5
"""Of the letters; in Vietnamese it is a third."""


def is_garbled(text: str) -> bool:
    """Most of it is neither words nor numbers, or words as nobody writes them. A few words are never called so."""
    if _reads_well(text):
        return False
    tokens = text[:_LOOKED_AT].split()
    told = [token for token in tokens if len(set(token)) > 1 or token.isalnum()]
    odd = sum(map(_is_odd, told))
    if len(told) >= _FEW_TOKENS and odd * 2 > len(told):
        return True
    words = [word for word in map(_latin, tokens) if len(word) >= _LEAST_WORD]
    if len(words) < _FEW_WORDS:
        return False
    accented = sum("À" <= letter <= "ÿ" for word in words for letter in word)
    return accented > _ACCENTED * sum(map(len, words)) or _vowelless(words) > _WITHOUT_VOWELS * len(words)


def _reads_well(text: str) -> bool:
    """In the middle of the page, nearly all words have vowels or are numbers: no need to look closer."""
    middle = len(text) // 2
    tokens = text[max(0, middle - _GLANCE // 2) : middle + _GLANCE // 2].split()
    well = sum(not _PLAIN_VOWELS.isdisjoint(one) or one.replace(",", "").replace(".", "").isdigit() for one in tokens)
    return len(tokens) >= _FEW_WORDS and well >= 0.8 * len(tokens)


def _is_odd(token: str) -> bool:
    """Neither a number nor mostly letters and digits."""
    if token.isalpha() or _NUMBER.fullmatch(token):
        return False
    letters = sum(letter.isalpha() or unicodedata.category(letter)[0] == "M" for letter in token)
    digits = sum(letter.isdigit() for letter in token)
    return not letters or (letters + digits) * 2 < len(token)


def _latin(token: str) -> str:
    """The word; empty where it is no single word of Latin letters."""
    word = token.strip("().,;:!?¿¡«»\"'“”‘’")
    return word if word.isalpha() and word[0] < "ɐ" else ""


def _vowelless(words: list[str]) -> int:
    """How many have no vowels. Those in capitals may be shortened names."""
    bases = (unicodedata.normalize("NFD", word.lower()) for word in words if not word.isupper())
    return sum(_VOWELS.isdisjoint(base) for base in bases)
