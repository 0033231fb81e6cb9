"""Run as a program: builds the models of folders without their numbers, and counts how many they would have; opens
their tokenizers.

What to do (`MODEL`, `TOKENIZER`) and a folder's path come in on a line, as JSON, and the exit code of the process that
did it goes out: 0, `REFUSED` for a folder whose configuration asks for far more than its weights hold, below zero for
one that the system ended. A 0 goes out before all: the libraries are here. Each is looked at in a process that is
forked off this one, since importing them takes longer than all the rest.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.bounded.checks import SMALL
from providers.adapters.huggingface.bounded.inspect_program import REFUSED, count_weights, places
from providers.adapters.huggingface.bounded.limits import bound_memory, bound_seconds, memory_in_use
from providers.adapters.huggingface.bounded.recommendations import ignore_recommendations

MEMORY = 3_000_000_000
"""Bytes of address space beside what the libraries have: a model without numbers takes a few megabytes."""
SECONDS = 20
"""Of computing: the largest that are published take two."""
MODEL, TOKENIZER = "model", "tokenizer"
_TIMES, _TIMES_PACKED = 3, 16
"""How many times as many numbers as the files hold: heads that a family adds, a half that a file leaves out, and
quantised weights with several numbers in one."""
_SHORT = re.compile(r"alloc|memory", re.IGNORECASE)


def build(folder: Path) -> int:
    """The exit code."""
    import torch
    from transformers import AutoConfig
    from transformers.initialization import meta_device_safe_creation_ops

    numbers = count_weights(folder)[1]
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        with torch.device("meta"), meta_device_safe_creation_ops():
            model: Any = _kind(config).from_config(config, trust_remote_code=False)
    except MemoryError:
        return REFUSED
    except RuntimeError as error:  # torch has no other for memory that is not to be had
        return REFUSED if _SHORT.search(str(error)) else 0
    except Exception:  # noqa: BLE001 - whatever the library makes of it: whoever loads the model is told
        return 0
    found = sum(one.numel() for one in (*model.parameters(), *model.buffers()))
    packed = getattr(config, "quantization_config", None) is not None
    return REFUSED if found > (_TIMES_PACKED if packed else _TIMES) * numbers + SMALL else 0


def _kind(config: Any) -> Any:
    """What such a model is loaded as; the kind that has most, where there are several."""
    import transformers

    named = ("ImageTextToText", "CausalLM", "Seq2SeqLM", "MaskedLM", "SequenceClassification")
    kinds = [getattr(transformers, f"AutoModelFor{name}") for name in named]
    return next((kind for kind in kinds if type(config) in kind._model_mapping), transformers.AutoModel)


def open_tokenizer(folder: Path) -> int:
    """The exit code. transformers makes one of whatever files there are, some of them in Python."""
    from transformers import AutoTokenizer

    try:
        with ignore_recommendations():
            AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except MemoryError:
        return REFUSED
    except BaseException as error:
        # Whatever the library makes of it: whoever loads the model is told. Its panics are no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
    return 0


def look_at(folder: Path, what: str) -> int:
    """The exit code for the folder and the parts in it that are models of their own."""
    bound_memory(memory_in_use() + MEMORY)
    bound_seconds(SECONDS)
    if what == TOKENIZER:
        return open_tokenizer(folder)
    return max((build(place) for place in places(folder)), default=0)


def _look_beside(folder: Path, what: str) -> int:
    """As `look_at`, in a process of its own, where the system has such; else whoever waits has a clock."""
    if not hasattr(os, "fork"):
        return look_at(folder, what)
    child = os.fork()
    if child == 0:
        code = 0  # of a folder that cannot be read now, too: whoever loads the model meets the same
        try:
            code = look_at(folder, what)
        except MemoryError:
            code = REFUSED
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Until nobody asks any more."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    with torch.device("meta"):  # so that every fork has imported what any model is made with
        transformers.LlamaForCausalLM(transformers.LlamaConfig(num_hidden_layers=1))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is no answer
    print(0, file=answers, flush=True)
    for line in sys.stdin:
        what, folder = json.loads(line)
        print(_look_beside(Path(folder), what), file=answers, flush=True)


if __name__ == "__main__":
    main()
