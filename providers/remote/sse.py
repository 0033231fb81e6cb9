"""What a server sends back: the data of each event of a stream, or one answer of a server that does not stream."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import httpx2

_MOST = 4_000_000
"""Bytes of an answer that is no stream, at most."""


class End:
    """The mark `[DONE]`."""


END: Final = End()


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """The body of a server that did not stream, decoded from JSON; `content` is as it came where it is no JSON."""

    content: object


class _Sent(Protocol):
    @property
    def data(self) -> str: ...


class Decoder(Protocol):
    """An SDK's own reader of server-sent events."""

    def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[_Sent]: ...


async def read_events(response: httpx2.Response, decoder: Decoder, heard: Callable[[], None]) -> AsyncGenerator[object]:
    """The data of each event, decoded from JSON; `END` where the server marks it; a `WholeAnswer` instead of them.

    Events without data, or whose data is `null`, say nothing and are left out, whatever they are called; `heard` is
    called with every piece all the same, comments too: the server lives. Raises
    `ValueError` for data that is no JSON, and what reading the response raises.
    """
    whole, events = bytearray(), 0

    async def pieces() -> AsyncGenerator[bytes]:
        async for piece in response.aiter_bytes():
            heard()
            if not events and len(whole) < _MOST:
                whole.extend(piece)
            yield piece

    async for sent in decoder.aiter_bytes(pieces()):
        if not sent.data.strip():
            continue
        events += 1
        if sent.data.startswith("[DONE]"):
            yield END
        elif (data := json.loads(sent.data)) is not None:
            yield data
    if not events and whole.strip():
        yield WholeAnswer(_decode_body(bytes(whole)))


def _decode_body(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def field_of(value: object, name: str) -> object:
    """A field of what a server sent, or `None` where there is no such one."""
    return value.get(name) if isinstance(value, Mapping) else None
