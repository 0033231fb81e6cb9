"""A folder of safetensors into a running PyTorch engine: device, number format, memory. Blocking; runs in a thread."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText, DynamicCache
from transformers.utils import logging

from providers.adapters.huggingface.engines.base import Loaded
from providers.adapters.huggingface.engines.torch.engine import TorchEngine
from providers.adapters.huggingface.engines.torch.internals import TorchInternals
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.families.vision import keeps_image_positions, takes_images
from providers.adapters.huggingface.memory.device import Device, best_device
from providers.adapters.huggingface.memory.fair_queue import FairQueue
from providers.adapters.huggingface.weights.damage import FAILURES, IncompleteWeights, explain_failure
from providers.adapters.huggingface.weights.fidelity import REFERENCE, TEXTS, Fidelity, passes, score_network
from providers.adapters.huggingface.weights.files import elements
from providers.adapters.huggingface.weights.record import read_record
from providers.errors import WeightsUnavailable
from providers.importing import importing

_FORMATS = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
SLOTS = 16
_SIZE = {"bfloat16": 2, "float16": 2, "float32": 4}


def load(folder: Path, model: str, room: int, dtype: str | None = None) -> Loaded:
    """Load into at most `room` bytes, in the fastest admissible format or in the one named.

    Raises `WeightsUnavailable("unsafe_format")` and as `damage.explain_failure`.
    """
    logging.disable_progress_bar()  # the page shows progress itself
    count = elements(folder, model)
    if count * _SIZE[dtype or "bfloat16"] > room:
        raise WeightsUnavailable("memory", model=model)
    try:
        codec, defaults, context = load_tokenizer(folder)
        fidelity = Fidelity([codec.encode(text, begin=True)[:context] for text in TEXTS])
        device = best_device()
        choices = _number_formats(device, wide=count * 4 <= room)
        network, dtype = _fastest(folder, fidelity, device, choices if dtype is None else [dtype])
    except FAILURES as error:
        # transformers says in one of these that a file is missing, malformed, of an unknown kind or wants foreign code.
        if _wants_code(error):
            raise WeightsUnavailable("unsafe_format", model=model) from error
        raise explain_failure(error, folder, model) from error
    return Loaded(
        engine=TorchEngine(network, codec),
        codec=codec,
        context=context,
        defaults=defaults,
        memory=count * _SIZE[dtype],
        name=f"torch-{dtype}",
        internals=TorchInternals(network),
        queue=FairQueue(1) if keeps_image_positions(network) else FairQueue(SLOTS),
    )


def _wants_code(error: BaseException) -> bool:
    return "trust_remote_code" in str(error)


def _number_formats(device: Device, *, wide: bool) -> Sequence[str]:
    """The number formats worth trying on a device. `wide`: there is room for 32 bits a number."""
    match device:
        case "cuda":
            return ["bfloat16" if torch.cuda.is_bf16_supported() else "float16"]
        case "mps":
            return ["float16"]
        case "cpu":
            return ["bfloat16", "float32"] if wide else ["bfloat16"]


def _fastest(folder: Path, fidelity: Fidelity, device: Device, choices: Sequence[str]) -> tuple[Any, str]:
    """The model in the fastest of these formats that computes the same (see `fidelity`).

    Measured once here and kept in its record.
    """
    record = read_record(folder)
    known = record.dtype if record is not None else None
    if len(choices) == 1 or known in choices:
        dtype = choices[0] if len(choices) == 1 or known is None else known
        return _network(folder, device, dtype), dtype
    network, seconds = None, {}
    for dtype in choices:
        network = None  # two at once would need twice the memory
        gc.collect()
        network = _network(folder, device, dtype)
        seconds[dtype] = _measure(network)
        fidelity.add(f"torch-{dtype}", score_network(network, fidelity.prompts))
        if dtype == "float32":
            fidelity.add(REFERENCE, score_network(network, fidelity.prompts))
    admissible = [dtype for dtype in choices if passes(f"torch-{dtype}", fidelity.nll)]
    best = min(admissible, key=lambda dtype: seconds[dtype])
    if best != choices[-1]:
        network = None
        gc.collect()
        network = _network(folder, device, best)
    if record is not None:
        replace(record, dtype=best, nll={**fidelity.nll, **record.nll}).write(folder)
    return network, best


def _network(folder: Path, device: Device, dtype: str) -> Any:
    kind: Any = AutoModelForImageTextToText if takes_images(folder) else AutoModelForCausalLM
    with importing():
        given: Any = kind.from_pretrained(
            folder,
            dtype=_FORMATS[dtype],
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
    network, report = given
    if report["missing_keys"] or report["mismatched_keys"]:
        raise IncompleteWeights("weights are missing")  # transformers would fill the gap with noise
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
