"""Equations of Office as a line of letters: E = mc^2, (a + b)/2, √(x), ∑_(i=1)^n."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DEEPEST = 60


def linear(math: Element, depth: int = 0) -> str:
    """The equation in one line. Raises `RecursionError` below 60 levels."""
    if depth > _DEEPEST:
        raise RecursionError

    def part(name: str) -> str:
        found = math.find(f"{M}{name}")
        return linear(found, depth + 1) if found is not None else ""

    match math.tag.removeprefix(M):
        case "t":
            return math.text or ""
        case "f":
            return f"{bracket(part('num'))}/{bracket(part('den'))}"
        case "sSup" | "sSub" | "sSubSup" | "limLow" | "limUpp":
            return part("e") + _scripts(part("sub") or _below(math, part), part("sup") or _above(math, part))
        case "rad":
            return f"{part('deg')}√({part('e')})"
        case "nary":
            return f"{_sign(math, 'naryPr', '∫')}{_scripts(part('sub'), part('sup'))} {part('e')}"
        case "d":
            inner = ", ".join(linear(one, depth + 1) for one in math.findall(f"{M}e"))
            return f"{_sign(math, 'dPr', '(', 'begChr')}{inner}{_sign(math, 'dPr', ')', 'endChr')}"
        case "m":
            rows = ("  ".join(linear(one, depth + 1) for one in row) for row in math.findall(f"{M}mr"))
            return "; ".join(rows)
        case _:
            return "".join(linear(one, depth + 1) for one in math if isinstance(one.tag, str))


def _below(math: Element, part: Callable[[str], str]) -> str:
    return part("lim") if math.tag == f"{M}limLow" else ""


def _above(math: Element, part: Callable[[str], str]) -> str:
    return part("lim") if math.tag == f"{M}limUpp" else ""


def _scripts(below: str, above: str) -> str:
    return (f"_{bracket(below)}" if below else "") + (f"^{bracket(above)}" if above else "")


def bracket(text: str) -> str:
    """In brackets, unless it is one number or word."""
    return text if text.replace(".", "").replace(",", "").isalnum() else f"({text})"


def _sign(math: Element, properties: str, without: str, name: str = "chr") -> str:
    found = math.find(f"{M}{properties}/{M}{name}")
    return without if found is None else found.get(f"{M}val", "")
