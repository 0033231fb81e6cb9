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
_OPENING = frozenset(
    ["aria-expanded", "aria-controls", "data-toggle", "data-target", "data-bs-toggle", "data-bs-target"]
)
"""Attributes of what shows and hides something else."""
_AROUND = frozenset({"nav", "header", "footer", "aside"})
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


def show_labels(root: Element) -> None:
    """What opens an answer below it becomes text: summaries, buttons in headings, and those that say a few words; what
    stands below a picture, too."""
    for found in list(root.iter()):
        name = name_of(found)
        if name in {"details", "figure"}:
            found.tag = "div"
        elif name in {"summary", "figcaption"}:
            found.tag = "div" if any(heading_level(one) or name_of(one) == "p" for one in found.iter()) else "p"
        elif name == "button" or (name and (found.get("role") or "").lower() == "button"):
            _show_button(found)


def _show_button(button: Element) -> None:
    above = list(button.iterancestors())
    if any(heading_level(one) or name_of(one) in {"dt", "summary"} for one in above):
        button.tag = "span"
    elif not any(name_of(one) in _AROUND for one in above) and not _OPENING.isdisjoint(button.keys()):
        _show_words(button)


def _show_words(button: Element) -> None:
    """Unless they are few: the name of a menu."""
    if len(" ".join(button.itertext()).split()) >= _FEW_WORDS:
        button.tag = "p"
        button.attrib.clear()
