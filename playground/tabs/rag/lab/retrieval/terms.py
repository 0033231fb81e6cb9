"""What a text says, word by word: its content words as stems, its names and its numbers, in English and Spanish."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from Stemmer import Stemmer


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STOP_WORDS = {
    "en": _set(
        """a about above after again against all also am an and any are as at be because been before being below
        between both but by can could did do does doing down during each few for from further had has have having he
        her here hers herself him himself his how i if in into is it its itself just like may me might more most much
        must my no nor not now of off on once one only or other our ours out over own per same she should so some such
        than that the their theirs them themselves then there these they this those through to too under until up upon
        us very was we were what when where which while who whom whose why will with within without would you your
        yours tell many say says said according passage passages document documents"""
    ),
    "es": _set(
        """a al algo algún alguna algunas alguno algunos ante antes así aun aunque bajo bien cada como con contra cual
        cuál cuáles cuando cuándo cuanta cuánta cuántas cuanto cuánto cuántos de del desde donde dónde dos durante e el
        él ella ellas ellos en entre era eran es esa esas ese eso esos esta está están estas este esto estos estar fue
        fueron ha han hasta hay la las le les lo los más me mi mientras mis mucho muchos muy nada ni no nos nosotros o
        os otra otras otro otros para pero poco por porque pues que qué quien quién quiénes se sea según ser si sí sido
        sin sino sobre son su sus suyo también tan tanto te tener tiene tienen toda todas todo todos tras tu tus un una
        unas uno unos usted ustedes y ya yo debe deben dice dicen pasaje pasajes documento documentos"""
    ),
}
_NEGATIONS = _set(
    """no not never none without cannot isn't aren't wasn't weren't don't doesn't didn't can't won't wouldn't shouldn't
    hasn't haven't sin nunca jamás tampoco"""
)
_SCOPE_ENDS = _set("is are was were be es son era eran está están")
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
_TOKEN = re.compile(r"\d+(?:[.,'  ]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_SEPARATORS = re.compile(r"[.,'  ]")
_COUNTED_FROM = 2
"""From which number word on a number is meant: "one" and "uno" are mostly pronouns."""


@dataclass(frozen=True, slots=True)
class Terms:
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


def terms(text: str, language: str = "") -> Terms:
    """The terms of a text, stemmed in its language; where that is unknown, in the one its stop words speak for."""
    text = unicodedata.normalize("NFC", text)
    language = language if language in _STOP_WORDS else likely_language(text) or "en"
    stemmer, stops = Stemmer(_STEMMERS[language]), _STOP_WORDS[language]
    words, names, every = set[str](), set[str](), set[str]()
    numbers = list[frozenset[str]]()
    for token, first in _tokens(text):
        plain = token.casefold().replace("’", "'")
        if token[0].isdigit():
            numbers.append(frozenset(_readings(token)))
            continue
        bare = plain.removesuffix("'s")
        every.add(fold_case_and_accents(bare))
        if _NUMBER_WORDS.get(plain, 0) >= _COUNTED_FROM:
            numbers.append(frozenset({str(_NUMBER_WORDS[plain])}))
        elif bare not in stops and "'" not in bare:
            words.add(fold_case_and_accents(stemmer.stemWord(bare)))
            if (len(token) > 1 and token.isupper()) or (token[0].isupper() and not first):
                names.add(fold_case_and_accents(bare))
    denied = tuple(_denied(text, lambda word: "" if word in stops else fold_case_and_accents(stemmer.stemWord(word))))
    return Terms(frozenset(words), frozenset(names), tuple(numbers), frozenset(every), denied)


def _denied(text: str, content: Callable[[str], str]) -> Iterator[frozenset[str]]:
    """What each negation denies. `content` gives a word's stem, "" for a stop word."""
    plain = [(token.casefold().replace("’", "'"), first) for token, first in _tokens(text)]
    for place, (token, _) in enumerate(plain):
        if token not in _NEGATIONS:
            continue
        group: list[str] = []
        for word, first in plain[place + 1 : place + 7]:
            if first or (group and word in _SCOPE_ENDS) or len(group) == _DENIED:
                break
            group += [stem] if (stem := content(word)) else []
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


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Words and numbers, and whether one is the first of its sentence, line or quotation."""
    end = 0
    for found in _TOKEN.finditer(text):
        between = text[end : found.start()]
        yield found[0], end == 0 or bool(re.search(r"[.!?:\n\"“«¿¡*#]", between))
        end = found.end()


def _readings(number: str) -> Iterator[str]:
    """1.234 is 1234 to a Spanish reader and 1.234 to an English one: both."""
    pieces = _SEPARATORS.split(number)
    if len(pieces) == 1:
        yield number.lstrip("0") or "0"
        return
    if all(len(piece) == 3 for piece in pieces[1:]):
        yield "".join(pieces).lstrip("0") or "0"
    whole, part = "".join(pieces[:-1]).lstrip("0") or "0", pieces[-1].rstrip("0")
    yield f"{whole}.{part}" if part else whole
