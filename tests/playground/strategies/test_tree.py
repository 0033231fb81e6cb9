"""Tree-of-Thoughts: proposals, ratings, the beam, the path that the answer builds on, and the budget."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.strategies.solving.strategy import strategy
from playground.strategies.solving.trace import Prompt
from playground.strategies.tree_of_thoughts import parse_list, parse_rating
from providers.errors import RateLimited
from tests.playground.strategies.faking import SUM, Model, Reply, saying, sent, solved

RATINGS = {"good": "9", "fair": "Rating: 6/10", "bad": "1"}


def thinker(prompt: Prompt, number: int) -> Reply:
    """Proposes a bad, a fair and a good step each time, and rates them so."""
    text = prompt.messages[-1].text
    if "Propose" in text:
        return "1. bad\n2. fair\n3. good"
    if "Rate it" in text:
        last = text.split("\n\n")[1].split()[-1]
        return RATINGS[last]
    return "The answer is 42."


class TestSearch:
    async def test_the_beam_goes_on_and_the_best_path_answers(self):
        model = Model(thinker)
        trace = await solved("tree_of_thoughts", SUM, model)
        thoughts = {place: step for place, step in enumerate(trace.steps) if step.kind == "thought"}
        first = [step for step in thoughts.values() if step.parent == 0]
        assert [(step.text, step.score, step.kept) for step in first] == [
            ("bad", 0.1, False),
            ("fair", 0.6, True),
            ("good", 0.9, True),
        ]
        second = [step for step in thoughts.values() if step.parent != 0]
        assert [thoughts[step.parent].text for step in second] == ["good"] * 3 + ["fair"] * 3
        assert [(thoughts[step.parent].text, step.text) for step in second if step.kept] == [
            ("good", "good"),
            ("fair", "good"),
        ]
        assert trace.answer == "The answer is 42."
        assert [trace.prompt(place) for place in thoughts] == [None] * 9  # read from their proposals, not asked for
        assert trace.calls == strategy("tree_of_thoughts").calls() == 13
        assert sent(model)[-1] == [
            ("system", "Solve it."),
            (
                "user",
                "How many are 20 and 22?\n\nSteps so far:\n1. good\n2. good\n\n"
                "Now give the answer, building on these steps. Only the number.",
            ),
        ]

    async def test_the_prompts_of_a_step(self):
        model = Model(thinker)
        await solved("tree_of_thoughts", replace(SUM, language="es"), saying("1. uno"), {"depth": 1})
        await solved("tree_of_thoughts", SUM, model, {"depth": 1, "breadth": 3})
        assert sent(model)[0][1][1] == (
            "How many are 20 and 22?\n\nPropose 3 different possible next steps towards the answer. "
            "Write one short step per line, numbered. Do not give the answer yet."
        )
        assert sent(model)[1][1][1].startswith("How many are 20 and 22?\n\nSteps so far:\n1. bad\n\nHow promising")
        assert [prompt.max_tokens for prompt in model.prompts] == [None, 16, 16, 16, None]

    async def test_proposals_and_ratings_of_a_level_run_together(self):
        model = Model(thinker, delay=0.01)
        await solved("tree_of_thoughts", SUM, model)
        assert model.most == 4

    async def test_a_rating_that_cannot_be_read_ranks_last(self):
        def says(prompt: Prompt, number: int) -> Reply:
            reply = thinker(prompt, number)
            return {"9": "excellent", "1": "0"}.get(str(reply), reply)

        trace = await solved("tree_of_thoughts", SUM, Model(says), {"depth": 1, "beam": 1})
        assert [(step.text, step.score, step.kept) for step in trace.steps if step.kind == "thought"] == [
            ("bad", None, False),
            ("fair", 0.6, True),
            ("good", None, False),
        ]
        assert [step.state for step in trace.steps if step.kind == "evaluation"] == ["unread", "done", "unread"]

    async def test_a_call_that_fails_costs_its_branch_alone(self):
        def says(prompt: Prompt, number: int) -> Reply:
            failing = "1. good\n\nPropose" in prompt.messages[-1].text
            return RateLimited(provider="p") if failing else thinker(prompt, number)

        trace = await solved("tree_of_thoughts", SUM, Model(says))
        assert (trace.answer, trace.failure) == ("The answer is 42.", None)
        assert [step.state for step in trace.steps if step.kind == "proposal"].count("failed") == 1

    async def test_without_proposals_the_question_is_answered_plainly(self):
        model = saying("", "42")
        trace = await solved("tree_of_thoughts", SUM, model)
        assert (trace.answer, len(model.prompts)) == ("42", 2)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4), st.integers(3, 40))
    async def test_the_budget_is_never_passed_and_an_answer_is_always_tried(self, breadth, beam, depth, budget):
        options = {"breadth": breadth, "beam": beam, "depth": depth, "budget": budget}
        proposals = "\n".join(f"{number}. step {number}" for number in range(1, 8))
        model = Model(lambda prompt, number: proposals if "Propose" in prompt.messages[-1].text else "5")
        trace = await solved("tree_of_thoughts", SUM, model, options)
        assert len(model.prompts) <= strategy("tree_of_thoughts").calls(options) <= budget
        assert "Now give the answer" in model.prompts[-1].messages[-1].text
        assert trace.answer == "5"
        if budget == 40 and depth == 1:
            assert len(model.prompts) == strategy("tree_of_thoughts").calls(options)


@pytest.mark.parametrize(
    ("reply", "entries"),
    [
        ("1. one\n2) two\n- three\n* four\n• five", ["one", "two", "three", "four", "five"]),
        ("Sure!\n\n1. one\n\n2. one\n3.5 is no entry", ["one"]),
        ("just  a\nsentence", ["just a sentence"]),
        ("  \n", []),
    ],
)
def test_lists(reply, entries):
    assert parse_list(reply) == entries


@pytest.mark.parametrize(
    ("reply", "score"),
    [("7", 0.7), ("Rating: 8/10", 0.8), ("7,5", 0.75), ("10", 1.0), ("1", 0.1), ("0", None), ("11", None), ("x", None)],
)
def test_ratings(reply, score):
    assert parse_rating(reply) == score
