"""What the browser is told to lay out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import gradio as gr


def numbers(node: Any) -> Iterator[int]:
    yield node["id"]
    for child in node.get("children", []):
        yield from numbers(child)


def test_endpoints_parameters_are_known_and_laid_out_nowhere(blocks: gr.Blocks) -> None:
    config: Any = blocks.get_config_file()
    parameters = {one["id"]: one for one in config["components"] if one["type"] == "api"}
    assert len(parameters) > 50  # gradio_client looks them up here
    assert all(one["props"]["visible"] is False for one in parameters.values())  # the browser waits for the others
    layouts = [config["layout"], *(page["layout"] for page in config["page"].values())]
    assert all(parameters.keys().isdisjoint(numbers(layout)) for layout in layouts)
    drawn = {one["id"] for one in config["components"]} - parameters.keys()
    assert len(drawn & set(numbers(config["layout"]))) > 100


def test_a_box_that_nobody_has_drawn_yet_is_empty_and_not_nothing(blocks: gr.Blocks) -> None:
    boxes = [one for one in blocks.blocks.values() if isinstance(one, gr.Textbox)]
    assert len(boxes) > 50
    assert {str(one.elem_id) for one in boxes if not isinstance(one.value, str)} == set()


def test_parameters_that_are_described_alike_are_one_component(blocks: gr.Blocks) -> None:
    config: Any = blocks.get_config_file()
    parameters = [one for one in config["components"] if one["type"] == "api"]
    described = [json.dumps([one["props"]["label"], one["props"].get("value"), one["api_info"]]) for one in parameters]
    assert len(set(described)) == len(described)
    described_to_clients: Any = blocks.get_api_info()
    found = described_to_clients["named_endpoints"]["/transform"]["parameters"]
    assert [(one["parameter_name"], one["parameter_default"]) for one in found] == [
        *(("text", ""), ("model", ""), ("instruction", ""), ("max_tokens", 60)),
    ]


def test_what_is_not_seen_has_no_form_around_it(blocks: gr.Blocks) -> None:
    forms = [one for one in blocks.blocks.values() if isinstance(one, gr.components.Form)]
    assert len(forms) > 50
    held = [one for form in forms for one in form.children if one.visible is False and one.label is None]
    assert [one.elem_id for one in held] == []
