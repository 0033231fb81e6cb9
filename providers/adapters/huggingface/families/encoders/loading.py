"""Encoders in torch, by sentence-transformers. Slow to import; everything here blocks and runs in threads."""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import CrossEncoder, SentenceTransformer
from transformers.utils import logging

from providers.adapters.huggingface.bounded.library import bound_transformers
from providers.adapters.huggingface.bounded.trying import Trial
from providers.adapters.huggingface.families.encoders.agreement import TEXTS, vectors_agree
from providers.adapters.huggingface.families.encoders.batcher import EncodedText, LoadedEncoder, TextBatcher
from providers.adapters.huggingface.families.encoders.openvino_network import (
    FAILURES,
    CompiledNetwork,
    can_compile,
    compile_network,
    save_network,
)
from providers.adapters.huggingface.memory.device import best_device
from providers.adapters.huggingface.weights.files import MODULES, PICKLED, elements, weights_format
from providers.adapters.huggingface.weights.record import read_record
from providers.errors import Unavailable, WeightsUnavailable
from providers.importing import importing

_CLEARLY = 1.1
"""How many times as quick OpenVINO must be as torch: it takes seconds more to load."""
_THREADS = 8
"""At most, for one batch: the models are small, and others compute beside it."""
_Forward = Callable[[dict[str, torch.Tensor]], torch.Tensor]


def load_embedding(folder: Path, name: str, window: int) -> LoadedEncoder:
    """A model of sentences: one normalised vector a text. Raises `WeightsUnavailable`, and what the libraries raise."""
    _check(folder, name)
    model, fast = _fastest(folder, window)
    compiled = _compile_if_faster(model, folder, window, fast=fast)
    if compiled is None:
        return _encoder(model, _vectors(model, fast=fast), name, window)
    loaded = _encoder(model, _vectors(_with(model, compiled), fast=True), name, window, compiled.streams)
    model[0].auto_model.to("meta")  # its numbers are OpenVINO's now
    return replace(loaded, name="bfloat16, OpenVINO")


def load_reranker(folder: Path, name: str, window: int) -> LoadedEncoder:
    """A cross-encoder: one number from 0 to 1 a pair. Raises `WeightsUnavailable`, and what the libraries raise;
    `ValueError` for a model that classifies.

    It computes in fp32: a rank hangs on small differences.
    """
    _check(folder, name)
    with importing():
        bound_transformers()
        model = CrossEncoder(str(folder), activation_fn=torch.nn.Identity(), max_length=window, **_load_options())
    if model.num_labels != 1:
        raise ValueError("it classifies")

    def forward(features: dict[str, torch.Tensor]) -> torch.Tensor:
        return torch.sigmoid(model(features)["scores"].float().reshape(-1, 1))

    return _encoder(model.eval(), forward, name, window)


def _load_options() -> dict[str, Any]:
    logging.disable_progress_bar()  # the page shows progress itself
    return {
        "device": best_device(),
        "local_files_only": True,
        "trust_remote_code": False,
        "model_kwargs": {"use_safetensors": True, "dtype": torch.float32},
    }


def _check(folder: Path, name: str) -> None:
    """Safetensors alone, also in the model's parts, and whole."""
    if weights_format(folder, name) != "safetensors":
        raise WeightsUnavailable("unsafe_format", model=name)
    elements(folder, name)
    try:
        parts = json.loads((folder / MODULES).read_text("utf-8")) if (folder / MODULES).is_file() else []
        inside, kinds = [folder / str(part["path"]) for part in parts], [str(part["type"]) for part in parts]
    except (ValueError, TypeError, KeyError) as error:
        raise WeightsUnavailable("damaged", model=name) from error
    if not all(kind.startswith("sentence_transformers.") for kind in kinds):  # code that is not the library's
        raise WeightsUnavailable("unsafe_format", model=name)
    for part in inside:
        names = {file.name for file in part.iterdir()} if part.is_dir() else set()
        if "model.safetensors" not in names and any(Path(one).suffix in PICKLED for one in names):
            raise WeightsUnavailable("unsafe_format", model=name)


def _fastest(folder: Path, window: int) -> tuple[SentenceTransformer, bool]:
    """The model, and whether it computes in bf16: where that is quicker here and its vectors are the same.

    Measured once and kept in the folder's record.
    """
    record = read_record(folder)
    known = record.dtype if record is not None else None
    model = _sentences(folder)
    if known == "float32":
        return model, False
    if known == "bfloat16":
        _halve(model)
        return model, True
    texts = [_cut_to_window(one, window) for one in _tokens(_tokenizer(model), window)(TEXTS)]
    exact, slow = _time(model, model, texts, fast=False)
    _halve(model)
    halved, quick = _time(model, model, texts, fast=True)
    fast = vectors_agree(exact, halved) and quick < slow
    if record is not None:
        replace(record, dtype="bfloat16" if fast else "float32").write(folder)
    if fast:
        return model, True
    del model
    gc.collect()  # two at once would need twice the memory
    return _sentences(folder), False


def _compile_if_faster(model: SentenceTransformer, folder: Path, window: int, *, fast: bool) -> CompiledNetwork | None:
    """The network as OpenVINO computes it, where that is quicker here than torch and its vectors are the same; measured
    once and kept in the folder's record, without which nothing is tried. `fast`: torch computes in bf16."""
    record = read_record(folder)
    if record is None or record.engine == "torch" or not can_compile(model):
        return None
    try:
        if record.engine is None:
            save_network(_sentences(folder), folder)
        compiled = compile_network(folder, min(_THREADS, os.cpu_count() or 1))
        if record.engine == "openvino":
            return compiled
        texts = [_cut_to_window(one, window) for one in _tokens(_tokenizer(model), window)(TEXTS)]
        whole = _sentences(folder)
        exact, _ = _time(whole, whole, texts, fast=False)
        _, usual = _time(model, model, texts, fast=fast)
        found, quick = _time(model, _with(model, compiled), texts, fast=True, streams=compiled.streams)
        chosen = vectors_agree(exact, found) and quick * _CLEARLY < usual
    except (*FAILURES, OSError):  # a network that it cannot take, or a file that is not whole: torch takes it
        chosen = False
    replace(record, engine="openvino" if chosen else "torch").write(folder)
    return compiled if chosen else None


def _sentences(folder: Path) -> SentenceTransformer:
    with importing():
        bound_transformers()
        return SentenceTransformer(str(folder), **_load_options()).eval()


def _halve(model: SentenceTransformer) -> None:
    """The network alone: what makes a vector of its output stays exact."""
    model[0].to(torch.bfloat16)


def _with(model: SentenceTransformer, compiled: CompiledNetwork) -> list[torch.nn.Module]:
    """The model's parts, the network's place taken by the compiled one."""
    return [compiled, *list(model)[1:]]


def _time(
    model: SentenceTransformer,
    parts: Iterable[torch.nn.Module],
    texts: Sequence[EncodedText],
    *,
    fast: bool,
    streams: int = 1,
) -> tuple[NDArray[np.float32], float]:
    """The vectors, and the seconds of the quicker of two times; with several streams, a stream's share of them."""
    compute = _compute(model, _vectors(parts, fast=fast))
    vectors, seconds = compute(texts), list[float]()  # the first call of a format sets things up
    with ThreadPoolExecutor(streams) as pool:
        for _ in range(2):
            start = time.perf_counter()
            list(pool.map(compute, [texts] * streams))
            seconds.append((time.perf_counter() - start) / streams)
    return vectors, min(seconds)


def _vectors(parts: Iterable[torch.nn.Module], *, fast: bool) -> _Forward:
    every = list(parts)

    def forward(features: dict[str, torch.Tensor]) -> torch.Tensor:
        for place, module in enumerate(every):
            features = module(features)
            if fast and place == 0:
                features["token_embeddings"] = features["token_embeddings"].float()
        return torch.nn.functional.normalize(features["sentence_embedding"].float(), dim=1)

    return forward


def _tokenizer(model: Any) -> Any:
    """The tokenizer proper, which several threads may use at once; it cuts nothing off and fills nothing up."""
    backend = model.tokenizer.backend_tokenizer
    copy = type(backend).from_str(backend.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


def _tokens(tokenizer: Any, window: int) -> Callable[[Sequence[str | tuple[str, str]]], list[EncodedText]]:
    trial = Trial(tokenizer)

    def tokens(texts: Sequence[str | tuple[str, str]]) -> list[EncodedText]:
        trial.cut(part for text in texts for part in ((text,) if isinstance(text, str) else text))
        found = [EncodedText(one.ids, one.type_ids) for one in tokenizer.encode_batch(list(texts))]
        pairs = [isinstance(text, tuple) for text in texts]
        return [_cut_to_window(one, window) if pair else one for pair, one in zip(pairs, found, strict=True)]

    return tokens


def _cut_to_window(one: EncodedText, window: int) -> EncodedText:
    """What fits: it loses its last tokens, and keeps the mark after them."""
    if len(one) <= window:
        return one
    return EncodedText([*one.ids[: window - 1], one.ids[-1]], [*one.parts[: window - 1], one.parts[-1]])


def _compute(model: Any, forward: _Forward) -> Callable[[Sequence[EncodedText]], NDArray[np.float32]]:
    filler, left = model.tokenizer.pad_token_id or 0, model.tokenizer.padding_side == "left"
    told_parts = "token_type_ids" in model.tokenizer.model_input_names
    device = next(model.parameters()).device

    def compute(texts: Sequence[EncodedText]) -> NDArray[np.float32]:
        longest = max(len(text) for text in texts)
        ids = torch.full((len(texts), longest), filler)
        mask, parts = torch.zeros_like(ids), torch.zeros_like(ids)
        for row, text in enumerate(texts):
            place = slice(longest - len(text), longest) if left else slice(0, len(text))
            ids[row, place], parts[row, place] = torch.tensor(text.ids), torch.tensor(text.parts)
            mask[row, place] = 1
        features = {"input_ids": ids.to(device), "attention_mask": mask.to(device)}
        if told_parts:
            features["token_type_ids"] = parts.to(device)
        try:
            with torch.inference_mode():
                return cast("NDArray[np.float32]", forward(features).cpu().numpy())
        except (MemoryError, RuntimeError) as error:  # torch's out-of-memory error is of the latter class
            if isinstance(error, RuntimeError) and "memory" not in str(error):
                raise
            raise Unavailable("out_of_memory", provider="huggingface") from error

    return compute


def _encoder(model: Any, forward: _Forward, name: str, window: int, workers: int = 1) -> LoadedEncoder:
    compute = _compute(model, forward)

    def compute_bounded(texts: Sequence[EncodedText]) -> NDArray[np.float32]:
        if torch.get_num_threads() > _THREADS:
            torch.set_num_threads(_THREADS)
        return compute(texts)

    memory = sum(one.numel() * one.element_size() for one in model.parameters())
    dtype = str(next(model.parameters()).dtype).removeprefix("torch.")
    return LoadedEncoder(
        engine=TextBatcher(compute_bounded, f"encode-{name}", workers),
        tokens=_tokens(_tokenizer(model), window),
        memory=memory,
        name=dtype,
    )
