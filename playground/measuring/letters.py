"""The letter of a choice in a text. `text` is plain, as `read_plain` gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playground.measuring.items import LETTERS
from playground.measuring.mentions import Mention
from playground.measuring.negation import denied_after, denied_before
from playground.measuring.plain import CLOSE
from playground.measuring.words import fold

_NOUN = r"(?:option|choice|letter|answer|alternative|opci[oó]n|letra|respuesta|alternativa|inciso)"
_LEAD = (
    r"\s{0,400}[\s:\"'“«(\[]{0,8}"
    rf"(?:(?:{_NOUN}|the|la|el|therefore|thus|then|hence|clearly|definitely|probably|likely|most likely|indeed|simply"
    r"|por (?:lo )?tanto|entonces|claramente|probablemente|sin duda)[\s,:]{1,4}){0,8}[\"'“«]{0,3}"
)
_REASON = r"because|since|as|due|for|given|porque|ya que|pues|puesto que|dado que|por"
_JOINED = r"\s*[)\]]?\s*(?:,|/|&|\+|\b(?:and|or|nor|y|o|u|e|ni|como)\b)\s*(?:option\s+|opci[oó]n\s+|la\s+)?[(\[]?"
_RIGHT = (
    r"(?:only\s+)?(?:correct|right|best|true|answer|correcta|correcto|mejor|verdadera|cierta|adecuada|v[aá]lida"
    r"|respuesta|acertada)"
)
_CHOOSES = (
    r"(?:choose|chose|choosing|pick|select|selected|go with|going with|goes with|opt for|opting for|say|vote for"
    r"|answer is|it['’]s|it is|must be|that['’]s|leaves|leaving|elijo|elegir[ií]a|escojo|escoger[ií]a|selecciono"
    r"|seleccionar[ií]a|marco|marcar[ií]a|me quedo con|opto por|voto por|dir[ií]a|es|ser[ií]a|debe ser|tiene que ser"
    r"|deja|queda|but|sino)"
)
_FITS = r"fits|matches|applies|follows|works|makes sense|encaja|corresponde|cumple"
_DOUBTS = re.compile(r"\b(?:maybe|perhaps|either|quiz[aá]s?|tal vez)\b", re.IGNORECASE)
_MARKS = r"(?:✓|✔|✅|\bcorrect\b|\bcorrecta\b|\bright\b|\bverdadera\b)"


def direct_letter(text: str, start: int, end: int, choices: Sequence[str], *, alone: bool = False) -> Mention | None:
    """The letter right at `start`, or after a few words: `B`, `(B)`, `b)`, `[B]`, `option B`, `therefore (D)`.

    `alone`: a letter without any sign must be all there is, or be followed by a reason, since "A man …" begins with a
    word. Two letters joined, "A or B", are no choice.
    """
    named = re.escape(LETTERS[: len(choices)])
    either = f"[{named}{named.lower()}]"
    ends = rf"\s*(?:{CLOSE}|$|\n|[✓✔✅]|[,;—–-]?\s+(?:{_REASON})\b|\s[—–-]\s)"
    signed = rf"(?:[(\[]{{1,3}}\s?(?P<a>{either})\s?[)\]]|(?P<b>{either})\s*[).:\]](?!\w))"
    named_letter = rf"(?:{_NOUN}|la|letra)\s+[\"'“«]?(?P<e>{either})(?![\w'’])"
    bare = rf"(?P<c>[{named}])(?:{ends}|[,;](?=\s)|[.!?](?=\s|$))" if alone else rf"(?P<c>[{named}])(?![\w'’])"
    lower = rf"(?P<d>[{named.lower()}])[\"'”»]?[.,]?(?:{ends})"
    after_noun = rf"\s{{0,400}}[:\"'“«]{{0,3}}(?:the\s+|la\s+)?{named_letter}"
    pattern = rf"(?i:{_LEAD})(?:{signed}|{bare}|{lower})|(?i:{after_noun})"
    found = re.compile(pattern).match(text[:end], start)
    if found is None:
        return None
    name = next(name for name in "abcde" if found[name] is not None)
    place = found.start(name)
    if _is_joined(text, found.end(name), end, named) or (name == "c" and _is_word(text, place, end, found.group())):
        return None
    if denied_before(text, place, start) or denied_after(text, found.end(name), end):
        return None
    return Mention(found[name].upper(), place, found.end(name))


def claimed_letter(text: str, choices: Sequence[str]) -> Mention | None:
    """The letter that a sentence claims: "Option C is correct", "I would choose B", "La correcta es la C".

    The last one that is called right or chosen; else the only one that is named as an option at all.
    """
    named = re.escape(LETTERS[: len(choices)])
    letter = rf"[(\[\"'“«]{{0,4}}(?P<letter>[{named}])[)\]\"'”»]{{0,4}}(?![\w'’])"
    claims = [
        rf"(?<![\w'’]){letter}\s+(?i:is|es|seems|must be|has to be|ser[ií]a|parece)\s+"
        rf"(?i:(?:the|la|el|clearly|also)\s+)*(?i:{_RIGHT})\b",
        rf"(?<!\w)(?i:{_CHOOSES})\s+(?i:(?:that|que|{_NOUN}|la|el|the)\s+)*{letter}"
        rf"(?=\s*(?:[.,;:!)]|$|\n|{CLOSE}|\b(?i:{_REASON})\b))",
        rf"(?<!\w)(?i:la|{_NOUN})\s+[(\"]?(?P<letter>[{named.lower()}])(?=[)\".,;!?]|\s*\Z)",
        rf"(?<![\w'’]){letter}\s+(?i:(?:{_FITS})\b|(?:it\s+)?is\s*[.!\n])",
        rf"(?<!\w)(?i:correcta|correct|right)\s+(?i:(?:one|{_NOUN})\s+)?(?i:is|es)\s+(?i:(?:the|la|{_NOUN})\s+)*{letter}",
        rf"^[ \t]*(?:[-•][ \t]*)?(?i:{_NOUN}\s+)?[(\[]?(?P<letter>[{named}])[).:\]][^\n]*?(?i:{_MARKS})",
    ]
    called = _mentions(text, claims)
    if called:
        return called[-1]
    closing = _closing_letter(text, letter, named)
    if closing is not None:
        return closing
    mentioned = _mentions(text, [rf"(?<!\w)(?i:{_NOUN})\s+{letter}", rf"\((?P<letter>[{named}])\)"])
    return mentioned[-1] if len({one.value for one in mentioned}) == 1 else None


def _closing_letter(text: str, letter: str, named: str) -> Mention | None:
    """The letter with which the text ends, "Hence B", unless it is one of several or denied."""
    found = re.compile(rf"(?:^|[\s:,])(?:(?i:la|option|opci[oó]n)\s+)?{letter}[.!?\s]*\Z").search(text)
    if found is None:
        return None
    place = found.start("letter")
    several = re.search(rf"[{named}]{_JOINED}\Z", text[:place]) or _DOUBTS.search(text[:place])
    return None if several or denied_before(text, place) else Mention(found["letter"], place, place + 1)


def without_listed_choices(text: str, choices: Sequence[str]) -> str:
    """The text with the choices blanked out where it lists them as the question does; every place stays."""
    lines = list(
        re.finditer(r"^[ \t]*(?:[-*•][ \t]*)?[(\[]?([A-Z])[).:\]][ \t]*(\S[^\n]*?)[ \t.;]*$", text, re.MULTILINE)
    )
    listed = [
        one
        for one in lines
        if (place := LETTERS.find(one[1])) < len(choices) and fold(one[2]) == fold(choices[place].strip(" .;"))
    ]
    if len({one[1] for one in listed}) < 2:
        return text
    for one in listed:
        text = f"{text[: one.start()]}{' ' * (one.end() - one.start())}{text[one.end() :]}"
    return text


def lists_letters(text: str, choices: Sequence[str]) -> bool:
    """Whether several lines begin with a letter: then the first of them is no answer."""
    begins = re.findall(
        rf"^[ \t]*(?:[-*•][ \t]*)?(?i:{_NOUN}\s+)?[(\[]?([{LETTERS[: len(choices)]}])[).:\]]\s", text, re.MULTILINE
    )
    return len(set(begins)) > 1


def _mentions(text: str, patterns: Sequence[str]) -> list[Mention]:
    """Those that are not denied, in the order of the text."""
    found = []
    for pattern in patterns:
        for one in re.compile(pattern, re.MULTILINE).finditer(text):
            start, end = one.span("letter")
            if not denied_before(text, start) and not denied_after(text, end):
                found.append(Mention(one["letter"].upper(), start, end))
    return sorted(found, key=lambda one: one.start)


def _is_joined(text: str, place: int, end: int, named: str) -> bool:
    """Another letter follows, as in "A or B"."""
    return re.compile(rf"{_JOINED}[{named}](?![\w'’])").match(text, place, end) is not None


def _is_word(text: str, place: int, end: int, lead: str) -> bool:
    """A capital that is a word of its language, "A tall one", unless "option" or "la" stands before it."""
    if text[place] not in "AIEOY" or re.search(rf"(?:{_NOUN}|\bla|\bletra)\s+\S?$", lead[:-1], re.IGNORECASE):
        return False
    follows = re.compile(rf"\s+(?!(?:{_REASON}|is|es|and|or|y|o|with|seems)\b)[^\W\d]", re.IGNORECASE)
    return follows.match(text, place + 1, end) is not None
