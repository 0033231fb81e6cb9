"""A reply as it is shown: Markdown, LaTeX and HTML become the characters they stand for, and each keeps its place.

What is boxed or tagged as the answer (`\\boxed{…}`, `<answer>…</answer>`) stands between `OPEN` and `CLOSE`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OPEN, CLOSE = "\ue000", "\ue001"
"""Characters of the private use area: no text has them."""
Part = str | int
"""A piece of what replaces a match: characters, or the number of a group."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """`places[n]` is where the character `text[n]` comes from."""

    text: str
    places: tuple[int, ...]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]`, which is not empty, stood before."""
        return self.places[start], self.places[end - 1] + 1


def read_plain(source: str) -> PlainText:
    """Every mark-up that is understood, from the innermost outwards; what is not understood stays as it is."""
    plain = PlainText(source, tuple(range(len(source))))
    for pattern, parts in _SIGNS:
        plain = _replace_pattern(plain, pattern, parts)
    for _ in range(_NESTED):
        before = plain.text
        for pattern, parts in _BRACES:
            plain = _replace_pattern(plain, pattern, parts)
        if plain.text == before:
            break
    for pattern, parts in _LATE:
        plain = _replace_pattern(plain, pattern, parts)
    return plain


def _replace_pattern(plain: PlainText, pattern: re.Pattern[str], parts: tuple[Part, ...]) -> PlainText:
    pieces: list[str] = []
    places: list[int] = []
    last = 0
    for found in pattern.finditer(plain.text):
        pieces.append(plain.text[last : found.start()])
        places += plain.places[last : found.start()]
        at = found.start()
        for part in parts:
            if isinstance(part, str):
                pieces.append(part)
                places += [plain.places[min(at, found.end() - 1)]] * len(part)
            elif found.group(part):
                pieces.append(found.group(part))
                places += plain.places[slice(*found.span(part))]
                at = found.end(part)
        last = found.end()
    if last == 0 and not pieces:
        return plain
    return PlainText("".join(pieces) + plain.text[last:], (*places, *plain.places[last:]))


def _rules(*rows: tuple[str, tuple[Part, ...]]) -> tuple[tuple[re.Pattern[str], tuple[Part, ...]], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), parts) for pattern, parts in rows)


_NESTED = 5
"""Braces inside one another that are read."""
_WORD_ENDS = r"(?![a-z])"
_TAGS = r"answer|final_answer|final|result|respuesta|respuesta_final|resultado"
_SIMPLE = r"\s*(-?\w+(?:[.,]\d+)?)\s*"
_SIGNS = _rules(
    (r"[\u0300-\u036f\u200b-\u200d\u2060\ufeff\u00ad]+", ()),
    ("：", (":",)),
    ("＝", ("=",)),
    (r"~~[^~\n]*~~", ()),
    (rf"<\s*(?:{_TAGS})\s*>", (OPEN,)),
    (rf"<\s*/\s*(?:{_TAGS})\s*>", (CLOSE,)),
    (r"<br\s*/?>", ("\n",)),
    (r"</?(?:b|strong|em|i|u|p|span|code|div|sub|h[1-6])(?:\s[^<>]{0,80})?>", ()),
    (r"\\\\(?=[^a-z]|$)", (" ",)),
    (r"\\[()\[\]]", ()),
    (r"\$\$", ()),
    (r"\\(?:left|right|displaystyle|bigl?|bigr?|limits)" + _WORD_ENDS, ()),
    (r"\\q?quad" + _WORD_ENDS, (" ",)),
    (r"\{([.,])\}", (1,)),
    (r"(?<=\d)(?:\\[,;:! ]|~)(?=\d{3}(?!\d))", ()),
    (r"(?<=[\d,])\\!(?=\d)", ()),
    (r"\\[,;:! ]|~", (" ",)),
    (r"\\([$%&#_€£])", (1,)),
    (r"\\(?:times|cdot|ast)" + _WORD_ENDS, ("×",)),
    (r"\\div" + _WORD_ENDS, ("÷",)),
    (r"\\approx" + _WORD_ENDS, ("≈",)),
    (r"\\(?:implies|rightarrow|longrightarrow|therefore|to)" + _WORD_ENDS, ("⇒",)),
    (r"\\pi" + _WORD_ENDS, ("π",)),
    (r"(?:\^\s?)?(?:\{\s?)?\\(?:circ|degree)" + _WORD_ENDS + r"(?:\s?\})?", ("°",)),
    (r"\\\{", ("(",)),
    (r"\\\}", (")",)),
)
_BRACES = _rules(
    (r"(?<=\d)\s*\\[dtc]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", (" ", 1, "/", 2)),
    (r"\\[dtc]?frac\s*\{" + _SIMPLE + r"\}\s*\{" + _SIMPLE + r"\}", (1, "/", 2)),
    (r"\\[dtc]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", ("(", 1, ")/(", 2, ")")),
    (r"\\[dtc]?frac\s*(\d)\s*(\d)", (1, "/", 2)),
    (
        r"\\(?:text(?:bf|it|rm|tt|sf|normal)?|math(?:rm|bf|it|sf|tt)|mbox|operatorname|emph|underline|bm)"
        r"\s*\{([^{}]*)\}",
        (1,),
    ),
    (r"\\sqrt\s*\{([^{}]*)\}", ("√(", 1, ")")),
    (r"\^\s*\{\s*([^{}\s]*)\s*\}", ("^", 1)),
    (r"_\s*\{([^{}]*)\}", ("_", 1)),
    (r"\\f?boxed\s*\{([^{}]*)\}", (OPEN, 1, CLOSE)),
)
_LATE = _rules(
    (r"\\f?boxed\s*\{", (OPEN,)),
    (r"\$([a-z(][^$\n]{0,20})\$", (1,)),
    (r"²", ("^2",)),
    (r"³", ("^3",)),
    (r"\*\*|__|`", ()),
    (r"(?<![\w*)])\*(?=[^\s*])([^*\n]{1,80}?)(?<=[^\s*])\*(?![\w*(])", (1,)),
    (r"(?<!\w)_(?=[^\s_])([^_\n]{1,80}?)(?<=[^\s_])_(?!\w)", (1,)),
)
