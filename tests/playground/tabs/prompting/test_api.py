"""The endpoints `prompting` and `evaluate`, called as a notebook calls them."""

from __future__ import annotations

import json

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.playground.tabs.endpoints import check_parameters

ADDER, BROKEN, WORDS = "scripted/adder", "scripted/broken", "scripted/words"
PARAMETERS = {
    "/prompting": [
        *("question", "models", "strategies", "truth", "kind", "choices", "language", "context", "passages"),
        *("options", "temperature", "max_tokens", "seed"),
    ],
    "/evaluate": [
        *("task_set", "language", "n", "models", "strategies", "repeats", "seed", "measure", "normalise"),
        *("passages", "options", "temperature", "max_tokens", "confirm_cost"),
    ],
}


def cards(client: Client, **values: object) -> list[dict[str, object]]:
    given = {"question": "Add 12 and 30.", "kind": "number", "models": [ADDER], "api_name": "/prompting", **values}
    return client.predict(**given)["cards"]


def report(client: Client, **values: object) -> dict[str, object]:
    given = {"task_set": "arithmetic", "n": 4, "models": [ADDER], "api_name": "/evaluate", **values}
    return client.predict(**given)


def refused(client: Client, name: str, **values: object) -> str:
    with pytest.raises(AppError) as error:
        client.predict(**{"models": [ADDER], "api_name": name, **values})
    return str(error.value)


def test_every_parameter_has_a_name_and_a_default(client):
    check_parameters(client, PARAMETERS)


def test_a_question_in_several_ways(client):
    found = cards(client, strategies=["zero_shot", "react"], truth="42")
    assert [(card["strategy"], card["answer"], card["score"]) for card in found] == [
        ("zero_shot", "42", 1.0),
        ("react", "42", 1.0),
    ]
    assert [step["kind"] for step in found[1]["trace"]][:3] == ["thought", "action", "observation"]
    assert found[1]["calls"] == 2 and found[1]["usage"]["input_tokens"] > found[0]["usage"]["input_tokens"]
    json.dumps(found)


def test_an_answer_that_is_explained_is_read_where_it_is_stated(client):
    (found,) = cards(
        client,
        question="The answer is 42, because x = 7.",
        models=["scripted/echo"],
        strategies=["zero_shot"],
        truth="42",
    )
    assert (found["answer"], found["rule"], found["score"]) == ("42", "stated", 1.0)


def test_options_reach_their_strategy_and_a_failure_is_its_cards(client):
    found = cards(
        client,
        models=[ADDER, BROKEN],
        strategies=["self_consistency"],
        options={"self_consistency": {"samples": 3}},
        seed=1,
    )
    assert [(card["state"], card["calls"]) for card in found] == [("done", 3), ("failed", 0)]
    assert found[0]["error"] is None and found[1]["error"]


def test_it_streams(client):
    job = client.submit(question="Count", models=["scripted/slow"], max_tokens=30, api_name="/prompting")
    seen = list(job)
    assert len(seen) > 2
    assert [card["state"] for card in seen[0]["cards"]] == ["running", "running"]
    assert [card["state"] for card in seen[-1]["cards"]] == ["done", "done"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"question": " "}, "nothing to answer"),
        ({"question": "Hi", "kind": "poem"}, "must be one of"),
        ({"question": "Hi", "strategies": []}, "must be one of"),
        ({"question": "Hi", "strategies": ["hope"]}, "must be one of"),
        ({"question": "Hi", "options": {"hope": {}}}, "must be one of"),
        ({"question": "Hi", "options": [1]}, "Text was expected"),
        ({"question": "Hi", "kind": "number", "truth": "many"}, "does not fit"),
        ({"question": "Hi", "temperature": 9}, "from 0 to 2"),
        ({"question": "Hi", "models": ["a", "b", "c", "d", "e"]}, "at most 4"),
    ],
)
def test_what_prompting_refuses(client, values, said):
    assert said in refused(client, "/prompting", **values)


def test_without_lists_it_is_the_pages_model_with_and_without_examples(client):
    found = client.predict(question="Hi", kind="number", api_name="/prompting")["cards"]
    assert [(card["strategy"], card["model"]) for card in found] == [
        ("zero_shot", "scripted/echo"),
        ("few_shot", "scripted/echo"),
    ]


def test_options_out_of_bounds_are_told_on_the_card(client):
    found = cards(client, strategies=["self_consistency"], options={"self_consistency": {"samples": 10_000}})
    assert found[0]["state"] == "failed" and "from 2 to 40" in found[0]["error"]


def test_a_set_is_measured_and_summed_up(client):
    found = report(client, strategies=["zero_shot", "few_shot"], repeats=2)
    assert (found["state"], found["done"], found["total"], found["failed"]) == ("done", 16, 16, 0)
    assert found["task_set"] == "arithmetic" and found["metric"] == "exact"
    zero, few = found["summary"]
    assert (zero["strategy"], few["strategy"], zero["model"]) == ("zero_shot", "few_shot", ADDER)
    assert zero["items"] == 4 and zero["low"] <= zero["mean"] <= zero["high"]
    assert zero["comparison"] is None and few["comparison"]["items"] == 4
    assert few["input_tokens"] > zero["input_tokens"]


def test_the_same_seed_repeats_the_run(client):
    twice = [report(client, strategies=["self_consistency"], seed=5)["summary"] for _ in range(2)]
    for summary in twice:
        for line in summary:
            del line["seconds"]
    assert twice[0] == twice[1]


def test_likelihood(client):
    found = report(client, task_set="sentiment", models=[WORDS], strategies=["zero_shot"], measure="likelihood")
    assert found["done"] == 4 and found["summary"][0]["calls"] == 12


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"task_set": "../../etc/passwd"}, "There is no task set"),
        ({"language": "fr"}, "must be one of"),
        ({"n": 0}, "from 1 to 2000"),
        ({"n": 2.5}, "from 1 to 2000"),
        ({"repeats": 21}, "from 1 to 20"),
        ({"measure": "weight"}, "must be one of"),
        ({"measure": "likelihood", "task_set": "facts"}, "questions have none"),
        ({"models": ["openai/gpt-6-luna"]}, "API key"),
        ({"strategies": ["template"], "options": {"template": {"template": "none"}}}, "no place for the question"),
        ({"task_set": "own"}, "There is no task set"),
    ],
)
def test_what_evaluate_refuses(client, values, said):
    assert said in refused(client, "/evaluate", **values)
