"""Every text of the page comes from the locale: nothing visible is written in the code."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

from playground import page
from playground.text import texts

VISIBLE = ("label", "info", "placeholder", "value", "choices", "submit_btn", "stop_btn", "examples", "title")
MARKER = re.compile(r'__i18n__(\{.*?\})|"__type__": "translation_metadata", "key": "([^"]+)"')
BRAND = {"Aula", "English", "Español"}
"""The name, and each language in its own words."""
SOURCES = sorted(Path(page.__file__).parent.rglob("*.py"))


def pieces(blocks: gr.Blocks) -> Iterator[tuple[str, str]]:
    """Where, and what is shown there."""
    for block in blocks.blocks.values():
        kind = type(block).__name__
        if kind in {"Api", "State", "JSON"} or (kind in {"Dropdown", "Slider"} and block.elem_id is None):
            continue
        for name in VISIBLE:
            if name == "value" and kind in {"Dropdown", "Slider", "Checkbox", "CheckboxGroup", "Radio", "Chatbot"}:
                continue  # a value, not a text
            shown = getattr(block, name, None)
            for piece in shown if isinstance(shown, list | tuple) else [shown]:
                text = piece[0] if isinstance(piece, tuple) else piece
                if isinstance(piece, tuple) and isinstance(piece[1], int | float) and text == str(piece[1]):
                    continue  # a number to choose, of which Gradio makes a text
                if not isinstance(text, bool | int | float | None):
                    yield f"{kind} {block.elem_id} {name}", str(text)


def literal(text: str) -> str:
    """What a person reads of it that the locale does not hold: no marks, no tags, no symbols, no model names."""
    left = re.sub(r"<[^>]*>", " ", MARKER.sub(" ", text))
    return " ".join(word for word in re.findall(r"\w+", left) if word not in BRAND)


def keys(text: str) -> list[str]:
    return [json.loads(found)["key"] for found in re.findall(r"__i18n__(\{[^}]*\})", text)]


def test_nothing_visible_is_written_in_the_code(blocks):
    models = {"echo"}  # the default model's own name, until the server has listed them all
    found = {where: literal(text) for where, text in pieces(blocks) if literal(text) and literal(text) not in models}
    assert found == {}


def test_no_text_says_left_where_a_phone_has_none_or_needs_a_font_of_signs():
    tables = texts().tables
    said = {f"{language} {key}": text for language, table in tables.items() for key, text in table.items()}
    assert len(said) > 1000
    sides = re.compile(r"\b(on|to) the (left|right)\b|\ba la (izquierda|derecha)\b", re.IGNORECASE)
    assert {where for where, text in said.items() if sides.search(text)} == set()
    drawn = {where for where, text in said.items() if any(unicodedata.category(sign) == "So" for sign in text)}
    assert drawn == {f"{language} models.odd_emoji_text" for language in tables}, "there it is the example"


def test_every_mark_is_in_both_languages(blocks):
    used = {key for _, text in pieces(blocks) for key in keys(text)}
    assert len(used) > 30
    assert {key for key in used if not texts().has(key)} == set()


def test_a_text_in_the_code_would_be_found():
    with gr.Blocks() as page:
        gr.Button("Send now")
        gr.Textbox(placeholder="Write here", label="Message")
        gr.Radio([("One thing", 1)])
        gr.HTML("<b>Bold claim</b>")
    found = {literal(text) for _, text in pieces(page)}
    assert {"Send now", "Write here", "Message", "One thing", "Bold claim"} <= found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_key_that_the_code_names_exists(path):
    named = {
        node.args[place].value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for place in (0, 1)
        if getattr(node.func, "attr", getattr(node.func, "id", "")) in {"text", "label"}
        and len(node.args) > place
        and isinstance(node.args[place], ast.Constant)
        and isinstance(node.args[place].value, str)
    }
    assert {key for key in named if not texts().has(key)} == set()
