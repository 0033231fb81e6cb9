"""What a conversation is exported as: it can be read again, and the program runs."""

from __future__ import annotations

import ast
import base64
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest

from playground.asking.reply import Reply
from playground.tabs.chat.lab.conversation import Conversation, Turn
from playground.tabs.chat.lab.export import to_json, to_markdown, to_python
from playground.tabs.chat.lab.export_loops import SEEING_LOOP
from playground.tabs.chat.lab.pictures import MessagePicture
from playground.visitors.model_names import full_name
from providers import catalog, registry
from providers.base import Endpoint
from providers.errors import Failure
from providers.types import Image, Sampling, Usage
from tests.faults.server import running
from tests.playground import images

HOSTILE = [
    '"""\nimport os; os.system("touch stolen")\n"""',
    "'''\nraise SystemExit(99)\n'''",
    "\\",
    '\\" + __import__("os").abort() + \\"',
    "{__import__('os').abort()}",
    "%s %(x)s {0} {}",
    "line\r\nbreak\u2028\u2029\x85 \x00 \x1b[31m",
    "¿Qué? ñ 漢字 😀",
]
SAMPLING = Sampling(temperature=0.5, top_k=5, top_p=0.9, max_tokens=7, seed=3, stop=("END",), presence_penalty=0.1)


def held(*models: str, questions: tuple[str, ...] = ("One?", "Two?"), system: str = "Be brief.") -> Conversation:
    replies = tuple(
        Reply(model=model, state="done", text="Sí.", sampling=SAMPLING, usage=Usage(input_tokens=3, output_tokens=2))
        for model in models
    )
    return Conversation(system=system, turns=tuple(Turn(question=question, replies=replies) for question in questions))


def test_json_can_be_read_again():
    conversation = held("a/b", "c/d", questions=tuple(HOSTILE))
    value = json.loads(to_json(conversation))
    assert value.pop("format") == "aula.chat/1"
    assert Conversation.from_json(value) == conversation


def test_markdown_shows_who_said_what_with_which_parameters():
    text = to_markdown(held("a/b"), "You")
    assert text.startswith("> Be brief.\n")
    assert text.index("## You") < text.index("One?") < text.index("## a/b") < text.index("Sí.")
    assert "temperature 0.5" in text
    assert "output_tokens 2" in text


def test_markdown_says_which_replies_failed_and_why():
    conversation = held("a/b", "c/d")
    failed = Reply(model="c/d", state="failed", text="Half", failure=Failure("missing_key", {"provider": "c"}))
    conversation = conversation.with_replies((conversation.turns[-1].replies[0], failed))
    text = to_markdown(conversation, "You", told=lambda failure: f"No key\nfor {failure.values['provider']}")
    assert "Half\n\n> ⚠ No key for c" in text
    assert text.count("⚠") == 1


@pytest.mark.parametrize("typed", ["gpt2", "owner/name", "/models/mine", "owner/name@openvino"])
def test_a_local_model_is_asked_without_a_vendors_client(typed):
    named = partial(full_name, providers=registry.names(catalog.load()))
    program = to_python(held(typed), catalog.load().endpoints, named, "Un programa «así».")
    compile(program, "x.py", "exec")
    assert (
        "AutoModelForCausalLM" in program
        and "OpenAI" not in program
        and "@openvino" not in program.split("converse(")[1]
    )
    assert ast.get_docstring(ast.parse(program)) == "Un programa «así»."


def test_an_empty_conversation_can_be_exported():
    assert json.loads(to_json(Conversation()))["turns"] == []
    assert to_markdown(Conversation(), "You").strip() == ""
    compile(to_python(Conversation(), {}), "x.py", "exec")


@pytest.mark.parametrize("provider", ["openai", "anthropic", "huggingface", "scripted", "mistral", "custom"])
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_breaks_out_of_the_program(provider, hostile):
    rows = catalog.load().endpoints
    conversation = held(f"{provider}/{hostile}", questions=(hostile, "x" * 300), system=hostile)
    conversation = replace(
        conversation, turns=(*conversation.turns, Turn(question="?", replies=(hostile_reply(provider, hostile),)))
    )
    plain = held(f"{provider}/model", questions=("a", "b", "?"))
    assert shape(to_python(conversation, rows)) == shape(to_python(plain, rows))


def hostile_reply(provider: str, text: str) -> Reply:
    return Reply(model=f"{provider}/{text}", state="done", text=text, sampling=replace(SAMPLING, stop=(text,)))


def shape(program: str) -> str:
    """The program without its texts: what it does, whatever it is told."""

    class Blank(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.Constant("") if isinstance(node.value, str) else node

    return ast.dump(Blank().visit(ast.parse(program)))


def test_the_program_holds_the_conversation_again():
    with running() as server:
        endpoint = Endpoint(name="faults", title="Faults", base_url=server.openai, key_variable="FAULTS_API_KEY")
        program = to_python(held("faults/ok"), {"faults": endpoint})
        ran = run(program.replace("client.chat.completions.create(", "stream_as_one(client, "), FAULTS_API_KEY="sk-1")
        bodies, key = server.bodies("ok"), server.received[0].key
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("Hello world") == 2
    assert key == "sk-1"
    assert [turn["role"] for turn in bodies[1]["messages"]] == ["system", "user", "assistant", "user"]
    assert bodies[1]["messages"][2]["content"] == "Hello world"
    sent = {"temperature": 0.5, "top_k": 5, "top_p": 0.9, "seed": 3, "stop": ["END"], "presence_penalty": 0.1}
    assert sent.items() <= bodies[0].items()
    assert bodies[0]["max_tokens"] == 7


RED = Image(images.png(), "image/png")
ADDRESS = f"data:image/png;base64,{base64.b64encode(RED.content).decode()}"


def seen(*models: str, blind: bool = False) -> Conversation:
    """Two questions, the first about an image; with `blind`, the last column failed at it."""
    conversation = held(*models)
    first, second = conversation.turns
    replies = first.replies
    if blind:
        refused = Reply(model=models[-1], state="failed", failure=Failure("unsupported_request.images"))
        replies = (*replies[:-1], refused)
    first = replace(first, pictures=(MessagePicture(image=RED, small=RED, name="red.png"),), replies=replies)
    return replace(conversation, turns=(first, second))


def test_json_holds_the_images_and_markdown_says_what_they_were():
    value = json.loads(to_json(seen("a/b")))
    assert value["turns"][0]["pictures"][0]["image"] == ["image/png", base64.b64encode(RED.content).decode()]
    del value["format"]
    assert Conversation.from_json(value) == seen("a/b")
    text = to_markdown(seen("a/b"), "You", "imagen")
    assert text.index("## You") < text.index("*[imagen: PNG, 60 × 40]*") < text.index("One?")
    assert text.count("imagen") == 1


def test_the_program_sends_the_images_again_to_models_that_saw_them():
    with running() as server:
        endpoint = Endpoint(name="faults", title="Faults", base_url=server.openai, key_variable="FAULTS_API_KEY")
        program = to_python(seen("faults/ok", "faults/ok", blind=True), {"faults": endpoint})
        ran = run(program.replace("client.chat.completions.create(", "stream_as_one(client, "), FAULTS_API_KEY="sk-1")
        bodies = server.bodies("ok")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("asked without the images") == 2
    about = [{"type": "image_url", "image_url": {"url": ADDRESS}}, {"type": "text", "text": "One?"}]
    assert [body["messages"][1]["content"] for body in bodies] == [about, about, "One?", "One?"]
    assert [body["messages"][-1]["content"] for body in bodies] == [about, "Two?", "One?", "Two?"]


def test_images_take_the_form_of_each_vendor():
    program = to_python(seen("anthropic/claude", "huggingface/a/b"), {})
    compile(program, "x.py", "exec")
    assert "with_sources(message) for message" in program
    assert "AutoModelForImageTextToText" in program
    made: dict[str, object] = {}
    exec(SEEING_LOOP, made)
    asked = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": ADDRESS}}, {"type": "text"}]}
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(RED.content).decode()}
    plain = {"role": "user", "content": "Hi"}
    assert made["with_sources"](asked)["content"] == [{"type": "image", "source": source}, {"type": "text"}]
    assert made["with_addresses"](asked)["content"] == [{"type": "image", "url": ADDRESS}, {"type": "text"}]
    assert made["with_sources"](plain) == plain
    assert made["with_addresses"](plain)["content"] == [{"type": "text", "text": "Hi"}]


def run(program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The server of faults only streams: the one call of the program is read as a stream."""
    streamed = """
from types import SimpleNamespace as Some
def stream_as_one(client, **options):
    pieces = client.chat.completions.create(stream=True, **options)
    said = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    return Some(choices=[Some(message=Some(content=said))])
"""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")} | variables
    command = [sys.executable, "-c", streamed + program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
