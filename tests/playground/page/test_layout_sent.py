"""What the browser is told to lay out."""

from __future__ import annotations

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
    assert len(drawn & set(numbers(config["layout"]))) > 500


def test_a_box_that_nobody_has_drawn_yet_is_empty_and_not_nothing(blocks: gr.Blocks) -> None:
    boxes = [one for one in blocks.blocks.values() if isinstance(one, gr.Textbox)]
    assert len(boxes) > 50
    assert {str(one.elem_id) for one in boxes if not isinstance(one.value, str)} == set()
