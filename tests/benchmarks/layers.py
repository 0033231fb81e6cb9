"""How long the Models tab takes: `python -m tests.benchmarks.layers [--home FOLDER]`. Medians of five, models loaded.

With the real packaged models: a sentence of 40 tokens in every layer and head, drawn; a layer switched off; the logit
lens; salience; the surprise of 500 tokens; both tokenizers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import torch

from playground.page.parts.render import Renderer
from playground.tabs.models.lab.attention import ReadSentence, ablate, lens_rows, read_sentence, salient
from playground.tabs.models.lab.surprise import ScoringPlan, measure_surprise
from playground.tabs.models.page.sections.attention.drawing import draw_sentences
from playground.text import texts
from providers import catalog
from providers.base import Options, Provider
from providers.inspection import Ablation, Inspector, inspect
from providers.registry import connect
from providers.types import ModelInfo
from providers.whitebox import WhiteBox, inside
from tests.conftest import default_home

TIMES = 5
SENTENCE = (
    "The old lighthouse on the cape had not been lit for thirty years, and when the new keeper climbed its stairs she "
    "counted one hundred steps, two broken windows and one nest of swallows above the"
)


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    await work()
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        await work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


async def measure(provider: Provider, model: ModelInfo) -> None:
    writer, encoder = inspect(provider, model), inspect(provider, catalog.load().embeddings[0])
    read = await cut_to(writer, 40)
    show = Renderer(texts(), "en")

    async def drawn() -> object:
        found: dict[str, ReadSentence] = {}
        for ref, one in ((model.ref, writer), ("encoder", encoder)):
            found[ref] = await read_sentence(one, read.text)
        return draw_sentences(show, found, {})

    box: WhiteBox = await inside(provider, model)
    long = (SENTENCE + " ") * 14
    ids = [token.id for token in await box.encode(model, long)][:500]
    text = await box.decode(model, ids)
    rows: dict[str, Callable[[], Awaitable[object]]] = {
        f"{len(read.tokens)} tokens in both models, drawn": drawn,
        "a layer switched off": lambda: ablate(writer, read, Ablation(layers=frozenset({15}))),
        "logit lens": lambda: lens_rows(writer, read, len(read.tokens) - 1),
        "input x gradient": lambda: salient(writer, read, len(read.tokens) - 1, "gradient"),
        "integrated gradients": lambda: salient(writer, read, len(read.tokens) - 1, "integrated"),
        f"surprise of {len(ids)} tokens": lambda: measure_surprise(box, model, text, ScoringPlan()),
        "the vocabulary, once it is known": writer.vocabulary,
    }
    for name, work in rows.items():
        print(f"{name}: {await seconds(work):.3f} s")


async def cut_to(writer: Inspector, count: int) -> ReadSentence:
    """The sentence's first so many tokens."""
    cut = await writer.cut(SENTENCE)
    return await read_sentence(writer, "".join(token.piece for token in cut.tokens[:count]))


async def run(home: Path) -> None:
    rows = catalog.load()
    provider = connect("huggingface", rows, Options(home=home))
    try:
        await measure(provider, catalog.find(rows.models, "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"))
    finally:
        await provider.aclose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=default_home(), help="whose folders hold the models")
    torch.set_num_threads(os.cpu_count() or 1)  # the tests' own settings allow it one
    asyncio.run(run(parser.parse_args().home))


if __name__ == "__main__":
    main()
