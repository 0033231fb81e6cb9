"""Signs drawn as lines: no font need have them. Whoever shows one gives it a name for screen readers."""

from __future__ import annotations

CLOSE = "M6 6l12 12M18 6 6 18"


def draw_sign(path: str) -> str:
    """`path`: of SVG, within 24 × 24. Coloured and sized by the style of its place."""
    return f'<svg class="line-sign" viewBox="0 0 24 24" aria-hidden="true"><path d="{path}"/></svg>'
