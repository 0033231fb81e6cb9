"""Messages for a model that only continues text: one text, in the question's language, that ends where it goes on."""

from __future__ import annotations

from playground.asking.completion import as_completion, stops
from providers.types import Message, ModelInfo

BASE = ModelInfo(id="base", provider="here", name="Base", chat=False)
CHATS = ModelInfo(id="chats", provider="here", name="Chats")
SHOTS = (
    Message.of("system", "Responde con una palabra."),
    Message.of("user", "¿Capital de Italia?"),
    Message.of("assistant", "Roma"),
    Message.of("user", "¿Capital de Francia?"),
)


def test_instructions_questions_and_answers_stand_below_each_other() -> None:
    (message,) = as_completion(BASE, SHOTS, "es")
    assert message.role == "user" and message.text == (
        "Responde con una palabra.\n\nPregunta: ¿Capital de Italia?\nRespuesta: Roma\n\n"
        "Pregunta: ¿Capital de Francia?\nRespuesta:"
    )
    assert stops(BASE, "es") == ("\nPregunta:",)


def test_a_model_that_converses_gets_its_messages() -> None:
    assert as_completion(CHATS, SHOTS, "es") == SHOTS and stops(CHATS, "es") == ()
    assert as_completion(BASE, (), "es") == ()


def test_a_text_that_ends_with_the_mark_stays_as_it_is() -> None:
    text = "Question: 1 + 1?\nAnswer: 2\n\nQuestion: 2 + 2?\nAnswer:"
    (message,) = as_completion(BASE, (Message.of("user", text),), "en")
    assert message.text == text


def test_what_was_begun_is_gone_on_with() -> None:
    (message,) = as_completion(BASE, (*SHOTS[-1:], Message.of("assistant", "Es")), "es")
    assert message.text == "Pregunta: ¿Capital de Francia?\nRespuesta: Es"
