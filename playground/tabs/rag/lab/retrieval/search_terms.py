"""What of a text is searched for: words, parts of identifiers, numbers by their value, pairs of letters in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

import Stemmer
from bm25s import stopwords

from playground.tabs.rag.lab.retrieval.scripts import WORD, bigrams, spaced_and_not
from playground.tabs.rag.lab.retrieval.terms import word_set
from playground.tabs.rag.lab.retrieval.written_numbers import NUMBER, readings

_TOKEN = re.compile(rf"(?:{NUMBER})|\d+(?:[.,]\d+)+|{WORD}")
_STEMMERS = {
    "ca": "catalan", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fr": "french",
    "it": "italian", "nl": "dutch", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
}  # fmt: skip
_LISTS = {
    "de": stopwords.STOPWORDS_GERMAN,
    "en": stopwords.STOPWORDS_EN_PLUS,
    "es": stopwords.STOPWORDS_SPANISH,
    "fr": stopwords.STOPWORDS_FRENCH,
    "it": stopwords.STOPWORDS_ITALIAN,
    "nl": stopwords.STOPWORDS_DUTCH,
    "pt": stopwords.STOPWORDS_PORTUGUESE,
    "ru": stopwords.STOPWORDS_RUSSIAN,
    "sv": stopwords.STOPWORDS_SWEDISH,
}
_ASKING = {
    "en": {"tell", "explain", "please", "many", "much"},
    "es": {"cuál", "cuáles", "cuánto", "cuánta", "cuántos", "cuántas", "cómo", "cuándo", "dónde", "quién", "quiénes",
           "cuales", "cuanto", "cuantos", "cuantas", "qué", "según", "explica", "dime"},
}  # fmt: skip
"""What only questions say, beside the lists of stop words."""
_MEANT = {
    "en": word_set("don won"),
    "es": word_set(
        "estada estadas estado estados sentid sentida sentidas sentido sentidos siente sintiendo tenido tenida"
    ),
    "fr": word_set("avions été étés"),
}
"""Words of those lists that are others too: nouns (the state, the senses, the summer), or parts of names."""
_CONTRACTED = re.compile(r"(?<=[a-z])n['’]t\b", re.IGNORECASE)
_LETTER = re.compile(
    r"(?:(?<=[\w,;)%»\"”] )|(?<=\w[-/])|(?<=\())([A-Z])(?![\w'’]|-\w)|(?<=[^\W\d_A-Z] )([A-Z]{2,4})(?!\w)"
)
"""A capital alone within a sentence (vitamin A, group O), and an abbreviation (the WHO): no article, no pronoun."""
_LAST_LETTER = re.compile(r"(?<=\w )([^\W\d_])[\s?!.)\"'»”]*$")
_HUMP = re.compile(r"[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|\d+")
_HUMPED = re.compile(r"[a-zß-ÿ][A-ZÀ-Þ]|_|^\d+[^\W\d_]{1,4}$|^[^\W\d_]{2,}\d+$")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+$")


def stop_words(language: str) -> frozenset[str]:
    """What is not searched for; empty for a language without a list."""
    listed = frozenset(_LISTS.get(language, ())) | frozenset(_ASKING.get(language, ()))
    return listed - _MEANT.get(language, frozenset())


def compose(text: str) -> str:
    """As Unicode NFKC composes it: ﬁ is fi, ₂ is 2, and letters of full width are the usual ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def words(text: str) -> list[str]:
    """In small letters; of scripts without blanks, their clauses."""
    return re.findall(WORD, compose(text).casefold())


def strip_accents(word: str) -> str:
    """Without its accents (and without ñ's tilde)."""
    bare = "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))
    return unicodedata.normalize("NFC", bare)


class Stems:
    """The terms of texts in one language; what a word becomes is computed once."""

    def __init__(self, language: str) -> None:
        self.language, self.stop = language, stop_words(language)
        name = _STEMMERS.get(language)
        self.stem: Callable[[str], str] = Stemmer.Stemmer(name).stemWord if name else str
        self.known = dict[str, str]()
        """Words of the texts, none of them a stop word, and their stems."""
        self._terms = dict[str, tuple[str, ...]]()

    def of(self, text: str) -> list[str]:
        """The terms of a document's text, each as often as it stands there, in no order that means anything."""
        text = _comparable(text, self.language)
        found = list[str]()
        for token in _TOKEN.findall(text):
            terms = self._terms.get(token)
            if terms is None:
                terms = self._terms[token] = tuple(self._of_token(token))
            found += terms
        found += (one for one in _meant_letters(text, self.language) if one in self.stop)
        return found

    def _of_token(self, token: str) -> Iterator[str]:
        for form in _forms(token, self.language, single=True):
            if form not in self.stop:
                yield self.known.setdefault(form, self.stem(form))


def asked_words(question: str, language: str) -> list[str]:
    """What a question asks for, not stemmed: without its language's stop words, numbers in each of their readings."""
    text, stop = _comparable(question, language), stop_words(language)
    found = [form for token in _TOKEN.findall(text) for form in _forms(token, "") if form not in stop]
    found += _meant_letters(text, language)
    # No article is the last word of a question.
    found += [one.casefold() for one in _LAST_LETTER.findall(text)]
    return list(dict.fromkeys(found))


def _comparable(text: str, language: str) -> str:
    text = compose(text)
    return _CONTRACTED.sub(" not", text) if language == "en" and ("n't" in text or "n’t" in text) else text


def _meant_letters(text: str, language: str) -> list[str]:
    """Capitals that are no articles, in small letters. An English I is a pronoun."""
    found = [alone or several for alone, several in _LETTER.findall(text)]
    return [one.casefold() for one in found if not (language == "en" and one == "I")]


def _forms(token: str, language: str, *, single: bool = False) -> Iterator[str]:
    """What a token is found by: the word, and its parts; a number by its value. `single`: each letter of a script
    without blanks too, so that a question of one letter finds it."""
    if not token.isalnum() and token[0].isdigit() and not re.search(r"[^\d .,'’]", token):
        values = readings(token, language)
        yield from values
        if all("." in one for one in values) or " " in token:
            yield from re.findall(r"\d+", token)
        return
    bare = token.strip("_")
    for piece, unspaced in spaced_and_not(bare):
        if unspaced:
            yield from bigrams(piece)
            if single and len(piece) > 1:
                yield from piece
        elif piece:
            yield piece.casefold()
            yield from _parts(piece)


def _parts(word: str) -> Iterator[str]:
    """The words of max_retry_count and getUserName, and of 5kg and covid19 the number and the rest."""
    if _HUMPED.search(word) and not _HEXADECIMAL.match(word):
        for part in _HUMP.findall(word):
            if len(part) > 1 or part.isdigit():
                yield part.casefold()
