"""Images in what is sent to vendors: in their formats, elided where shown, and nothing in them but pixels."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from anthropic.types import ImageBlockParam, MessageParam
from openai.types.chat import ChatCompletionContentPartImageParam, ChatCompletionMessageParam
from PIL import Image as Pillow
from pydantic import TypeAdapter

from playground.asking.images.clean import clean
from providers.adapters import anthropic, openai
from providers.adapters.openai.body import body as openai_body
from providers.adapters.openai.listing import parse_models
from providers.base import Network, complete
from providers.catalog import load
from providers.fit import fit
from providers.image import fit_images
from providers.importing import importing
from providers.remote.corrections import WireRequest
from providers.types import Image, Message, ModelInfo, Request, Sampling, Text, TextDelta, Usage
from tests.faults.clients import connected, connection, outcome, question
from tests.faults.server import FaultServer
from tests.playground.asking.hostile_images import photo_with_location
from tests.playground.images import png
from tests.providers.serving import serving

RED, BLUE = Image(png(100, 60), "image/png"), Image(png(80, 120, "blue"), "image/png")
JPEG = Image(b"\xff\xd8\xff" + b"\x01" * 300_000, "image/jpeg")
SECRETS = (
    b"Exif",
    b"GPS",
    b"Aula Camera",
    b"http://ns.adobe.com",
    b"ICC_PROFILE",
    b"a private comment",
    b"eXIf",
    b"tEXt",
)


def seeing(name: str = "ok") -> ModelInfo:
    return replace(question(name).model, images=True)


def with_two(model: ModelInfo) -> Request:
    messages = (
        Message.of("system", "Be brief."),
        Message("user", (Text("Image 1:"), RED, Text("Image 2:"), BLUE, Text("Which is red?"))),
        Message.of("assistant", "The first."),
        Message("user", (JPEG, Text("And this?"))),
    )
    return Request(model=model, messages=messages, sampling=Sampling(max_tokens=20))


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_several_images_are_sent_whole_and_shown_short(name: str, fault_server: FaultServer) -> None:
    provider = connected(name, fault_server, "sk-secret")
    request = with_two(seeing())
    await outcome(provider, request)
    (received,) = fault_server.received
    rendered = await provider.render(request)
    assert len(rendered.content) < 3000, "no base64 on the page"
    assert f"({len(JPEG.content)} bytes, left out here)" in rendered.content
    sent = json.dumps(received.body)
    for image in (RED, BLUE, JPEG):
        assert sent.count(base64.b64encode(image.content).decode()) == 1
        assert f"({len(image.content)} bytes, left out here)" in rendered.content
    order = [sent.index(base64.b64encode(image.content).decode()) for image in (RED, BLUE, JPEG)]
    assert order == sorted(order)
    await provider.aclose()


async def test_anthropics_request_is_what_its_sdk_types_say(fault_server: FaultServer) -> None:
    provider = connected("anthropic", fault_server)
    await outcome(provider, with_two(seeing()))
    (received,) = fault_server.received
    messages = received.body["messages"]
    blocks = TypeAdapter(ImageBlockParam)
    assert TypeAdapter(list[MessageParam]).validate_python(messages)
    images = [block for turn in messages for block in turn["content"] if block["type"] == "image"]  # type: ignore[attr-defined]
    assert [blocks.validate_python(image) for image in images] == images, "pydantic looks into an Iterable only later"
    assert messages[0] == {  # type: ignore[index]
        "role": "user",
        "content": [
            {"type": "text", "text": "Image 1:"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _data(RED)}},
            {"type": "text", "text": "Image 2:"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _data(BLUE)}},
            {"type": "text", "text": "Which is red?"},
        ],
    }
    assert received.body["system"] == "Be brief."
    with pytest.raises(ValueError, match="media_type"):
        blocks.validate_python(json.loads(json.dumps(images[0]).replace("image/png", "image/heic")))
    await provider.aclose()


def test_openais_request_is_what_its_sdk_types_say() -> None:
    sent = openai_body(WireRequest(with_two(seeing())), openai.OPENAI)
    assert TypeAdapter(list[ChatCompletionMessageParam]).validate_python(sent["messages"])
    part = sent["messages"][1]["content"][1]  # type: ignore[index]
    assert TypeAdapter(ChatCompletionContentPartImageParam).validate_python(part) == part
    assert part == {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_data(RED)}"}}


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_nothing_but_pixels_leaves(name: str, fault_server: FaultServer) -> None:
    """On the very bytes that arrive at the vendor: a phone's photo, with where and by whom it was taken."""
    photo = photo_with_location()
    assert all(secret in photo for secret in (b"Exif", b"Aula Camera", b"a private comment", b"ICC_PROFILE"))
    image = await clean(photo, "photo.jpg")
    provider = connected(name, fault_server)
    model = replace(seeing(), image_side=64)
    for request in (
        Request(model=seeing(), messages=(Message("user", (image, Text("Where?"))),)),
        (await fit_images(Request(model=model, messages=(Message("user", (image, Text("Where?"))),)))).request,
    ):
        await outcome(provider, request)
    assert len(fault_server.received) == 2
    for received, side in zip(fault_server.received, (120, 64), strict=True):
        arrived = _arrived(json.dumps(received.body))
        assert not [secret for secret in SECRETS if secret in arrived]
        with Pillow.open(io.BytesIO(arrived)) as opened:
            assert not opened.getexif()
            assert not {"icc_profile", "exif", "comment", "xmp"} & opened.info.keys()
            assert opened.height > opened.width, "EXIF's orientation was applied before it went"
            assert max(opened.size) == side
    await provider.aclose()


def _data(image: Image) -> str:
    return base64.b64encode(image.content).decode()


def _arrived(body: str) -> bytes:
    """The one image of a request, whatever the protocol."""
    pieces = [piece for piece in body.replace(",", '"').split('"') if len(piece) > 400]
    (data,) = pieces
    return base64.b64decode(data, validate=True)


async def test_the_estimate_counts_an_image(fault_server: FaultServer) -> None:
    provider = connected("anthropic", fault_server)
    model = replace(seeing(), image_patch=28)
    request = Request(model=model, messages=(Message("user", (RED, Text("?"))),))
    without = replace(request, messages=(Message.of("user", "?"),))
    counted = (await provider.render(request)).tokens - (await provider.render(without)).tokens
    assert counted == 4 * 3, "100 × 60 pixels in squares of 28"
    unknown = replace(request, model=seeing())
    assert (await provider.render(unknown)).tokens > 1600
    await provider.aclose()


RECORDED = (
    ("message_start", {"message": {
        "id": "msg_01", "type": "message", "role": "assistant", "model": "claude-haiku-4-5", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 27, "output_tokens": 1},
    }}),
    ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
    ("ping", {}),
    ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "A red rect"}}),
    ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "angle."}}),
    ("content_block_stop", {"index": 0}),
    ("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 9}}),
    ("message_stop", {}),
)  # fmt: skip
"""The events of a reply to an image, in the shape in which Anthropic's documentation shows them."""


async def test_an_exchange_in_the_shape_of_a_recorded_one() -> None:
    """The whole of it: the image goes to /v1/messages, the text and what the image cost come back."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.decode().splitlines() if line.lower().startswith("content-length")
        )
        asked.extend((head, await reader.readexactly(length)))
        events = "".join(
            f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n" for kind, values in RECORDED
        )
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        writer.write(events.encode())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        provider = anthropic.Messages(connection("anthropic", "sk-test"), f"http://127.0.0.1:{port}")
        request = Request(model=seeing("claude-haiku-4-5"), messages=(Message("user", (RED, Text("What is it?"))),))
        done = await complete(provider, request)
        await provider.aclose()
    assert asked[0].startswith(b"POST /v1/messages")
    sent = json.loads(asked[1])
    assert [part["type"] for part in sent["messages"][0]["content"]] == ["image", "text"]
    assert base64.b64decode(sent["messages"][0]["content"][0]["source"]["data"]) == RED.content
    assert done.text == "A red rectangle."
    assert done.done.usage == Usage(input_tokens=27, output_tokens=9)


def test_servers_whose_models_say_by_their_name_that_they_see() -> None:
    names = [
        "llava:7b",
        "Qwen/Qwen3-VL-2B-Instruct",
        "gemini-3-flash",
        "moondream",
        "HuggingFaceTB/SmolVLM-256M-Instruct",
    ]
    blind = ["llama-3.2:1b", "qwen3:4b", "evlon-7b", "supervision-x", "mistral-small"]
    rows = {"data": [{"id": name} for name in (*names, *blind)]}
    found = {model.id: model.images for model in parse_models(rows, load().endpoints["vllm"])}
    assert [name for name, sees in found.items() if sees] == names


@pytest.fixture(scope="module")
def eye(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    with importing():
        from tests.providers.adapters.huggingface import tiny_vision

    folder = tiny_vision.save_idefics(tmp_path_factory.mktemp("eye"))
    with serving(folder, tmp_path_factory.mktemp("home")) as base_url:
        yield base_url, folder


@pytest.mark.long
class TestRealServer:
    """`transformers serve`, which knows nothing of us, with a tiny model that sees."""

    async def test_what_it_answers_depends_on_the_image(self, eye: tuple[str, Path]) -> None:
        from tests.providers.adapters.huggingface.tiny_vision import IMAGE_TOKENS, picture

        base_url, folder = eye
        red, blue = picture("red"), picture("blue", (80, 120))
        provider = openai.connect(connection("custom", None, base_url, Network()))
        model = ModelInfo(id=str(folder), provider="custom", name="tiny", images=True)
        texts, lengths = [], []
        for images in ((red,), (blue,), (red, blue), (red,)):
            message = Message("user", (*images, Text("What is it?")))
            request = Request(model=model, messages=(message,), sampling=Sampling(temperature=0, max_tokens=12))
            done = await complete(provider, fit(request).request)
            texts.append(done.text)
            lengths.append(done.done.usage.input_tokens)
            assert 0 < done.done.usage.output_tokens <= 12
        assert texts[0] == texts[3] != texts[1]
        assert lengths[2] - lengths[0] >= IMAGE_TOKENS
        await provider.aclose()

    async def test_stop(self, eye: tuple[str, Path]) -> None:
        base_url, folder = eye
        provider = openai.connect(connection("custom", None, base_url, Network()))
        model = ModelInfo(id=str(folder), provider="custom", name="tiny", images=True)
        message = Message("user", (RED, Text("What is it?")))
        events = provider.stream(Request(model=model, messages=(message,), sampling=Sampling(max_tokens=200)))
        async for event in events:
            if isinstance(event, TextDelta):
                break
        await events.aclose()
        request = Request(model=model, messages=(message,), sampling=Sampling(max_tokens=3))
        assert (await complete(provider, request)).done.usage.output_tokens == 3
        await provider.aclose()
