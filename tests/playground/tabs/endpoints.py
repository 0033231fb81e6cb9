"""What is asked of the endpoints of every tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError


def check_parameters(client: Client, expected: Mapping[str, Sequence[str]]) -> None:
    """Each endpoint has just these parameters, in this order, and every one has a default."""
    named = client.view_api(return_format="dict")["named_endpoints"]
    for name, parameters in expected.items():
        assert [one["parameter_name"] for one in named[name]["parameters"]] == list(parameters)
        assert all(one["parameter_has_default"] for one in named[name]["parameters"])


def refused(client: Client, name: str, **values: object) -> str:
    """What a caller is told of values that are not taken."""
    with pytest.raises(AppError) as error:
        client.predict(**{"api_name": name, **values})
    return str(error.value)
