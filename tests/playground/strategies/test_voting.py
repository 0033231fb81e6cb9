"""Self-consistency: the samples, how many at once, what is counted, and that nothing is left running."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from playground.strategies.solving.question import Question, Tools
from playground.strategies.solving.strategy import strategy
from providers.errors import RateLimited
from tests.playground.strategies.faking import SUM, Model, saying, sent, solved

BARE = replace(SUM, examples=())


class TestSamples:
    async def test_one_prompt_many_draws_at_the_chains_temperature(self):
        model = saying("The answer is 42.")
        trace = await solved("self_consistency", SUM, model, {"samples": 6, "chain_temperature": 0.9, "examples": 1})
        assert {prompt.messages for prompt in model.prompts} == {trace.steps[0].messages}
        assert sent(model)[0] == [
            ("system", "Solve it."),
            ("user", "2 + 2?"),
            ("assistant", "Two and two is four. The answer is 4."),
            ("user", "How many are 20 and 22?"),
        ]
        assert sorted(prompt.draw for prompt in model.prompts) == list(range(6))
        assert {prompt.temperature for prompt in model.prompts} == {0.9}
        assert [step.parent for step in trace.steps[1:7]] == [0] * 6
        assert trace.prompt(3) == trace.steps[0].messages

    async def test_without_worked_examples_the_question_asks_for_the_chain(self):
        model = saying("The answer is 42.")
        await solved("self_consistency", BARE, model)
        assert sent(model)[0][-1][1].startswith("How many are 20 and 22?\n\nThink step by step.")

    @pytest.mark.parametrize("at_once", [1, 3, 20])
    async def test_no_more_at_once_than_allowed_and_no_fewer(self, at_once):
        model = Model(lambda prompt, number: "The answer is 1.", delay=0.01)
        trace = await solved("self_consistency", BARE, model, {"samples": 10}, Tools(at_once=at_once))
        assert model.most == min(at_once, 10)
        assert (trace.calls, model.running) == (10, 0)


class TestVote:
    async def votes(self, question: Question, *replies) -> tuple[list[tuple[str, int, bool]], str | None]:
        trace = await solved("self_consistency", question, saying(*replies), {"samples": len(replies)})
        steps = [step for step in trace.steps if step.kind == "vote"]
        assert sum(step.score or 0 for step in steps) == pytest.approx(1 if steps else 0)
        return [(step.text, step.votes or 0, bool(step.kept)) for step in steps], trace.answer

    async def test_the_most_frequent_extracted_answer_wins(self):
        votes, answer = await self.votes(
            BARE, "It is 7. The answer is 41.", "20 + 22 = 42", "The answer is 42.0.", "The answer is 42.", "Hm."
        )
        assert votes == [("42", 3, True), ("41", 1, False)]
        assert answer == "42"

    async def test_of_equally_frequent_answers_the_one_given_first(self):
        votes, answer = await self.votes(BARE, "The answer is 2.", "The answer is 1.", "The answer is 2.", "1", "0")
        assert votes == [("2", 2, True), ("1", 2, False), ("0", 1, False)]
        assert answer == "2"

    async def test_labels_and_choices(self):
        label = Question(text="Nice.", kind="label", choices=("positive", "negative"))
        assert (await self.votes(label, "Positive!", "It is POSITIVE.", "negative"))[1] == "positive"
        choice = Question(text="Which?", kind="choice", choices=("stone", "pear"))
        assert (await self.votes(choice, "The answer is B.", "(A)", "The answer is: B) pear"))[1] == "B"

    async def test_free_text_counts_without_case_and_spaces(self):
        text = Question(text="Where?", kind="text")
        votes, _ = await self.votes(text, "The answer is South  America.", "The answer is Rome", "south america")
        assert [votes[0][1], votes[1][1]] == [2, 1]

    async def test_nobody_votes_where_nothing_is_found(self):
        assert await self.votes(BARE, "no idea", "none", "") == ([], None)

    async def test_a_chain_that_fails_does_not_vote_and_the_rest_go_on(self):
        model = saying("The answer is 1.", RateLimited(provider="p"), "The answer is 2.", "The answer is 2.")
        trace = await solved("self_consistency", BARE, model, {"samples": 4})
        assert (trace.answer, trace.failure, trace.calls) == ("2", None, 3)
        failed = [step for step in trace.steps if step.state == "failed"]
        assert [(step.text, step.failure and step.failure.key) for step in failed] == [("half a", "rate_limited")]


class TestStopping:
    @pytest.mark.parametrize("name", ["zero_shot", "self_consistency", "react", "tree_of_thoughts"])
    async def test_closing_ends_every_call_at_once(self, name):
        model = Model(lambda prompt, number: "1. a\n2. b\n3. c", delay=30)
        before = asyncio.all_tasks()
        async with asyncio.timeout(10), aclosing(strategy(name).solve(SUM, model, tools=Tools(at_once=3))) as traces:
            async for _ in traces:
                if model.running == min(3, model.most) and model.running:
                    break
        assert model.running == 0
        assert model.closed == len(model.prompts) == (3 if name == "self_consistency" else 1)
        assert asyncio.all_tasks() == before

    async def test_cancelling_whoever_reads_ends_them_too(self):
        model = Model(lambda prompt, number: "1", delay=30)

        async def read() -> None:
            async with aclosing(strategy("self_consistency").solve(SUM, model)) as traces:
                async for _ in traces:
                    pass

        reading = asyncio.create_task(read())
        async with asyncio.timeout(10):
            while not model.running:
                await asyncio.sleep(0.01)
            reading.cancel()
            await asyncio.wait({reading})
        assert (reading.cancelled(), model.running) == (True, 0)

    async def test_a_defect_of_the_model_is_raised_and_the_other_samples_end(self):
        def broken(prompt, number):
            if number == 2:
                raise ZeroDivisionError
            return "1"

        model = Model(broken, delay=30)
        async with asyncio.timeout(10):
            with pytest.raises(ExceptionGroup) as error:
                await solved("self_consistency", BARE, model)
        assert error.group_contains(ZeroDivisionError)
        assert model.running == 0
