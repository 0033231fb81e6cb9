"""The endpoints `fill_mask`, `transform` and `ngram`, called as a notebook calls them, on tiny models in folders."""

from __future__ import annotations

import pytest

from tests.playground.tabs.endpoints import check_parameters, refused
from tests.providers.adapters.huggingface import tiny_heads

PARAMETERS = {
    "/fill_mask": ["text", "model", "top"],
    "/transform": ["text", "model", "instruction", "max_tokens"],
    "/ngram": ["text", "training", "order", "smoothing", "length", "seed"],
}
TEXT = "the cat sat on the mat and the dog sat on the log. " * 3


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("tiny")
    return {
        "albert": str(tiny_heads.save_albert(folder / "albert")),
        "marian": str(tiny_heads.save_marian(folder / "marian")),
    }


def test_every_parameter_has_a_name_and_a_default(client):
    check_parameters(client, PARAMETERS)


def test_fill_mask(client, models):
    found = client.predict("the capital of france is ___", models["albert"], 3, api_name="/fill_mask")
    assert [set(one) for one in found] == [{"token", "id", "probability", "text"}] * 3
    assert found[0]["probability"] >= found[1]["probability"] > 0 and "france" in found[0]["text"]
    assert "Blanks found in the text: 0" in refused(client, "/fill_mask", text="no blank", model=models["albert"])
    assert "Blanks found in the text: 3" in refused(client, "/fill_mask", text="_____ __ ___", model=models["albert"])
    assert "MarianMTModel" in refused(client, "/fill_mask", text="a ___", model=models["marian"])
    assert refused(client, "/fill_mask", text="a ___", model=models["albert"], top=0)
    assert "is not on this computer" in refused(client, "/fill_mask", text="a ___"), "the catalogue's first"


def test_transform(client, models):
    job = client.submit("the cat sat on the mat", models["marian"], max_tokens=12, api_name="/transform")
    last = job.result(timeout=120)
    said = [one["text"] for one in job.outputs()]
    assert (last["finish"], last["tokens"]) == ("length", 12) or last["finish"] == "stop"
    assert last["model"].endswith("marian") and said[-1].startswith(said[0]) and last["text"] == said[-1]
    assert "AlbertForMaskedLM" in refused(client, "/transform", text="a", model=models["albert"])
    assert refused(client, "/transform", text="", model=models["marian"])
    assert refused(client, "/transform", text="a", model=models["marian"], max_tokens=10_000)


def test_ngram(client):
    found = client.predict("the cat sat on the", TEXT, order=3, length=9, seed=2, api_name="/ngram")
    assert {one["word"] for one in found["next"][:2]} == {"mat", "log"}
    assert found["perplexity"] > 1 and all(one["known"] for one in found["words"])
    assert found["trained"]["words"] == 42 and len(found["trained"]["ngrams"]) == 3
    assert found == client.predict("the cat sat on the", TEXT, order=3, length=9, seed=2, api_name="/ngram")
    sample = client.predict("The old", api_name="/ngram")
    assert "bridge" in {one["word"] for one in sample["next"]}, "without a text of one's own, the story"
    assert "at least 20 words are needed" in refused(client, "/ngram", text="a", training="too short")
    assert refused(client, "/ngram", text="a", order=6)
