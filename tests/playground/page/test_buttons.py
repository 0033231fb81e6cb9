"""Which of the buttons that share a handler was pressed."""

import gradio as gr
from gradio.data_classes import PredictBodyInternal
from gradio.route_utils import prepare_event_data

from playground.page.parts.buttons import pressed_value
from playground.web.sessions import LightSession


def test_a_button_that_an_event_has_shown_is_still_known():
    """Gradio has another object for it then: by the object alone, no Stop of Models and no vote was ever heard."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        stop = gr.Button("Stop", visible=False, elem_id="stop")
        other = gr.Button("Other", elem_id="other")
        box = gr.Textbox(elem_id="box")
    session, buttons = LightSession(blocks), {other: "another", stop: "models"}

    def heard(of: gr.blocks.Block) -> str | None:
        body = PredictBodyInternal(data=[], trigger_id=of._id)
        return pressed_value(prepare_event_data(session.blocks_config, body), buttons)

    assert (heard(stop), heard(other), heard(box)) == ("models", "another", None)
    session[stop._id] = gr.Button(**{**stop.constructor_args, "visible": True, "render": False})
    assert session[stop._id] not in buttons and heard(stop) == "models"
