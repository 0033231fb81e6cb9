"""A litellm proxy in front of the server of faults, asked in both formats: what it makes of replies and refusals."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from providers.adapters import anthropic, openai
from providers.base import Network, Provider
from providers.types import Change, Done, Message, Sampling
from tests.faults.clients import PROTOCOLS, connection, outcome, question
from tests.faults.dialects import TEXT as BLUE
from tests.faults.dialects import THOUGHT
from tests.faults.script import TEXT
from tests.faults.server import FaultServer, running
from tests.ports import free_port
from tests.providers.foreign.environments import environment
from tests.providers.serving import started

pytestmark = pytest.mark.long
KEY, BEHIND = f"sk-{secrets.token_hex(32)}", "sk-behind"
REPLIES: dict[str, tuple[str, str, str]] = {
    "ok": (TEXT, "", "stop"),
    "thinker": (TEXT, "Let me see.", "stop"),
    "length": (TEXT, "", "length"),
    "think-marks": (BLUE, THOUGHT, "stop"),
    "closing-mark-alone": (BLUE, f"{THOUGHT}\n", "stop"),
    "claude-ok": (TEXT, "", "stop"),
    "claude-thinker": (TEXT, "Let me see.", "stop"),
    "claude-length": (TEXT, "", "length"),
}
"""Text, reasoning, and why it ended."""
REFUSALS = {
    "rate-limit": "rate_limited",
    "quota": "rate_limited.quota",
    "context": "context_too_long",
    "unauthorized": "authentication_failed",
    "not-found": "unknown_model",
    "overloaded": "overloaded",
    "error-midway": "unavailable",
}
CORRECTED = {"reject-temperature": "rejected_by_api", "no-system-role": "system_in_first_message"}


def configured(server: FaultServer) -> dict[str, object]:
    """Every model by its name, those of `claude-` in Anthropic's format; nothing tried again, nobody left out."""
    rows = []
    for name in (*REPLIES, *REFUSALS, *CORRECTED):
        fault = name.removeprefix("claude-")
        kind, base = ("openai", server.openai) if fault == name else ("anthropic", server.anthropic)
        chosen = {"model": f"{kind}/{fault}", "api_base": base, "api_key": BEHIND, "max_retries": 0}
        rows.append({"model_name": name, "litellm_params": chosen})
    settings = {"num_retries": 0, "telemetry": False, "use_chat_completions_url_for_anthropic_messages": True}
    return {"model_list": rows, "litellm_settings": settings, "router_settings": {"disable_cooldowns": True}}


@pytest.fixture(scope="module")
def proxy(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    programs, folder = environment(model_home, "litellm[proxy]==1.108.7"), tmp_path_factory.mktemp("litellm")
    with running() as server:
        file = folder / "config.json"
        file.write_text(json.dumps(configured(server)), "utf-8")
        port = free_port()
        command = [str(programs / "litellm"), "--config", str(file), "--host", "127.0.0.1", "--port", str(port)]
        own = {"LITELLM_MASTER_KEY": KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "HOME": str(folder)}
        address = f"http://127.0.0.1:{port}"
        with started(command, own, folder / "log", f"{address}/health/liveliness"):
            yield address


def connected(protocol: str, proxy: str, key: str = KEY) -> Provider:
    network = Network(retries=0)
    if protocol == "anthropic":
        return anthropic.Messages(connection("anthropic", key, network=network), proxy)
    return openai.connect(connection("custom", key, f"{proxy}/v1", network))


@pytest.mark.parametrize("protocol", PROTOCOLS)
class TestBothFormats:
    @pytest.mark.parametrize("name", REPLIES)
    async def test_a_reply(self, name: str, protocol: str, proxy: str) -> None:
        provider = connected(protocol, proxy)
        found = await outcome(provider, question(name, Sampling(max_tokens=9)))
        await provider.aclose()
        assert found.error is None
        done = found.events[-1]
        assert isinstance(done, Done)
        assert (found.text, found.reasoning, done.finish) == REPLIES[name]
        assert done.usage.output_tokens > 0 and not done.usage.estimated

    @pytest.mark.parametrize("name", REFUSALS)
    async def test_a_refusal(self, name: str, protocol: str, proxy: str) -> None:
        provider = connected(protocol, proxy)
        found = await outcome(provider, question(name))
        await provider.aclose()
        assert found.error is not None and found.error.key == REFUSALS[name]
        assert BEHIND not in repr((found.error, found.error.values, found.events)), "litellm passes the key on"

    @pytest.mark.parametrize("name", CORRECTED)
    async def test_what_is_refused_is_sent_otherwise(self, name: str, protocol: str, proxy: str) -> None:
        provider = connected(protocol, proxy)
        asked = question(name, Sampling(temperature=0.5, max_tokens=9))
        found = await outcome(provider, replace(asked, messages=(Message.of("system", "Be brief."), *asked.messages)))
        await provider.aclose()
        assert (found.text, found.error) == (TEXT, None)
        assert [event.reason for event in found.events if isinstance(event, Change)] == [CORRECTED[name]]

    async def test_what_it_lists_and_whom_it_does_not_know(self, protocol: str, proxy: str) -> None:
        provider = connected(protocol, proxy)
        assert {model.id for model in await provider.models()} == {*REPLIES, *REFUSALS, *CORRECTED}
        nobody = await outcome(provider, question("nobody"))
        await provider.aclose()
        assert nobody.error is not None and nobody.error.key == "unknown_model"
        stranger = connected(protocol, proxy, "sk-wrong")
        refused = await outcome(stranger, question("ok"))
        await stranger.aclose()
        assert refused.error is not None, "without a database litellm knows no other keys, and says 400"
