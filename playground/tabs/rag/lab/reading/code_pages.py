"""Which of several old code pages makes bytes a text in some European language: letters are judged, not words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

EUROPEAN = ("cp1252", "cp1250", "iso8859_2", "cp850", "mac_roman", "cp1254", "cp1257", "cp852")
"""The likelier first: where several fit, the first is taken."""
ZIP_NAMES = ("cp850", "cp437", "cp1252", "cp852", "cp866", "cp737")

_LETTERS = """
es áéíóúüñ¡¿çà
pt áéíóúâêôãõàç
fr àâäæçèéêëîïôœùûüÿ
de äöüß
it àèéìíòóùú
ca àçèéíïòóúü·¡¿
nl áéíóúèëïöü
sv åäöé
da åæøéó
is áðéíóúýþæö
pl ąćęłńóśźż
cs áčďéěíňóřšťúůýž
sk áäčďéíĺľňóôŕšťúýž
hu áéíóöőúüű
sl čšžćđ
ro ăâîșțşţ
et äõöüšž
lv āčēģīķļņšūž
lt ąčęėįšųūž
tr çğıöşüâîû
ru абвгдеёжзийклмнопрстуфхцчшщъыьэюя
uk абвгґдеєжзиіїйклмнопрстуфхцчшщьюя
el αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ
"""
_ALPHABETS = tuple(frozenset(line.split()[1]) for line in _LETTERS.strip().splitlines())
_NEUTRAL = frozenset("«»“”„‘’–—…€£ºª°·©®™§×½\xa0•")
MARK_IN_WORD = re.compile(r"[^\W\d_][¡¿]")
"""No language has it; letters of another code page have."""
_ENOUGH = 0.9


def fitting(content: bytes, code_pages: Sequence[str]) -> str | None:
    """The first of the code pages with the best fit; `None` where none fits."""
    fits = [(_fit(content.decode(name, errors="replace")), name) for name in code_pages]
    best, name = max(fits, key=lambda one: one[0])
    return name if best >= _ENOUGH else None


def _fit(text: str) -> float:
    """The part of the letters outside ASCII that one language has; signs that all languages use do not count."""
    found = [letter for letter in text.lower() if not letter.isascii() and letter not in _NEUTRAL]
    if not found:
        return 1.0
    capitals = sum(not after.isascii() and after.isupper() and before.islower() for before, after in pairwise(text))
    wrong = len(MARK_IN_WORD.findall(text)) + capitals
    most = max(sum(letter in alphabet for letter in found) for alphabet in _ALPHABETS)
    return (most - wrong) / len(found)
