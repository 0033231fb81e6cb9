"""A folder of weights into a running engine: device, number format, memory. Blocking; runs in a thread."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache
from transformers.utils import logging

from providers.errors import WeightsUnavailable
from providers.huggingface.engines.base import Loaded
from providers.huggingface.engines.torch import TorchEngine
from providers.huggingface.tokens import Codec
from providers.huggingface.weights import elements, read_record
from providers.types import Sampling

_FORMATS = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
_SIZE = {"bfloat16": 2, "float16": 2, "float32": 4}


def budget(chosen: int | None) -> int:
    """Bytes for all loaded models together: half of the computer's memory, or most of the accelerator's."""
    if chosen is not None:
        return chosen
    if torch.cuda.is_available():
        return int(torch.cuda.mem_get_info()[1] * 0.8)
    return int(psutil.virtual_memory().total // 2)


def smallest(folder: Path, model: str) -> int:
    """Bytes that the weights need at the least, in memory."""
    return elements(folder, model) * 2


def load(folder: Path, model: str, room: int) -> Loaded:
    """Load into at most `room` bytes. Raises `WeightsUnavailable`: "damaged", "unsafe_format" or "memory"."""
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the page shows progress itself
    count = elements(folder, model)
    if count * 2 > room:
        raise WeightsUnavailable("memory", model=model)
    try:
        codec, defaults = _codec(folder)
        device, choices = _formats(count * 4 <= room)
        network, dtype = _fastest(folder, device, choices)
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise WeightsUnavailable("memory", model=model) from error
    except (OSError, ValueError, LookupError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
        # transformers says in one of these that a file is missing, malformed, of an unknown kind or wants foreign code.
        raise WeightsUnavailable("unsafe_format" if _wants_code(error) else "damaged", model=model) from error
    context = getattr(network.config, "max_position_embeddings", None)
    return Loaded(
        engine=TorchEngine(network, codec),
        codec=codec,
        context=context if isinstance(context, int) else None,
        defaults=defaults,
        memory=count * _SIZE[dtype],
        dtype=dtype,
    )


def codec_of(folder: Path) -> Codec:
    """The tokenizer alone."""
    return _codec(folder)[0]


def _wants_code(error: BaseException) -> bool:
    return "trust_remote_code" in str(error)


def _codec(folder: Path) -> tuple[Codec, Sampling]:
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    config = folder / "generation_config.json"
    chosen = json.loads(config.read_text("utf-8")) if config.is_file() else {}
    ends = chosen.get("eos_token_id")
    return Codec(tokenizer, _several(ends)), _defaults(chosen)


def _several(ends: object) -> list[int]:
    return [end for end in (ends if isinstance(ends, list) else [ends]) if isinstance(end, int)]


def _defaults(chosen: dict[str, Any]) -> Sampling:
    """The recommendation of `generation_config.json`, where it recommends sampling; else the plain distribution."""
    names = ("temperature", "top_k", "top_p", "min_p", "typical_p") if chosen.get("do_sample") else ()
    values = {name: chosen[name] for name in (*names, "repetition_penalty") if chosen.get(name) is not None}
    return Sampling(**{"temperature": 1.0, **values})


def _formats(wide: bool) -> tuple[str, Sequence[str]]:
    """The device, and the number formats worth trying on it. `wide`: there is room for 32 bits a number."""
    if torch.cuda.is_available():
        return "cuda", ["bfloat16" if torch.cuda.is_bf16_supported() else "float16"]
    if torch.backends.mps.is_available():
        return "mps", ["float16"]
    return "cpu", ["bfloat16", "float32"] if wide else ["bfloat16"]


def _fastest(folder: Path, device: str, choices: Sequence[str]) -> tuple[Any, str]:
    """The model in the fastest of these formats on this computer; measured once and kept in its record."""
    record = read_record(folder)
    known = record.dtype if record is not None else None
    if known is not None and known in choices:
        return _network(folder, device, known), known
    if len(choices) == 1:
        return _network(folder, device, choices[0]), choices[0]
    network, seconds = None, {}
    for dtype in choices:
        network = None  # two at once would need twice the memory
        gc.collect()
        network = _network(folder, device, dtype)
        seconds[dtype] = _measure(network)
    best = min(seconds, key=lambda dtype: seconds[dtype])
    if best != choices[-1]:
        network = None
        gc.collect()
        network = _network(folder, device, best)
    if record is not None:
        replace(record, dtype=best).write(folder)
    return network, best


def _network(folder: Path, device: str, dtype: str) -> Any:
    given: Any = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=_FORMATS[dtype],
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        output_loading_info=True,
    )
    network, report = given
    if report["missing_keys"] or report["mismatched_keys"]:
        raise ValueError("weights are missing")  # transformers would fill the gap with noise
    return network.to(device).eval()


def _measure(network: Any) -> float:
    """Seconds for an ordinary exchange, estimated: a prompt of 256 tokens and 64 of reply, of which 6 are computed."""
    config = network.config.get_text_config()
    length = min(256, (getattr(config, "max_position_embeddings", None) or 256) - 8)
    prompt = torch.arange(length).unsqueeze(0) % config.vocab_size
    with torch.inference_mode():
        network(input_ids=prompt[:, :8], logits_to_keep=1)  # the first call of a format sets things up
        cache = DynamicCache(config=network.config)
        start = time.perf_counter()
        network(input_ids=prompt, past_key_values=cache, use_cache=True, logits_to_keep=1)
        read = time.perf_counter()
        for _ in range(6):
            network(input_ids=prompt[:, :1], past_key_values=cache, use_cache=True, logits_to_keep=1)
        return read - start + (time.perf_counter() - read) * 64 / 6
