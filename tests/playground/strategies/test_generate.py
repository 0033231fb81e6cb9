"""Strategies on a provider: what becomes of a prompt's wishes, and what a call tells of itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from playground.measuring import Slots, tasks
from playground.strategies.solving.generate import model_generate
from playground.strategies.solving.question import Question
from playground.strategies.solving.record import Generate
from playground.strategies.solving.strategy import strategy
from playground.strategies.solving.trace import Prompt, ReplyPart, Trace
from providers.adapters.scripted import Scripted
from providers.errors import ContextTooLong, StreamTruncated
from providers.types import Change, Event, Message, ModelInfo, Request, Sampling, TextDelta

HELLO = (Message.of("user", "Hello"),)
SUM = Question(text="How many are 20 and 22?", kind="number")


class Listening(Scripted):
    """Remembers the requests."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []

    async def stream(self, request: Request) -> AsyncGenerator[Event]:
        self.requests.append(request)
        async with aclosing(super().stream(request)) as events:
            async for event in events:
                yield event


@pytest.fixture
def box() -> Listening:
    return Listening()


async def scripted(box: Scripted, name: str) -> ModelInfo:
    return {model.id: model for model in await box.models()}[name]


async def last(generate: Generate, prompt: Prompt) -> ReplyPart:
    async with aclosing(generate(prompt)) as pieces:
        return [piece async for piece in pieces][-1]


async def solved(name: str, question: Question, generate: Generate, **options: int) -> Trace:
    async with aclosing(strategy(name).solve(question, generate, options)) as traces:
        return [trace async for trace in traces][-1]


async def test_a_prompts_wishes_go_before_the_visitors_sampling(box):
    own = Sampling(temperature=0.2, top_p=0.9, seed=5, stop=("END",), max_tokens=100)
    generate = model_generate(box, await scripted(box, "echo"), own, owner="me")
    await last(generate, Prompt(messages=HELLO))
    await last(generate, Prompt(messages=HELLO, temperature=0.8, stop=("\nObservation:",), max_tokens=16, draw=3))
    await last(generate, Prompt(messages=HELLO, max_tokens=1000))
    plain, wishes, longer = [request.sampling for request in box.requests]
    assert plain == own
    assert wishes == replace(own, temperature=0.8, seed=8, stop=("\nObservation:", "END"), max_tokens=16)
    assert longer.max_tokens == 100
    assert {request.owner for request in box.requests} == {"me"}


async def test_seeds_stay_in_their_range_and_none_stays_none(box):
    generate = model_generate(box, await scripted(box, "echo"), Sampling(seed=2**31 - 1))
    await last(generate, Prompt(messages=HELLO, draw=1))
    await last(model_generate(box, await scripted(box, "echo")), Prompt(messages=HELLO, draw=1))
    assert [request.sampling.seed for request in box.requests] == [0, None]


async def test_a_model_that_reasons_first_is_not_cut_short(box):
    piece = await last(model_generate(box, await scripted(box, "thinker")), Prompt(messages=HELLO, max_tokens=1))
    assert box.requests[0].sampling.max_tokens is None
    assert piece.text == "«Hello»? 42."
    assert piece.reasoning.startswith("The question is deep.")


async def test_a_call_tells_its_usage_its_cost_and_what_the_model_did_not_take(box):
    model = replace(await scripted(box, "echo"), accepts=frozenset({"temperature", "max_tokens"}), system=False)
    messages = (Message.of("system", "Be brief."), *HELLO)
    piece = await last(model_generate(box, model), Prompt(messages=messages, stop=("x",)))
    assert piece.call is not None
    assert (piece.call.usage.output_tokens, piece.call.finish, piece.call.cost) == (5, "stop", 0.0)
    assert piece.call.changes == (
        Change(what="stop", reason="not_offered"),
        Change(what="system", reason="system_in_first_message"),
    )
    assert [message.text for message in box.requests[0].messages] == ["Be brief.\n\nHello"]


async def test_a_prompt_that_does_not_fit_is_the_traces_failure(box):
    model = replace(await scripted(box, "echo"), context=70)
    with pytest.raises(ContextTooLong):
        await last(model_generate(box, model), Prompt(messages=(Message.of("user", "word " * 100),)))
    trace = await solved("zero_shot", replace(SUM, text="word " * 100), model_generate(box, model))
    assert trace.failure is not None
    assert trace.failure.key == "context_too_long"


async def test_a_stream_without_its_end_is_an_error():
    class Cut(Scripted):
        async def stream(self, request: Request) -> AsyncGenerator[Event]:
            yield TextDelta("The answer is")

    box = Cut()
    generate = model_generate(box, await scripted(box, "echo"))
    with pytest.raises(StreamTruncated):
        await last(generate, Prompt(messages=HELLO))
    trace = await solved("zero_shot", SUM, generate)
    assert (trace.steps[1].text, trace.steps[1].state, trace.answer) == ("The answer is", "failed", None)


async def test_a_model_that_breaks_off_keeps_its_text(box):
    trace = await solved("zero_shot", SUM, model_generate(box, await scripted(box, "broken")))
    assert trace.failure is not None
    assert (trace.failure.key, trace.steps[1].text) == ("stream_truncated.reset", "This answer breaks off in the mid")


@pytest.mark.parametrize("stops", [True, False])
async def test_react_with_a_calculator_whether_or_not_the_model_takes_stop_sequences(box, stops):
    model = await scripted(box, "adder")
    model = model if stops else replace(model, accepts=model.accepts - {"stop"})
    trace = await solved("react", SUM, model_generate(box, model))
    assert [(step.kind, step.text) for step in trace.steps] == [
        ("thought", "Thought: I add them up.\nAction: calculator[20 + 22]"),
        ("action", "calculator"),
        ("observation", "42"),
        ("thought", "Thought: That is the sum.\nAction: finish[42]"),
        ("action", "finish"),
    ]
    assert trace.answer == "42"
    assert [change.what for change in trace.changes] == ([] if stops else ["stop"])


async def test_chains_differ_by_their_seeds_and_repeat_with_them(box):
    generate = model_generate(box, await scripted(box, "adder"), Sampling(seed=8))
    one = await solved("self_consistency", SUM, generate, samples=8)
    votes = [(step.text, step.votes) for step in one.steps if step.kind == "vote"]
    assert votes == [("42", 6), ("43", 2)]
    other = await solved("self_consistency", SUM, generate, samples=8)
    assert [step.text for step in one.steps] == [step.text for step in other.steps]


async def test_slots_bound_the_calls_of_several_questions_together(box):
    slots, seen = Slots(3), []
    model = await scripted(box, "slow")
    generate = model_generate(box, model, Sampling(max_tokens=3))

    async def watch() -> None:
        while True:
            seen.append(slots.in_flight.get("scripted", 0))
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    held = [
        solved("self_consistency", SUM, lambda prompt: slots.hold("scripted", generate(prompt)), samples=4)
        for _ in range(3)
    ]
    found = await asyncio.gather(*held)
    watching.cancel()
    assert [trace.calls for trace in found] == [4, 4, 4]
    assert max(seen) == 3


async def test_every_set_can_be_asked_by_every_strategy(box):
    generate = model_generate(box, await scripted(box, "adder"))
    for name in tasks.names():
        loaded = tasks.load(name, "es")
        question = Question.of(loaded, loaded.items[0])
        assert (question.form, question.examples) == (loaded.answer_format, loaded.examples)
        for one in ("zero_shot", "few_shot_cot", "react", "template"):
            trace = await solved(one, question, generate)
            assert trace.done
            assert trace.failure is None


async def test_a_base_model_is_given_one_text_and_cut_before_a_question_of_its_own(box):
    shots = (Message.of("system", "Una palabra."), Message.of("user", "¿Italia?"), Message.of("assistant", "Roma"))
    prompt = Prompt(messages=(*shots, Message.of("user", "¿Francia?")), stop=("FIN",))
    base = replace(await scripted(box, "echo"), chat=False)
    piece = await last(model_generate(box, base, language="es"), prompt)
    (request,) = box.requests
    (message,) = request.messages
    assert message.text == "Una palabra.\n\nPregunta: ¿Italia?\nRespuesta: Roma\n\nPregunta: ¿Francia?\nRespuesta:"
    assert request.sampling.stop == ("FIN", "\nPregunta:")
    assert piece.call is not None and [change.reason for change in piece.call.changes] == ["as_text"]


@pytest.mark.parametrize("name", ["zero_shot", "zero_shot_cot", "self_consistency", "react", "tree_of_thoughts"])
async def test_what_a_trace_shows_as_the_prompt_is_what_a_base_model_was_sent(box, name):
    base = replace(await scripted(box, "echo"), chat=False)
    trace = await solved(name, Question(text="¿Francia?", kind="text", language="es"), model_generate(box, base))
    shown = [trace.prompt(place) for place, step in enumerate(trace.steps) if step.call is not None]
    assert shown and {request.messages for request in box.requests} == set(shown)


async def test_a_text_of_ones_own_is_gone_on_with_word_for_word(box):
    base = replace(await scripted(box, "echo"), chat=False)
    template = strategy("template")
    question = Question(text="¿Francia?", kind="text", language="es")
    async with aclosing(
        template.solve(question, model_generate(box, base, language="es"), {"template": "{question} es"})
    ) as traces:
        _ = [trace async for trace in traces]
    (request,) = box.requests
    assert [message.text for message in request.messages] == ["¿Francia? es"]
