"""The Sampling tab without a browser: what its handlers show, that all of it is escaped, and what they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import fields

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.asking.lending import ReplyPlace
from playground.asking.reply import Reply
from playground.page.parts.colour import colour_tokens, level
from playground.page.parts.render import SAMPLING, Renderer
from playground.page.program import App, Who
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.page.drawing import messages
from playground.tabs.chat.page.events.conversation import hand_over
from playground.tabs.chat.page.fields import ChatWho
from playground.tabs.chat.visit.run import Choices
from playground.tabs.sampling.lab import (
    DiversityLine,
    NextToken,
    Node,
    SweepCell,
    SweepSetting,
    TokenCandidate,
    TokenTree,
)
from playground.tabs.sampling.page.drawing import bars, cells, tokens
from playground.tabs.sampling.page.drawing.diversity import plot_diversity
from playground.tabs.sampling.page.events.look import look, open_reply
from playground.tabs.sampling.page.events.steps import choose, export_tree, go, grow
from playground.tabs.sampling.page.events.sweep import SweepRequest, sweep
from playground.tabs.sampling.page.events.tree import SamplingScreen, reshape
from playground.tabs.sampling.page.fields import SamplingPrompt, SweepFields, grid_of, parse_numbers
from playground.text import texts
from playground.visitors import ConversationKey
from playground.visitors.conversations import FIRST
from providers.errors import Failure, InputError, LimitExceeded
from providers.types import Change, Sampling, TokenLogprob
from providers.whitebox import Token
from tests.playground.page.markup import Seen

HOSTILE = '<img src=x onerror="window.stolen=1">{{value}}${value}`\'&lt;'
PROMPT = "The capital of France is"
WORDS = "scripted/words"
PLAIN = Sampling(temperature=1)


def asked(
    prompt: str = PROMPT, model: str = WORDS, *, chat: bool = False, sampling: Sampling = PLAIN
) -> SamplingPrompt:
    return SamplingPrompt(model=model, prompt=prompt, chat=chat, sampling=sampling)


async def last(screens: AsyncGenerator[SamplingScreen]) -> SamplingScreen:
    """What the page shows in the end: for every place, the last thing that was drawn there."""
    drawn: dict[str, object] = {}
    async with aclosing(screens) as coming:
        async for screen in coming:
            values = zip(fields(SamplingScreen), screen.outputs(), strict=True)
            drawn |= {one.name: value for one, value in values if value != gr.skip()}
    return SamplingScreen(**drawn)


def rows(markup: object) -> dict[str, tuple[str, str]]:
    """Each bar's token with the two probabilities written beside it."""
    found = re.findall(r'<tr class=.*?data-token.*?>(.*?)</button>.*?own">([^<]*)<.*?after">([^<]*)</td>', str(markup))
    return {re.sub("<.*?>", "", piece): (own, after) for piece, own, after in found}


class TestNextToken:
    async def test_the_bars_of_a_prompt_and_after_a_slider(self, app, who):
        screen = await last(look(app, who, asked()))
        shown = rows(screen.choice)
        assert len(shown) == 25
        assert shown["␠Paris"][0] == shown["␠Paris"][1] == "39.3%"
        assert "What the model reads: 5 tokens" in str(screen.read)
        choice, leaf = await reshape(app, who, Sampling(temperature=0.5, top_k=3))
        moved = rows(choice)
        assert moved["␠Paris"][0] == "39.3%" and float(moved["␠Paris"][1].removesuffix("%")) > 90
        assert [after for _, after in moved.values()][3:] == ["cut"] * 22
        assert len(rows(leaf)) == 12
        assert "3 of 374" in str(choice)

    async def test_sliders_compute_nothing_before_anything_was_looked_at(self, app, who):
        assert await reshape(app, who, PLAIN) == (gr.skip(), gr.skip())

    async def test_the_template_is_shown_with_its_marks(self, app, who):
        screen = await last(look(app, who, asked(chat=True)))
        marks = re.findall(r'piece special">([^<]*)', str(screen.read))
        assert marks == ["&lt;|user|&gt;", "&lt;|end|&gt;", "&lt;|assistant|&gt;"]

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            (asked(" "), "nothing to look at yet"),
            (asked(PROMPT * 200), "longer than this model can read"),
            (asked(model="scripted/ech"), "Did you mean"),
            (asked(model="openai/gpt-5.5"), "API key"),
        ],
    )
    async def test_errors_stand_where_the_results_would(self, app, who, wrong, said):
        screen = await last(look(app, who, wrong))
        assert 'role="alert"' in str(screen.choice) and said in str(screen.choice)
        assert screen.path == screen.choice

    async def test_a_model_with_log_probabilities_alone_is_read_and_cannot_be_grown(self, app, who):
        screen = await last(look(app, who, asked("one two", "scripted/echo")))
        assert "The sweep works with this model too" in str(screen.choice)
        found = Seen(str(screen.path))
        assert found.text == "You␠said:␠one␠two"
        assert [value for name, value in found.attributes if name == "data-here"] == [""]
        grown = await last(grow(app, who, "greedy", 1, PLAIN))
        assert 'role="alert"' in str(grown.leaf)


class TestStepByStep:
    async def test_a_greedy_path_a_fork_and_the_way_back(self, app, who):
        await last(look(app, who, asked()))
        grown = await last(grow(app, who, "greedy", 3, PLAIN))
        assert Seen(str(grown.path)).text.startswith("The␠capital␠of␠France␠is␠Paris.␠The")
        first = app.visits.tree(who.visitor).nodes[0]
        other = first.alternatives[2][0].id
        forked = await choose(app, who, other, PLAIN, 0)
        tree = app.visits.tree(who.visitor)
        assert [branch.current for branch in tokens.branches(tree)] == [False, True]
        assert "data-go" in str(forked.forks) and len(tree.path()) == 1
        await go(app, who, 2, PLAIN)
        assert [node.token.piece for node in app.visits.tree(who.visitor).path()] == [" Paris", ".", " The"]
        await go(app, who, "root", PLAIN)
        assert app.visits.tree(who.visitor).leaf is None

    async def test_a_clicked_bar_is_appended(self, app, who):
        await last(look(app, who, asked()))
        screen = await choose(app, who, 300, PLAIN)
        assert [node.token.id for node in app.visits.tree(who.visitor).path()] == [300]
        assert "chosen by you" in str(screen.path)

    @pytest.mark.parametrize("token", [None, "1", 1.5, True, -1, 10**9, [1], {"id": 1}])
    async def test_what_is_no_token_is_refused(self, app, who, token):
        await last(look(app, who, asked()))
        screen = await choose(app, who, token, PLAIN)
        assert 'role="alert"' in str(screen.leaf)
        assert app.visits.tree(who.visitor).nodes == ()

    @pytest.mark.parametrize("node", [None, "roof", 7, -1, 0.5, True])
    async def test_what_is_no_node_is_refused(self, app, who, node):
        await last(look(app, who, asked()))
        assert 'role="alert"' in str((await go(app, who, node, PLAIN)).leaf)
        if node is not None:
            assert 'role="alert"' in str((await choose(app, who, 300, PLAIN, node)).leaf)

    async def test_nothing_to_grow_is_said(self, app, who):
        assert 'role="alert"' in str((await last(grow(app, who, "sampled", 1, PLAIN))).leaf)
        assert export_tree(app, who, "json") is None

    async def test_the_tree_as_files(self, app, who):
        await last(look(app, who, asked()))
        await last(grow(app, who, "greedy", 2, PLAIN))
        saved = export_tree(app, who, "json")
        assert TokenTree.from_json({k: v for k, v in json.loads(saved["content"]).items() if k != "format"}).leaf == 1
        assert "Paris" in export_tree(app, who, "text")["content"]

    async def test_each_token_only_adds_to_the_end_of_what_was_sent(self, app, who):
        """So that a stream sends what is new, and not the whole path again and again."""
        await last(look(app, who, asked()))
        before = ""
        async for screen in grow(app, who, "greedy", 4, PLAIN):
            if screen.path != gr.skip():
                assert str(screen.path).startswith(before)
                before = str(screen.path)
        assert before.count("data-node") == 4

    async def test_a_reply_from_the_chat_becomes_a_path(self, app, who):
        choices = Choices(models=(WORDS,), sampling=Sampling(seed=1, max_tokens=6), system="")
        async for conversation in app.opened["chat"].send(ConversationKey(who.visitor), PROMPT, choices):
            reply = conversation.turns[-1].replies[0]
        screen = await last(open_reply(app, who, ReplyPlace(FIRST, 0, 0), PLAIN))
        tree = app.visits.tree(who.visitor)
        assert "".join(node.token.piece for node in tree.path()) == reply.text
        assert str(screen.path).count("from the reply") == 2 * len(tree.nodes)
        assert reply.tokens and reply.text == "".join(one.token for one in reply.tokens)

    @pytest.mark.parametrize(("turn", "column"), [(0, 0), (-1, 0), (5, 2)])
    async def test_a_reply_that_is_not_there(self, app, who, turn, column):
        place = ReplyPlace(FIRST, turn, column)
        assert 'role="alert"' in str((await last(open_reply(app, who, place, PLAIN))).path)


def test_what_the_chat_hands_over(show):
    who = ChatWho("visitor", "en", texts(), conversation="a" * 32)
    conversation = Conversation().ask("one", ("a/b",)).with_replies((Reply(model="a/b", text="1", state="done"),))
    conversation = conversation.ask("two", ("a/b",)).with_replies((Reply(model="a/b", text="2", state="done"),))
    said = messages(show, conversation, 0)
    links = [re.findall(r"\(#sampling-(\d)-(\d)\)", message["content"]) for message in said]
    assert [place for found in links for place in found] == [("0", "0")], "the last one has a button"
    assert any(option["value"] == SAMPLING for option in said[-1]["options"])
    assert [hand_over(who, conversation, turn, 0)["question"] for turn in (0, 1)] == ["one", "two"]
    assert hand_over(who, conversation, 0, 0)["conversation"] == who.conversation
    assert hand_over(who, conversation, 0, 0) != hand_over(who, conversation, 0, 0)
    for turn, column in [(2, 0), (-1, 0), ("0", 0), (0, None), (None, None)]:
        assert hand_over(who, conversation, turn, column) is None


def hostile_tree() -> TokenTree:
    mark = Token(1, HOSTILE, special=True)
    node = Node(id=0, parent=None, token=mark, probability=0.5, rank=1, alternatives=((mark, 0.5),), how="sampled")
    return TokenTree(prompt=(mark, Token(2, HOSTILE)), nodes=(node,), leaf=0)


def hostile_cells() -> tuple[SweepCell, ...]:
    setting = SweepSetting(1.0)
    failed = SweepCell(
        setting=setting, seed=2, state="failed", failure=Failure("unknown_model", {"model": HOSTILE, "near": HOSTILE})
    )
    change = Change(what="temperature", reason="lowered", values={"to": HOSTILE})
    return SweepCell(setting=setting, seed=1, text=HOSTILE, state="done", finish="stop", changes=(change,)), failed


@pytest.mark.parametrize(
    "drawn",
    [
        lambda show: tokens.draw_prompt(show, hostile_tree().prompt),
        lambda show: tokens.draw_path(show, hostile_tree()),
        lambda show: tokens.draw_forks(show, hostile_tree()),
        lambda show: tokens.draw_tail(show, hostile_tree()),
        lambda show: cells.draw_grid(show, hostile_cells()),
        lambda show: bars._bar(show, bars.TokenCandidate(HOSTILE, 1, 0.0, 0.5, 0.5, kept=True), 1.0),
        lambda show: bars.draw_multiples(
            show, [bars.Small(1.0, (bars.TokenCandidate(HOSTILE, 1, 0.0, 0.5, 0.0, kept=False),))]
        ),
        lambda show: colour_tokens(HOSTILE, [TokenLogprob(HOSTILE, -0.1)], show.percent),
    ],
)
def test_a_hostile_token_is_text(show: Renderer, drawn: Callable[[Renderer], str]) -> None:
    seen = Seen(drawn(show))
    assert not {"img", "script", "svg", "iframe"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert "onerror" in seen.text


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=30), st.floats(-20, 0))
def test_a_coloured_reply_is_one_line_that_markdown_leaves_alone(text: str, logprob: float) -> None:
    shown = colour_tokens(text, [TokenLogprob(text, logprob)], "{:.2%}".format)
    inside = re.sub(r"</?(?:div|span|br)\b[^>]*>", "", shown)
    assert "\n" not in shown
    assert not re.search(r"[<>$*`\\\[\]_|]", inside)
    assert Seen(shown).text == text.replace("\n", "")


def test_what_was_there_before_the_first_known_token_stays_uncoloured() -> None:
    assert colour_tokens("One two", [TokenLogprob(" two", -0.1)], "{:.2%}".format).startswith(
        '<div class="coloured">One<span'
    )


@pytest.mark.parametrize(("p", "step"), [(1, 4), (0.9, 4), (0.5, 3), (0.2, 2), (0.05, 1), (0.0499, 0), (0, 0)])
def test_five_steps(p: float, step: int) -> None:
    assert level(p) == step


@pytest.mark.parametrize(
    ("p", "said"),
    [(0, "0%"), (1e-9, "< 0.01%"), (0.0005, "0.05%"), (0.001, "0.1%"), (0.5, "50.0%"), (1, "100.0%")],
)
def test_per_cent(show: Renderer, p: float, said: str) -> None:
    assert show.percent(p) == said


class TestSweep:
    def plan(self, **values: object) -> SweepFields:
        return SweepFields(
            **{"temperatures": "0, 1", "varied": "none", "values": "", "seeds": "1 2", "max_tokens": 5, **values}
        )

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("0, 0.5, 1", [0, 0.5, 1]),
            ("0,5 1,5", [0.5, 1.5]),
            ("0.5,1", [0.5, 1]),
            ("0;1", [0, 1]),
            ("0,1,2", [0, 1, 2]),
        ],
    )
    def test_numbers_as_people_type_them(self, typed, found):
        assert parse_numbers("temperature", typed) == found

    @pytest.mark.parametrize("typed", ["", "warm", "-1", "nan", "1e9", "1, two", "3"])
    def test_what_is_no_temperature(self, typed):
        with pytest.raises(InputError):
            parse_numbers("temperature", typed)

    def test_seeds_are_whole_and_may_be_left_out(self):
        assert parse_numbers("seed", "1,2,3") == [1, 2, 3]
        assert grid_of(self.plan(seeds="")).seeds == (None,)
        with pytest.raises(InputError):
            grid_of(self.plan(seeds="0.5"))

    def test_a_second_setting(self):
        assert grid_of(self.plan(varied="top_k", values="5 50")).varied == {"top_k": (5, 50)}
        assert grid_of(self.plan(varied="top_p", values="0,9")).varied == {"top_p": (0.9,)}
        assert grid_of(self.plan(varied="min_p", values="0.05 0.3")).varied == {"min_p": (0.05, 0.3)}
        with pytest.raises(LimitExceeded):
            grid_of(self.plan(seeds=" ".join(map(str, range(40)))))

    async def shown(self, app: App, who: Who, model: str, prompt: str = PROMPT, **plan: object) -> list[list[object]]:
        asked = SweepRequest(model, prompt, self.plan(**plan), Sampling(temperature=0.7, min_p=0.1))
        async with aclosing(sweep(app, who, asked)) as screens:
            return [screen.outputs() async for screen in screens]

    async def test_a_grid_and_a_plot(self, app, who):
        grid, plot, run, stop, _, setup = (await self.shown(app, who, WORDS))[-1]
        found = Seen(str(grid))
        assert "4 of 4 cells done" in found.text and found.tags.count("td") == 4
        assert "agreement 1.00" in re.sub(r"\s+", " ", re.sub("<.*?>", " ", str(grid)))
        assert plot["visible"] and [tuple(line.x) for line in plot["value"].data] == [(0, 1)]
        assert (run["visible"], stop["visible"]) == (True, False)
        assert (setup["open"], setup["label"]) == (False, "Temperatures 0, 1 · Seeds 1, 2")

    async def test_what_a_model_does_not_take_is_said(self, app, who):
        drawn = await self.shown(app, who, "openai/gpt-5.5")
        assert 'role="alert"' in str(drawn[-1][0]) and drawn[-1][3]["visible"] is False

    @pytest.mark.parametrize("plan", [{"temperatures": "hot"}, {"max_tokens": 10**6}, {"max_tokens": "x"}])
    async def test_wrong_fields_are_said_where_the_grid_would_be(self, app, who, plan):
        drawn = await self.shown(app, who, WORDS, **plan)
        assert len(drawn) == 1 and 'role="alert"' in str(drawn[0][0])

    async def test_an_empty_prompt(self, app, who):
        assert 'role="alert"' in str((await self.shown(app, who, WORDS, " "))[-1][0])


def test_a_figure_says_what_it_shows(show):
    lines = [
        DiversityLine(others=(("top_k", 5),), points=((0.0, 0.2), (1.0, 0.9))),
        DiversityLine(others=(("top_k", 50),), points=((0.0, 0.3),)),
    ]
    figure = plot_diversity(show, lines)
    drawn = figure.to_plotly_json()
    assert drawn["layout"]["xaxis"]["title"]["text"] == "Temperature"
    assert drawn["layout"]["yaxis"]["range"][0] == 0
    assert [line["name"] for line in drawn["data"]] == ["Top-k 5", "Top-k 50"]
    assert len({line["marker"]["symbol"] for line in drawn["data"]}) == 2


def choice_of(*own: float, vocabulary: int = 1000) -> NextToken:
    """A choice among tokens of these probabilities, which no slider changes."""
    rows = tuple(
        TokenCandidate(token=f"t{at}", id=at, logit=0, probability=one, reshaped=one, uncut=one, kept=True)
        for at, one in enumerate(own)
    )
    return NextToken(rows, entropy=1, reshaped_entropy=1, survivors=vocabulary, cut_mass=0, vocabulary=vocabulary)


@pytest.mark.parametrize(
    ("own", "seen"),
    [
        ((0.9, *[0.001] * 24), 5),  # one bar: four more that tell what comes next
        ((*[0.09] * 8, *[0.0001] * 17), 8),
        ([0.04] * 25, 25),
        ((0.6, 0.3), 2),
    ],
)
def test_tokens_whose_bars_nobody_would_see_share_a_line(show, own, seen):
    drawn = bars.draw_bars(show, choice_of(*own))
    table, _, tail = drawn.partition("<details")
    assert table.count("data-token=") == seen and tail.count("data-token=") == len(own) - seen
    rest = shown(table.partition("<tfoot>")[2])
    assert f"{1000 - seen} others" in rest and show.percent(1 - sum(own[:seen])) in rest
    assert (f"{len(own) - seen} of them" in tail) == (len(own) > seen)


def shown(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html)
