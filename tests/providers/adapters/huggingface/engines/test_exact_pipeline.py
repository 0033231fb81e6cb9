"""A reply is the same to the last bit: alone, in company, from what was kept, and where blocks ran out in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from providers.adapters.huggingface.engines.base import Job
from providers.adapters.huggingface.engines.openvino import OpenVino
from providers.adapters.huggingface.engines.openvino.block_pool import BlockPool, digests
from providers.adapters.huggingface.engines.openvino.exact_pipeline import ExactPipeline
from providers.adapters.huggingface.engines.openvino.paged_network import PagedNetwork, TokenSpan
from providers.adapters.huggingface.engines.openvino.pipeline import add
from providers.types import Sampling

STEP = 128
ROOM = 2**20
Reply = list[tuple[int, float]]


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> ExactPipeline:
    return open_one(folder)


def open_one(folder: Path, room: int = ROOM) -> ExactPipeline:
    return ExactPipeline(OpenVino(folder, "q8_0-exact").file, room, STEP)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Tokens of each step of any pipeline."""
    counts, compute = list[int](), PagedNetwork.logits

    def counting(network: PagedNetwork, pieces: Sequence[TokenSpan]) -> Any:
        counts.append(sum(len(piece.tokens) for piece in pieces))
        return compute(network, pieces)

    monkeypatch.setattr(PagedNetwork, "logits", counting)
    yield counts


def letters(count: int, seed: int) -> list[int]:
    """Token ids of ordinary letters."""
    return np.random.default_rng(seed).integers(262, 308, count).tolist()


def a_job(prompt: Sequence[int], seed: int = 1, tokens: int = 40) -> Job:
    return Job(prompt=list(prompt), sampling=Sampling(temperature=1.5, seed=seed), max_tokens=tokens)


def run(pipeline: ExactPipeline, jobs: Sequence[Job], every: int = 0) -> list[Reply]:
    """The replies; with `every`, so many steps lie between two requests."""
    waiting, begun, replies = list(enumerate(jobs)), dict[int, Any](), [Reply() for _ in jobs]
    while waiting or pipeline.has_non_finished_requests():
        for number, job in waiting[: 1 if every else len(waiting)]:
            begun[number] = add(pipeline, number, job, ())
        waiting = waiting[1:] if every else []
        for _ in range(max(1, every)):
            pipeline.step()
        for number, request in begun.items():
            for drawn in request.read().values():
                replies[number] += zip(drawn.generated_ids, drawn.generated_log_probs, strict=True)
    return replies


def test_of_the_next_message_only_what_is_new_is_read(folder: Path, pipeline: ExactPipeline, read: list[int]) -> None:
    """Were what was said kept too, some of these would differ."""
    prompts = [letters(300, seed) for seed in range(20, 28)]
    replies = run(pipeline, [a_job(prompt, tokens=150) for prompt in prompts])
    further = [
        a_job([*prompt, *(token for token, _ in said), *letters(20, seed=6)], seed=2)
        for prompt, said in zip(prompts, replies, strict=True)
    ]
    read.clear()
    kept = [run(pipeline, [job])[0] for job in further]
    assert sum(count for count in read if count > 1) <= 8 * (32 + 150 + 20)
    other = open_one(folder)
    read.clear()
    assert [run(other, [job])[0] for job in further] == kept, "in another process they are read whole"
    assert sum(count for count in read if count > 1) == 8 * 470


@pytest.mark.parametrize("every", [0, 3])
def test_company_and_what_was_kept_change_nothing(pipeline: ExactPipeline, every: int) -> None:
    """Lengths at the borders of blocks and of pieces; some begin alike."""
    root, lengths = letters(400, seed=1), (1, 2, 31, 32, 33, 34, 64, 65, 66, 127, 128, 129, 161, 300, 400)
    prompts = [[*root[: length // 2], *letters(length - length // 2, seed=length)] for length in lengths]
    jobs = [a_job(prompt, seed) for seed, prompt in enumerate(prompts)]
    alone = [run(pipeline, [job])[0] for job in jobs]
    assert all(alone) and len({tuple(reply) for reply in alone}) == len(alone)
    order = np.random.default_rng(every).permutation(len(jobs))
    together = run(pipeline, [jobs[place] for place in order], every)
    assert together == [alone[place] for place in order]


def test_who_has_to_begin_again_says_the_same(folder: Path, pipeline: ExactPipeline) -> None:
    """Of blocks there are enough for each, and not for all."""
    jobs = [a_job(letters(60, seed), seed, 100) for seed in range(5)]
    small = open_one(folder)
    small._pool = BlockPool(9, 1)
    assert run(small, jobs) == [run(pipeline, [job])[0] for job in jobs]
    assert small._pool.left == 8


def test_who_needs_more_than_there_is_ends_alone(folder: Path, pipeline: ExactPipeline) -> None:
    small = open_one(folder)
    small._pool = BlockPool(6, 1)
    jobs = [a_job(letters(400, 1)), a_job(letters(100, 2), tokens=4000), a_job(letters(40, 3))]
    requests = [add(small, number, job, ()) for number, job in enumerate(jobs)]
    while small.has_non_finished_requests():
        small.step()
    assert [request.get_status().name for request in requests] == ["IGNORED", "IGNORED", "FINISHED"]
    (said,) = requests[2].read().values()
    assert list(zip(said.generated_ids, said.generated_log_probs, strict=True)) == run(pipeline, [jobs[2]])[0]


def test_one_that_is_cancelled_leaves_its_blocks_and_what_others_say(pipeline: ExactPipeline) -> None:
    job = a_job(letters(200, 9), tokens=30)
    (alone,) = run(pipeline, [job])
    left = pipeline._pool.left
    gone, stays = add(pipeline, 1, a_job(letters(500, 8), 3, 500), ()), add(pipeline, 2, job, ())
    pipeline.step()
    gone.cancel()
    while pipeline.has_non_finished_requests():
        pipeline.step()
    (said,) = stays.read().values()
    assert said.generated_ids == [token for token, _ in alone] and not gone.read()[0].generated_ids
    assert pipeline._pool.left == left


def test_the_longest_beginning_that_is_kept_is_found_and_the_oldest_forgotten() -> None:
    pool = BlockPool(6, 1)
    text = list(range(12))
    names = digests(text, 4, 3)
    blocks = pool.take(3) or []
    pool.name(names, blocks)
    assert pool.find(digests([*text[:8], 99, 98, 97, 96], 4, 3)) == blocks[:2]
    assert pool.take(3) is None and pool.left == 2
    pool.give_back(blocks)
    pool.give_back(blocks[:2])
    assert pool.left == 5
    assert blocks[2] in (pool.take(3) or []), "the end of a text is forgotten before its beginning"
    assert pool.find(names) == blocks[:2]


def test_a_processor_on_which_company_counts_does_not_pass(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one with AVX2 alone does beyond 80 rows."""
    opened, compute = open_one(folder), PagedNetwork.logits
    opened.check(letters(30, 1))

    def by_other_kernels(network: PagedNetwork, pieces: Sequence[TokenSpan]) -> Any:
        found = compute(network, pieces)
        return np.nextafter(found, np.float32(1)) if sum(len(one.tokens) for one in pieces) > 80 else found

    monkeypatch.setattr(PagedNetwork, "logits", by_other_kernels)
    with pytest.raises(RuntimeError, match="company"):
        opened.check(letters(30, 1))
