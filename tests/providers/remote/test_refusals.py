"""What a server's refusal says, and what it cannot make of its reader."""

import pytest

from providers.errors import ContextTooLong, Overloaded, PlaygroundError, RateLimited, UnsupportedRequest
from providers.remote.refusals import VendorCall, refusal, stream_error
from providers.types import Message, ModelInfo, Request, Sampling

MODEL = ModelInfo(id="m", provider="x", name="m")
ASKED = Request(model=MODEL, messages=(Message.of("user", "hi"),), sampling=Sampling(max_tokens=9000))
CALL = VendorCall(provider="x", request=ASKED, sent={"max_tokens": "max_tokens"})


@pytest.mark.parametrize(
    ("code", "kind"),
    [("429", RateLimited), (529, Overloaded), ("rate_limit_error", RateLimited), ("²", None), ("9" * 5000, None)],
)
def test_a_code_within_a_stream(code: object, kind: type[PlaygroundError] | None) -> None:
    found = stream_error({"error": {"code": code, "message": "no"}}, CALL)
    assert isinstance(found, PlaygroundError)
    assert kind is None or type(found) is kind


def too_long(text: str) -> ContextTooLong:
    found = refusal(400, {"error": {"code": "context_length_exceeded", "message": text}}, None, CALL)
    assert isinstance(found, ContextTooLong)
    return found


def test_a_server_counts_tokens() -> None:
    found = too_long("maximum context length is 8,192 tokens. However, you asked for 9000 (100 in the messages, 8900)")
    assert (found.values["context"], found.values["tokens"]) == (8192, 100)


@pytest.mark.parametrize("count", [",,,", "9" * 5000, "1" + ",000" * 2000])
def test_what_counts_no_tokens_is_not_read(count: str) -> None:
    found = too_long(f"maximum context length is {count} tokens, ({count} in the messages)")
    assert found.values["context"] == MODEL.context


def test_the_most_that_is_taken() -> None:
    text = f"max_tokens must be at most 4,096, not 9000; see {'1' * 5000}"
    found = refusal(400, {"error": {"param": "max_tokens", "message": text}}, None, CALL)
    assert isinstance(found, UnsupportedRequest) and found.values["limit"] == 4096
