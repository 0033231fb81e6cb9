"""A prompt is rendered once, to be shown and to be cut into tokens; the numbers of a file are counted once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from providers.adapters.huggingface.bounded.rendering import Renderers, rendered_once
from providers.adapters.huggingface.weights import counting


def test_the_same_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(Renderers, "_render", lambda self, template, values: asked.append(values) or template)
    renderers = Renderers()
    with rendered_once():
        assert [renderers.render("one", {"a": [1]}) for _ in range(3)] == ["one"] * 3
        assert len(asked) == 1
        renderers.render("one", {"a": [2]})
        renderers.render("two", {"a": [2]})
        assert len(asked) == 3
    renderers.render("two", {"a": [2]})
    renderers.render("two", {"a": [2]})
    assert len(asked) == 5


def test_a_file_is_counted_again_once_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, read, count = tmp_path / "model.safetensors", list[Path](), counting.read_header
    monkeypatch.setattr(counting, "read_header", lambda one: read.append(one) or count(one))
    save_file({"a": np.zeros(3)}, file)
    assert [counting.count_numbers(file) for _ in range(3)] == [3] * 3
    assert len(read) == 1
    save_file({"a": np.zeros(5)}, file)
    assert counting.count_numbers(file) == 5
    content = bytearray(file.read_bytes())
    content[0] ^= 255
    file.write_bytes(content)
    with pytest.raises(ValueError):
        counting.count_numbers(file)
