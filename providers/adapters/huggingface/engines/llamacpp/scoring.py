"""How likely llama.cpp thinks a text, for the gate: token by token, as its server scores no prompt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.engines.llamacpp.fitting import fit
from providers.adapters.huggingface.engines.llamacpp.server import open_server
from providers.adapters.huggingface.weights.gguf_choice import GgufFiles

_FORCED = 1e6
"""Added to a token's logit for the draw alone: what is told of it is the model's own log-probability."""


_EVERY = 2**20
"""More than any vocabulary has."""


def score(folder: Path, files: GgufFiles, prompts: Sequence[Sequence[int]]) -> list[list[float]]:
    """The log-probability of every token but the first of each prompt. Raises what the library raises.

    Each token is forced to be drawn. One within a character is not named: it is looked up among all tokens.
    """
    server = open_server(fit(folder, files).setting)
    return [
        [_score(server, prompt[:place], prompt[place], prompt) for place in range(1, len(prompt))] for prompt in prompts
    ]


def _score(server: Any, before: Sequence[int], token: int, prompt: Sequence[int]) -> float:
    for forced in (token, *prompt):
        told = _ask(server, before, forced, 1 if forced == token else _EVERY)
        found = next((one["logprob"] for one in told if one["id"] == token), None)
        if found is not None:
            return float(found)
    raise RuntimeError("no token of the text is told")


def _ask(server: Any, before: Sequence[int], forced: int, best: int) -> list[dict[str, Any]]:
    """The likeliest tokens where another one is drawn; none where that one is not told."""
    chunks: list[dict[str, Any]] = []
    request = {"prompt": list(before), "n_predict": 1, "stream": True, "n_probs": best, "temperature": 0}
    server.server.handle_completions({**request, "logit_bias": [[forced, _FORCED]]}, chunks.append)
    choices = [choice for chunk in chunks for choice in chunk.get("choices", ())]
    content = [token for choice in choices for token in (choice.get("logprobs") or {}).get("content", ())]
    return [one for token in content for one in (token, *token["top_logprobs"])]
