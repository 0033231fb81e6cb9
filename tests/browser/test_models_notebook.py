"""The endpoints of the Models tab that compare and classify, called as a notebook calls them."""

from __future__ import annotations

import json

import pytest
from gradio_client.exceptions import AppError

from tests.browser.serving import Served
from tests.playground.tabs.models.conftest import ENCODER, WRITER

pytestmark = [pytest.mark.network, pytest.mark.long]


def test_neighbours(taken_apart: Served) -> None:
    client = taken_apart.client()
    found = client.predict(add=["king", "woman"], subtract=["man"], model=WRITER, k=3, api_name="/neighbours")
    (space,) = found["spaces"]
    assert space["answer"] == "queen" and space["candidates"] == 49_152 and json.dumps(found)
    both = client.predict(add=["bank"], api_name="/neighbours")
    assert both["model"] == ENCODER and [one["space"] for one in both["spaces"]] == ["sentence", "input"]
    for wrong in ({"add": []}, {"add": ["a"], "k": 0}, {"add": ["a"] * 3, "model": "nobody/knows"}):
        with pytest.raises(AppError):
            client.predict(**wrong, api_name="/neighbours")


def test_classify(taken_apart: Served) -> None:
    client = taken_apart.client()
    text = "You have won a prize! Click this link to claim it."
    one = client.predict(text=text, task="spam", approaches=["words", "labels"], api_name="/classify")
    assert [each["approach"] for each in one["approaches"]] == ["words", "labels"]
    assert one["approaches"][0]["label"] == "spam" and json.dumps(one)
    whole = client.predict(task="topic", language="es", approaches=["words"], api_name="/classify")
    (words,) = whole["approaches"]
    assert words["items"] == len(words["labels"]) == 44 and words["low"] < words["accuracy"] < words["high"]
    own = "fruit: a ripe pear\nfruit: an apple\ncar: a fast engine\ncar: four wheels\nship: a tall mast"
    (lonely,) = client.predict(own=own, approaches=["words"], api_name="/classify")["approaches"]
    assert lonely["lonely"] == ["ship"]
    for wrong in ({"task": "poems"}, {"own": "nonsense"}, {"approaches": []}, {"language": "xx"}):
        with pytest.raises(AppError):
            client.predict(**wrong, api_name="/classify")
