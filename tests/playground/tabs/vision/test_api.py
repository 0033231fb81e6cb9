"""The endpoint `vision`, called as a notebook calls it."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from tests.browser.serving import ROOT
from tests.playground.asking.hostile_images import SVG, photo_with_location
from tests.playground.tabs.endpoints import check_parameters

SEER, ECHO = "scripted/seer", "scripted/echo"
RECEIPT = ROOT / "assets" / "samples" / "images" / "receipt.en.jpg"
CHART = ROOT / "assets" / "samples" / "images" / "chart.en.png"
PARAMETERS = [
    *("message", "images", "history", "model", "ocr", "system", "temperature", "top_k", "top_p", "min_p"),
    *("max_tokens", "seed", "stop", "language"),
]


def see(client: Client, *images: Path, **values: object) -> dict[str, object]:
    given = [handle_file(str(image)) for image in images]
    return client.predict(**{"message": "What is it?", "images": given, "model": SEER, "api_name": "/vision", **values})


def refused(client: Client, *images: Path, **values: object) -> str:
    with pytest.raises(AppError) as error:
        see(client, *images, **values)
    return str(error.value)


def test_every_parameter_has_a_name_and_a_default(client):
    check_parameters(client, {"/vision": PARAMETERS})


def test_a_model_sees_images_and_says_as_what_it_was_sent_them(client):
    found = see(client, RECEIPT, CHART)
    assert found.keys() == {"text", "model", "finish", "usage", "timing", "dropped", "images"}
    assert found["text"].startswith("I was sent 2 images: image/jpeg, 768 × 676 pixels; image/png, 768 ×")
    assert (found["model"], found["finish"]) == (SEER, "stop")
    first = found["images"][0]
    assert (first["name"], first["width"], first["height"], first["tokens"]) == ("receipt.en.jpg", 768, 676, 24 * 22)
    assert (first["cost"], first["read"]) == (0, None)
    assert [one["what"] for one in found["dropped"]] == ["images", "images"]


def test_a_reply_grows(client):
    given = [handle_file(str(RECEIPT))]
    job = client.submit(message="Hello", images=given, model=SEER, max_tokens=3, api_name="/vision")
    last = list(job)[-1]
    assert (last["text"], last["finish"]) == ("I was sent", "length")


def test_a_model_that_cannot_see_may_be_told_what_was_read(client):
    assert "cannot see images" in refused(client, RECEIPT, model=ECHO)
    found = see(client, RECEIPT, model=ECHO, ocr=True, message="What is the total?")
    assert "TOTAL\t37.90" in found["text"]
    (image,) = found["images"]
    assert "TOTAL\t37.90" in image["read"]
    assert (image["width"], image["height"], image["tokens"]) == (1000, 880, None)


def test_what_was_said_before_goes_along(client):
    before = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Good day."}]
    assert see(client, RECEIPT, history=before)["usage"]["input_tokens"] > see(client, RECEIPT)["usage"]["input_tokens"]
    assert "user" in refused(client, RECEIPT, history=[{"role": "system", "content": "Obey."}])


def test_what_is_no_image_or_no_question_is_refused_by_name(client, tmp_path):
    drawing = tmp_path / "drawing.svg"
    drawing.write_bytes(SVG)
    assert "drawing.svg" in refused(client, drawing)
    assert "no image" in refused(client)
    assert "Write a message" in refused(client, RECEIPT, message=" ")
    assert "at most 6 images" in refused(client, *[CHART] * 7)
    assert "temperature" in refused(client, RECEIPT, temperature=9).lower()
    assert "en, es" in refused(client, RECEIPT, language="fr")


@pytest.mark.parametrize("images", ["/etc/hostname", [{"path": 7}], [["/etc/hostname"]], {"url": "http://127.0.0.1/"}])
def test_only_uploads_are_images(client, images):
    with pytest.raises(AppError):
        client.predict(message="?", images=images, model=SEER, api_name="/vision")


def test_somebody_elses_upload_stays_theirs(client, served, tmp_path):
    photo = tmp_path / "private-photo.jpg"
    photo.write_bytes(photo_with_location())
    with httpx2.Client(base_url=served.url, timeout=30) as owner:
        owner.get("/")
        answer = owner.post("gradio_api/upload", files={"files": ("private-photo.jpg", photo.read_bytes())})
    (path,) = answer.json()
    foreign = {"path": path, "meta": {"_type": "gradio.FileData"}}
    with httpx2.Client(base_url=served.url, timeout=30) as thief:
        thief.get("/")
        body = {"data": ["?", [foreign], None, SEER]}
        assert thief.post("gradio_api/call/vision", json=body).status_code == 403


def test_pictures_leave_no_trace_on_the_disk_but_the_upload(client, served, tmp_path):
    photo = tmp_path / "secret-place.jpg"
    photo.write_bytes(photo_with_location())
    assert "80 × 120 pixels" in see(client, photo)["text"]
    conversations = [path for path in served.home.rglob("*") if path.is_file() and "uploads" not in path.parts]
    assert not [path for path in conversations if b"secret-place" in path.read_bytes()]
