"""Models made to do harm: refused by what they ask for, in processes that end, while other models are served."""

from __future__ import annotations

import json
import shutil
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest
from jinja2 import TemplateError

from providers.adapters.huggingface.bounded.answering import bare_environment
from providers.adapters.huggingface.bounded.building import Builders
from providers.adapters.huggingface.bounded.checks import OutOfBounds, read_header, read_json
from providers.adapters.huggingface.bounded.inspecting import inspect_folder, inspect_gguf
from providers.adapters.huggingface.bounded.render_program import environment
from providers.adapters.huggingface.bounded.rendering import Renderers, TemplateUnbounded
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.weights.description import describe_folder
from providers.adapters.huggingface.weights.files import elements
from providers.base import complete
from providers.errors import UnsupportedRequest, WeightsUnavailable
from providers.types import Message, Request, Sampling
from tests.providers.adapters.huggingface import tiny, tiny_encoders, tiny_vision
from tests.providers.adapters.huggingface.conftest import Open

ENDLESS = "{% for a in range(99999) %}" * 3 + "{% endfor %}" * 3
DOUBLING = "{% set n = namespace(a='xx') %}{% for i in range(64) %}{% set n.a = n.a + n.a %}{% endfor %}{{ n.a }}"
DEEP = '{"a":' * 5000 + "1" + "}" * 5000


@pytest.fixture
def folder(llama_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(llama_folder, tmp_path / "model"))


def with_template(folder: Path, template: str) -> Path:
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    return folder


def with_config(folder: Path, **changes: object) -> Path:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | changes), "utf-8")
    return folder


def with_header(folder: Path, header: object) -> Path:
    written = header if isinstance(header, bytes) else json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(written)) + written)
    return folder


def refused(folder: Path) -> str:
    with pytest.raises(WeightsUnavailable) as raised:
        inspect_folder(folder, "x")
    assert raised.value.reason == "bounds"
    return str(raised.value.values["cause"])


def test_a_model_like_others_passes(folder: Path) -> None:
    inspect_folder(folder, "x")


NESTED = "{{" + "(" * 20_000 + "1" + ")" * 20_000 + "}}"


@pytest.mark.parametrize("template", [ENDLESS, DOUBLING, NESTED, "x" * 500_000])
def test_a_template_that_never_ends_is_refused_before_the_model_is_loaded(folder: Path, template: str) -> None:
    assert refused(with_template(folder, template)) == "chat_template.jinja"


@pytest.mark.parametrize(
    "changes",
    [
        {"num_hidden_layers": 10_000_000},
        {"num_local_experts": 10_000_000},
        {"vocab_size": 10**9},
        {"hidden_size": 10**7, "intermediate_size": 10**7},
        {"text_config": {"num_hidden_layers": 10_000_000}},
        {"max_position_embeddings": 10**15},
    ],
    ids=str,
)
def test_a_configuration_beyond_its_weights_is_refused(folder: Path, changes: dict[str, object]) -> None:
    assert refused(with_config(folder, **changes)) == "config.json"


@pytest.mark.parametrize(
    "changes",
    [
        {"num_hidden_layers": 200, "hidden_size": 6400, "intermediate_size": 7000},
        {"num_key_value_heads": 10_000_000},
    ],
    ids=str,
)
def test_a_configuration_whose_single_values_pass_is_built_without_its_numbers(
    folder: Path, changes: dict[str, object]
) -> None:
    with_config(folder, **changes)
    inspect_folder(folder, "x", build=False)
    assert refused(folder) == "config.json"


@pytest.mark.parametrize("save", [tiny.save_gpt2, tiny_encoders.save_sentences, tiny_vision.save_clip])
def test_families_of_models_are_built_and_pass(tmp_path: Path, save: Callable[[Path], object]) -> None:
    save(tmp_path)
    inspect_folder(tmp_path, "x")


@pytest.mark.long
def test_what_takes_its_time_to_be_built_holds_no_other(folder: Path) -> None:
    """Two at once are looked at, by one process after the other or by two, and one stays for the next."""
    both, made = threading.Barrier(2), Builders()
    looked: list[int] = []

    def look() -> None:
        both.wait()
        looked.append(made.build(folder))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looked == [0, 0]
    kept = made._idle
    assert made.build(folder) == 0 and made._idle is kept and kept is not None
    made.close()
    assert kept._child.returncode is not None


@pytest.mark.long
def test_a_process_that_was_ended_is_no_verdict_and_the_next_one_is_another(folder: Path) -> None:
    made = Builders()
    assert made.build(folder) == 0
    assert made._idle is not None
    made._idle._child.kill()
    with pytest.raises(OSError):
        made.build(folder)
    assert made.build(folder) == 0
    made.close()


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "tokenizer.json", "generation_config.json"])
def test_json_nested_without_end_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text(DEEP, "utf-8")
    assert refused(folder) == name
    with pytest.raises(OutOfBounds):
        read_json(folder / name)


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "F32", "shape": [10**300], "data_offsets": [0, 0]}},
        {"a": {"dtype": "Q9", "shape": [2] * 100_000, "data_offsets": [0, 0]}},
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
    ids=["one side", "many sides", "lists", "objects"],
)
def test_a_header_with_absurd_shapes_costs_nothing(folder: Path, header: object) -> None:
    with_header(folder, header)
    with pytest.raises(ValueError):
        read_header(folder / "model.safetensors")
    with pytest.raises(WeightsUnavailable) as raised:
        elements(folder, "x")
    assert raised.value.reason in ("bounds", "damaged")


def test_what_a_folder_says_is_read_within_bounds(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text(DEEP, "utf-8")
    assert describe_folder(folder, "x").parameters


@pytest.mark.parametrize(("field", "value"), [("llama.block_count", 10_000_000), ("tokenizer.chat_template", NESTED)])
def test_a_gguf_file_is_looked_at_before_it_is_converted(tmp_path: Path, field: str, value: int | str) -> None:
    writer = gguf.GGUFWriter(tmp_path / "x.gguf", "llama")
    if isinstance(value, int):
        writer.add_uint32(field, value)
    else:
        writer.add_string(field, value)
    writer.add_tensor("token_embd.weight", np.zeros((4, 4), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(WeightsUnavailable) as raised:
        inspect_gguf(tmp_path / "x.gguf", "x")
    assert (raised.value.reason, raised.value.values["cause"]) == ("bounds", "x.gguf")


def ask(renderers: Renderers, template: str) -> str:
    return renderers.render(template, {"messages": [{"role": "user", "content": "Hi"}]})


def test_a_template_is_stopped_and_from_then_on_refused_at_once() -> None:
    renderers = Renderers()
    for _ in range(10):
        with pytest.raises(TemplateUnbounded):
            ask(renderers, ENDLESS)
    assert len(renderers.processes) == 0


def test_one_template_holds_no_other() -> None:
    renderers, begun = Renderers(), threading.Event()

    def hang() -> None:
        begun.set()
        with pytest.raises(TemplateUnbounded):
            ask(renderers, ENDLESS)

    hanging = threading.Thread(target=hang)
    hanging.start()
    begun.wait()
    said = [ask(renderers, "{{ messages[0].content }}") for _ in range(20)]
    assert hanging.is_alive(), "all of this was said while the other one was hanging"
    hanging.join()
    assert said == ["Hi"] * 20


@pytest.mark.parametrize(
    "template",
    [
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{{ 1 / 0 }}",
        "{{ raise_exception('no') }}",
        "{{ ''.__class__ }}",
        "{% for",
    ],
)
def test_whatever_else_a_template_ends_with_is_its_refusal(template: str) -> None:
    try:
        assert ask(Renderers(), template) == ""  # the sandbox shows nothing of what it hides
    except TemplateUnbounded:
        raise AssertionError("it came to an end") from None
    except TemplateError:
        pass


def test_more_templates_than_are_kept_in_hand_are_rendered_all_the_same() -> None:
    renderers = Renderers()
    assert [ask(renderers, f"{n}" + "{{ messages[0].content }}") for n in range(10)] == [f"{n}Hi" for n in range(10)]
    assert len(renderers.processes) <= 8
    renderers.processes.close()


def test_it_finds_no_key_of_whoever_runs_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert "sk-secret" not in str(bare_environment())


TEMPLATES = (
    "{% for m in messages %}\n{{ m | tojson }}\n{% endfor %}{{ bos_token }}",
    "{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}"
    "{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}",
    "{% set ns = namespace(x=1) %}{% set ns.x = 2 %}{{ ns.x }}{{ dict(a=1) }}{{ dict.fromkeys(['a']) }}"
    "{{ strftime_now('%Y') }}",
)  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES)
def test_it_renders_as_transformers_does(template: str) -> None:
    from transformers.utils.chat_template_utils import _cached_compile_jinja_template

    messages = [{"role": "user", "content": "á <b>"}, {"role": "assistant", "content": "B"}]
    values = {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": True, "bos_token": "<s>"}
    assert Renderers().render(template, values) == _cached_compile_jinja_template(template).render(**values)
    assert environment().from_string(template).render(**values)


def test_the_codec_says_that_the_template_was_stopped(folder: Path) -> None:
    once = (
        "{% if messages | length > 3 %}"
        + ENDLESS
        + "{% endif %}{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}"
    )
    codec, _, _ = load_tokenizer(with_template(folder, once))
    assert codec.render([Message.of("user", "Hi")])[0] == "user: Hi"
    turns = [Message.of(role, "x") for role in ("user", "assistant", "user", "assistant", "user")]  # type: ignore[arg-type]
    with pytest.raises(UnsupportedRequest) as raised:
        codec.render(turns)
    assert raised.value.reason == "template"


async def test_a_visitor_with_a_hostile_model_keeps_no_other_waiting(
    opened: Open, folder: Path, llama_folder: Path
) -> None:
    provider = opened()
    with_template(folder, ENDLESS)
    for _ in range(2):
        with pytest.raises(WeightsUnavailable) as raised:
            model = await provider.resolve(str(folder))
            await complete(provider, Request(model=model, messages=(Message.of("user", "Hi"),)))
        assert raised.value.reason == "bounds"
    model = await provider.resolve(str(llama_folder))
    said = await complete(
        provider,
        Request(model=model, messages=(Message.of("user", "Hi"),), sampling=Sampling(max_tokens=3, temperature=0)),
    )
    assert said.done.usage.output_tokens == 3
