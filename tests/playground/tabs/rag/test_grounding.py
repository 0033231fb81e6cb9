"""An assistant with documents, asked about an image."""

from __future__ import annotations

import pytest

from playground.tabs.chat.visit.run import Choices
from playground.tabs.chat.visit.visits import ChatVisits
from playground.tabs.rag.visit.grounding import DocumentGround
from playground.tabs.rag.visit.visits import RagVisits
from playground.visitors import ConversationKey
from providers.types import Sampling
from tests.playground import images
from tests.playground.tabs.rag.libraries import ANA, USUAL, filled, last


@pytest.mark.parametrize("question", ["Who built the lighthouse?", "Zzyzx?"])
async def test_its_last_message_keeps_the_image_with_and_without_passages(library: RagVisits, question: str) -> None:
    await filled(library)
    desk = ChatVisits(library.reach, library.sessions)
    await desk.attachments.add(ConversationKey(ANA), images.png(), "red.png")
    grounded = DocumentGround(library, ANA, library.assistants(ANA).save("Guide", "", USUAL), "en")
    models = ("scripted/seer", "scripted/echo")
    choices = Choices(models=models, sampling=Sampling(max_tokens=400), ground=grounded)
    done = await last(desk.send(ConversationKey(ANA), question, choices, desk.attachments.of(ConversationKey(ANA))))
    seen, blind = done.turns[-1].replies
    assert seen.text.startswith("I was sent 1 image: image/png, 60 × 40 pixels. You asked: ")
    assert question in seen.text and bool(seen.sources) == ("lighthouse" in question)
    assert blind.failure.key == "unsupported_request.images"
