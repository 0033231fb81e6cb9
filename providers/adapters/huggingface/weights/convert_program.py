"""Run as a program: one GGUF file into a folder of dense weights that every later start reads in a second.

`python -m providers.adapters.huggingface.weights.convert_program model.gguf folder`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil

from providers.adapters.huggingface.engines.openvino import ARCHITECTURES
from providers.adapters.huggingface.engines.openvino.pipeline import FORMATS, discard, rewrite
from providers.adapters.huggingface.engines.openvino.pipeline import target as rewritten_file
from providers.adapters.huggingface.engines.openvino.read_network import keep_network
from providers.adapters.huggingface.weights.fidelity import REFERENCE, TEXTS, Fidelity, score_network
from providers.adapters.huggingface.weights.gguf_header import read_gguf_header


def convert(source: Path, target: Path, kinds: Sequence[str] = FORMATS) -> None:
    """Write weights, tokenizer and configuration to `target`, and `fidelity`'s measures; of an architecture that
    OpenVINO reads, what it reads.
    """
    target.mkdir(exist_ok=True)
    if read_gguf_header(source).architecture not in ARCHITECTURES:
        _densify(source, target).write(target)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:  # mostly Python: a thread would not help
        rewritten = beside.submit(rewrite, source, target, kinds)
        for kind in kinds:  # where this comes to nothing, the file itself is read
            beside.submit(keep_network, rewritten_file(target, kind))
        fidelity = _densify(source, target)
    if rewritten.exception() is not None:  # a format that cannot be rewritten: transformers serves it alone
        for kind in kinds:
            discard(rewritten_file(target, kind))
    fidelity.write(target)


def _densify(source: Path, target: Path) -> Fidelity:
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
    fidelity = Fidelity([tokenizer(text)["input_ids"][: model.config.max_position_embeddings] for text in TEXTS])
    if wide:
        fidelity.add(REFERENCE, score_network(model, fidelity.prompts))
        model = model.bfloat16()
        fidelity.add("torch-bfloat16", score_network(model, fidelity.prompts))
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    return fidelity


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), FORMATS)
