"""How a text goes on, token by token: greedily, by lot, by a click."""

from __future__ import annotations

import json
import math
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import pytest

from playground.tabs.sampling.lab import (
    Growth,
    Position,
    TokenCandidate,
    TokenTree,
    choose,
    path_from_logprobs,
    replay,
    trace,
)
from playground.tabs.sampling.lab.tree import MAX_NODES
from providers.adapters.scripted import words
from providers.decoding import softmax
from providers.errors import ContextTooLong, InputError, LimitExceeded, UnsupportedRequest
from providers.types import Message, Request, Sampling, TokenLogprob
from providers.whitebox import shows
from tests.playground.tabs.sampling.probes import TEXT, grown, root, scripted


def row_of(place: Position, token: int) -> TokenCandidate:
    return TokenCandidate(str(token), token, float(place.logits[token]), 0.0, 0.0, True)


class TestPath:
    async def test_greedy_steps_take_the_likeliest(self, box):
        trees = await grown(box, await root(box), Growth(how="greedy", steps=3))
        assert [len(tree.nodes) for tree in trees] == [1, 2, 3]
        assert [node.token.piece for node in trees[-1].path()] == [" Paris", ".", " The"]
        first = trees[-1].nodes[0]
        assert (first.rank, first.how, first.parent) == (1, "greedy", None)
        assert first.probability == pytest.approx(softmax(words.logits(words.encode(TEXT)))[first.token.id])
        assert len(first.alternatives) == 10
        assert first.alternatives[0] == (first.token, first.probability)
        assert trees[-1].ids == (*words.encode(TEXT), *words.encode(" Paris. The"))

    async def test_greedy_again_goes_where_it_went_before(self, box):
        once = (await grown(box, await root(box), Growth(how="greedy", steps=2)))[-1]
        again = (await grown(box, once.at(None), Growth(how="greedy", steps=2)))[-1]
        assert again.nodes == once.nodes
        assert again.leaf == once.leaf

    async def test_a_seed_draws_the_same_in_one_go_and_step_by_step(self, box):
        sampling = Sampling(temperature=1.5, seed=11)
        tree = await root(box)
        together = (await grown(box, tree, Growth(how="sampled", steps=6, sampling=sampling)))[-1]
        for _ in range(6):
            tree = (await grown(box, tree, Growth(how="sampled", sampling=sampling)))[-1]
        assert tree == together
        other = (
            await grown(box, await root(box), Growth(how="sampled", steps=6, sampling=replace(sampling, seed=12)))
        )[-1]
        assert other.ids != together.ids

    async def test_without_a_seed_two_draws_differ(self, box):
        growth = Growth(how="sampled", steps=12, sampling=Sampling(temperature=2.0))
        runs = [(await grown(box, await root(box), growth))[-1].ids for _ in range(3)]
        assert len(set(runs)) > 1

    async def test_it_ends_where_the_model_ends(self, box):
        tree = (
            await grown(
                box, await root(box), Growth(how="sampled", steps=400, sampling=Sampling(temperature=2, seed=3))
            )
        )[-1]
        assert tree.nodes[-1].token.special
        assert [node.token.special for node in tree.nodes].count(True) == 1
        assert await grown(box, tree, Growth(how="greedy", steps=3)) == []

    async def test_it_ends_where_the_context_ends(self, box):
        full = TokenTree(prompt=tuple(words.token(70) for _ in range(words.CONTEXT - 1)))
        sampling = Sampling(top_k=1, temperature=1.0, repetition_penalty=1.0)
        trees = await grown(box, full, Growth(how="greedy", steps=5, sampling=sampling))
        assert 1 <= len(trees) <= 2
        over = TokenTree(prompt=tuple(words.token(70) for _ in range(words.CONTEXT + 1)))
        with pytest.raises(ContextTooLong):
            await grown(box, over, Growth(how="greedy"))

    async def test_a_click_forks_and_needs_no_forward_pass(self, box):
        model = await scripted(box)
        tree = (await grown(box, await root(box), Growth(how="greedy", steps=3)))[-1]
        computed, second = box.computed, tree.nodes[1]
        other, probability = second.alternatives[4]
        forked = await choose(box, model, tree.at(second.parent), other.id)
        assert box.computed == computed
        assert [node.token for node in forked.path()] == [tree.nodes[0].token, other]
        assert forked.nodes[:3] == tree.nodes
        chosen = forked.nodes[3]
        assert (chosen.probability, chosen.rank, chosen.how) == (probability, 5, "chosen")
        assert forked.children(0) == (tree.nodes[1], chosen)
        assert await choose(box, model, forked.at(0), other.id) == forked  # there already
        afresh = await choose(box, model, (await root(box)).at(None), tree.nodes[0].token.id)
        assert replace(afresh.nodes[0], how="greedy") == tree.nodes[0]

    async def test_a_token_far_down_is_ranked_by_a_forward_pass(self, box):
        model, tree = await scripted(box), await root(box)
        order = np.argsort(-words.logits(words.encode(TEXT)), kind="stable")
        chosen = (await choose(box, model, tree, int(order[40]))).nodes[0]
        assert chosen.rank == 41
        assert len(chosen.alternatives) == 10
        for wrong in (-1, 10**6):
            with pytest.raises(InputError, match="node"):
                await choose(box, model, tree, wrong)

    async def test_places_that_are_not_there(self, box):
        tree = await root(box)
        for wrong in (0, -1, 7):
            with pytest.raises(InputError, match="node"):
                tree.at(wrong)
        with pytest.raises(InputError, match="empty"):
            await grown(box, TokenTree(), Growth(how="greedy"))

    async def test_a_tree_has_a_most(self, box):
        full = path_from_logprobs([TokenLogprob("a", -1.0)] * MAX_NODES)
        with pytest.raises(LimitExceeded, match="nodes"):
            full.add_node(full.nodes[0])
        with pytest.raises(LimitExceeded, match="nodes"):
            path_from_logprobs([TokenLogprob("a", -1.0)] * (MAX_NODES + 1))

    async def test_json_and_text(self, box):
        model = await scripted(box)
        tree = (await grown(box, await root(box), Growth(how="greedy", steps=2)))[-1]
        tree = await choose(box, model, tree.at(None), tree.nodes[0].alternatives[3][0].id)
        assert TokenTree.from_json(json.loads(json.dumps(tree.to_json()))) == tree
        lines = tree.to_text().splitlines()
        assert lines[0] == "The␠capital␠of␠France␠is"
        assert [line[:4] for line in lines[1:]] == ["  - ", "  - ", "  * "]
        assert "␠Paris" in lines[1]
        assert "#1" in lines[1]
        assert "greedy" in lines[1]
        assert "#4  chosen" in lines[3]

    @pytest.mark.parametrize("wrong", [None, [], {"nodes": [{}]}, "leaf", "parent"])
    async def test_json_of_another_shape_is_refused(self, box, wrong):
        tree = (await grown(box, await root(box), Growth(how="greedy", steps=2)))[-1]
        value = tree.to_json()
        match wrong:
            case "leaf":
                value["leaf"] = 9
            case "parent":
                value["nodes"][1]["parent"] = 1
            case _:
                value = wrong
        with pytest.raises(ValueError):
            TokenTree.from_json(value)

    async def test_a_reply_is_replayed_and_forked(self, box):
        model = await scripted(box)
        prompt = await box.encode(model, TEXT)
        reply = words.encode(" Paris. The moon é")
        tree = await replay(box, model, prompt, reply)
        assert [node.token.id for node in tree.path()] == reply
        step = (await grown(box, TokenTree(prompt=prompt), Growth(how="greedy")))[-1].nodes[0]
        assert tree.nodes[0].token == step.token
        assert tree.nodes[0].probability == pytest.approx(step.probability)
        assert [one for one, _ in tree.nodes[0].alternatives] == [one for one, _ in step.alternatives]
        assert (tree.nodes[0].rank, tree.nodes[0].how) == (1, "reply")
        assert tree.nodes[-1].rank > 100  # a byte, none of the likeliest
        other = tree.nodes[2].alternatives[3][0]
        forked = await choose(box, model, tree.at(1), other.id)
        assert [node.token for node in forked.path()][-1] == other
        assert await replay(box, model, prompt, ()) == TokenTree(prompt=prompt)

    async def test_a_remote_reply_can_be_read_and_not_grown(self, box):
        said = [TokenLogprob("Hi", -0.5, (("Ho", -2.0), ("Hi", -0.5))), TokenLogprob("!", -9.0, (("?", -0.1),))]
        tree = path_from_logprobs(said)
        assert tree.readable_only
        assert [(node.token.piece, node.rank) for node in tree.path()] == [("Hi", 1), ("!", None)]
        assert tree.nodes[0].probability == pytest.approx(math.exp(-0.5))
        assert [one.piece for one, _ in tree.nodes[0].alternatives] == ["Hi", "Ho"]
        for growing in (grown(box, tree, Growth(how="greedy")), choose(box, await scripted(box), tree, 5)):
            with pytest.raises(UnsupportedRequest, match="logits"):
                await growing

    async def test_a_model_that_reports_log_probabilities_is_traced(self, box):
        request = Request(model=await scripted(box, "echo"), messages=(Message.of("user", "Hello there"),))
        async with aclosing(trace(box, request)) as trees:
            found = [tree async for tree in trees]
        assert [len(tree.nodes) for tree in found] == [1, 2, 3, 4]
        assert "".join(node.token.piece for node in found[-1].path()) == "You said: Hello there"
        assert len(found[-1].nodes[0].alternatives) > 5

    async def test_what_is_not_asked_as_it_was_wanted_is_told(self, box):
        model = replace(await scripted(box, "echo"), accepts=frozenset({"temperature"}))
        sampling = Sampling(temperature=0.5, typical_p=0.5)
        request = Request(model=model, messages=(Message.of("user", "Hello there"),), sampling=sampling)
        async with aclosing(trace(box, request)) as trees:
            found = [tree async for tree in trees]
        assert [[(one.what, one.reason) for one in tree.changes] for tree in found] == [
            [("typical_p", "not_offered")]
        ] * 4

    async def test_one_that_reports_none_says_so(self, box):
        request = Request(model=await scripted(box, "showcase"), messages=(Message.of("user", "Hello"),))
        with pytest.raises(UnsupportedRequest, match="logprobs"):
            async with aclosing(trace(box, request)) as trees:
                await anext(trees)

    async def test_what_a_model_shows(self, box):
        assert await shows(box, await scripted(box)) == "logits"
        assert await shows(box, await scripted(box, "echo")) == "logprobs"
        assert await shows(box, await scripted(box, "showcase")) == "text"
