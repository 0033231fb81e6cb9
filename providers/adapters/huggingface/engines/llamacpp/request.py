"""A job in llama.cpp's words."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from providers.adapters.huggingface.engines.base import Job

_ORDER = ("penalties", "temperature", "top_k", "top_p", "min_p", "typ_p")
"""That of `providers.decoding`; whatever else llama.cpp would do by itself is left out."""


def completion_request(job: Job) -> dict[str, Any]:
    """What its server is asked. Every parameter is told: those that a file recommends were read by us."""
    sampling = job.sampling
    return {
        "prompt": _prompt(job),
        "n_predict": job.max_tokens,
        "stream": True,
        # It sorts the whole vocabulary for them: without, tokens are named by what it tells of itself.
        "n_probs": max(1, job.alternatives) if job.logprobs else 0,
        "verbose": not job.logprobs,
        "return_tokens": not job.logprobs,
        "post_sampling_probs": False,
        "return_progress": True,
        "timings_per_token": True,  # how many tokens there are by now: those within a character are not named
        # What was written token by token is rounded otherwise than what is read at once: a seed would not repeat.
        "cache_prompt": sampling.seed is None,
        "samplers": list(_ORDER),
        "temperature": 1.0 if sampling.temperature is None else sampling.temperature,
        "top_k": sampling.top_k or 0,
        "top_p": 1.0 if sampling.top_p is None else sampling.top_p,
        "min_p": sampling.min_p or 0.0,
        "typical_p": 1.0 if sampling.typical_p is None else sampling.typical_p,
        "repeat_penalty": sampling.repetition_penalty or 1.0,
        "repeat_last_n": len(job.prompt) + job.max_tokens,
        "frequency_penalty": 0.0,
        "presence_penalty": 0.0,
        "seed": sampling.seed if sampling.seed is not None else secrets.randbits(31),
    }


def _prompt(job: Job) -> object:
    """Token ids; with pictures the text in which their places are marked, and each picture's file."""
    if not job.inputs:
        return list(job.prompt)
    pictures = [base64.b64encode(picture).decode() for picture in job.inputs["pictures"]]
    return {"prompt_string": job.inputs["text"], "multimodal_data": pictures}
