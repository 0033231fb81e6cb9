"""What the browser keeps when the page is read again in another language."""

from __future__ import annotations

import gradio as gr

from playground.page.late import LateBlocks
from providers.sampling import PARAMETERS


def kept(blocks: gr.Blocks) -> set[gr.components.Component]:
    """What goes along with the click on a language."""
    switches = {one._id for one in blocks.blocks.values() if str(one.elem_id).startswith("language-")}
    events = [one for one in blocks.fns.values() if len(one.inputs) > 20 and switches & {id for id, _ in one.targets}]
    assert len(events) == len(switches)
    assert len({tuple(event.inputs) for event in events}) == 1
    return set(events[0].inputs)  # type: ignore[arg-type]


def test_whatever_is_chosen_and_written_is_kept_and_no_key(blocks: gr.Blocks) -> None:
    names = {str(one.elem_id) for one in kept(blocks)}
    assert {
        "message",
        "advanced",
        "prompting-strategies",
        "measure-mode",
        "sweep-varied",
        "rag-k",
        "vision-ways",
    } <= names
    assert {"prompting-cards", "measure-open", "sweep-grid", "rag-excluded", "vision-table"} <= names, "results"
    assert not {"key", "address", "key-provider"} & names
    assert not {"models", "temperature", "conversation", "sending"} & names, "these are kept elsewhere"
    passwords = {one for one in blocks.blocks.values() if isinstance(one, gr.Textbox) and one.type == "password"}
    assert passwords and not passwords & kept(blocks)


def test_nothing_that_can_be_changed_is_forgotten(blocks: gr.Blocks) -> None:
    """What is not kept has its reason here."""
    kinds = (gr.Textbox, gr.Checkbox, gr.CheckboxGroup, gr.Radio, gr.Slider, gr.Number, gr.Dropdown, gr.File, gr.Image)
    changed = {one for one in blocks.blocks.values() if isinstance(one, kinds)}
    lost = {str(one.elem_id) for one in changed - kept(blocks) if one.elem_id}
    in_address = {"models", *(name.replace("_", "-") for name in PARAMETERS if name != "stop")}
    elsewhere = {
        "key", "address", "key-provider",  # keys are never kept
        "sending", "models-chosen",  # of the browser alone
        "rag-upload", "vision-upload", "vision-camera", "rag-own-file",  # empty, once the file is taken
        "all-runs-other", "judge-run", "microscope-example",  # held beside
        "architectures-fill-mask", "architectures-seq2seq", "architectures-instruction",  # so are these
    }  # fmt: skip
    assert lost == in_address | elsewhere
    held = {"all-runs-compared", "architectures-held", "models-held", "judge-held", "microscope-held"}
    assert held | {"stop", "measure-file", "compare-file"} <= {str(one.elem_id) for one in kept(blocks)}


def test_a_panel_without_a_name_would_be_folded_again(blocks: gr.Blocks) -> None:
    panels = [one for one in blocks.blocks.values() if isinstance(one, gr.Accordion | gr.Tabs)]
    assert panels and all(one.elem_id for one in panels)


def test_a_list_gets_its_value_back_only_where_something_fills_it(blocks: gr.Blocks) -> None:
    """Gradio refuses a value that is not among the choices, in whatever event it goes along with."""
    assert isinstance(blocks, LateBlocks)
    ready = {(part.ready._id, "change") for part in blocks.late.values()}
    opening = [
        one for one in blocks.fns.values() if one.fn is not None and {*one.targets} & {(blocks._id, "load"), *ready}
    ]
    filled = {output for one in opening for output in one.outputs}
    empty = {one for one in kept(blocks) if getattr(one, "choices", None) == []}
    assert empty and empty <= filled


def test_everything_kept_has_a_name_of_its_own(blocks: gr.Blocks) -> None:
    names = [one.elem_id for one in kept(blocks)]
    assert len(names) == len(set(names))
