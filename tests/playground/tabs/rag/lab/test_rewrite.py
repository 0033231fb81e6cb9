"""Follow-ups made to stand alone."""

from __future__ import annotations

import pytest

from playground.tabs.rag.lab.answering.rewrite import LONGEST, parse_rewrite, rewrite_messages
from playground.tabs.rag.lab.answering.wording import wordings
from providers.types import Message

HISTORY = (Message.of("user", "Who founded the museum?"), Message.of("assistant", "Clara Holm [1]."))


def test_without_a_history_there_is_nothing_to_rewrite() -> None:
    assert rewrite_messages((), "When?", "en") is None
    assert rewrite_messages((Message.of("system", "Be kind."), Message.of("user", "  ")), "When?", "en") is None


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_conversation_and_the_question_are_asked_about(language: str) -> None:
    messages = rewrite_messages(HISTORY, "When was\nshe born?", language)
    assert messages is not None
    words = wordings()[language].rewrite
    assert [message.role for message in messages] == ["system", "user"]
    assert messages[0].text == words.system
    assert f"{words.user}: Who founded the museum?\n{words.assistant}: Clara Holm [1]." in messages[1].text
    assert "When was she born?" in messages[1].text


def test_only_the_last_turns_are_told_and_long_ones_shortened() -> None:
    texts = [f"turn{turn} " + "{x} " * 1000 for turn in range(10)]
    long = tuple(Message.of("assistant" if turn % 2 else "user", text) for turn, text in enumerate(texts))
    messages = rewrite_messages(long, "And then?", "en")
    assert messages is not None
    assert "turn3" not in messages[1].text and "turn4" in messages[1].text
    assert len(messages[1].text) < 7 * LONGEST


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("When was Clara Holm born?", "When was Clara Holm born?"),
        ("“When was Clara Holm born?”\nBecause she …", "When was Clara Holm born?"),
        ("Rewritten question: When was Clara Holm born?", "When was Clara Holm born?"),
        ("**Pregunta reescrita:** ¿Cuándo nació Clara Holm?", "¿Cuándo nació Clara Holm?"),
        ("\n\n  - When was Clara Holm born?", "- When was Clara Holm born?"),
        ("<think>she is …?</think>When was Clara Holm born?", "When was Clara Holm born?"),
        ("", "When was she born?"),
        ("   \n ", "When was she born?"),
        ('""', "When was she born?"),
        ("Clara Holm was born in 1851.", "When was she born?"),
        ("Is it " + "very " * 60 + "long?", "When was she born?"),
        ("<think>never ends?", "When was she born?"),
    ],
)
def test_what_a_model_replies(reply: str, question: str) -> None:
    assert parse_rewrite(reply, "When was she born?") == question


def test_a_request_that_is_no_question_may_stay_one() -> None:
    assert (
        parse_rewrite("Tell me more about Clara Holm.", "Tell me more about her.") == "Tell me more about Clara Holm."
    )
