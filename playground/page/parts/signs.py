"""Signs drawn as lines: no font need have them. Whoever shows one gives it a name for screen readers."""

from __future__ import annotations

CLOSE = "M6 6l12 12M18 6 6 18"
RIGHT, WRONG = "M4 13l5 5L20 6", CLOSE
WARNING = "M12 4 2.5 20h19zM12 10v4.5M12 17.2v.6"
UNSCORED = "M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.2-1.5 2.3M12 18.4v.6"
NOTHING = "M12 4a8 8 0 1 0 0 16 8 8 0 1 0 0-16zM6 18 18 6"
"""For an answer that could not be read."""


def draw_sign(path: str) -> str:
    """`path`: of SVG, within 24 × 24. Coloured and sized by the style of its place."""
    return f'<svg class="line-sign" viewBox="0 0 24 24" aria-hidden="true"><path d="{path}"/></svg>'


def draw_named_sign(path: str, name: str, kind: str = "") -> str:
    """The same where nothing beside it says what it means. `name` is escaped, `kind` the class that colours it."""
    return f'<span class="{kind}" role="img" aria-label="{name}" title="{name}">{draw_sign(path)}</span>'
