"""How long a service is waited for: its signs of life count, and what the catalogue says of its model."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from providers import catalog
from providers.adapters import openai
from providers.adapters.anthropic.listing import describe_model
from providers.base import UNHURRIED, Network
from providers.errors import Timeout
from providers.remote.stream import FIRST_TOKEN
from tests.faults.clients import FAST, PROTOCOLS, connected, connection, outcome, question
from tests.faults.script import TEXT
from tests.faults.server import FaultServer


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("fault", ["pings-and-then-ok", "comments-and-then-ok"])
async def test_signs_of_life_begin_the_wait_anew(fault: str, protocol: str, fault_server: FaultServer) -> None:
    """Five seconds of them, where a server that is silent may take 0.6."""
    provider = connected(protocol, fault_server)
    found = await outcome(provider, question(fault))
    await provider.aclose()
    assert (found.text, found.error) == (TEXT, None)
    assert asyncio.get_running_loop().time() > 8 * (FAST.first_token or 0)


@pytest.mark.parametrize(
    ("own", "page", "seconds"), [(None, None, 60), (150, None, 150), (150, 7, 7), (900, None, 300)]
)
async def test_a_silent_service_is_waited_for_as_its_model_says(
    own: float | None, page: float | None, seconds: float, fault_server: FaultServer
) -> None:
    """Whoever runs the page has the last word, and the whole has its own limit."""
    provider = connected("openai", fault_server, network=Network(first_token=page))
    asked = question("hang")
    found = await outcome(provider, replace(asked, model=replace(asked.model, first_token=own)))
    await provider.aclose()
    assert isinstance(found.error, Timeout)
    assert found.error.values["seconds"] == seconds
    assert asyncio.get_running_loop().time() == pytest.approx(seconds, abs=1)


def test_who_thinks_first_or_is_unknown_may_take_longer() -> None:
    remote = [model for model in catalog.load().models if not model.local]
    assert all((model.first_token or FIRST_TOKEN) > FIRST_TOKEN for model in remote if model.reasoning)
    assert any(model.first_token is None for model in remote)
    own = openai.connect(connection("custom", None, "http://127.0.0.1:1/v1"))
    assert own.assume("any").first_token == describe_model("claude-any", {}, "anthropic").first_token == UNHURRIED
