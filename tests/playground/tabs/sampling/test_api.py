"""The endpoints `next_tokens` and `sweep`, called as a notebook calls them."""

from __future__ import annotations

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.playground.tabs.endpoints import check_parameters

WORDS = "scripted/words"
TEXT = "The capital of France is"
PARAMETERS = {
    "/next_tokens": ["prompt", "model", "k", "temperature", "top_k", "top_p", "min_p", "chat"],
    "/sweep": [
        *("prompt", "model", "temperatures", "seeds", "top_ks", "top_ps"),
        *("system", "min_p", "max_tokens", "stop"),
    ],
}


def rows(client: Client, **values: object) -> list[dict[str, object]]:
    return client.predict(**{"prompt": TEXT, "model": WORDS, "api_name": "/next_tokens", **values})


def refused(client: Client, name: str, **values: object) -> str:
    with pytest.raises(AppError) as error:
        client.predict(**{"prompt": TEXT, "model": WORDS, "api_name": name, **values})
    return str(error.value)


def test_every_parameter_has_a_name_and_a_default(client):
    check_parameters(client, PARAMETERS)


def test_rows_are_the_25_likeliest(client):
    found = rows(client)
    assert len(found) == 25
    assert found[0].keys() == {"token", "id", "logit", "probability", "reshaped", "kept"}
    assert (found[0]["token"], found[0]["kept"]) == (" Paris", True)
    assert [row["probability"] for row in found] == sorted((row["probability"] for row in found), reverse=True)
    assert found[0]["reshaped"] == pytest.approx(found[0]["probability"])


@pytest.mark.parametrize(
    ("sliders", "survivors"),
    [
        ({"temperature": 0}, 1),
        ({"temperature": 100, "top_k": 3}, 3),
        ({"top_k": 0}, 30),
        ({"top_k": 1}, 1),
        ({"top_k": 999_999}, 30),
        ({"top_p": 0}, 1),
        ({"top_p": 1}, 30),
        ({"top_p": 0, "min_p": 1, "top_k": 1}, 1),
    ],
)
def test_extremes(client, sliders, survivors):
    found = rows(client, k=30, **sliders)
    assert [row["kept"] for row in found] == [True] * survivors + [False] * (30 - survivors)
    if survivors < 30:
        assert sum(row["reshaped"] for row in found) == pytest.approx(1)


def test_through_the_chat_template(client):
    assert rows(client, chat=True) != rows(client)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"prompt": ""}, "nothing to answer"),
        ({"prompt": "é" * 600}, "longer than this model can read"),
        ({"model": "scripted/echo"}, "does not show its logits"),
        ({"model": "scripted/ecco"}, "scripted/echo"),
        ({"k": 0}, "from 1 to 1000"),
        ({"k": 2.5}, "from 1 to 1000"),
        ({"temperature": 101}, "from 0 to 100"),
        ({"temperature": "warm"}, "from 0 to 100"),
        ({"temperature": "nan"}, "from 0 to 100"),
        ({"top_k": -1}, "“Top-k” must be a number"),
        ({"top_p": 1.5}, "“Top-p” must be a number"),
    ],
)
def test_next_tokens_refuses_with_a_clear_message(client, values, told):
    assert told in refused(client, "/next_tokens", **values)


def test_a_model_without_logits_points_to_the_sweep(client):
    assert "sweep" in refused(client, "/next_tokens", model="scripted/showcase")


def test_a_sweep_grows_and_a_seed_repeats_it(client):
    wanted = {"prompt": TEXT, "model": WORDS, "temperatures": [0, 1.5], "seeds": [1, 2], "top_ks": [5, 40]}
    first, second = (client.predict(**wanted, max_tokens=10, api_name="/sweep") for _ in range(2))
    assert first == second
    cells, groups = first["cells"], first["groups"]
    assert [(cell["temperature"], cell["top_k"], cell["seed"]) for cell in cells] == [
        (t, k, seed) for t in (0, 1.5) for k in (5, 40) for seed in (1, 2)
    ]
    assert {cell["state"] for cell in cells} == {"done"}
    assert all(cell["text"] and cell["mean_logprob"] < 0 and cell["error"] is None for cell in cells)
    assert [(group["temperature"], group["top_k"], group["runs"]) for group in groups] == [
        (0, 5, 2),
        (0, 40, 2),
        (1.5, 5, 2),
        (1.5, 40, 2),
    ]
    assert groups[0]["agreement"] == 1


def test_a_sweep_streams_with_models_that_show_only_their_text(client):
    job = client.submit(TEXT, "scripted/slow", max_tokens=40, api_name="/sweep")
    last, outputs = job.result(timeout=30), job.outputs()
    assert len(outputs) > 2
    assert any(cell["state"] == "streaming" for output in outputs for cell in output["cells"])
    assert len(last["cells"]) == 9
    assert {(cell["text"][:5], cell["tokens"], cell["finish"]) for cell in last["cells"]} == {("1 2 3", 40, "length")}
    shown = client.predict(TEXT, "scripted/showcase", temperatures=[0.5], seeds=[], api_name="/sweep")["cells"]
    assert [(cell["seed"], cell["mean_logprob"], cell["state"]) for cell in shown] == [(None, None, "done")]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"prompt": " \n"}, "nothing to answer"),
        ({"temperatures": []}, "“Temperature” must be a number"),
        ({"temperatures": [0, 2.1]}, "from 0 to 2"),
        ({"temperatures": [0, "nan"]}, "from 0 to 2"),
        ({"temperatures": [0, None]}, "from 0 to 2"),
        ({"temperatures": "warm"}, "from 0 to 2"),
        ({"seeds": [1, "x"]}, "“Seed” must be a number"),
        ({"seeds": [1.5]}, "“Seed” must be a number"),
        ({"temperatures": [0, 1, 2], "seeds": list(range(22))}, "at most 64 cells"),
        ({"seeds": list(range(65))}, "at most 64 cells"),
        ({"top_ps": [2]}, "“Top-p” must be a number"),
        ({"max_tokens": 10**6}, "at most"),
    ],
)
def test_sweep_refuses_with_a_clear_message(client, values, told):
    assert told in refused(client, "/sweep", **values)


def test_a_number_alone_is_a_list_of_one(client):
    cells = client.predict(TEXT, WORDS, temperatures=0.5, seeds=7, max_tokens=3, api_name="/sweep")["cells"]
    assert [(cell["temperature"], cell["seed"]) for cell in cells] == [(0.5, 7)]
