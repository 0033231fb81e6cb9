"""OpenVINO on a tiny Llama that goes the whole way: GGUF, rewritten, measured, served."""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import openvino_genai
import pytest
import torch
from transformers import AutoModelForCausalLM, GgufConfig

from providers import decoding
from providers.adapters.huggingface import engines
from providers.adapters.huggingface.engines import openvino
from providers.adapters.huggingface.engines.base import GenerationStep, Job
from providers.adapters.huggingface.engines.openvino import OpenVino
from providers.adapters.huggingface.engines.openvino.engine import OpenVinoEngine
from providers.adapters.huggingface.engines.openvino.pipeline import open_pipeline, score
from providers.adapters.huggingface.engines.openvino.read_network import network_folder
from providers.adapters.huggingface.engines.openvino.stepper import Stepper, serve
from providers.adapters.huggingface.engines.orders import Begin, Cancel, Order, StepResult
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights import fidelity
from providers.adapters.huggingface.weights.certify_program import certify
from providers.adapters.huggingface.weights.files import lengths
from providers.errors import Unavailable, WeightsUnavailable
from providers.types import Sampling
from tests.providers.adapters.huggingface import tiny
from tests.providers.adapters.huggingface.engines.drawing import chi_square, draw

GREEDY = Sampling(temperature=0)
PROMPT = "the quick brown fox jumps"
Start = Callable[..., OpenVinoEngine]


@pytest.fixture(scope="module")
def network(source: Path) -> Any:
    """What transformers makes of the same file in 32 bits: the dense folder has lost some of it."""
    dequantize = GgufConfig(dequantize=True)
    return AutoModelForCausalLM.from_pretrained(
        source.parent, gguf_file=source.name, dtype=torch.float32, quantization_config=dequantize
    ).eval()


def logits_of(network: Any, tokens: list[int]) -> decoding.Vector:
    with torch.inference_mode():
        vector: decoding.Vector = network(torch.tensor([tokens])).logits[0, -1].double().numpy()
    return vector


def open_engine(folder: Path, kind: str) -> OpenVinoEngine:
    engine = OpenVino(folder, kind).load("tiny", 2**40).engine
    assert isinstance(engine, OpenVinoEngine)
    return engine


@pytest.fixture(scope="module")
def shared(folder: Path) -> Iterator[Start]:
    """One engine of a kind, for the tests that leave it as it was: starting one takes a second of a processor."""
    opened = dict[str, OpenVinoEngine]()

    def once(kind: str = "f16") -> OpenVinoEngine:
        if kind not in opened:
            opened[kind] = open_engine(folder, kind)
        return opened[kind]

    yield once
    for engine in opened.values():
        engine.close()


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Opens engines of one's own and closes them."""
    opened = []

    def starter(kind: str = "f16") -> OpenVinoEngine:
        opened.append(open_engine(folder, kind))
        return opened[-1]

    yield starter
    for engine in opened:
        engine.close()


@functools.cache
def codec_of(folder: Path) -> Codec:
    """Opened once: a thousand draws ask for the same prompt."""
    return load_tokenizer(folder)[0]


def ids_of(folder: Path, text: str = PROMPT) -> list[int]:
    return codec_of(folder).encode(text)


def job(folder: Path, sampling: Sampling = GREEDY, max_tokens: int = 12, text: str = PROMPT) -> Job:
    return Job(prompt=ids_of(folder, text), sampling=sampling, max_tokens=max_tokens)


async def steps_of(engine: OpenVinoEngine, wanted: Job) -> list[GenerationStep]:
    async with aclosing(engine.submit(wanted)) as steps:
        return [step async for step in steps]


async def tokens_of(engine: OpenVinoEngine, wanted: Job) -> list[int]:
    return [step.token for step in await steps_of(engine, wanted)]


def test_the_gate_measures_every_variant_and_lets_these_pass(folder: Path) -> None:
    nll = fidelity.take_fidelity(folder).nll or pytest.fail("nothing was measured")
    assert set(nll) == {"reference", "torch-bfloat16", "openvino-q8_0", "openvino-q8_0-exact"}
    assert all(fidelity.deviation(value, nll["reference"]) < fidelity.TOLERANCE for value in nll.values())
    assert [variant.name for variant in engines.variants(folder, nll)][:2] == [
        "openvino-q8_0",
        "openvino-q8_0-exact",
    ]


def test_a_variant_that_strays_or_was_never_measured_is_not_used(folder: Path) -> None:
    measured = {"reference": 3.0, "openvino-q8_0": 3.05, "openvino-f16": 3.02}
    assert [variant.name for variant in engines.variants(folder, measured)] == [
        "openvino-f16",
        "torch",
        "torch-float32",
    ]
    assert [variant.name for variant in engines.variants(folder, {})] == ["torch", "torch-float32"]
    assert {v.name for v in engines.variants(folder, measured, "openvino")} == {"openvino-f16"}
    assert {v.name for v in engines.variants(folder, {}, "openvino")} == {"torch", "torch-float32"}, (
        "it cannot run there"
    )


def test_what_was_read_of_a_file_is_kept_and_computes_the_same_bits(folder: Path, tmp_path: Path) -> None:
    file = OpenVino(folder, "q8_0").file
    kept = network_folder(file)
    assert f"{kept.name}/openvino_model.bin" in lengths(folder), "the record has its length"
    prompts = [[262, 270, 281, 300, 264]]
    alone = tmp_path / file.name
    alone.hardlink_to(file)
    expected = {exact: score(alone, prompts, exact=exact) for exact in (True, False)}
    (tmp_path / kept.name).symlink_to(kept)
    alone.unlink()  # it is not read any more
    assert {exact: score(alone, prompts, exact=exact) for exact in (True, False)} == expected


@pytest.mark.parametrize("exact", [True, False])
def test_where_what_is_kept_cannot_be_read_the_file_is(folder: Path, tmp_path: Path, exact: bool) -> None:
    file = tmp_path / "openvino-q8_0.gguf"
    file.hardlink_to(OpenVino(folder, "q8_0").file)
    network_folder(file).mkdir()
    (network_folder(file) / "openvino_model.xml").write_text("of another version")
    expected = score(OpenVino(folder, "q8_0").file, [[262, 270, 281]], exact=exact)
    assert score(file, [[262, 270, 281]], exact=exact) == expected


def test_a_file_that_it_cannot_read_is_removed_and_fails_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "openvino-f16.gguf").write_bytes(b"GGUF" + bytes(100))
    fidelity.Fidelity([[1, 2, 3]], {"reference": 3.0}).write(tmp_path)
    certify(tmp_path)
    assert not (tmp_path / "openvino-f16.gguf").exists()
    assert fidelity.take_fidelity(tmp_path).nll == {"reference": 3.0}
    damaged = OpenVino(tmp_path, "q8_0")
    for file in folder.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    damaged.file.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(WeightsUnavailable) as caught:
        damaged.load("tiny", 2**40)
    assert caught.value.reason == "damaged"
    with pytest.raises(WeightsUnavailable) as caught:
        damaged.load("tiny", 1000)
    assert caught.value.reason == "memory"


async def test_greedy_tokens_and_logprobs_are_those_of_transformers(shared: Start, folder: Path, network: Any) -> None:
    tokens = ids_of(folder)
    for step in await steps_of(shared(), job(folder)):
        own = decoding.log_softmax(logits_of(network, tokens))
        assert step.token == int(own.argmax())
        assert step.logprob == pytest.approx(float(own[step.token]), abs=0.02)
        tokens.append(step.token)


SAMPLINGS = [
    Sampling(temperature=1.0),
    Sampling(temperature=1.7),
    Sampling(temperature=0.5),
    Sampling(temperature=1.0, top_k=5),
    Sampling(temperature=1.0, top_p=0.8),
    Sampling(temperature=1.0, min_p=0.3),
    Sampling(temperature=1.0, repetition_penalty=1.5),
    Sampling(temperature=1.5, top_k=20, top_p=0.85, repetition_penalty=1.2),
]


@pytest.mark.parametrize(
    ("kind", "sampling"),
    [
        ("f16", SAMPLINGS[-1]),
        *(pytest.param("f16", sampling, marks=pytest.mark.long) for sampling in SAMPLINGS[:-1]),
        ("q8_0", SAMPLINGS[-1]),
        pytest.param("q8_0", SAMPLINGS[0], marks=pytest.mark.long),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else "-".join(f"{n}={v}" for n, v in value.chosen_values().items())
    ),
)
async def test_what_is_drawn_is_what_the_sliders_say(
    shared: Start, folder: Path, network: Any, kind: str, sampling: Sampling
) -> None:
    engine = shared(kind)
    wanted, prompt = job(folder, sampling, 1), ids_of(folder)
    drawn = await draw(engine, [replace(wanted, sampling=replace(sampling, seed=seed)) for seed in range(2000)])
    assert chi_square(drawn, decoding.distribution(logits_of(network, prompt), sampling, prompt)) >= 0.001


async def test_counted_penalties_are_those_of_the_sliders(shared: Start, folder: Path, network: Any) -> None:
    """They change nothing at the first token, so a greedy reply is followed instead."""
    sampling = Sampling(temperature=0, frequency_penalty=1.5, presence_penalty=0.7)
    prompt, said = ids_of(folder), list[int]()
    for token in await tokens_of(shared(), job(folder, sampling, 24)):
        vector = logits_of(network, [*prompt, *said])
        shifted = decoding.apply_penalties(vector, sampling, prompt, said)
        assert shifted[token] >= shifted.max() - 0.01, "the likeliest, or as good as"
        said.append(token)
    assert said != await tokens_of(shared(), job(folder, GREEDY, 24))


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=1.0, top_p=0.0, seed=4),
        Sampling(temperature=1.0, min_p=1.0, seed=4),
        Sampling(temperature=1.0, top_k=1, seed=4),
        Sampling(temperature=0.01, seed=4),
        Sampling(temperature=1.0, top_p=0.0, min_p=1.0, top_k=1, seed=4),
    ],
)
async def test_at_the_ends_of_the_sliders_the_likeliest_survives(
    shared: Start, folder: Path, sampling: Sampling
) -> None:
    assert await tokens_of(shared(), job(folder, sampling)) == await tokens_of(shared(), job(folder))


async def test_top_k_beyond_the_vocabulary_cuts_nothing(shared: Start, folder: Path) -> None:
    engine, wide = shared(), Sampling(temperature=2.0, seed=1)
    assert await tokens_of(engine, job(folder, replace(wide, top_k=1000))) == await tokens_of(engine, job(folder, wide))


@pytest.mark.parametrize("kind", ["q8_0-exact", pytest.param("f16", marks=pytest.mark.long)])
async def test_a_seed_repeats_to_the_last_bit_alone_in_company_and_whatever_came_before(
    shared: Start, start: Start, folder: Path, kind: str
) -> None:
    async def drawn(engine: OpenVinoEngine, wanted: Job) -> list[tuple[int, float]]:
        return [(step.token, step.logprob) for step in await steps_of(engine, wanted)]

    engine = shared(kind)
    seeded = [job(folder, Sampling(temperature=1.2, seed=seed), 30, f"{PROMPT} {seed}") for seed in range(4)]
    alone = [await drawn(engine, wanted) for wanted in seeded]
    assert len({tuple(token for token, _ in reply) for reply in alone}) == 4
    crowd = [job(folder, Sampling(temperature=1.0), 20 + n, "fox " * (n + 1)) for n in range(12)]
    together = await asyncio.gather(*(drawn(engine, wanted) for wanted in [*crowd[:6], *seeded, *crowd[6:]]))
    assert together[6:10] == alone
    further = [
        replace(wanted, prompt=[*wanted.prompt, *(token for token, _ in reply), *ids_of(folder)])
        for wanted, reply in zip(seeded, alone, strict=True)
    ]
    after = [await drawn(engine, wanted) for wanted in further]
    other = start(kind)  # another process
    assert [await drawn(other, wanted) for wanted in further] == after
    assert [await drawn(other, wanted) for wanted in seeded] == alone


async def test_without_a_seed_every_reply_is_another(shared: Start, folder: Path) -> None:
    engine, free = shared(), job(folder, Sampling(temperature=1.5), 30)
    texts = await asyncio.gather(*(tokens_of(engine, free) for _ in range(6)))
    assert len({tuple(text) for text in texts}) >= 4, "some end at once"


async def test_closing_stops_the_work_at_the_next_step(shared: Start, folder: Path) -> None:
    engine = shared()
    before = engine.computed
    async with aclosing(engine.submit(job(folder, Sampling(temperature=1.0, seed=1), 900))) as steps:
        async for _ in steps:
            break
    await asyncio.sleep(0.2)
    computed = engine.computed
    await asyncio.sleep(0.2)
    assert engine.computed == computed < before + 800


async def test_a_stop_string_ends_the_text_before_it_and_the_work(shared: Start, folder: Path) -> None:
    engine = shared()
    whole = "".join(step.text for step in await steps_of(engine, job(folder, GREEDY, 40)))
    mark = whole[10:13]
    steps = await steps_of(engine, job(folder, replace(GREEDY, stop=(mark,)), 40))
    assert "".join(step.text for step in steps) == whole[: whole.index(mark)]
    assert steps[-1].finish == "stop"
    assert len(steps) < 40


def exact(folder: Path) -> Stepper:
    return Stepper(lambda: open_pipeline(OpenVino(folder, "f16").file, exact=True), exact=True)


def run_to_the_end(stepper: Stepper, *jobs: Job) -> tuple[dict[int, list[int]], dict[int, str]]:
    """The tokens of each request by its place, and how it ended."""
    told = StepResult()
    for number, wanted in enumerate(jobs):
        stepper.obey(Begin(number, wanted, (2,)))
    while stepper.busy:
        stepper.step(told)
    tokens: dict[int, list[int]] = {}
    for number, drawn, _ in told.drawn:
        tokens.setdefault(number, []).extend(drawn)
    return tokens, dict(told.ended)


@pytest.mark.parametrize(("count", "tokens_a_telling"), [(4, {1}), (5, {1, 2})])
def test_in_company_two_tokens_are_told_at_once_and_neither_a_first_one_nor_an_end_waits(
    folder: Path, count: int, tokens_a_telling: set[int]
) -> None:
    orders, tellings = SimpleQueue[Order | None](), list[StepResult]()
    jobs = [job(folder, GREEDY, 12 + number // 4, f"{PROMPT} {number}") for number in range(count)]
    for number, wanted in enumerate(jobs):
        orders.put(Begin(number, wanted, (2,)))
    stepper = exact(folder)

    def tell(result: StepResult) -> None:
        tellings.append(result)
        if not stepper.busy:
            orders.put(None)

    serve(stepper, orders, tell)
    tokens: dict[int, list[int]] = {}
    for result in tellings:
        for number, drawn, _ in result.drawn:
            tokens.setdefault(number, []).extend(drawn)
    assert (tokens, len(tokens)) == (run_to_the_end(exact(folder), *jobs)[0], count)
    assert {Counter(number for number, *_ in one.drawn)[0] for one in tellings if one.drawn} - {0} == tokens_a_telling
    assert len(tellings[0].drawn) == count, "the first token of each"
    assert tellings[-1].ended


def test_one_request_that_needs_more_than_the_whole_cache_fails_alone(folder: Path) -> None:
    def small() -> Any:
        schedule = openvino_genai.SchedulerConfig()
        schedule.num_kv_blocks, schedule.max_num_batched_tokens = 8, 512
        return openvino_genai.ContinuousBatchingPipeline(str(OpenVino(folder, "f16").file), schedule, "CPU")

    tokens, ends = run_to_the_end(Stepper(small, exact=False), job(folder), job(folder, text="fox " * 900))
    assert ends == {0: "finished", 1: "no_memory"}
    assert len(tokens[0]) == 12


class Failing:
    """A pipeline whose tenth step fails once."""

    def __init__(self, pipeline: Any, fails: bool) -> None:
        self._pipeline, self._left = pipeline, 10 if fails else -1

    def add_request(self, *given: Any) -> Any:
        return self._pipeline.add_request(*given)

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise RuntimeError("bad_alloc")
        self._pipeline.step()


def test_a_step_that_fails_costs_the_largest_request_and_the_seeded_ones(folder: Path) -> None:
    """The others go on where they were: greedy text is the same as without the failure."""
    fails = iter([True, False])

    def connect() -> Failing:
        return Failing(open_pipeline(OpenVino(folder, "f16").file, exact=True), next(fails))

    small, large = job(folder, GREEDY, 30), job(folder, GREEDY, 30, "the lazy dog " * 20)
    alone, _ = run_to_the_end(exact(folder), small)
    stepper = Stepper(connect, exact=True)
    tokens, ends = run_to_the_end(stepper, small, job(folder, Sampling(temperature=1.0, seed=1), 30), large)
    assert ends == {0: "finished", 1: "no_memory", 2: "no_memory"}
    assert tokens[0] == alone[0]
    assert run_to_the_end(stepper, small)[0][0] == alone[0], "and it still works"


def test_a_request_that_is_refused_or_cancelled_leaves_the_others_alone(stepper: Stepper, folder: Path) -> None:
    told = StepResult()
    stepper.obey(Begin(1, job(folder), (2,)))
    stepper.obey(Begin(2, replace(job(folder), prompt=[]), (2,)))
    stepper.obey(Begin(3, job(folder, GREEDY, 500), (2,)))
    stepper.obey(Begin(4, job(folder, GREEDY, 500), (2,)))
    for _ in range(3):
        stepper.step(told)
    stepper.obey(Cancel(3))
    stepper.obey(Cancel(4))
    stepper.obey(Cancel(99))
    while stepper.busy:
        stepper.step(told)
    assert dict(told.ended) == {1: "finished", 2: "refused"}
    assert {number for number, _, _ in told.drawn} == {1, 3}, "the fourth had not begun"


def log_probabilities(network: Any, prompt: Sequence[int], reply: Sequence[int]) -> list[float]:
    """Of every token of the reply, as transformers sees it after the prompt and what came before."""
    with torch.inference_mode():
        logits = network(torch.tensor([[*prompt, *reply]])).logits[0, len(prompt) - 1 : -1].double()
    return logits.log_softmax(-1)[range(len(reply)), list(reply)].tolist()


def strays(network: Any, stepper: Stepper, prompts: Sequence[Sequence[int]], tokens: int = 8) -> list[int]:
    """Which of the prompts, given all at once, got a reply whose log-probabilities are not the model's."""
    told = StepResult()
    for number, prompt in enumerate(prompts):
        wanted = Job(prompt=prompt, sampling=Sampling(temperature=1.0, seed=number), max_tokens=tokens)
        stepper.obey(Begin(number, wanted, (2,)))
    while stepper.busy:
        stepper.step(told)
    replies: dict[int, list[tuple[int, float]]] = {number: [] for number in range(len(prompts))}
    for number, drawn, logprobs in told.drawn:
        if number in replies:
            replies[number] += zip(drawn, logprobs, strict=True)
    assert all(replies.values())
    expected = {n: log_probabilities(network, prompts[n], [token for token, _ in replies[n]]) for n in replies}
    return [n for n in replies if [logprob for _, logprob in replies[n]] != pytest.approx(expected[n], abs=0.1)]


def letters(count: int, seed: int) -> list[int]:
    """Token ids of ordinary letters."""
    return np.random.default_rng(seed).integers(262, 308, count).tolist()


@pytest.fixture
def stepper(folder: Path) -> Stepper:
    """With a cache of prefixes, which the exact one does without."""
    return Stepper(lambda: open_pipeline(OpenVino(folder, "f16").file, exact=False), exact=False)


@pytest.mark.parametrize("earlier", [2, 20, 40, 100])
def test_many_that_continue_one_earlier_text_do_not_write_over_each_other(
    stepper: Stepper, network: Any, earlier: int
) -> None:
    """All of them find the block of the prefix cache in which it ended."""
    text = letters(earlier, seed=0)
    assert not strays(network, stepper, [text], tokens=1)
    assert not strays(network, stepper, [[*text, *letters(38, seed)] for seed in range(1, 15)])


@pytest.mark.parametrize("length", [32, 64])
def test_a_prompt_that_fills_its_last_block_keeps_it_to_itself(stepper: Stepper, network: Any, length: int) -> None:
    whole = letters(length, seed=0)
    for other in range(length - 22, length):
        text = [*whole[:other], *letters(length, seed=other)]
        assert not strays(network, stepper, [whole[: length - 22]], tokens=1)
        assert not strays(network, stepper, [whole, text])


def test_a_long_prompt_that_is_cancelled_while_it_is_read_is_not_taken_for_read(stepper: Stepper, network: Any) -> None:
    for number in range(20):  # their tokens leave an odd number for the prompt in each step
        wanted = Job(prompt=letters(5, number), sampling=Sampling(temperature=1.0, seed=number), max_tokens=30)
        stepper.obey(Begin(100 + number, wanted, ()))
    told = StepResult()
    stepper.step(told)
    text = letters(700, seed=1)
    stepper.obey(Begin(1, Job(prompt=text, sampling=GREEDY, max_tokens=9), ()))
    while not any(request.order.number == 1 for request in stepper._requests.values()):
        stepper.step(told)
    stepper.obey(Cancel(1))
    stepper.step(told)
    assert not strays(network, stepper, [[*text, 262]])
    assert 1 not in {number for number, _ in told.ended}


def test_whatever_was_read_before_a_reply_is_the_models_own(stepper: Stepper, network: Any) -> None:
    random = np.random.default_rng(7)
    texts = [letters(count, seed=count) for count in (3, 20, 31, 32, 33, 70)]
    for turn in range(40):
        prompts = []
        for number in range(int(random.integers(1, 16))):
            text = texts[random.integers(len(texts))]
            kept = len(text) if random.random() < 0.6 else random.integers(1, len(text) + 1)
            added = random.choice([0, 1, 2, 5, 40, 600], p=[0.3, 0.2, 0.2, 0.1, 0.19, 0.01])
            prompts.append([*text[:kept], *letters(added, seed=100 * turn + number)])
        assert not strays(network, stepper, prompts, tokens=int(random.choice([1, 5, 40]))), turn
        texts = [*texts, *(prompt for prompt in prompts if len(prompt) < 400)][-12:]


async def test_a_process_that_is_brought_down_takes_no_more_with_it_than_what_it_served(
    start: Start, folder: Path
) -> None:
    engine = start()
    expected = await tokens_of(engine, job(folder))
    wanted = [job(folder, Sampling(temperature=1.0, seed=seed), 900) for seed in range(8)]
    running = [asyncio.create_task(steps_of(engine, one)) for one in wanted]
    await asyncio.sleep(0)
    engine._process.kill()
    ends = await asyncio.gather(*running, return_exceptions=True)
    assert {end.reason for end in ends if isinstance(end, Unavailable)} == {"out_of_memory"}
    assert await tokens_of(engine, job(folder)) == expected


async def test_a_closed_engine_takes_nothing_and_lets_nobody_wait(folder: Path) -> None:
    engine = OpenVino(folder, "q8_0").load("tiny", 2**40).engine
    waiting = [
        asyncio.create_task(steps_of(engine, job(folder, Sampling(temperature=1.0, seed=seed), 900)))
        for seed in range(8)
    ]
    await asyncio.sleep(0)
    await asyncio.to_thread(engine.close)
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert any(isinstance(end, Unavailable) for end in ends)
    assert all(isinstance(end, list | Unavailable) for end in ends)
    with pytest.raises(Unavailable):
        await steps_of(engine, job(folder))


def test_nothing_is_reported_to_anybody(folder: Path, tmp_path: Path) -> None:
    """OpenVINO's telemetry speaks on import; here it is never imported, and leaves no file either."""
    program = (
        "import sys, pathlib\n"
        "from providers.adapters.huggingface.engines.openvino import OpenVino\n"
        "from providers.adapters.huggingface.engines.openvino.pipeline import open_pipeline\n"
        "variant = OpenVino(pathlib.Path(sys.argv[1]), 'q8_0')\n"
        "open_pipeline(variant.file, exact=False)\n"
        "assert 'openvino_genai' in sys.modules\n"
        "assert sys.modules.get('openvino_telemetry') is None\n"
        "assert 'openvino_telemetry.main' not in sys.modules\n"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, env=environment)
    assert list(tmp_path.iterdir()) == []


def test_rewritten_weights_are_those_of_the_file(folder: Path) -> None:
    """Q8_0 rounds to one part in 254 of the largest of 32 neighbours; F16 to one in 2,048."""
    from gguf import GGUFReader, quants

    exact = {name: tensor.numpy() for name, tensor in tiny.llama().state_dict().items()}["model.embed_tokens.weight"]
    for kind, allowed in (("q8_0", 1 / 254), ("f16", 1 / 2048)):
        tensors = {tensor.name: tensor for tensor in GGUFReader(OpenVino(folder, kind).file).tensors}
        found = tensors["token_embd.weight"]
        dense = quants.dequantize(found.data, found.tensor_type)
        assert np.abs(dense - exact).max() <= np.abs(exact).max() * allowed * 1.01
    assert openvino.variants(folder)[0].kind == "q8_0"
