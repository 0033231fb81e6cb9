"""What is chosen in lists that are filled in only when they are seen, held for a page that is read again.

A list that is still empty takes no value (see `playground.page.keeping`): a hidden component beside it holds what was
chosen, and whoever fills the list in chooses it.
"""

from __future__ import annotations

import json

import gradio as gr

from playground.page.parts.places import hidden_text
from playground.page.program import PRIVATE
from playground.web.scripts import script_function


def hold(name: str, *fields: gr.components.Component) -> gr.Textbox:
    """Hidden, and named `name`: what these fields hold, whenever one of them changes. See `held_values`."""
    copy = hidden_text(name)
    changes = [one.change for one in fields]  # type: ignore[attr-defined]
    gr.on(changes, None, list(fields), copy, js=script_function("hold"), **PRIVATE)
    return copy


def hold_values(*values: object) -> str:
    """The same, where the server knows what is to be held."""
    return json.dumps(values)


def held_values(held: object, count: int) -> list[object]:
    """What `count` fields held; `None` for each where what comes from the browser is something else."""
    try:
        found = json.loads(str(held or "[]"))
    except ValueError:
        found = []
    return list(found) if isinstance(found, list) and len(found) == count else [None] * count


def held_text(held: object) -> str:
    """What one field held, as text; empty where it held none."""
    (value,) = held_values(held, 1)
    return value if isinstance(value, str) else ""
