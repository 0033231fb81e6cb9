"""OpenVINO GenAI on the processor: GGUF models, many requests in one batch, stepped by one thread.

Two variants of a model, each its own file. `openvino-q8_0` is the fast one; with `openvino-f16` a reply is the same
whoever else is being served, which a seed promises.
"""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from providers.errors import Unavailable, WeightsUnavailable
from providers.huggingface.engines.base import Job, Loaded, Step
from providers.huggingface.engines.run import Item, Run, deliver
from providers.huggingface.line import Line
from providers.huggingface.tokens import Codec, tokenizer_of
from providers.types import PARAMETERS

ORDER = 10
ACCEPTS = PARAMETERS - {"typical_p"}
CACHE_GB = 1
"""Bound of the keys and values of all requests together, in GiB: some 78,000 tokens of the default model."""
PIECE = 512
"""Prompt tokens read in one step, so that a long prompt does not hold up the others' tokens."""
SLOTS = 32
FAILURES = (RuntimeError, IndexError, ValueError, OverflowError, MemoryError)
"""What the binding makes of OpenVINO's own errors."""
_KINDS = {"q8_0": False, "f16": True}
"""The number formats, and whether replies are the same in company (with 32-bit activations)."""


@dataclass(frozen=True, slots=True)
class OpenVino:
    """A variant. See `engines.Variant`."""

    folder: Path
    kind: str
    accepts = ACCEPTS
    alternatives = False
    inside = False

    @property
    def name(self) -> str:
        return f"openvino-{self.kind}"

    @property
    def reproducible(self) -> bool:
        return _KINDS[self.kind]

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.gguf"

    def budget(self) -> None:
        """It shares the computer's memory."""

    def memory(self, model: str) -> int:
        """Weights are unpacked where that is faster; the cache keeps what was read until it is full."""
        return int(self.file.stat().st_size * 2.5) + CACHE_GB * 2**30

    def load(self, model: str, room: int) -> Loaded:
        if (need := self.memory(model)) > room:
            raise WeightsUnavailable("memory", model=model)
        try:
            with ThreadPoolExecutor(1) as beside:
                reading = beside.submit(tokenizer_of, self.folder)
                pipeline = open_pipeline(self.file, exact=self.reproducible)
                codec, defaults, context = reading.result()
        except (*FAILURES, OSError) as error:
            raise WeightsUnavailable("damaged", model=model) from error
        engine = OpenVinoEngine(lambda: open_pipeline(self.file, exact=self.reproducible), codec, pipeline)
        return Loaded(
            engine=engine,
            codec=codec,
            context=context,
            defaults=defaults,
            memory=need,
            name=self.name,
            line=Line(SLOTS),
        )


def variants(folder: Path) -> tuple[OpenVino, ...]:
    """The fast one, then the reproducible one; none where OpenVINO or the rewritten weights are missing."""
    if find_spec("openvino_genai") is None:
        return ()
    return tuple(variant for kind in _KINDS if (variant := OpenVino(folder, kind)).file.is_file())


def _modules() -> tuple[Any, Any]:
    """OpenVINO and its generation library.

    Its telemetry, which reports every import to Google Analytics, is kept out: nothing leaves this computer unasked.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # Python's own way to forbid an import
    import openvino
    import openvino_genai

    return openvino, openvino_genai


def open_pipeline(file: Path, *, exact: bool) -> Any:
    """`exact` computes every reply as if it were alone. Raises one of `FAILURES` for a file that it does not read."""
    _, genai = _modules()
    schedule = genai.SchedulerConfig()
    schedule.enable_prefix_caching = True
    schedule.cache_size = CACHE_GB
    schedule.max_num_batched_tokens = PIECE
    precision = {"INFERENCE_PRECISION_HINT": "f32"}
    if exact:  # keys and values in 8 bits, the default, are rounded together with their neighbours'
        precision["KV_CACHE_PRECISION"] = "f32"
    return genai.ContinuousBatchingPipeline(str(file), schedule, "CPU", precision)


def configure(job: Job, ends: Sequence[int] = ()) -> Any:
    """OpenVINO's form of a job. At the ends of the sliders, where it refuses a value, an equal one it takes."""
    _, genai = _modules()
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


class OpenVinoEngine:
    """Runs `pipeline`, or what `connect` opens, now and whenever a step has failed. See `engines.base.Engine`."""

    def __init__(self, connect: Callable[[], Any], codec: Codec, pipeline: Any = None) -> None:
        self.computed = 0
        self._connect, self._codec = connect, codec
        self._pipeline = pipeline or connect()
        self._arriving: list[Run] = []
        self._handles: dict[Run, Any] = {}
        self._produced: dict[Run, list[int]] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._count = 0
        self._thread = threading.Thread(target=self._work, name="openvino-engine", daemon=True)
        self._thread.start()

    async def submit(self, job: Job) -> AsyncGenerator[Step]:
        run = Run(job, self._codec)
        with self._changed:
            if self._closed:
                raise Unavailable(provider="huggingface")
            self._arriving.append(run)
            self._changed.notify()
        try:
            async with aclosing(run.read()) as steps:
                async for step in steps:
                    yield step
        finally:
            with self._changed:
                run.cancelled = True
                self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        self._pipeline = None

    def _work(self) -> None:
        while (arrived := self._turn()) is not None:
            deliver([(run, error) for run in arrived if (error := self._begin(run)) is not None])
            for run in [run for run in self._handles if run.cancelled]:
                self._forget(run).cancel()  # takes effect with the step that follows
            try:
                self._pipeline.step()
            except FAILURES:
                self._recover()
            deliver([item for run in list(self._handles) for item in self._read(run)])
        deliver([(run, Unavailable(provider="huggingface")) for run in [*self._handles, *self._arriving]])
        self._handles.clear()

    def _turn(self) -> list[Run] | None:
        """The requests that have come; waits until there is something to do. `None` when the engine is closed."""
        with self._changed:
            while not (self._arriving or self._handles or self._closed):
                self._changed.wait()
            if self._closed:
                return None
            arrived, self._arriving = self._arriving, []
            return arrived

    def _begin(self, run: Run) -> BaseException | None:
        """Hand a request over, with what it has said so far; the error that it fails with, if it does."""
        openvino, _ = _modules()
        produced = self._produced.setdefault(run, [])
        tokens = [*run.job.prompt, *produced]
        job = Job(prompt=tokens, sampling=run.job.sampling, max_tokens=run.job.max_tokens - len(produced))
        try:
            config = configure(job, sorted(self._codec.ends))
            self._count += 1
            prompt = openvino.Tensor(np.asarray([tokens], dtype=np.int64))
            self._handles[run] = self._pipeline.add_request(self._count, prompt, config)
        except FAILURES as error:
            self._produced.pop(run)
            return error
        return None

    def _read(self, run: Run) -> list[tuple[Run, Item]]:
        """What a request has produced since it was last read. The reader finds its end, and closes at a stop string."""
        handle, items = self._handles[run], list[tuple[Run, Item]]()
        while handle.can_read():
            for output in handle.read().values():
                drawn = list(zip(output.generated_ids, output.generated_log_probs, strict=True))
                self._produced[run].extend(output.generated_ids)
                self.computed += len(drawn)
                items += [(run, one) for one in drawn]
        match handle.get_status().name:
            case "RUNNING":
                pass
            case "FINISHED":
                self._forget(run)
                items.append((run, Unavailable(provider="huggingface")))  # never read: a reader ends at its last step
            case _ if not run.cancelled:  # it needs more than the whole cache
                self._forget(run)
                items.append((run, Unavailable("out_of_memory", provider="huggingface")))
        return items

    def _forget(self, run: Run) -> Any:
        del self._produced[run]
        return self._handles.pop(run)

    def _recover(self) -> None:
        """A step failed, most likely for lack of memory: the largest request pays, the others go on where they were.

        A seeded one cannot: its place in the sequence of random numbers is lost with the pipeline.
        """
        runs = sorted(self._handles, key=lambda run: len(run.job.prompt) + len(self._produced[run]))
        self._handles = {}
        self._pipeline = None
        lost: list[tuple[Run, Item]] = []
        going = [run for run in runs[:-1] if run.job.sampling.seed is None or run.job.sampling.temperature == 0]
        self._produced = {run: self._produced[run] for run in going}
        lost += [(run, Unavailable("out_of_memory", provider="huggingface")) for run in runs if run not in going]
        try:
            self._pipeline = self._connect()
        except FAILURES:
            lost += [(run, Unavailable("out_of_memory", provider="huggingface")) for run in going]
            with self._changed:
                self._closed = True
        else:
            lost += [(run, failure) for run in going if (failure := self._begin(run)) is not None]
        deliver(lost)


def rewrite(source: Path, folder: Path) -> None:
    """Write the weights of a GGUF file in the formats that OpenVINO reads faithfully.

    It reads Q4_1 with whole-number zero points, which costs 0.2-0.3 nats a token.
    """
    from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType, quants

    reader = GGUFReader(source)
    architecture = reader.get_field("general.architecture")
    if architecture is None:
        raise ValueError("no architecture")
    writers = {}
    for kind in _KINDS:
        writer = writers[kind] = GGUFWriter(OpenVino(folder, kind).file, architecture.contents())
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


def score(variant: OpenVino, prompts: Sequence[Sequence[int]]) -> list[list[float]]:
    """The log-probability of every token but the first of each prompt. Raises as `open_pipeline`."""
    openvino, genai = _modules()
    pipeline = open_pipeline(variant.file, exact=variant.reproducible)
    config = genai.GenerationConfig(max_new_tokens=1, echo=True, logprobs=1)
    handles = [
        pipeline.add_request(number, openvino.Tensor(np.asarray([prompt], dtype=np.int64)), config)
        for number, prompt in enumerate(prompts)
    ]
    while pipeline.has_non_finished_requests():
        pipeline.step()
    outputs = [handle.read_all()[0] for handle in handles]
    return [output.generated_log_probs[1 : len(prompt)] for output, prompt in zip(outputs, prompts, strict=True)]
