"""Each fault, in both protocols: the right error of our own, what arrived before it, and never the key."""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from contextlib import aclosing

import pytest

from providers.base import Network, complete
from providers.errors import (
    AuthenticationFailed,
    ContextTooLong,
    Overloaded,
    PlaygroundError,
    RateLimited,
    Refused,
    StreamTruncated,
    Timeout,
    Unavailable,
    UnknownModel,
    UnsupportedRequest,
)
from providers.remote.http import UNUSED_KEY
from providers.types import Change, Done, Progress, ReasoningDelta, Sampling, TextDelta
from tests.faults.clients import FAST, PROTOCOLS, connected, outcome, question
from tests.faults.script import FAULTS, TEXT
from tests.faults.server import FaultServer

EXPECTED: dict[str, tuple[type[PlaygroundError], str | None, str]] = {
    "unauthorized": (AuthenticationFailed, None, ""),
    "forbidden": (AuthenticationFailed, "forbidden", ""),
    "not-found": (UnknownModel, None, ""),
    "reject-unnamed": (UnsupportedRequest, "rejected", ""),
    "context": (ContextTooLong, None, ""),
    "too-large": (ContextTooLong, None, ""),
    "rate-limit": (RateLimited, None, ""),
    "rate-limit-long": (RateLimited, None, ""),
    "quota": (RateLimited, "quota", ""),
    "server-error": (Unavailable, None, ""),
    "unavailable": (Overloaded, None, ""),
    "overloaded": (Overloaded, None, ""),
    "hang": (Timeout, "first_token", ""),
    "pings": (Timeout, "total", ""),
    "stall": (Timeout, "between_tokens", TEXT),
    "stall-pings": (Timeout, "between_tokens", TEXT),
    "reset": (StreamTruncated, "reset", TEXT),
    "reset-at-once": (StreamTruncated, "reset", ""),
    "html": (Unavailable, "not_an_api", ""),
    "html-disguised": (Unavailable, "not_an_api", ""),
    "compressed": (Unavailable, "not_an_api", ""),
    "malformed": (StreamTruncated, "malformed", TEXT),
    "wrong-types": (StreamTruncated, "malformed", TEXT),
    "invalid-utf8": (StreamTruncated, "malformed", TEXT),
    "no-end": (StreamTruncated, "no_end", TEXT),
    "empty": (StreamTruncated, "empty", ""),
    "filter": (Refused, "filter", TEXT),
    "refusal": (Refused, "refusal", "Well, "),
    "error-midway": (Unavailable, None, TEXT),
    "overloaded-midway": (Overloaded, None, TEXT),
    "rate-limit-midway": (RateLimited, None, TEXT),
    "redirect": (Unavailable, "redirect", ""),
}
WITHOUT_ERROR = {
    *("ok", "thinker", "length", "slow", "reject-temperature", "rate-limit-once", "server-error-once"),
    *("max-tokens-renamed", "max-tokens-refused", "max-tokens-capped", "reply-beyond-the-context"),
    *("stream-options-refused", "no-system-role", "only-at-v1"),  # see test_corrections
    *("pings-and-then-ok", "comments-and-then-ok"),  # see test_waiting
    "steady",  # for a benchmark
    "no-end-marked",  # [DONE] is the protocol's mark of an end
}
ANTHROPIC_REASONS = {"filter": "refusal"}  # it has one word for both
LONGEST_WAIT = 3.5  # two retries of a status without Retry-After, and two seconds to tell


def now() -> float:
    """The time of the test's loop: it stands still while there is work to do."""
    return asyncio.get_running_loop().time()


def test_every_fault_is_expected() -> None:
    assert EXPECTED.keys() | WITHOUT_ERROR == FAULTS.keys()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("fault", EXPECTED)
async def test_fault(fault: str, protocol: str, fault_server: FaultServer, caplog: pytest.LogCaptureFixture) -> None:
    kind, reason, text = EXPECTED[fault]
    if protocol == "anthropic":
        reason = ANTHROPIC_REASONS.get(fault, reason)
    canary = f"sk-canary-{secrets.token_hex(16)}"
    provider = connected(protocol, fault_server, canary)
    for name in ("openai", "anthropic", "httpx2", "httpcore2", ""):
        caplog.set_level(logging.DEBUG, logger=name)
    request = question(fault, Sampling(temperature=0.5, max_tokens=9))
    start = now()
    result = await outcome(provider, request)
    elapsed = now() - start
    rendered = await provider.render(request)
    await provider.aclose()

    assert type(result.error) is kind
    assert result.error.reason == reason
    assert result.text == text
    assert not any(isinstance(event, Done) for event in result.events)
    assert elapsed < (FAST.total + 0.5 if reason == "total" else LONGEST_WAIT)
    assert fault_server.elsewhere == 0

    assert {request.key for request in fault_server.received} == {canary}, "the server did get the key"
    told = [repr(result.events), repr(result.error), str(result.error), repr(result.error.args), rendered.content]
    told += [caplog.text, repr(result.error.values), repr(provider), repr(vars(provider))]
    told += traceback.TracebackException.from_exception(result.error, capture_locals=True).format()
    link: BaseException | None = result.error
    while link is not None:
        told += [repr(link), *traceback.format_exception(link)]
        link = link.__context__ or link.__cause__
    assert not [line for line in told if canary in line]


@pytest.mark.parametrize("protocol", PROTOCOLS)
class TestReply:
    async def test_text_reasoning_and_one_done(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        result = await outcome(provider, question("thinker"))
        assert result.error is None
        assert "".join(result.of(ReasoningDelta, "text")) == "Let me see."
        assert result.text == TEXT
        done = result.events[-1]
        assert isinstance(done, Done)
        assert [type(event) for event in result.events].count(Done) == 1
        assert (done.finish, done.usage.input_tokens, done.usage.output_tokens) == ("stop", 7, 4)
        assert not done.usage.estimated
        assert 0 < done.timing.first_token <= done.timing.total
        folded = await complete(provider, question("thinker"))
        assert (folded.text, folded.reasoning) == (TEXT, "Let me see.")
        await provider.aclose()

    async def test_length_is_no_error(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        assert (await complete(provider, question("length"))).done.finish == "length"
        await provider.aclose()

    async def test_retry_is_visible_and_waits_as_asked(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        result = await outcome(provider, question("rate-limit-once"))
        assert result.events[0] == Progress(stage="retry", done=0, total=0.1)
        assert result.text == TEXT
        assert len(fault_server.received) == 2
        await provider.aclose()

    async def test_retry_after_a_server_error(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        result = await outcome(provider, question("server-error-once"))
        assert result.text == TEXT
        assert [type(event) for event in result.events].count(Progress) == 1
        await provider.aclose()

    async def test_retries_are_counted(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        result = await outcome(provider, question("unavailable"))
        assert len(fault_server.received) == 1 + FAST.retries
        assert [type(event) for event in result.events] == [Progress] * FAST.retries
        await provider.aclose()

    async def test_long_retry_after_is_told_at_once(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        result = await outcome(provider, question("rate-limit-long"))
        assert isinstance(result.error, RateLimited)
        assert result.error.retry_after == 86400
        assert len(fault_server.received) == 1
        await provider.aclose()

    @pytest.mark.parametrize("fault", ["reset", "stall", "overloaded-midway"])
    async def test_no_retry_after_the_first_token(self, fault: str, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        await outcome(provider, question(fault))
        assert len(fault_server.received) == 1
        await provider.aclose()

    async def test_rejected_parameter_is_dropped_and_said(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        result = await outcome(provider, question("reject-temperature", Sampling(temperature=0, max_tokens=5)))
        assert result.error is None
        assert result.events[0] == Change(what="temperature", reason="rejected_by_api")
        assert result.text == TEXT
        first, second = fault_server.bodies("reject-temperature")
        assert first["temperature"] == 0
        assert "temperature" not in second
        assert second["max_tokens"] == 5
        await provider.aclose()

    async def test_total_deadline(self, protocol: str, fault_server: FaultServer) -> None:
        network = Network(first_token=5, between_tokens=5, total=0.6)
        provider = connected(protocol, fault_server, network=network)
        result = await outcome(provider, question("slow"))
        assert isinstance(result.error, Timeout)
        assert result.error.reason == "total"
        assert result.error.values["seconds"] == 0.6
        assert result.text.startswith("1 2 3 ")
        await provider.aclose()

    async def test_a_slow_reader_is_no_stall(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server, network=Network(first_token=2, between_tokens=0.3, total=20))
        seen = 0
        async with aclosing(provider.stream(question("slow"))) as events:
            async for event in events:
                seen += isinstance(event, TextDelta)
                if seen == 3:
                    break
                await asyncio.sleep(0.5)
        assert seen == 3
        await provider.aclose()

    async def test_closing_early_closes_the_connection(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        async with aclosing(provider.stream(question("slow"))) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        left = now()
        while "slow" not in fault_server.disconnected and now() - left < 5:
            await asyncio.sleep(0.01)
        assert fault_server.disconnected["slow"] - left < 0.5
        await provider.aclose()

    @pytest.mark.parametrize("fault", ["hang", "stall", "slow"])
    async def test_cancelling_closes_the_connection(self, fault: str, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server, network=Network())
        task = asyncio.create_task(outcome(provider, question(fault)))
        while not fault_server.received:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        left = now()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while fault not in fault_server.disconnected and now() - left < 5:
            await asyncio.sleep(0.01)
        assert fault_server.disconnected[fault] - left < 0.5
        await provider.aclose()

    async def test_concurrent_streams_do_not_mix(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server, network=Network())

        async def some(model: str) -> str:
            text = ""
            async with aclosing(provider.stream(question(model))) as events:
                async for event in events:
                    text += event.text if isinstance(event, TextDelta) else ""
                    if text.endswith("12 "):
                        break
            return text

        models = ["slow#1", "ok", "slow#2", "thinker", "slow#3", "length"]
        replies = await asyncio.gather(*(some(model) for model in models))
        counted = "".join(f"{number} " for number in range(1, 13))
        assert replies == [counted if model.startswith("slow") else TEXT for model in models]
        await provider.aclose()

    async def test_each_event_may_be_awaited_in_a_task_of_its_own(
        self, protocol: str, fault_server: FaultServer
    ) -> None:
        """As a page does that beats between events: whatever scopes a stream opens must not outlive one step."""
        provider = connected(protocol, fault_server, network=Network())
        events = provider.stream(question("slow"))
        text = ""
        while len(text) < 30:
            event = await asyncio.create_task(anext(events))  # type: ignore[arg-type]
            text += event.text if isinstance(event, TextDelta) else ""
        await asyncio.create_task(events.aclose())  # type: ignore[arg-type]
        assert text.startswith("1 2 3 4 5 ")
        left = now()
        while "slow" not in fault_server.disconnected and now() - left < 5:
            await asyncio.sleep(0.01)
        assert fault_server.disconnected["slow"] - left < 0.5
        await provider.aclose()

    async def test_the_sdk_never_holds_the_key(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server, "sk-canary")
        assert "sk-canary" not in repr(vars(provider._sdk))  # type: ignore[attr-defined]
        assert provider._sdk.api_key == UNUSED_KEY  # type: ignore[attr-defined]
        assert (await complete(provider, question("ok"))).text == TEXT
        assert fault_server.received[0].key == "sk-canary"
        await provider.aclose()

    async def test_nobody_listens(self, protocol: str, fault_server: FaultServer) -> None:
        provider = connected(protocol, fault_server)
        await fault_server.__aexit__()
        result = await outcome(provider, question("ok"))
        assert isinstance(result.error, Unavailable)
        assert result.error.reason == "unreachable"
        assert [type(event) for event in result.events] == [Progress] * FAST.retries
        await provider.aclose()
