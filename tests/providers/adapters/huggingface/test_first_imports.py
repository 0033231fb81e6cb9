"""A process that has not imported the libraries: two threads that need them at once, and what does without one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from providers.adapters.huggingface.families.causal import TRUSTED
from providers.adapters.huggingface.weights.child_process import ROOT
from tests.providers.adapters.huggingface import tiny_encoders, tiny_vision

PROGRAM = """
import sys, threading, time
from pathlib import Path
from providers.adapters.huggingface.engines.torch import Torch
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.families.contrastive import _ContrastiveNetwork
from providers.adapters.huggingface.families.encoders.pool import load_encoder
from providers.adapters.huggingface.families.vision import load_processor
from providers.labels import ContrastiveInfo

assert not {"torch", "transformers", "sentence_transformers"} & sys.modules.keys()
info = ContrastiveInfo(id="t", provider="huggingface", name="t", measure="softmax")
ways = {
    "tokenizer": load_tokenizer,
    "torch": lambda folder: Torch(folder, "float32").load("t", 2**40),
    "processor": load_processor,
    "contrastive": lambda folder: _ContrastiveNetwork(folder, info),
    "encoder": lambda folder: load_encoder("embedding", folder, "t", 64),
}
ends = []

def go(way, folder):
    try:
        ways[way](Path(folder))
        ends.append(way)
    except BaseException as error:
        ends.append(f"{way}: {type(error).__name__}: {error}")

first, second = (threading.Thread(target=go, args=pair) for pair in zip(sys.argv[1::2], sys.argv[2::2]))

def waits(thread):
    # For our lock, or for a module's. One that has come to its end waits for nothing any more.
    if thread.ident is not None and not thread.is_alive():
        return True
    frame = sys._current_frames().get(thread.ident)
    names = []
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return "importing" in names or names[:1] == ["acquire"]

met = []

def half_way(event, values):
    if event == "import" and values[0] == "transformers.utils" and not met:
        met.append(True)
        second.start()
        while not waits(second):
            time.sleep(0)

sys.addaudithook(half_way)
first.start()
first.join()
second.join()
print(bool(met), sorted(ends))
"""


def together(*pairs: tuple[str, Path]) -> str:
    """What came of two ways, the second of which begins while the first is half-way through its imports."""
    words = [str(word) for pair in pairs for word in pair]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_second_of_two_first_imports_waits_for_the_first(llama_folder: Path) -> None:
    ends = together(("tokenizer", llama_folder), ("torch", llama_folder))
    assert ends == "True ['tokenizer', 'torch']"


@pytest.mark.long
@pytest.mark.parametrize("second", ["tokenizer", "processor", "contrastive", "encoder"])
def test_whichever_comes_second(second: str, llama_folder: Path, tmp_path: Path) -> None:
    folder = llama_folder
    if second in ("processor", "contrastive"):
        folder = tiny_vision.save_clip(tmp_path / "clip")
    if second == "encoder":
        folder = tmp_path / "sentences"
        folder.mkdir()
        tiny_encoders.save_sentences(folder)
    for pairs in (("torch", llama_folder), (second, folder)), ((second, folder), ("torch", llama_folder)):
        assert together(*pairs) == f"True {sorted(['torch', second])}"


WITHOUT_PYTORCH = """
import sys
from pathlib import Path
from providers.adapters.huggingface.families.causal import load_tokenizer

codec, _, _ = load_tokenizer(Path(sys.argv[1]))
assert "torch" not in sys.modules
print(codec.encode(sys.argv[2]))
"""


def test_a_tokenizer_that_the_cache_has_made_is_read_without_pytorch(llama_folder: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_PYTORCH, str(llama_folder), text := "the quick fox"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == AutoTokenizer.from_pretrained(llama_folder)(text)["input_ids"]


@pytest.mark.parametrize("architecture", sorted(TRUSTED))
def test_transformers_takes_such_a_folder_at_its_word(architecture: str, llama_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(llama_folder, tmp_path / architecture))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": architecture}))
    assert type(AutoTokenizer.from_pretrained(folder)) is PreTrainedTokenizerFast
