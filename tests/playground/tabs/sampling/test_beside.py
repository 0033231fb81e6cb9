"""Numbers that can be traced, two prompts side by side, a token looked up, and a sweep as a file."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from playground.page.program import App, Who
from playground.tabs.sampling.page.events.beside import compare, seek
from playground.tabs.sampling.page.events.look import look
from playground.tabs.sampling.page.events.sweep import SweepRequest, export_sweep, keep_sweeps, sweep
from playground.tabs.sampling.page.events.tree import SamplingScreen, reshape
from playground.tabs.sampling.page.fields import SamplingPrompt, SweepFields
from providers.types import Sampling
from tests.playground.page.markup import Seen

WORDS = "scripted/words"
PROMPT = "The capital of France is"
CUTTING = Sampling(temperature=0.7, top_k=3)


@pytest.fixture(params=["en", "es"])
def who(app: App, request: pytest.FixtureRequest) -> Who:
    return Who(request.node.name, request.param, app.texts)


async def looked(app: App, who: Who, prompt: str = PROMPT) -> None:
    asked = SamplingPrompt(model=WORDS, prompt=prompt, chat=False, sampling=CUTTING)
    async with aclosing(look(app, who, asked)) as screens:
        async for _ in screens:
            pass


class TestTraced:
    async def test_what_was_cut_is_what_the_column_beside_it_leaves(self, app: App, who: Who) -> None:
        await looked(app, who)
        choice = await app.visits.reshape(who.visitor, CUTTING, 400)
        left = sum(row.uncut for row in choice.rows if row.kept)
        assert choice.cut_mass == pytest.approx(1 - left)
        for row in choice.rows:
            assert row.reshaped == pytest.approx(row.uncut / left if row.kept else 0)
        drawn = html.unescape(str((await reshape(app, who, CUTTING))[0]))
        show = app.show(who)
        assert f"{show.percent(choice.cut_mass)} = 100" in drawn and show.percent(left) in drawn
        first = choice.rows[0]
        assert f"{show.percent(first.uncut)} con" in drawn or f"{show.percent(first.uncut)} with" in drawn
        assert re.findall(r'<td class="number uncut">([^<]*)</td>', drawn)[0] == show.percent(first.uncut)


class TestBeside:
    async def test_two_prompts_stand_side_by_side_and_the_sliders_move_both(self, app: App, who: Who) -> None:
        await looked(app, who)
        choice, _, told = await compare(app, who, "The capital of Spain is", CUTTING)
        assert told == "" and str(choice).count('<figure class="beside">') == 2
        text = Seen(str(choice)).text
        assert "The capital of Spain is" in text and app.show(who).text("sampling.beside_title") in text
        moved, _ = await reshape(app, who, Sampling(temperature=0))
        assert str(moved).count('<figure class="beside">') == 2 and moved != choice
        gone, _, _ = await compare(app, who, " ", CUTTING)
        assert "beside" not in str(gone)

    async def test_a_token_is_looked_up_wherever_it_stands(self, app: App, who: Who) -> None:
        await looked(app, who)
        whole = await app.visits.reshape(who.visitor, CUTTING, 400)
        last = whole.rows[-1]
        choice, _, told = await seek(app, who, last.token.replace("␠", " "), CUTTING)
        assert told == ""
        rank = app.show(who).text("sampling.rank_of", rank=len(whole.rows), all=whole.vocabulary)
        (found, *_) = await app.visits.sought_tokens(who.visitor, CUTTING)
        assert (found.row.id, found.rank) == (last.id, len(whole.rows)) or found.row.logit >= last.logit
        assert app.show(who).text("sampling.sought_title") in str(choice)
        assert rank in str(choice) or found.row.id != last.id
        gone, _, _ = await seek(app, who, "", CUTTING)
        assert app.show(who).text("sampling.sought_title") not in str(gone)

    async def test_before_anything_was_looked_at_it_is_said(self, app: App, who: Who) -> None:
        for changed in (await compare(app, who, "x", CUTTING), await seek(app, who, "x", CUTTING)):
            assert 'role="alert"' in str(changed[2])

    async def test_what_is_typed_is_text(self, app: App, who: Who) -> None:
        await looked(app, who)
        hostile = "<img src=x onerror=1>"
        drawn = [str((await compare(app, who, hostile, CUTTING))[0]), str((await seek(app, who, hostile, CUTTING))[0])]
        assert not [one for one in drawn if "img" in Seen(one).tags]


async def test_a_sweep_has_a_title_and_is_saved_as_a_file(app: App, who: Who) -> None:
    kept = keep_sweeps()
    fields = SweepFields(temperatures="0, 1", varied="top_k", values="5", seeds="1, 2", max_tokens=4)
    asked = SweepRequest("scripted/variant", "=Say something", fields, Sampling())
    shown = await last_grid(sweep(app, who, asked, kept))
    assert "=Say something" in Seen(shown).text and " · ".join(["variant", ""]) in Seen(shown).text
    csv_file, json_file = export_sweep(kept, who, "csv"), export_sweep(kept, who, "json")
    assert csv_file is not None and json_file is not None
    rows = list(csv.DictReader(io.StringIO(csv_file["content"].removeprefix("\ufeff"))))
    assert [(row["temperature"], row["top_k"], row["seed"]) for row in rows] == [
        ("0.0", "5", "1"),
        ("0.0", "5", "2"),
        ("1.0", "5", "1"),
        ("1.0", "5", "2"),
    ]
    assert {row["prompt"] for row in rows} == {"'=Say something"}, "no cell is a formula"
    saved = json.loads(json_file["content"])
    assert saved["format"] == "aula.sweep/1" and [one["text"] for one in saved["cells"]] == [
        one["text"] for one in rows
    ]
    assert export_sweep(kept, Who("another", "en", app.texts), "csv") is None


async def last_grid(screens: AsyncGenerator[SamplingScreen]) -> str:
    grid = ""
    async with aclosing(screens) as coming:
        async for screen in coming:
            grid = screen.grid if isinstance(screen.grid, str) else grid  # type: ignore[attr-defined]
    return grid
