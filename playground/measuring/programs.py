"""The program in a model's answer."""

from __future__ import annotations

import ast
import re

_FENCE = re.compile(r"```[^\n`]*\n(?P<code>.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_BEGINNING = re.compile(r"^(?:def|class|import|from|async def|@\w|[A-Za-z_]\w*\s*=)", re.MULTILINE)
_MOST_LINES = 400
"""More of what follows a program than this is not tried."""


def place(text: str) -> tuple[int, int] | None:
    """Start and end of the program: the first code fence that defines a function, else the first fence; without fences
    from the first line that begins a program to the last with which it parses. `None` where there is none."""
    fences = [(found.start("code"), found.end("code")) for found in _FENCE.finditer(text) if found["code"].strip()]
    if fences:
        return next((one for one in fences if "def " in text[slice(*one)]), fences[0])
    beginning = _BEGINNING.search(text)
    if beginning is None:
        return None
    start, lines = beginning.start(), text[beginning.start() :].splitlines(keepends=True)[:_MOST_LINES]
    while lines:
        code = "".join(lines)
        if _parses(code):
            return start, start + len(code.rstrip())
        lines.pop()
    return None


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what the parser raises for a text that is none
        return False
    return True
