"""Words that are named in a text: options by their text, labels by their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from playground.measuring.items import LETTERS
from playground.measuring.negation import conceded, denied_before
from playground.measuring.plain import CLOSE
from playground.measuring.words import fold


@dataclass(frozen=True, slots=True)
class Mention:
    """A letter or label, and its place in the text."""

    value: str
    start: int
    end: int


_ANSWERS = frozenset({"yes", "no", "si", "true", "false"})
"""Words that are also used within sentences: as a label they stand alone, or before a stop."""
_UNKNOWN = re.compile(
    r"(?:no\s+(?:idea|lo\s+se|se\b|sabr\w*|sabemos|esta\s+claro|queda\s+claro|puedo|se\s+puede|hay\s+(?:suficiente\s+)?informacion|tengo|estoy|information|way|answer)"
    r"|not\s+sure)"
)
_OFFERED = re.compile(r"\b(?:yes|no|si|true|false)\s*(?:/|\b(?:or|o|ni|nor)\b)\s*$")
_REACH = 20
"""Characters around a word in which another one may be offered."""
_OFFERS = re.compile(r"\s*(?:/|\b(?:or|o|ni|nor)\b)\s*(?:yes|no|si|true|false)\b")
_REASON = r"because|since|as|but|although|porque|ya que|pues|pero|aunque"


def find_option(text: str, start: int, end: int, choices: Sequence[str]) -> Mention | None:
    """The letter of the only option whose text stands there; of two that overlap the longer one counts.

    Where several stand, that of the last line or sentence, if it is the only one there.
    """
    words = [(choice, LETTERS[place]) for place, choice in enumerate(choices)]
    return _only(text, start, end, _keep_affirmed(text, start, _mentions(text, start, end, words)))


def label_words(choices: Sequence[str], aliases: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Every word for a label, with the label."""
    return [(word, choice) for choice in choices for word in (choice, *aliases.get(choice, ()))]


def find_label(text: str, start: int, end: int, words: Iterable[tuple[str, str]]) -> Mention | None:
    """The label that stands there: the first word, or the only one, or the only one of the last line or sentence.

    A text that begins by listing all of them, "positive, negative or neutral", has chosen none. What is denied does not
    count, and of two labels the other one is meant.
    """
    known = list(words)
    labels = list(dict.fromkeys(value for _, value in known))
    first = re.compile(r"[\s*_\"'“«`(¡¿]*").match(text, start, end)
    begin = first.end() if first else start
    mentions = _mentions(text, start, end, known)
    every = len(mentions) > 1 and {one.value for one in mentions} == set(labels)
    stops = r"[.;:!(—–]" if (every and len(labels) > 2) or _offers(text, mentions) else r"[.,;:!(—–]"
    ends = rf"[*_\"'”»`)]*\s*(?:$|\n|{CLOSE}|{stops}|(?:{_REASON})\b)"
    if mentions and mentions[0].start == begin and re.compile(ends, re.IGNORECASE).match(text[:end], mentions[0].end):
        return mentions[0]
    affirmed = _keep_affirmed(text, start, mentions)
    if mentions and not affirmed and len(labels) == 2 and len({one.value for one in mentions}) == 1:
        other = next(label for label in labels if label != mentions[0].value)
        return Mention(other, mentions[-1].start, mentions[-1].end)
    return _only(text, start, end, [one for one in affirmed if not conceded(text, one.start, start)] or affirmed)


def _offers(text: str, mentions: Sequence[Mention]) -> bool:
    """The first two are offered: "yes or no", "positivo/negativo"."""
    if len(mentions) < 2:
        return False
    between = text[mentions[0].end : mentions[1].start]
    return re.fullmatch(r"[\"'”»*]*\s*(?:/|\||,|,?\s*(?:or|o|u)\b)\s*[\"'“«*]*", between, re.IGNORECASE) is not None


def _keep_affirmed(text: str, start: int, mentions: Sequence[Mention]) -> list[Mention]:
    return [
        one
        for one in mentions
        if fold(text[one.start : one.end]) in _ANSWERS or not denied_before(text, one.start, start)
    ]


def _only(text: str, start: int, end: int, mentions: Sequence[Mention]) -> Mention | None:
    """The only one named; else the only one of the last line or sentence, or after its colon."""
    if len({one.value for one in mentions}) == 1:
        return mentions[-1]
    stretch = text[start:end].rstrip(" \t\r\n.!*_\"'”»`)")
    for cuts in (
        ("\n", ". ", "; "),
        ("\n", ". ", "; ", ": "),
        (", so ", ", así que ", ", luego ", "herefore", "or tanto"),
    ):
        last = start + max(-1, *(stretch.rfind(cut) for cut in cuts)) + 1
        closing = [one for one in mentions if one.start >= last]
        if last > start and len({one.value for one in closing}) == 1:
            return closing[-1]
    return None


def _mentions(text: str, start: int, end: int, words: list[tuple[str, str]]) -> list[Mention]:
    """Whole words, in any case and without regard to accents, longest first where they overlap; in the text's order.

    Where accents alone tell two labels apart, they count.
    """
    by_word = {fold(word): value for word, value in words}
    plain = len(by_word) == len({word.casefold() for word, _ in words}) or len(set(by_word.values())) == len(
        {value for _, value in words}
    )
    read = fold if plain else str.lower
    by_word = {read(word): value for word, value in words}
    longest = sorted(by_word, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in longest)})(?!\w)")
    folded = read(text)
    return [
        Mention(by_word[one.group()], one.start(), one.end())
        for one in pattern.finditer(folded, start, end)
        if one.group() not in _ANSWERS or _stands_alone(text, one, start, end)
    ]


def _stands_alone(text: str, found: re.Match[str], start: int, end: int) -> bool:
    """A "no" or "sí" that answers: at the beginning, or right before a stop; not in "no lo sé" or "si llueve"."""
    if _OFFERED.search(fold(text[max(start, found.start() - _REACH) : found.start()])):
        return False
    if _OFFERS.match(fold(text[found.end() : min(end, found.end() + _REACH)])):
        return False
    word, begins = found.group(), not re.search(r"\w", text[start : found.start()])
    after = re.compile(rf"[\"'”»*_`)]*\s*(?:$|\n|{CLOSE}|[.,;:!?(/|—–])").match(text, found.end(), end)
    if word == "si" and text[found.start() : found.end()].lower() == "si":
        return after is not None
    return (begins and _UNKNOWN.match(fold(text), found.start()) is None) or after is not None
