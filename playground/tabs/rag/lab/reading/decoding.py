"""Bytes as text: the encoding by its mark, as UTF-8, as declared, or guessed."""

from __future__ import annotations

import codecs

from playground.tabs.rag.lab.reading.code_pages import EUROPEAN, MARK_IN_WORD, fitting

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 65_536
_MOST_CONTROLS = 0.02
_MOST_WRONG = 0.001
_RIGHT_FOR_WRONG = 4
_CONTROLS = bytes(set(range(32)) - {8, 9, 10, 11, 12, 13, 27})
_WESTERN = frozenset("áéíóúüñçàèìòùâêîôûäëïöÁÉÍÓÚÜÑÇÀÈÌÒÙÂÊÎÔÛÄËÏÖß¿¡«»“”‘’–—…€ºª°·©®\xa0")
_AS_BROWSERS = {
    **{"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874"},
    **{"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"},
}
"""Names of codecs, and what browsers read under them (WHATWG, Encoding)."""
_GUESSED = (
    *("utf_16_le", "utf_16_be", "cp1252", "cp850", "mac_roman", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254"),
    *("cp1255", "cp1256", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)


def decode(content: bytes) -> str | None:
    """The text, without a byte order mark; `None` where the bytes are no text in an encoding that we know."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if marked is not None:
        return _as(content, marked)
    if b"\0" in content[:_LOOKED_AT]:
        return _wide(content)
    if _controls(content[:_LOOKED_AT]) > _MOST_CONTROLS:
        return None
    return _as(content, "utf-8") if _is_utf8(content) else _guess(content)


def decode_declared(content: bytes, declared: str) -> str | None:
    """As a page says that it is encoded, in the way of browsers: a byte order mark goes before, and what calls itself
    Latin-1 is Windows-1252. Where the bytes are UTF-8 and more than ASCII, or the name is none, as `decode`."""
    if any(content.startswith(mark) for mark, _ in _MARKS) or (_is_utf8(content) and not content.isascii()):
        return decode(content)
    try:
        name = codecs.lookup(declared).name
    except (LookupError, ValueError):
        return decode(content)
    name = _AS_BROWSERS.get(name, name)
    try:
        text = content.decode(name, errors="replace")
    except (LookupError, UnicodeError):  # such as "hex", which is no encoding of text
        return decode(content)
    return decode(content) if text.count("\ufffd") > max(1, _MOST_WRONG * len(text)) else text


def _is_utf8(content: bytes) -> bool:
    """Hardly any byte is wrong, of those that are not ASCII: one costs one character. A file that is cut off within
    its last character counts too."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        text = content.decode("utf-8", errors="replace")
        wrong = text.count("\ufffd")
        right = sum(not letter.isascii() for letter in text) - wrong
        return wrong * _RIGHT_FOR_WRONG <= right
    return True


def _as(content: bytes, encoding: str) -> str | None:
    """Wrong bytes are left out, if they are few."""
    text = content.decode(encoding, errors="ignore")
    strange = sum(text[:_LOOKED_AT].count(chr(code)) for code in _CONTROLS)
    return None if strange > _MOST_CONTROLS * min(len(text), _LOOKED_AT) else text


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: of text, every other byte is mostly 0."""
    head = content[:_LOOKED_AT]
    first, second = head[0::2].count(0), head[1::2].count(0)
    if max(first, second) < len(head) * 0.2 or min(first, second) > len(head) * 0.02:
        return None
    return _as(content, "utf-16-be" if first > second else "utf-16-le")


def _guess(content: bytes) -> str | None:
    """Western first: where all that is not ASCII is a letter or mark of a western language, it is that; then the code
    page that makes it a text in one European language."""
    head = content[:_LOOKED_AT]
    western = head.decode("cp1252", errors="replace")
    known = all(letter in _WESTERN for letter in western if not letter.isascii())
    if known and not MARK_IN_WORD.search(western):
        return content.decode("cp1252", errors="ignore")
    fits = fitting(head, EUROPEAN)
    if fits is not None:
        return content.decode(fits, errors="ignore")
    from charset_normalizer import from_bytes

    best = from_bytes(head, cp_isolation=list(_GUESSED)).best()
    return None if best is None else _as(content, best.encoding)


def _controls(head: bytes) -> float:
    """The part of the bytes that no text holds."""
    return 1 - len(head.translate(None, _CONTROLS)) / len(head) if head else 0.0
