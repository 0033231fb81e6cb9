"""The endpoints of the Models tab that compare and classify, called as a notebook calls them."""

from __future__ import annotations

import json

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.browser.serving import Served
from tests.browser.test_models import taken_apart as taken_apart
from tests.playground.tabs.models.conftest import ENCODER, WRITER

pytestmark = [pytest.mark.network, pytest.mark.long]


def test_neighbours(taken_apart: Served) -> None:
    client = Client(taken_apart.url, verbose=False)
    found = client.predict(add=["king", "woman"], subtract=["man"], model=WRITER, k=3, api_name="/neighbours")
    (space,) = found["spaces"]
    assert space["answer"] == "queen" and space["candidates"] == 49_152 and json.dumps(found)
    both = client.predict(add=["bank"], api_name="/neighbours")
    assert both["model"] == ENCODER and [one["space"] for one in both["spaces"]] == ["sentence", "input"]
    for wrong in ({"add": []}, {"add": ["a"], "k": 0}, {"add": ["a"] * 3, "model": "nobody/knows"}):
        with pytest.raises(AppError):
            client.predict(**wrong, api_name="/neighbours")
