"""Open pages are remembered without a description of every component."""

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from playground.web.sessions import LightSession, LightSessions


@pytest.fixture
def blocks() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.Textbox("said", elem_id="box")
        gr.State([1])
    return blocks


def test_it_has_all_that_gradios_own_has(blocks):
    own, light = SessionState(blocks), LightSession(blocks)
    assert vars(own).keys() == vars(light).keys()
    differing = {name for name in vars(own) if vars(own)[name] != vars(light)[name]}
    assert differing == {"blocks_config", "config_values"}
    assert vars(own.blocks_config).keys() == vars(light.blocks_config).keys()
    assert own.blocks_config.blocks == light.blocks_config.blocks
    assert own.blocks_config.blocks is not light.blocks_config.blocks is not blocks.default_config.blocks


def test_what_events_change_is_kept_and_described_nowhere(blocks):
    sessions = LightSessions(blocks)
    by_kind = {type(one): one for one in blocks.blocks.values()}
    box, state = by_kind[gr.Textbox], by_kind[gr.State]
    one, other = sessions["one"], sessions["other"]
    one[box._id] = gr.Textbox("changed", render=False)
    one._update_config(box._id)
    one._update_value_in_config(box._id, "changed")
    one[state._id] = [2]
    assert (one[box._id].value, other[box._id].value) == ("changed", "said")
    assert (one[state._id], other[state._id]) == ([2], [1])
    assert [each["type"] for each in one.components] == ["state"]
    assert [(value, over) for _, value, over in one.state_components] == [([2], False)]


def test_no_more_are_kept_than_there_is_room_for(blocks):
    blocks.state_session_capacity = 2
    sessions = LightSessions(blocks)
    for name in "abc":
        assert sessions[name] is sessions[name]
    assert list(sessions.session_data) == ["b", "c"]
