"""What a text says, word by word: its content words as stems, its names and its numbers, in English and Spanish."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from Stemmer import Stemmer

from playground.tabs.rag.lab.retrieval.scripts import LETTERS, bigrams, spaced_and_not
from playground.tabs.rag.lab.retrieval.written_numbers import NUMBER, readings


def word_set(words: str) -> frozenset[str]:
    """Words written with blanks between them."""
    return frozenset(words.split())


_STOP_WORDS = {
    "en": word_set(
        """a about above after again against all also am an and any are as at be because been before being below
        between both but by can could did do does doing down during each few for from further had has have having he
        her here hers herself him himself his how i if in into is it its itself just like may me might more most much
        must my no nor not now of off on once one only or other our ours out over own per same she should so some such
        than that the their theirs them themselves then there these they this those through to too under until up upon
        us very was we were what when where which while who whom whose why will with within without would you your
        yours tell many say says said according passage passages document documents"""
    ),
    "es": word_set(
        """a al algo algún alguna algunas alguno algunos ante antes así aun aunque bajo bien cada como con contra cual
        cuál cuáles cuando cuándo cuanta cuánta cuántas cuanto cuánto cuántos de del desde donde dónde dos durante e el
        él ella ellas ellos en entre era eran es esa esas ese eso esos esta está están estas este esto estos estar fue
        fueron ha han hasta hay la las le les lo los más me mi mientras mis mucho muchos muy nada ni no nos nosotros o
        os otra otras otro otros para pero poco por porque pues que qué quien quién quiénes se sea según ser si sí sido
        sin sino sobre son su sus suyo también tan tanto te tener tiene tienen toda todas todo todos tras tu tus un una
        unas uno unos usted ustedes y ya yo debe deben dice dicen pasaje pasajes documento documentos"""
    ),
}
NEGATIONS = word_set(
    """no not never none without cannot isn't aren't wasn't weren't don't doesn't didn't can't won't wouldn't shouldn't
    hasn't haven't sin nunca jamás tampoco"""
)
_SCOPE_ENDS = word_set("is are was were be es son era eran está están")
_DENIED = 2
"""Content words after a negation that it is taken to deny."""
_COUNTED = {
    "en": """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty""",
    "es": """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
        diecisiete dieciocho diecinueve veinte""",
}
_TENS = {
    "en": "thirty forty fifty sixty seventy eighty ninety hundred",
    "es": "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
}
_NUMBER_WORDS = {
    **{word: number for words in _COUNTED.values() for number, word in enumerate(words.split())},
    **{
        word: number for words in _TENS.values() for number, word in zip(range(30, 101, 10), words.split(), strict=True)
    },
}
_STEMMERS = {"en": "english", "es": "spanish"}
_TOKEN = re.compile(rf"(?:{NUMBER})|\d+(?:[.,']\d+)*|{LETTERS}(?:['’]{LETTERS})*")
_COUNTED_FROM = 2
"""From which number word on a number is meant: "one" and "uno" are mostly pronouns."""


@dataclass(frozen=True, slots=True)
class ContentTerms:
    """`words` holds the content words as stems without accents. A number has all the readings that it may have."""

    words: frozenset[str]
    names: frozenset[str]
    """Words with a capital that does not come from their place, and abbreviations, without case and accents."""
    numbers: tuple[frozenset[str], ...]
    every: frozenset[str]
    """All words without case and accents."""
    denied: tuple[frozenset[str], ...]
    """The content words, two at most, after each "not", "never", "without" and the like."""

    @property
    def empty(self) -> bool:
        return not (self.words or self.numbers)

    def has_number(self, readings: frozenset[str]) -> bool:
        return any(readings & mine for mine in self.numbers)


@dataclass(frozen=True, slots=True)
class TextToken:
    """A word or a number of a text, in its place. `stem` is empty for a stop word and for a number."""

    plain: str
    """In small letters, as written."""
    stem: str = ""
    name: bool = False
    readings: frozenset[str] = frozenset()
    """Of a number."""
    before: str = ""
    """What stands between the word before it and this one."""


def tokens(text: str, language: str = "") -> tuple[TextToken, ...]:
    """A text's words and numbers in order, stemmed in its language; where that is unknown, in the one its stop words
    speak for. Of a script without blanks each pair of letters is one."""
    text = unicodedata.normalize("NFKC", text)
    language = language if language in _STOP_WORDS else likely_language(text) or "en"
    stemmer, stops = Stemmer(_STEMMERS[language]), _STOP_WORDS[language]
    found = list[TextToken]()
    for token, before in _find_words(text):
        plain = token.casefold().replace("’", "'")
        bare = plain.removesuffix("'s")
        if token[0].isdigit():
            found.append(TextToken(token, readings=frozenset(_readings(token)), before=before))
        elif grams := _bigrams(plain):
            found += [TextToken(gram, gram, before=before) for gram in grams]
        elif _NUMBER_WORDS.get(plain, 0) >= _COUNTED_FROM:
            found.append(TextToken(plain, readings=frozenset({str(_NUMBER_WORDS[plain])}), before=before))
        elif bare in stops or "'" in bare:
            found.append(TextToken(plain, before=before))
        else:
            name = (len(token) > 1 and token.isupper()) or (token[0].isupper() and not _begins(before))
            found.append(TextToken(plain, fold_case_and_accents(stemmer.stemWord(bare)), name, before=before))
    return tuple(found)


def terms(text: str, language: str = "") -> ContentTerms:
    """The terms of a text."""
    found = tokens(text, language)
    words = [one for one in found if not one.plain[0].isdigit()]
    return ContentTerms(
        words=frozenset(one.stem for one in found if one.stem),
        names=frozenset(_bare(one) for one in found if one.name),
        numbers=tuple(one.readings for one in found if one.readings),
        every=frozenset(_bare(one) for one in words),
        denied=tuple(_find_denied(found)),
    )


def _bare(token: TextToken) -> str:
    return fold_case_and_accents(token.plain.removesuffix("'s"))


def _find_denied(found: Sequence[TextToken]) -> Iterator[frozenset[str]]:
    """What each negation denies."""
    for place, token in enumerate(found):
        if token.plain not in NEGATIONS:
            continue
        group: list[str] = []
        for word in found[place + 1 : place + 7]:
            if _begins(word.before) or (group and word.plain in _SCOPE_ENDS) or len(group) == _DENIED:
                break
            group += [word.stem] if word.stem else []
        if group:
            yield frozenset(group)


def likely_language(text: str) -> str:
    """ "en" or "es", by which one's stop words a text has more of; "" where it has as many of each."""
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", text)]
    counts = {language: sum(word in stops for word in words) for language, stops in _STOP_WORDS.items()}
    counts["es"] += sum(one in "ñ¿¡áéíóú" for one in text.casefold())
    best, other = sorted(counts, key=lambda language: -counts[language])
    return best if counts[best] > counts[other] else ""


def fold_case_and_accents(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))


def _find_words(text: str) -> Iterator[tuple[str, str]]:
    """Words and numbers, and what stands before each; a line's end before the first."""
    end = 0
    for found in _TOKEN.finditer(text):
        between = text[end : found.start()] if end else "\n"
        yield found[0], between
        end = found.end()


def _begins(before: str) -> bool:
    """Whether what follows is the first word of its sentence, line or quotation."""
    return bool(re.search(r"[.!?:\n\"“«¿¡*#]", before))


def _readings(number: str) -> Iterator[str]:
    """1.234 is 1234 to a Spanish reader and 1.234 to an English one: both."""
    found = readings(number) or (number,)
    yield from (one if "." in one else one.lstrip("0") or "0" for one in found)


def _bigrams(word: str) -> list[str]:
    """Pairs of letters, of a word in a script that puts no blanks between words; nothing for others."""
    return [gram for piece, unspaced in spaced_and_not(word) if unspaced for gram in bigrams(piece)]
