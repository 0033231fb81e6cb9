"""A visitor's sampling work without a browser: looked at, reshaped, grown, forked, swept, stopped and limited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from playground.settings import Settings
from playground.tabs.sampling.lab import Grid, SweepCell, TokenTree
from playground.tabs.sampling.visit.visits import SamplingVisits
from playground.visitors import Sessions
from playground.visitors.reach import Reach
from providers import catalog
from providers.adapters.scripted import Scripted, words
from providers.errors import ContextTooLong, InputError, LimitExceeded, MissingKey, UnsupportedRequest
from providers.types import Message, ModelInfo, Request, Sampling

WHO = "visitor"
WORDS = "scripted/words"
TEXT = "The capital of France is"
ASKED = (Message.of("user", TEXT),)


def bench_of(home: Path, scripted: Scripted | None = None, **settings: object) -> SamplingVisits:
    chosen = Settings(_env_file=None, home=home, model="scripted", **settings)
    rows = catalog.load()
    sessions = Sessions.of(chosen, rows)
    reach = Reach(rows, chosen.options(), sessions.vault, scripted=True)
    reach._shared["scripted"] = scripted or Scripted()
    return SamplingVisits(reach, sessions)


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
def bench(tmp_path: Path, scripted: Scripted) -> SamplingVisits:
    return bench_of(tmp_path, scripted)


async def trees(growing: AsyncGenerator[TokenTree]) -> list[TokenTree]:
    async with aclosing(growing) as found:
        return [tree async for tree in found]


class TestLooking:
    async def test_a_prompt_raw_and_through_the_template(self, bench):
        raw = await bench.look(WHO, WORDS, TEXT)
        assert ([token.piece for token in raw.tokens], raw.text) == (["The", " capital", " of", " France", " is"], TEXT)
        chat = await bench.look(WHO, WORDS, TEXT, chat=True)
        assert chat.text == f"<|user|>{TEXT}<|end|><|assistant|>"
        assert [token.special for token in chat.tokens] == [True, *[False] * 5, True, True]
        assert bench.tree(WHO) == TokenTree(prompt=chat.tokens)

    async def test_a_conversation_and_what_follows_it(self, bench):
        said = (*ASKED, Message.of("assistant", " Paris"))
        looked = await bench.look(WHO, WORDS, "", chat=True, messages=said)
        assert looked.text.endswith("<|assistant|> Paris")
        looked = await bench.look(WHO, WORDS, "The moon", chat=True, messages=said)
        assert looked.text.endswith("Paris<|end|><|user|>The moon<|end|><|assistant|>")

    async def test_reshaping_costs_no_forward_pass(self, bench, scripted):
        await bench.look(WHO, WORDS, TEXT)
        computed = scripted.computed
        found = await bench.reshape(WHO, Sampling(temperature=0.5, top_k=4), 25)
        assert (found.rows[0].token, len(found.rows), found.survivors) == (" Paris", 25, 4)
        smalls = await bench.small(WHO, Sampling(), 10)
        assert [len(small.rows) for small in smalls] == [10] * 4
        assert scripted.computed == computed == 1

    async def test_two_visitors_see_their_own(self, bench):
        await bench.look(WHO, WORDS, TEXT)
        await bench.look("other", WORDS, "The moon")
        assert (await bench.reshape(WHO, Sampling())).rows[0].token == " Paris"
        assert (await bench.reshape("other", Sampling())).rows[0].token != " Paris"
        assert bench.tree("nobody") is None

    async def test_what_a_model_shows(self, bench):
        names = ("words", "echo", "showcase")
        assert [await bench.shows(WHO, f"scripted/{name}") for name in names] == ["logits", "logprobs", "text"]
        with pytest.raises(MissingKey):
            await bench.shows(WHO, "openai/gpt-6-luna")

    async def test_bad_prompts(self, bench):
        for prompt, chat in (("", False), ("", True)):
            with pytest.raises(InputError, match="empty"):
                await bench.look(WHO, WORDS, prompt, chat)
        with pytest.raises(ContextTooLong):
            await bench.look(WHO, WORDS, "é" * words.CONTEXT)
        with pytest.raises(UnsupportedRequest) as caught:
            await bench.look(WHO, "scripted/echo", TEXT)
        assert (caught.value.reason, caught.value.values) == ("logits", {"model": "Scripted: echo"})

    async def test_nothing_was_looked_at(self, bench):
        for doing in (bench.reshape(WHO, Sampling()), bench.small(WHO, Sampling()), bench.choose(WHO, None, 70)):
            with pytest.raises(InputError, match="empty"):
                await doing
        with pytest.raises(InputError, match="empty"):
            await trees(bench.grow(WHO, "greedy", 1, Sampling()))
        with pytest.raises(InputError, match="empty"):
            await bench.go(WHO, None)

    async def test_a_failed_look_leaves_what_was_there(self, bench):
        await bench.look(WHO, WORDS, TEXT)
        with pytest.raises(UnsupportedRequest):
            await bench.look(WHO, "scripted/echo", "Other")
        assert (await bench.reshape(WHO, Sampling())).rows[0].token == " Paris"

    async def test_work_is_forgotten(self, bench):
        now = [0.0]
        bench._works.clock = lambda: now[0]
        await bench.look(WHO, WORDS, TEXT)
        now[0] = 3600.0
        await bench.go(WHO, None)  # touched
        now[0] = 7300.0
        assert bench.tree(WHO) is not None
        now[0] = 20_000.0
        assert bench.tree(WHO) is None


class TestGrowing:
    async def test_step_by_step_and_the_bars_follow(self, bench, scripted):
        await bench.look(WHO, WORDS, TEXT)
        grown = await trees(bench.grow(WHO, "greedy", 2, Sampling()))
        assert [len(tree.nodes) for tree in grown] == [1, 2]
        assert bench.tree(WHO) == grown[-1]
        computed = scripted.computed
        assert (await bench.reshape(WHO, Sampling())).rows[0].token == " The"
        await bench.reshape(WHO, Sampling(temperature=0.2))
        assert scripted.computed == computed + 1
        await bench.go(WHO, 0)
        assert (await bench.reshape(WHO, Sampling())).rows[0].token == "."

    async def test_a_fork_and_back(self, bench):
        await bench.look(WHO, WORDS, TEXT)
        tree = (await trees(bench.grow(WHO, "greedy", 3, Sampling())))[-1]
        other = tree.nodes[1].alternatives[2][0]
        forked = await bench.choose(WHO, tree.nodes[1].parent, other.id)
        assert [node.token.piece for node in forked.path()] == [" Paris", other.piece]
        assert len(forked.nodes) == 4
        assert (await bench.go(WHO, 2)).path() == tree.path()
        with pytest.raises(InputError, match="node"):
            await bench.go(WHO, 99)
        with pytest.raises(InputError, match="node"):
            await bench.choose(WHO, 99, other.id)
        assert bench.tree(WHO).nodes == forked.nodes

    async def test_the_bars_draw_what_is_drawn(self, bench):
        """Frequency penalties see the path, not the prompt, in the bars as in the draw."""
        await bench.look(WHO, WORDS, TEXT)
        sampling = Sampling(frequency_penalty=2.0, repetition_penalty=1.2, temperature=0)
        for _ in range(6):
            bars = await bench.reshape(WHO, sampling, 500)
            (sure,) = [row.id for row in bars.rows if row.kept]
            tree = (await trees(bench.grow(WHO, "sampled", 1, sampling)))[-1]
            assert tree.path()[-1].token.id == sure

    async def test_a_reply_from_the_chat(self, bench, scripted):
        tree = await bench.open_reply(WHO, WORDS, ASKED, " Paris. The moon")
        assert "".join(node.token.piece for node in tree.path()) == " Paris. The moon"
        assert {node.how for node in tree.nodes} == {"reply"}
        assert scripted.computed == 1
        assert (await bench.reshape(WHO, Sampling())).rows
        forked = await bench.choose(WHO, 0, tree.nodes[1].alternatives[3][0].id)
        assert len(forked.path()) == 2
        with pytest.raises(InputError, match="empty"):
            await bench.open_reply(WHO, WORDS, (), "Paris")
        with pytest.raises(UnsupportedRequest, match="logits"):
            await bench.open_reply(WHO, "scripted/echo", ASKED, "Paris")

    async def test_a_remote_reply_is_read_and_not_grown(self, bench):
        found = await trees(bench.trace(WHO, "scripted/echo", ASKED, Sampling()))
        assert "".join(node.token.piece for node in found[-1].path()) == f"You said: {TEXT}"
        assert bench.tree(WHO) == found[-1]
        assert (await bench.go(WHO, 1)).leaf == 1
        with pytest.raises(InputError, match="empty"):
            await bench.reshape(WHO, Sampling())
        with pytest.raises(UnsupportedRequest, match="logits"):
            await bench.choose(WHO, 0, 70)
        with pytest.raises(UnsupportedRequest, match="logits"):
            await trees(bench.grow(WHO, "greedy", 1, Sampling()))
        with pytest.raises(UnsupportedRequest, match="logprobs"):
            await trees(bench.trace(WHO, "scripted/showcase", ASKED, Sampling()))


class Slow(Scripted):
    """Half a second a forward pass."""

    async def next_token_logits(self, model: ModelInfo, ids: Sequence[int]) -> np.ndarray:
        await asyncio.sleep(0.5)
        return await super().next_token_logits(model, ids)


class Stuck(Slow):
    """After the second token, a forward pass that never ends."""

    passes = 0

    async def next_token_logits(self, model: ModelInfo, ids: Sequence[int]) -> np.ndarray:
        self.passes += 1
        if self.passes > 2:
            await asyncio.Event().wait()
        return await super().next_token_logits(model, ids)


class TestRunning:
    async def test_stop_ends_a_growth_wherever_it_waits(self, tmp_path):
        bench = bench_of(tmp_path, Stuck())
        await bench.look(WHO, WORDS, TEXT)
        seen = []
        async with aclosing(bench.grow(WHO, "greedy", 20, Sampling())) as growing:
            async for tree in growing:
                seen.append(len(tree.nodes))
                if seen[-1] == 1:
                    bench.stop(WHO)
        assert seen[0] == 0  # a beat while it waits
        assert seen[-1] == 1
        assert len(bench.tree(WHO).nodes) == 1

    async def test_single_steps_asked_for_at_once_follow_one_another(self, tmp_path):
        bench, apart = bench_of(tmp_path, Slow(), parallel_streams=1), bench_of(tmp_path)
        await bench.look(WHO, WORDS, TEXT)
        await asyncio.gather(*(trees(bench.grow(WHO, "greedy", 1, Sampling())) for _ in range(3)), bench.go(WHO, 1))
        await apart.look(WHO, WORDS, TEXT)
        await trees(apart.grow(WHO, "greedy", 3, Sampling()))
        tree = bench.tree(WHO)
        assert [node.token for node in tree.nodes] == [node.token for node in apart.tree(WHO).nodes]
        assert [node.parent for node in tree.nodes] == [None, 0, 1]
        assert tree.leaf == 1  # where it was asked to go last

    async def test_a_new_look_takes_the_place_of_a_growth(self, tmp_path):
        bench = bench_of(tmp_path, Slow(), parallel_streams=1)
        await bench.look(WHO, WORDS, TEXT)
        growing = asyncio.create_task(trees(bench.grow(WHO, "greedy", 20, Sampling())))
        await asyncio.sleep(0.1)
        await bench.look(WHO, WORDS, "The moon")
        await growing
        assert bench.tree(WHO) == TokenTree(prompt=tuple(words.token(one) for one in words.encode("The moon")))

    async def test_a_sweep_is_one_stream_and_can_be_stopped(self, tmp_path):
        bench = bench_of(tmp_path, Scripted(delay=0.05), parallel_streams=1)
        grid = Grid(temperatures=(0.0, 1.0), seeds=(1, 2, 3))
        last: tuple[SweepCell, ...] = ()
        async with aclosing(bench.sweep(WHO, WORDS, ASKED, grid, Sampling(max_tokens=40))) as running:
            async for last in running:
                with pytest.raises(LimitExceeded, match="streams"):
                    async with bench.sessions.limits.stream(WHO):
                        pass
                if all(cell.tokens for cell in last):
                    bench.stop(WHO)
        assert {cell.state for cell in last} == {"stopped"}
        async with bench.sessions.limits.stream(WHO):
            assert not bench.sessions.work._running
        with pytest.raises(InputError, match="empty"):
            async with aclosing(bench.sweep(WHO, WORDS, (), grid, Sampling())) as running:
                await anext(running)

    async def test_a_sweep_says_who_asks(self, tmp_path):
        owners = set()

        class Heard(Scripted):
            def stream(self, request: Request):
                owners.add((request.owner, request.logprobs))
                return super().stream(request)

        bench = bench_of(tmp_path, Heard())
        for name in ("echo", "showcase"):
            grid = Grid(temperatures=(0.0,))
            async with aclosing(bench.sweep(WHO, f"scripted/{name}", ASKED, grid, Sampling())) as running:
                assert [snapshot async for snapshot in running][-1][0].state == "done"
        assert owners == {(WHO, 0), (WHO, None)}

    async def test_what_computes_is_counted(self, tmp_path):
        bench = bench_of(tmp_path, messages_per_minute=2)
        await bench.look(WHO, WORDS, TEXT)
        for _ in range(5):  # single tokens are not messages
            tree = (await trees(bench.grow(WHO, "greedy", 1, Sampling())))[-1]
            await bench.reshape(WHO, Sampling(temperature=0.5))
        await bench.choose(WHO, None, tree.nodes[0].alternatives[1][0].id)
        await trees(bench.grow(WHO, "greedy", 2, Sampling()))
        for doing in (bench.look(WHO, WORDS, TEXT), bench.open_reply(WHO, WORDS, ASKED, "Paris")):
            with pytest.raises(LimitExceeded, match="rate"):
                await doing
        with pytest.raises(LimitExceeded, match="rate"):
            await trees(bench.grow(WHO, "sampled", 2, Sampling()))
        await bench.look("other", WORDS, TEXT)
