"""Run as a program: one GGUF file into a folder of dense weights that every later start reads in a second.

`python -m providers.adapters.huggingface.weights.convert model.gguf folder`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

from providers.adapters.huggingface.engines.openvino.pipeline import rewrite
from providers.adapters.huggingface.weights.gate import REFERENCE, TEXTS, Gate


def convert(source: Path, target: Path) -> None:
    """Write weights, tokenizer and configuration to `target`, what OpenVINO reads, and the gate's measures."""
    target.mkdir(exist_ok=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:  # mostly Python: a thread would not help
        rewritten = beside.submit(rewrite, source, target)
        gate = _densify(source, target)
    if rewritten.exception() is not None:  # a format that cannot be rewritten: transformers serves it alone
        for file in target.glob("openvino-*.gguf"):
            file.unlink()
    gate.write(target)


def _densify(source: Path, target: Path) -> Gate:
    """The weights as transformers reads them, in bfloat16."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    wide = psutil.virtual_memory().available > source.stat().st_size * 16  # four bits a number, held twice
    model = AutoModelForCausalLM.from_pretrained(
        source.parent,
        gguf_file=source.name,
        dtype=torch.float32 if wide else torch.bfloat16,
        quantization_config=GgufConfig(dequantize=True),
    )
    gate = Gate([tokenizer(text)["input_ids"][: model.config.max_position_embeddings] for text in TEXTS])
    if wide:
        gate.measured(REFERENCE, score(model, gate.prompts))
        model = model.bfloat16()
        gate.measured("torch-bfloat16", score(model, gate.prompts))
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    return gate


def score(network: Any, prompts: Sequence[Sequence[int]]) -> list[list[float]]:
    """The log-probability of every token but the first of each prompt."""
    import torch

    scores = []
    with torch.inference_mode():
        for prompt in prompts:
            ids = torch.tensor([list(prompt)], device=network.device)
            logs = torch.log_softmax(network(input_ids=ids).logits[0, :-1].float(), dim=-1)
            chosen: list[float] = logs.gather(1, ids[0, 1:, None])[:, 0].tolist()
            scores.append(chosen)
    return scores


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
