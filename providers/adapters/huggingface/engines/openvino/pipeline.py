"""Opening, configuring and asking OpenVINO GenAI, and rewriting weights for it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from providers.adapters.huggingface.engines.base import Job
from providers.adapters.huggingface.engines.openvino.exact_pipeline import ExactPipeline
from providers.adapters.huggingface.engines.openvino.library import modules
from providers.adapters.huggingface.engines.openvino.read_network import network_folder, open_kept

CACHE_GB = 1
"""Bound of the keys and values of all requests together, in GiB: some 78,000 tokens of the default model."""
PIECE = 512
"""Prompt tokens read in one step, so that a long prompt does not hold up the others' tokens."""
EXACT_ROWS = 64
"""Tokens of one step, of replies and prompts together, where all have to be exact: see `ExactPipeline.check`. A prompt
is read as fast as in larger pieces (8.7 s of a processor for 1,024 tokens either way)."""
PRECISION = {"INFERENCE_PRECISION_HINT": "f32"}
FORMATS = ("q8_0",)
"""That are kept on the disk; an earlier version kept `f16` too."""


def open_pipeline(file: Path, *, exact: bool) -> Any:
    """`exact` computes every reply as if nobody else had ever been served (see `exact_pipeline`).

    Raises one of `FAILURES` for a file that it does not read.
    """
    if exact:
        return ExactPipeline(file, CACHE_GB * 2**30, EXACT_ROWS)
    _, genai = modules()
    schedule = genai.SchedulerConfig()
    schedule.enable_prefix_caching = True
    schedule.cache_size = CACHE_GB
    schedule.max_num_batched_tokens = PIECE

    def open_any(place: Path) -> Any:
        return genai.ContinuousBatchingPipeline(str(place), schedule, "CPU", PRECISION)

    kept = open_kept(file, open_any)
    return open_any(file) if kept is None else kept


def configure(job: Job, ends: Sequence[int] = ()) -> Any:
    """OpenVINO's form of a job. At the ends of the sliders, where it refuses a value, an equal one it takes."""
    _, genai = modules()
    sampling = job.sampling
    config = genai.GenerationConfig(max_new_tokens=job.max_tokens, logprobs=1)
    config.stop_token_ids = set(ends)
    config.repetition_penalty = sampling.repetition_penalty or 1.0
    config.frequency_penalty = sampling.frequency_penalty or 0.0
    config.presence_penalty = sampling.presence_penalty or 0.0
    if sampling.temperature == 0:
        return config
    config.do_sample = True
    # Without one, every request would draw the same numbers.
    config.rng_seed = sampling.seed if sampling.seed is not None else secrets.randbits(32)
    config.temperature = 1.0 if sampling.temperature is None else sampling.temperature
    top_p, min_p = sampling.top_p, sampling.min_p or 0.0
    only_one = top_p == 0 or min_p >= 1
    config.top_k = 1 if only_one else sampling.top_k or 0
    config.top_p = top_p or 1.0
    config.min_p = 0.0 if only_one else min_p
    return config


def add(pipeline: Any, number: int, job: Job, ends: Sequence[int]) -> Any:
    """A request's handle; letting go of it cancels the request. Raises one of `FAILURES`."""
    openvino, _ = modules()
    prompt = openvino.Tensor(np.asarray([list(job.prompt)], dtype=np.int64))
    return pipeline.add_request(number, prompt, configure(job, ends))


def target(folder: Path, kind: str) -> Path:
    """Where the rewritten weights of a folder lie."""
    return folder / f"openvino-{kind}.gguf"


def discard(file: Path) -> None:
    """Remove a rewritten file, and what was read of it."""
    file.unlink(missing_ok=True)
    shutil.rmtree(network_folder(file), ignore_errors=True)


def rewrite(source: Path, folder: Path, kinds: Sequence[str] = FORMATS) -> None:
    """Write the weights of a GGUF file in the formats that OpenVINO reads faithfully.

    It reads Q4_1 with whole-number zero points, which costs 0.2-0.3 nats a token.
    """
    from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType, quants

    reader = GGUFReader(source)
    architecture = reader.get_field("general.architecture")
    if architecture is None:
        raise ValueError("no architecture")
    writers = {}
    for kind in kinds:
        writer = writers[kind] = GGUFWriter(target(folder, kind), architecture.contents())
        writer.add_file_type(LlamaFileType[f"MOSTLY_{kind.upper()}"])
        for field in reader.fields.values():
            if not field.name.startswith("GGUF.") and field.name not in {"general.architecture", "general.file_type"}:
                nested = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
                writer.add_key_value(field.name, field.contents(), field.types[0], nested)
    for tensor in reader.tensors:
        dense = quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        for kind, writer in writers.items():
            packed = GGMLQuantizationType[kind.upper()]
            if dense.ndim == 1:
                writer.add_tensor(tensor.name, dense)
            else:
                writer.add_tensor(tensor.name, quants.quantize(dense, packed), raw_dtype=packed)
    for writer in writers.values():
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def score(file: Path, prompts: Sequence[Sequence[int]], *, exact: bool) -> list[list[float]]:
    """The log-probability of every token but the first of each prompt. Raises as `open_pipeline`; where `exact` is not
    what it promises, `RuntimeError`.
    """
    openvino, genai = modules()
    pipeline = open_pipeline(file, exact=exact)
    if exact:
        pipeline.check(prompts[0])
        return [pipeline.score(prompt) for prompt in prompts]
    config = genai.GenerationConfig(max_new_tokens=1, echo=True, logprobs=1)
    handles = [
        pipeline.add_request(number, openvino.Tensor(np.asarray([prompt], dtype=np.int64)), config)
        for number, prompt in enumerate(prompts)
    ]
    while pipeline.has_non_finished_requests():
        pipeline.step()
    outputs = [handle.read_all()[0] for handle in handles]
    return [output.generated_log_probs[1 : len(prompt)] for output, prompt in zip(outputs, prompts, strict=True)]
