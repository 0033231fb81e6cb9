"""What is dropped is listed, and what cannot be dropped is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.adapters.scripted import Scripted
from providers.errors import ContextTooLong, UnsupportedRequest
from providers.fit import fit, fit_context
from providers.types import Image, Message, ModelInfo, Request, Sampling, Text

MODEL = ModelInfo(id="m", provider="p", name="M", accepts=frozenset({"temperature", "max_tokens"}), temperature_max=1)
USER = Message.of("user", "hi")


def ask(*messages: Message, model: ModelInfo = MODEL, **sampling: object) -> Request:
    return Request(model=model, messages=messages or (USER,), sampling=Sampling(**sampling))  # type: ignore[arg-type]


def test_parameters_not_offered_are_dropped_and_listed() -> None:
    fitted = fit(ask(temperature=0.5, top_k=40, seed=3, stop=("x",)))
    assert fitted.request.sampling == Sampling(temperature=0.5)
    assert {(change.what, change.reason) for change in fitted.changes} == {
        ("top_k", "not_offered"),
        ("seed", "not_offered"),
        ("stop", "not_offered"),
    }


def test_values_that_change_nothing_are_not_said_to_be_ignored() -> None:
    assert fit(ask(top_k=0, top_p=1.0, min_p=0, repetition_penalty=1.0, frequency_penalty=0)).changes == ()


def test_zero_temperature_stays_zero() -> None:
    assert fit(ask(temperature=0)).request.sampling.temperature == 0


def test_bounds_are_lowered_and_listed() -> None:
    fitted = fit(ask(model=replace(MODEL, max_output=100), temperature=1.5, max_tokens=500))
    assert fitted.request.sampling == Sampling(temperature=1, max_tokens=100)
    assert [(c.what, c.reason, c.values["to"]) for c in fitted.changes] == [
        ("temperature", "lowered", 1),
        ("max_tokens", "lowered", 100),
    ]


def test_an_image_for_a_model_that_does_not_see_is_refused_but_an_old_one_is_left_out() -> None:
    seen = Message("user", (Text("look"), Image(b"", "image/png")))
    with pytest.raises(UnsupportedRequest):
        fit(ask(seen))
    fitted = fit(ask(seen, Message.of("assistant", "nice"), USER))
    assert [change.reason for change in fitted.changes] == ["images_not_seen"]
    assert not any(message.images for message in fitted.request.messages)


def test_a_system_prompt_moves_into_the_first_message_where_there_is_no_such_role() -> None:
    fitted = fit(ask(Message.of("system", "Be brief."), USER, model=replace(MODEL, system=False)))
    assert [message.role for message in fitted.request.messages] == ["user"]
    assert fitted.request.messages[0].text == "Be brief.\n\nhi"
    assert [change.reason for change in fitted.changes] == ["system_in_first_message"]


def test_a_begun_answer_is_refused_where_it_cannot_be_continued() -> None:
    with pytest.raises(UnsupportedRequest):
        fit(ask(USER, Message.of("assistant", "It is")))


async def test_the_oldest_turns_are_cut_to_the_context() -> None:
    echo = replace((await Scripted().models())[0], context=120)
    turns = [Message.of(role, "word " * 20) for _ in range(5) for role in ("user", "assistant")]
    request = ask(Message.of("system", "Be brief."), *turns, USER, model=echo, max_tokens=1000)
    fitted = await fit_context(request, Scripted().render)
    assert [change.what for change in fitted.changes] == ["history", "max_tokens"]
    kept = fitted.request.messages
    assert kept[0].role == "system" and kept[1].role == "user" and kept[-1] == USER
    assert len(kept) + int(str(fitted.changes[0].values["messages"])) == len(request.messages)
    rendered = await Scripted().render(fitted.request)
    assert rendered.tokens + (fitted.request.sampling.max_tokens or 0) <= 120


async def test_a_message_longer_than_the_context_is_an_error() -> None:
    echo = replace((await Scripted().models())[0], context=50)
    with pytest.raises(ContextTooLong):
        await fit_context(ask(Message.of("user", "word " * 100), model=echo), Scripted().render)


def test_a_seed_is_kept_and_said_to_be_no_promise_where_the_model_makes_none() -> None:
    unsure = replace(MODEL, accepts=frozenset({"seed", "temperature"}))
    fitted = fit(ask(model=unsure, seed=3))
    assert fitted.request.sampling.seed == 3
    assert [(change.what, change.reason) for change in fitted.changes] == [("seed", "not_promised")]
    assert fit(ask(model=replace(unsure, reproducible=True), seed=3)).changes == ()
