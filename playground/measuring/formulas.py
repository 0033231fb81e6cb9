"""Whether two formulas are the same: (x + 1)² is x² + 2x + 1. In a process of its own, for sympy may take for ever."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LONGEST = 300
"""Characters of a formula that is compared by its meaning."""
SECONDS = 10
"""Of processor time, and twice as many on the clock."""
MEMORY = 1 << 30
_PROGRAM = Path(__file__).with_name("formula_check.py")
_LOOKS = re.compile(
    r"\\[a-z]|[\d)}\w]\s*[-+*/^=<>≤≥]\s*\S|\d\s*(?:[a-z]\b|\\?%)|[√π∞]|[\[({]\s*-?[\d.]+\s*,", re.IGNORECASE
)
_ATOM = re.compile(r"-?\d+(?:[.,]\d+)?|-?[a-zA-Z]")
_WRITTEN = re.compile(r"\\[a-zA-Z{(\[]|[\w)}]\s?\^|√|π|^\$[^$]+\$$")
_SIGNS = {
    "≤": r"\le ",
    "≥": r"\ge ",
    "π": r"\pi ",
    "∞": r"\infty ",
    "×": r"\times ",
    "·": r"\cdot ",
    "−": "-",
    "**": "^",
}
_AROUND = re.compile(r"^(?:\$+|\\[(\[])|(?:\$+|\\[)\]])[.\s]*$|(?<![\d\\])[.\s]+$")
_HUGE = re.compile(r"\d{20}|\^\s*\{?\s*-?\d{4}|(?:\^\s*\{?\s*\(?\d+\s*\}?\)?\s*){3}|!{2}|\d{4,}\s*!")


def is_mathematics(answers: Sequence[str]) -> bool:
    """Whether these right answers are formulas: each has a command of LaTeX, a power, a root or dollars around it."""
    return bool(answers) and all(len(one) <= LONGEST and _WRITTEN.search(one) for one in answers)


def looks_like_formula(text: str) -> bool:
    """Signs of mathematics in a short text: a command of LaTeX, a sign between terms, a number or letter alone."""
    return len(text) <= LONGEST and (_LOOKS.search(text) or _ATOM.fullmatch(text)) is not None


def same_formula(value: str, answers: Sequence[str]) -> bool:
    """Whether the value means the same as one of the answers; `False` too where that takes too long or is too large.

    Blocks up to 2 × `SECONDS`.
    """
    bare, *others = (_bare(one) for one in (value, *answers))
    if _spaceless(bare) in map(_spaceless, others):
        return True
    others = [one for one in others if looks_like_formula(one)]
    if (
        not others
        or not looks_like_formula(bare)
        or any(len(one) > LONGEST or _HUGE.search(one) for one in (bare, *others))
    ):
        return False
    task = {"value": bare, "answers": others, "seconds": SECONDS, "memory": MEMORY}
    try:
        done = subprocess.run(  # noqa: S603 - our own program; the formulas go in by its standard input
            [sys.executable, "-I", "-X", "utf8", str(_PROGRAM)],
            input=json.dumps(task).encode(),
            capture_output=True,
            env={},
            timeout=2 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and done.stdout.strip().endswith(b"true")


def _bare(text: str) -> str:
    """Without dollars, LaTeX's brackets and a stop around it, and with signs that LaTeX knows."""
    inside = re.findall(r"\$([^$\n]+)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", text)
    bare, before = ("".join(inside[-1]) if inside else text).strip(), None
    while bare != before:
        bare, before = _AROUND.sub("", bare).strip(), bare
    for sign, command in _SIGNS.items():
        bare = bare.replace(sign, command)
    return bare


def _spaceless(text: str) -> str:
    return re.sub(r"\s|\\[,;:! ]|\\(?:left|right)(?![a-zA-Z])|(?<=\\)[dt](?=frac)", "", text)
