"""How fast the local engines serve, alone and through the provider's public stream. Ratios within one run count.

`python -m tests.benchmarks.engines [--home FOLDER]` measures the default model as it is set up beside the bare engines,
in about four minutes of a quiet computer (`engine_goals`). With `--every` all rows below:
`… --every [--tokens 64] [--rounds 3] [--turns 3] [--only ROW] [--beside FOLDER --home-beside FOLDER]`

Every row is a process of its own; tokens/s are medians over the rounds, of 1, 8 and 30 streams asked at once. "Bare"
is the engine's library driven directly with the same settings; "public" is `HuggingFace.stream`, each request of
another visitor. Bare and public are started by turns, and every number is the median of the turns, as other work on
the machine comes and goes. Load is from the cache to the first answer, imports included. `--beside` measures the
public streams of another copy of the program too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from platformdirs import user_cache_path

from providers import catalog
from providers.adapters.huggingface import connect
from providers.adapters.huggingface.engines import llamacpp
from providers.adapters.huggingface.engines.base import Job
from providers.adapters.huggingface.engines.llamacpp.fitting import fit
from providers.adapters.huggingface.engines.llamacpp.server import open_server, set_patience
from providers.adapters.huggingface.engines.openvino import OpenVino
from providers.adapters.huggingface.engines.openvino.pipeline import add, open_pipeline
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.base import Connection, Options
from providers.types import Done, Message, ModelInfo, Request, Sampling, TextDelta

MODEL = "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"
STREAMS = (1, 8, 30)
LONG = 800
SETTLING = 180
"""Seconds for the engines to be measured once."""
ROWS = {
    "generate": "transformers' generate, bfloat16",
    "torch": "PyTorch engine, public",
    "bare-q8_0": "OpenVINO Q8_0, bare",
    "openvino-q8_0": "OpenVINO Q8_0, public",
    "bare-f16": "OpenVINO F16 exact, bare",
    "bare-q8_0-exact": "OpenVINO Q8_0 exact, bare",
    "openvino-q8_0-exact": "OpenVINO Q8_0 exact, public (seeded)",
    "bare-llamacpp": "llama.cpp Q8_0, bare",
    "llamacpp-q8_0": "llama.cpp Q8_0, public",
    "llamacpp-q8_0+seed": "llama.cpp Q8_0, public (seeded)",
    "default": "as it is set up, public",
    "default+seed": "as it is set up, public (seeded)",
}
GROUPS = (
    ("generate",),
    ("torch",),
    ("bare-q8_0", "openvino-q8_0"),
    ("bare-q8_0-exact", "bare-f16", "openvino-q8_0-exact"),
    ("bare-llamacpp", "llamacpp-q8_0+seed", "llamacpp-q8_0"),
    ("bare-llamacpp", "bare-q8_0", "default+seed", "default"),
)
"""Rows that are measured by turns; the bare engine first."""
CONVERSATION = 1765
"""Tokens of a conversation that goes on."""
FIRST_START = "first-start"
BEFORE = "before "
NUMBERS = ("first", "load", "memory")
ROOT = Path(__file__).parent.parent.parent
Measured = dict[str, Any]


def question(number: int) -> str:
    return f"Write a long story in ten chapters about {number} owls that lived in a library."


def long_question(number: int) -> str:
    return f"Number {number}. " + "The quick brown fox jumps over the lazy dog. " * (LONG // 10)


def memory() -> float:
    """In MB, of this process and those that it has started. What several share counts once (PSS), where the system
    says so; else what is resident.
    """
    own = psutil.Process()
    held = (process.memory_full_info() for process in (own, *own.children(recursive=True)))
    return float(sum(getattr(each, "pss", each.rss) for each in held) / 1e6)


def median_rate(rounds: int, once: Callable[[], int]) -> float:
    """Tokens a second."""
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        count = once()
        rates.append(count / (time.perf_counter() - start))
    return statistics.median(rates)


def measure_generate(folder: Path, tokens: int, rounds: int) -> Measured:
    """Eight and thirty requests wait for a lock: one after the other, as fast as one."""
    import torch
    from transformers import AutoModelForCausalLM

    codec = load_tokenizer(folder)[0]
    start = time.perf_counter()
    network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).eval()
    load = time.perf_counter() - start

    def once(prompt: str, count: int) -> int:
        ids = torch.tensor([codec.render([Message.of("user", prompt)])[1]])
        with torch.inference_mode():
            out = network.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                do_sample=True,
                temperature=0.7,
                min_new_tokens=count,
                max_new_tokens=count,
                pad_token_id=2,
            )
        return int(out.shape[1] - ids.shape[1])

    once(question(0), 4)
    rate = median_rate(rounds, lambda: once(question(1), tokens))
    first = []
    for number in range(rounds):
        start = time.perf_counter()
        once(long_question(number), 1)
        first.append(time.perf_counter() - start)
    rates = {str(count): rate for count in STREAMS}
    return {"rates": rates, "first": statistics.median(first), "load": load, "memory": memory()}


def measure_bare(folder: Path, kind: str, tokens: int, rounds: int, streams: Sequence[int] = STREAMS) -> Measured:
    """The pipeline alone: no text, no events."""
    codec = load_tokenizer(folder)[0]
    variant = OpenVino(folder, kind)
    start = time.perf_counter()
    pipeline = open_pipeline(variant.file, exact=variant.reproducible)
    load = time.perf_counter() - start

    def once(prompts: list[str], count: int) -> int:
        handles = []
        for number, prompt in enumerate(prompts):
            ids = codec.render([Message.of("user", prompt)])[1]
            job = Job(prompt=ids, sampling=Sampling(temperature=0.7, seed=number), max_tokens=count)
            handles.append(add(pipeline, number, job, sorted(codec.ends)))
        total = 0
        while pipeline.has_non_finished_requests():
            pipeline.step()
            for handle in handles:
                while handle.can_read():
                    total += sum(len(output.generated_ids) for output in handle.read().values())
        return total

    once([question(0)], 4)
    rates = {
        str(count): median_rate(rounds, lambda count=count: once([question(n) for n in range(count)], tokens))  # type: ignore[misc]
        for count in streams
    }
    first = []
    for number in range(rounds):
        start = time.perf_counter()
        once([long_question(number)], 1)
        first.append(time.perf_counter() - start)
    return {"rates": rates, "first": statistics.median(first), "load": load, "memory": memory()}


def measure_bare_llamacpp(folder: Path, tokens: int, rounds: int, streams: Sequence[int] = STREAMS) -> Measured:
    """llama.cpp's server in this process, as our own process opens it: no text of ours, no events, no pipes."""
    set_patience()
    codec = load_tokenizer(folder)[0]
    (variant,) = llamacpp.variants(folder)
    start = time.perf_counter()
    server = open_server(fit(folder, variant.files).setting)
    load = time.perf_counter() - start

    def ask(prompt: str, count: int) -> int:
        ids = codec.render([Message.of("user", prompt)])[1]
        chunks: list[dict[str, Any]] = []
        request = {"prompt": ids, "n_predict": count, "stream": True, "temperature": 0.7}
        server.server.handle_completions(request, chunks.append)
        return int(chunks[-1]["usage"]["completion_tokens"])

    def once(prompts: list[str], count: int) -> int:
        with ThreadPoolExecutor(len(prompts)) as threads:
            return sum(threads.map(lambda prompt: ask(prompt, count), prompts))

    once([question(0)], 4)
    rates = {
        str(count): median_rate(rounds, lambda count=count: once([question(n) for n in range(count)], tokens))  # type: ignore[misc]
        for count in streams
    }
    first = []
    for number in range(rounds):
        start = time.perf_counter()
        once([long_question(number)], 1)
        first.append(time.perf_counter() - start)
    return {"rates": rates, "first": statistics.median(first), "load": load, "memory": memory()}


class PublicStream:
    """The provider as the page opens it, for one row."""

    def __init__(self, home: Path, row: str) -> None:
        rows = catalog.load().of("huggingface")
        row, _, with_seed = row.partition("+")
        self._engine = None if row == "default" else row.partition("-")[0]
        options = Options(home=home, offline=True, engine=self._engine)
        self.provider = connect(Connection(provider="huggingface", models=rows, options=options))
        self.model = catalog.find(rows, MODEL)
        self.seeded = row.endswith("exact") or bool(with_seed)
        self.answered = Counter[str]()
        self._row = row

    async def open(self) -> Measured:
        """In memory: seconds until then, and what was taken before and after the engines were settled."""
        start = time.perf_counter()
        async for _ in self.provider.prepare(self.model):
            pass
        ready, alone = time.perf_counter() - start, memory()
        if self._engine is None:
            with suppress(TimeoutError):  # where the computer is never quiet nothing is measured, here as in the page
                async with asyncio.timeout(SETTLING):
                    await self.provider.settle(self.model)
        await self.ask(question(0), 0, 2)  # a seeded request loads its own variant
        return {"ready": ready, "load": time.perf_counter() - start, "alone": alone, "loaded": self.provider.loaded}

    async def ask(self, asked: str | Sequence[Message], number: int, count: int) -> tuple[int, float, str]:
        """The tokens that came, seconds until the first text, and the text."""
        messages = (Message.of("user", asked),) if isinstance(asked, str) else tuple(asked)
        sampling = Sampling(temperature=0.7, max_tokens=count, seed=number if self.seeded else None)
        request = Request(model=self.model, messages=messages, sampling=sampling, owner=f"visitor {number}")
        start, first, done, text = time.perf_counter(), 0.0, None, ""
        async with aclosing(self.provider.stream(request)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    first, text = first or time.perf_counter() - start, text + event.text
                done = event if isinstance(event, Done) else done
        assert done is not None and (self._engine is None or (done.engine or "").startswith(self._row))
        self.answered[done.engine or ""] += 1
        return done.usage.output_tokens, first, text

    async def converse(self) -> Measured:
        """Seconds to the first text of a conversation's message, read anew, and of the next one; its tokens."""
        said = [Message.of("user", question(7)), Message.of("assistant", "Once upon a time there were owls. " * 20)]
        while (await self.tokens(said)) < CONVERSATION:
            said += [Message.of("user", "And then?"), Message.of("assistant", f"Owl {len(said)} flew. " * 12)]
        said.append(Message.of("user", "How does it end?"))
        _, anew, text = await self.ask(said, 1, 64)
        said += [Message.of("assistant", text), Message.of("user", "Why?")]
        tokens = await self.tokens(said)
        _, following, _ = await self.ask(said, 2, 16)
        return {"anew": anew, "next": following, "conversation": tokens}

    async def tokens(self, messages: Sequence[Message]) -> int:
        """Of the prompt."""
        rendered = await self.provider.render(Request(model=self.model, messages=tuple(messages)))
        return rendered.tokens or 0


async def measure_public(home: Path, row: str, tokens: int, rounds: int) -> Measured:
    """Replies end where the model ends them, so the tokens that came are counted, over the time that all took."""
    public = PublicStream(home, row)
    opened = await public.open()
    rates = {}
    for count in STREAMS:
        found = []
        for _ in range(rounds):
            start = time.perf_counter()
            told = await asyncio.gather(*(public.ask(question(number), number, tokens) for number in range(count)))
            found.append(sum(output for output, _, _ in told) / (time.perf_counter() - start))
        rates[str(count)] = statistics.median(found)
    firsts = [(await public.ask(long_question(number), number, 2))[1] for number in range(rounds)]
    found_all: Measured = {**opened, "rates": rates, "first": statistics.median(firsts), "memory": memory()}
    found_all |= await public.converse()
    await public.provider.aclose()
    return {**found_all, "answered": dict(public.answered)}


def measure_first_start(home: Path) -> Measured:
    """Seconds in a fresh home: to fetch the model, and to make it ready."""

    async def prepare(fresh: Path) -> Measured:
        rows = catalog.load().of("huggingface")
        provider = connect(Connection(provider="huggingface", models=rows, options=Options(home=fresh)))
        start, fetched = time.perf_counter(), 0.0
        async for progress in provider.prepare(catalog.find(rows, MODEL)):
            if progress.stage in ("queue", "download"):
                fetched = time.perf_counter() - start
        whole = time.perf_counter() - start
        await provider.aclose()
        return {"fetched": fetched, "made": whole - fetched}

    with TemporaryDirectory(dir=home) as fresh:
        found = asyncio.run(prepare(Path(fresh)))
        disk = sum(file.stat().st_size for file in Path(fresh).rglob("*") if file.is_file())
    return {**found, "disk": disk / 1e6}


def measure(home: Path, row: str, tokens: int, rounds: int, streams: Sequence[int] = STREAMS) -> Measured:
    if row == FIRST_START:
        return measure_first_start(home)
    folder = home / "models" / MODEL.partition("/")[2].replace("/", "--")
    if row == "generate":
        return measure_generate(folder, tokens, rounds)
    if row == "bare-llamacpp":
        return measure_bare_llamacpp(folder, tokens, rounds, streams)
    if row.startswith("bare-"):
        return measure_bare(folder, row.removeprefix("bare-"), tokens, rounds, streams)
    return asyncio.run(measure_public(home, row, tokens, rounds))


def prepared(home: Path) -> ModelInfo:
    """Fetch and convert the model, if it is not here."""
    rows = catalog.load().of("huggingface")
    model = catalog.find(rows, MODEL)

    async def prepare() -> None:
        provider = connect(Connection(provider="huggingface", models=rows, options=Options(home=home)))
        async for _ in provider.prepare(model):
            pass
        await provider.aclose()

    asyncio.run(prepare())
    return model


def line(name: str, found: Measured, base: Measured) -> str:
    rates = " · ".join(
        f"{found['rates'][str(n)]:5.0f} ({found['rates'][str(n)] / base['rates']['1']:4.1f}×)" for n in STREAMS
    )
    return f"| {name:36} | {rates} | {found['first']:.2f} s | {found['load']:.1f} s | {found['memory']:,.0f} MB |"


def median_of(turns: list[Measured]) -> Measured:
    """Each number on its own."""
    rates = {str(n): statistics.median(turn["rates"][str(n)] for turn in turns) for n in STREAMS}
    return {"rates": rates, **{name: statistics.median(turn[name] for turn in turns) for name in NUMBERS}}


def measure_by_turns(rows: list[str], given: argparse.Namespace) -> dict[str, list[Measured]]:
    """Each row once a turn, in a process of its own. "before openvino-q8_0" is that row of the copy beside."""
    found: dict[str, list[Measured]] = {row: [] for row in rows}
    for _ in range(given.turns):
        for row in rows:
            folder, home, name = ROOT, given.home, row.removeprefix(BEFORE)
            if row.startswith(BEFORE):
                folder, home = given.beside, given.home_beside or given.home
            command = [sys.executable, "-m", "tests.benchmarks.engines", "--row", name, "--home", str(home)]
            command += ["--tokens", str(given.tokens), "--rounds", str(given.rounds)]
            said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
            found[row].append(json.loads(said.splitlines()[-1]))
    return found


def shares_of(public: list[Measured], bare: list[Measured]) -> str:
    """What the public stream has of the bare engine: the median of the turns' shares."""
    pairs = list(zip(public, bare, strict=True))
    shares = (statistics.median(one["rates"][str(n)] / two["rates"][str(n)] for one, two in pairs) for n in STREAMS)
    return " · ".join(f"{share:.0%}" for share in shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=user_cache_path("aula", appauthor=False))
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--home-beside", type=Path, help="where its models are, converted by itself")
    parser.add_argument("--only", choices=[group[-1] for group in GROUPS], help="what stands beside it is measured too")
    parser.add_argument("--row", choices=[*ROWS, FIRST_START])
    parser.add_argument("--streams", type=int, nargs="+", default=list(STREAMS), help="of a bare row")
    parser.add_argument("--every", action="store_true", help="all rows, by turns")
    given = parser.parse_args()
    if given.row:
        print(json.dumps(measure(given.home, given.row, given.tokens, given.rounds, given.streams)))
        return
    prepared(given.home)
    if not (given.every or given.only):
        from tests.benchmarks.engine_goals import report  # it asks this module for its rows

        report(given.home, ["--tokens", str(given.tokens), "--rounds", str(given.rounds)])
        return
    heads = ("", "tokens/s of 1 · 8 · 30 streams (× the first row)", f"first token after {LONG}", "load", "memory")
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    base: Measured | None = None
    said: list[str] = []
    for group in GROUPS:
        public = group[-1]
        if given.only not in (None, public):
            continue
        rows = [*group, BEFORE + public] if given.beside and public.startswith("openvino") else list(group)
        found = measure_by_turns(rows, given)
        for row in rows:
            one = median_of(found[row])
            base = base or one
            name = ROWS[row.removeprefix(BEFORE)] + (", before" if row.startswith(BEFORE) else "")
            print(line(name, one, base), flush=True)
        said += [
            f"{row}: {shares_of(found[row], found[group[0]])} of the bare engine" for row in rows if row != group[0]
        ]
    print("\n".join(said))


if __name__ == "__main__":
    main()
