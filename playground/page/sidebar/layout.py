"""The sidebar that all tabs share: models, keys, sampling parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import gradio as gr

from playground.page.parts.places import place
from playground.page.sidebar.kept_layout import KeptLayout, lay_out_kept
from playground.visitors.checks import MAX_COLUMNS
from playground.web.scripts import script_body
from providers.sampling import PARAMETERS, Parameter


@dataclass(frozen=True, slots=True)
class SidebarLayout:
    """The controls. `sampling` holds one component a parameter, by its name."""

    models: gr.Dropdown
    chosen: gr.Textbox
    """The models as text, whose `change` is to be listened to: that of `models` comes again with every event that reads
    them, once a handler has set them (Gradio 6 compares lists by identity), and so without end."""
    refused: gr.HTML
    """Which of the names that were typed cannot be."""
    status: gr.HTML
    fetching: gr.HTML
    """Makers' terms to be accepted, a model to be fetched, and how far that is."""
    sampling: Mapping[str, gr.components.Component]
    advanced: gr.Checkbox
    extra: gr.Group
    keys: KeysLayout
    glossary: gr.Markdown
    kept: KeptLayout

    @property
    def inputs(self) -> list[gr.components.Component]:
        """The models, then every sampling parameter in order."""
        return [self.models, *self.sampling.values()]

    @property
    def addressed(self) -> dict[str, gr.components.Component]:
        """The parameters that the page's address holds: all but texts of several lines."""
        return {name: control for name, control in self.sampling.items() if PARAMETERS[name].control != "lines"}


@dataclass(frozen=True, slots=True)
class KeysLayout:
    """The key panel."""

    panel: gr.Accordion
    provider: gr.Dropdown
    key: gr.Textbox
    address: gr.Textbox
    save: gr.Button
    forget: gr.Button
    answer: gr.HTML


def lay_out_sidebar(label: gr.I18n, default_model: str, longest_reply: int) -> SidebarLayout:
    """Call it inside the page's Blocks."""
    with gr.Sidebar(width=330, elem_id="sidebar"):
        models = gr.Dropdown(
            choices=[(default_model.rpartition("/")[2], default_model)],
            value=[default_model],
            multiselect=True,
            max_choices=MAX_COLUMNS,
            allow_custom_value=True,
            label=label("sidebar.models"),
            info=label("sidebar.models_info"),
            elem_id="models",
        )
        chosen = gr.Textbox(visible="hidden", elem_id="models-chosen")
        refused = gr.HTML(elem_id="models-refused", container=False)
        status = gr.HTML(elem_id="status", container=False)
        fetching = place("fetching", script_body("fetching"))
        keys = _lay_out_keys(label)
        sampling, advanced, extra = _lay_out_sampling(label, longest_reply)
        with gr.Accordion(label("sidebar.glossary"), open=False, elem_id="glossary"):
            glossary = gr.Markdown(elem_classes="quiet")
        kept = lay_out_kept(label)
    return SidebarLayout(models, chosen, refused, status, fetching, sampling, advanced, extra, keys, glossary, kept)


def _lay_out_keys(label: gr.I18n) -> KeysLayout:
    with gr.Accordion(label("keys.title"), open=False, elem_id="keys") as panel:
        gr.Markdown(label("keys.promise"), elem_classes="quiet")
        provider = gr.Dropdown(choices=[], label=label("keys.provider"), interactive=True, elem_id="key-provider")
        key = gr.Textbox(type="password", label=label("keys.key"), max_lines=1, elem_id="key")
        address = gr.Textbox(
            label=label("keys.address"), info=label("keys.address_info"), visible=False, max_lines=1, elem_id="address"
        )
        with gr.Row():
            save = gr.Button(label("keys.save"), size="sm", variant="primary", elem_id="save-key")
            forget = gr.Button(label("keys.forget"), size="sm", elem_id="forget-keys")
        answer = gr.HTML(container=False, elem_id="key-answer")
    return KeysLayout(panel, provider, key, address, save, forget, answer)


def _lay_out_sampling(
    label: gr.I18n, longest_reply: int
) -> tuple[dict[str, gr.components.Component], gr.Checkbox, gr.Group]:
    controls: dict[str, gr.components.Component] = {}
    with gr.Group(elem_id="sampling"):
        for name, known in PARAMETERS.items():
            if known.basic or known.beside:
                controls[name] = _control(label, name, known, longest_reply)
        advanced = gr.Checkbox(label=label("sidebar.advanced"), value=False, elem_id="advanced")
    with gr.Group(visible=False, elem_id="sampling-advanced") as extra:
        for name, known in PARAMETERS.items():
            if not (known.basic or known.beside):
                controls[name] = _control(label, name, known, longest_reply)
    return controls, advanced, extra


def _control(label: gr.I18n, name: str, known: Parameter, longest_reply: int) -> gr.components.Component:
    """A parameter's control, as its field of `Sampling` says.

    One that stands beside the bars is always on the page, to move with them; `style.css` shows it with all the others.
    """
    classes = None if known.basic else ["advanced"]
    title, info = label(f"parameter.{name}.label"), label(f"parameter.{name}.info")
    place = name.replace("_", "-")
    match known.control:
        case "number":
            return gr.Textbox(max_lines=1, elem_id=place, label=title, info=info)
        case "lines":
            return gr.Textbox(lines=1, max_lines=4, elem_id=place, label=title, info=info)
        case "slider":
            high = longest_reply if name == "max_tokens" else known.slider_end or known.high
            value = min(known.default or 0, high)
            return gr.Slider(
                known.low,
                high,
                value=value,
                step=1 if known.whole else 0.01,
                elem_id=place,
                elem_classes=classes,
                label=title,
                info=info,
            )
        case _:
            assert_never(known.control)
