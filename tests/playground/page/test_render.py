"""HTML in a message is seen, not obeyed, and comes back as it was typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.asking.reply import Reply
from playground.page.parts.render import CONTINUE, LONGER, SAMPLING, Renderer
from playground.page.parts.verbatim import tags_shown, tags_typed
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.pictures import MessagePicture
from playground.tabs.chat.page.drawing import draw_question_pictures, draw_waiting_pictures, messages
from playground.text import texts
from providers.types import Change, Image, Sampling, Usage
from tests.playground import images


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("What does <b> do?", r"What does \<b> do?"),
        ("</div><!-- x -->", r"\</div>\<!-- x -->"),
        ("1 < 2 and 3 <4", "1 < 2 and 3 <4"),
        ("one<br>two H<sub>2</sub>O", "one<br>two H<sub>2</sub>O"),
        ("`<b>` and $a<b$", r"`<b>` and \({a<b}\)"),
        ("$x^2$ costs $5 today and $10 tomorrow.", r"\({x^2}\) costs $5 today and $10 tomorrow."),
        ("From $35 to $70, or US$5 and 6$", "From $35 to $70, or US$5 and 6$"),
        ("It is $5 million, or about 5$.", "It is $5 million, or about 5$."),
        ("$ x$, $x $ and $3$", r"$ x$, $x $ and \({3}\)"),
        ("`$x$` and $$x$$", "`$x$` and $$x$$"),
        (r"\(x\) and \$x$", r"\(x\) and \$x$"),
        ("```html\n<b>\n```\n<i>", "```html\n<b>\n```\n\\<i>"),
        ("```html\n<b> unfinished", "```html\n<b> unfinished"),
    ],
)
def test_tags_are_shown(typed: str, shown: str) -> None:
    assert tags_shown(typed) == shown
    assert tags_typed(shown) == typed


@given(st.text(alphabet="<>b/ $`a1\n", max_size=40))
def test_nothing_is_lost(typed: str) -> None:
    assert tags_typed(tags_shown(typed)) == typed


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Temperature 0.7, Top-k 40"), ("es", "Temperatura 0,7, Top-k 40")]
)
def test_parameters_are_written_as_the_language_writes_numbers(language: str, said: str) -> None:
    show = Renderer(texts(), language)
    assert said in show.details(Reply(model="scripted/echo", sampling=Sampling(temperature=0.7, top_k=40)))
    assert [show.value(one) for one in (1_000_000, True, "0.5")] == ["1000000", "True", "0.5"]


def test_what_is_cut_is_said_while_the_model_has_not_answered_yet() -> None:
    cut = Change(what="history", reason="cut", values={"messages": 4, "context": 128})
    shown = Renderer(texts(), "en").reply(Reply(model="scripted/echo", changes=(cut,)))
    assert "4" in shown[0]["metadata"]["title"] and "128" in shown[0]["metadata"]["title"]
    assert shown[-1]["metadata"]["status"] == "pending"


@pytest.mark.parametrize(
    ("reasoning", "counted", "said"),
    [
        ("Hm.", 0, "The 512 tokens that a reply may have went into thinking"),
        ("", 500, "The 512 tokens that a reply may have went into thinking"),
        ("", 0, "The limit of tokens was reached before the answer began."),
    ],
)
def test_a_reply_that_ended_before_its_answer_says_so(reasoning: str, counted: int, said: str) -> None:
    usage = Usage(input_tokens=9, output_tokens=512, reasoning_tokens=counted)
    reply = Reply(model="a/b", state="done", finish="length", reasoning=reasoning, usage=usage)
    shown = Renderer(texts(), "en").reply(reply)
    assert any(str(one["content"]).startswith(said) for one in shown)
    assert [one["value"] for one in shown[-1]["options"]] == [LONGER]
    answered = Renderer(texts(), "en").reply(replace(reply, text="So"))
    assert [one["value"] for one in answered[-1]["options"]] == [CONTINUE, SAMPLING]


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_images_name_is_text_and_nothing_more(language: str) -> None:
    name = '"><script>alert(1)</script>{number}\u202egnp.exe'
    image = Image(images.png(), "image/png")
    picture = MessagePicture(image=image, small=image, name=name)
    conversation = Conversation().ask("plain", ("a/b",)).ask("seen", ("a/b",), (picture,))
    show = Renderer(texts(), language)
    for made in (draw_question_pictures(show, conversation), draw_waiting_pictures(show, (picture,))):
        assert "<script" not in made
        assert made.count("<img ") == 1
        assert "&quot;&gt;&lt;script&gt;" in made
    drawn = draw_question_pictures(show, conversation)
    assert 'data-turn="1"' in drawn and 'data-turn="0"' not in drawn
    assert draw_question_pictures(show, Conversation()) == ""
    # A message's text is what is copied, edited and read aloud: it holds nothing of the image.
    assert messages(show, conversation, 0)[-2] == {"role": "user", "content": "seen"}
