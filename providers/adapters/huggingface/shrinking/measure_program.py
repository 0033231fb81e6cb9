"""Run as a program: what one form of a model costs, in a process that has nothing else in its memory.

`python -m providers.adapters.huggingface.shrinking.measure_program folder form share`. On standard input it takes JSON:
"heads", "prompt" (token ids), "written" (tokens) and, for a packed form, "scratch", a folder to pack the file into. It
prints a line of JSON: load, memory, speed and engine.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from providers.shrinking import NAMES, Form, FormName


def measure_torch(folder: Path, form: Form, heads: int, prompt: Sequence[int], written: int) -> dict[str, Any]:
    """By PyTorch. Its libraries are imported before anything is counted."""
    from providers.adapters.huggingface.shrinking.network import ShrunkNetwork

    before, start = _memory(), time.perf_counter()
    network = ShrunkNetwork(folder, folder.name, heads)
    network.write(form, prompt, 1, (), threading.Event())
    load = time.perf_counter() - start
    gc.collect()
    memory = _memory() - before
    start = time.perf_counter()
    count = len(network.write(form, prompt, written, (), threading.Event()))
    return {
        "load": load,
        "memory": memory,
        "speed": count / (time.perf_counter() - start),
        "engine": "PyTorch",
    }


def measure_packed(source: Path, scratch: Path, kind: FormName, prompt: Sequence[int], written: int) -> dict[str, Any]:
    """By llama.cpp, of a file that is packed first."""
    from providers.adapters.huggingface.engines.llamacpp.fitting import fit
    from providers.adapters.huggingface.engines.llamacpp.library import module
    from providers.adapters.huggingface.engines.llamacpp.server import open_server, set_patience
    from providers.adapters.huggingface.engines.openvino.pipeline import rewrite, target
    from providers.adapters.huggingface.weights.gguf_choice import GgufFiles

    rewrite(source, scratch, (kind,))
    file = target(scratch, kind)
    set_patience()
    module()
    gc.collect()
    before, start = _memory(), time.perf_counter()
    files = GgufFiles(parts=(file.name,), quantisation=kind, size=file.stat().st_size)
    server = open_server(fit(scratch, files).setting)
    _write(server, prompt, 1)
    load, memory = time.perf_counter() - start, _memory() - before
    start = time.perf_counter()
    count = _write(server, prompt, written)
    speed = count / (time.perf_counter() - start)
    return {"load": load, "memory": memory, "speed": speed, "engine": "llama.cpp"}


def _write(server: Any, prompt: Sequence[int], most: int) -> int:
    """The tokens that came."""
    chunks: list[dict[str, Any]] = []
    request = {"prompt": list(prompt), "n_predict": most, "stream": True, "n_probs": 1, "temperature": 0}
    server.server.handle_completions({**request, "ignore_eos": True}, chunks.append)
    choices = [choice for chunk in chunks for choice in chunk.get("choices", ())]
    return sum(len((choice.get("logprobs") or {}).get("content", ())) for choice in choices)


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


def main() -> None:
    from providers.adapters.huggingface.engines.openvino.pipeline import target

    folder, name, sparsity = Path(sys.argv[1]), next(one for one in NAMES if one == sys.argv[2]), float(sys.argv[3])
    given = json.loads(sys.stdin.read())
    prompt, written = given["prompt"], given["written"]
    if "scratch" in given:
        told = measure_packed(target(folder, "q8_0"), Path(given["scratch"]), name, prompt, written)
    else:
        told = measure_torch(folder, Form(name, sparsity), given["heads"], prompt, written)
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
