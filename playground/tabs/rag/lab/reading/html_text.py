"""Names and texts of the elements of a tree of HTML, as HTML or trafilatura names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_UNSEEN_NAMES = """script style template noscript svg math head iframe object canvas select button audio video"""
_INLINE_NAMES = """a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rp rt ruby s
    samp small span strike strong sub sup time tt u var wbr hi ref"""
_FEW_WORDS = 3
UNSEEN, INLINE = frozenset(_UNSEEN_NAMES.split()), frozenset(_INLINE_NAMES.split())


def name_of(element: Element) -> str:
    """The tag, without its namespace, in lower case; empty for comments and instructions."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def heading_level(element: Element) -> int:
    """1 to 6; 0 for what is no heading."""
    name = name_of(element)
    if name == "head":
        name = element.get("rend") or ""
    return int(name[1]) if len(name) == 2 and name[0] == "h" and name[1] in "123456" else 0


def text_in(element: Element) -> str:
    """All text in it, unseen parts left out."""
    return " ".join("".join(strings(element)).split())


def strings(element: Element) -> Iterator[str]:
    """All pieces of text in it. Without recursion: HTML of strangers nests as deep as it likes."""
    left: list[Element | str] = [element]
    while left:
        taken = left.pop()
        if isinstance(taken, str):
            yield taken
            continue
        for child in reversed(taken):
            left.append(child.tail or "")
            if name_of(child) not in UNSEEN | {""}:
                left.append(child)
        yield "\n" if name_of(taken) in {"br", "lb"} else taken.text or ""
        if taken is not element and name_of(taken) not in INLINE:
            yield " "


def flat(text: str | None) -> str:
    """In HTML a line break is a space."""
    return text.replace("\n", " ").replace("\r", " ") if text else ""


def show_questions(root: Element) -> None:
    """Buttons that open an answer below them become text: those in headings, and those that say a few words."""
    for button in [found for found in root.iter() if name_of(found) == "button"]:
        headed = any(heading_level(above) or name_of(above) in {"dt", "summary"} for above in button.iterancestors())
        if headed:
            button.tag = "span"
        elif button.get("aria-expanded") is not None and len(" ".join(button.itertext()).split()) >= _FEW_WORDS:
            button.tag = "p"
