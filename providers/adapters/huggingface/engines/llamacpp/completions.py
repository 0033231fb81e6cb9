"""Asking llama.cpp's server: in this process; with pictures by its own port, where alone it takes them (2026.10)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

Chunk = dict[str, Any]
Receive = Callable[[Chunk], bool]
"""Is told a piece of a reply; `True` calls the rest off."""


@dataclass(frozen=True, slots=True)
class CompletionServer:
    """The library's server, and the key that its port asks for. `sees`: it has a projector."""

    server: Any
    key: str = field(repr=False)
    sees: bool = False

    def ask(self, request: Chunk, receive: Receive) -> None:
        """Blocks until the reply has ended. A refusal is a piece with `error`. Raises what the binding raises."""
        if self.sees:
            self._ask_port(request, receive)
        else:
            self.server.handle_completions(request, receive)

    def _ask_port(self, request: Chunk, receive: Receive) -> None:
        address = urlsplit(self.server.listening_address)
        connection = HTTPConnection(address.hostname or "127.0.0.1", address.port)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/completion", json.dumps(request), headers)
            answer = connection.getresponse()
            if answer.status != 200:
                receive({"error": answer.status})
                return
            for line in answer:
                if line.startswith(b"data: {") and receive(_as_completion(json.loads(line[6:]))):
                    return
        finally:
            connection.close()  # which calls off what is left


def _as_completion(chunk: Chunk) -> Chunk:
    """As `handle_completions` tells it."""
    choice = {
        "logprobs": {"content": chunk.get("completion_probabilities", ())},
        "finish_reason": "length" if chunk.get("stop_type") == "limit" else None,
    }
    told: Chunk = {name: chunk[name] for name in ("timings", "error") if name in chunk}
    return {"choices": [choice], "__verbose": chunk, **told}
