"""Formulas of web pages and books (MathML) as a line of letters, as `equations` writes those of Office."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playground.tabs.rag.lab.reading.equations import bracket
from playground.tabs.rag.lab.reading.html_text import name_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DEEPEST = 60
_RELATIONS = frozenset("=<>≤≥≠≈≡∼≅→⇒⇔∈∉⊂⊆+±")
_DRAWN_AGAIN = ("katex-html", "MathJax_Preview", "mwe-math-fallback-image-inline", "mwe-math-fallback-image-display")
"""Classes of what stands beside a formula and shows it once more."""
_SILENT = frozenset({"annotation", "annotation-xml", "mphantom", "maligngroup", "malignmark", "none", "mprescripts"})


def show_formulas(root: Element) -> None:
    """Put text where formulas are, and take away what shows them once more for the eye."""
    formulas = [found for found in root.iter() if name_of(found) == "math"]
    for formula in formulas:
        said = " ".join(linear(formula).split()) or formula.get("alttext") or ""
        tail, above = formula.tail or "", formula.getparent()
        if above is None:
            continue
        shown = above.makeelement("span")
        shown.text, shown.tail = f" {said}{' ' * tail[:1].isalnum()}", tail
        above.replace(formula, shown)
    if formulas:
        for again in [one for one in root.iter() if _is_drawn_again(one)]:
            again.text = ""
            for inner in list(again):
                again.remove(inner)


def _is_drawn_again(element: Element) -> bool:
    return bool(name_of(element)) and not {*_DRAWN_AGAIN}.isdisjoint((element.get("class") or "").split())


def linear(formula: Element, depth: int = 0) -> str:
    """The formula in one line. Raises `RecursionError` below 60 levels."""
    if depth > _DEEPEST:
        raise RecursionError
    parts = [one for one in formula if name_of(one) and name_of(one) not in _SILENT]

    def part(place: int) -> str:
        return linear(parts[place], depth + 1) if place < len(parts) else ""

    match name_of(formula):
        case "mi" | "mn" | "mtext" | "ms" | "mo":
            text = "".join(formula.itertext()).strip()
            return f" {text} " if text in _RELATIONS else text
        case "mspace":
            return " "
        case "mfrac":
            return f"{bracket(part(0).strip())}/{bracket(part(1).strip())}"
        case "msqrt":
            return f"√({''.join(map(part, range(len(parts)))).strip()})"
        case "mroot":
            return f"{part(1)}√({part(0).strip()})"
        case "mtable":
            return "; ".join("  ".join(linear(cell, depth + 1).strip() for cell in row) for row in parts)
        case "mfenced":
            inner = (formula.get("separators") or ",")[:1].join(map(part, range(len(parts))))
            return f"{formula.get('open', '(')}{inner}{formula.get('close', ')')}"
        case "semantics":
            return part(0)
        case name if name in _SCRIPTS:
            return part(0) + _write_scripts(_SCRIPTS[name], part)
        case _:
            return "".join(map(part, range(len(parts))))


_SCRIPTS = {"msup": "^", "msub": "_", "msubsup": "_^", "mover": "^", "munder": "_", "munderover": "_^"}


def _write_scripts(marks: str, part: Callable[[int], str]) -> str:
    said = ((mark, part(place).strip()) for place, mark in enumerate(marks, start=1))
    return "".join(f"{mark}{bracket(text)}" for mark, text in said if text)
