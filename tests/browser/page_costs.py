"""What a page that is open and used may cost the browser, told without a clock."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page


def gradio_s_client_forgets_the_inputs_of_what_has_ended(page: Page) -> None:
    """See `forget_inputs.js`: another version of Gradio may call these things by other names."""
    noted = page.evaluate("""async () => {
      const part = performance.getEntriesByType('resource').find(({name}) => name.includes('/statustracker-'));
      const State = Object.values(await import(part.name)).find(made => made.prototype?.resolve_args);
      const state = new State();
      state.register(1, [2], [3], 'hidden');
      const noted = stream_state =>
        state.resolve_args({fn_index: 1, status: 'complete', stream_state}).map(one => one.id);
      return [noted(null), noted('open'), noted('closed')];
    }""")
    assert noted == [[2], [2, 3], [2]]


def a_page_that_nobody_uses_rests(page: Page) -> None:
    """See `stop_counting.js`. The browser numbers whoever asks for the next frame: none but this asks, in the end."""
    rests = page.evaluate("""async () => {
      const frame = () => new Promise(resolve => {
        const asked = requestAnimationFrame(() => resolve(asked));
      });
      let alone = 0, last = await frame();
      for (let frames = 0; frames < 1000 && alone < 10; frames++) {
        const next = await frame();
        alone = next === last + 1 ? alone + 1 : 0;
        last = next;
      }
      return alone === 10;
    }""")
    assert rests, "something is drawn without end"


def what_is_added_styles_little_else(page: Page) -> None:
    """A rule with `:has()` that ends in `*`, or in a list with an attribute or with classes that Gradio has put before
    its parts, makes browsers style the whole page anew whenever anything is added, as with each word of a reply."""
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["devtools.timeline"])
    there = page.evaluate("""() => {
      const columns = document.querySelector('#columns'), added = document.createElement('p');
      getComputedStyle(columns).color;  // what was changed before is styled, too
      console.timeStamp('begun');
      columns.append(added);
      getComputedStyle(added).color;
      added.remove();
      getComputedStyle(columns).color;
      console.timeStamp('ended');
      return document.querySelectorAll('*').length;
    }""")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    begun, ended = (_time_of(events, name) for name in ("begun", "ended"))
    styled = [one["args"] for one in events if one["name"] == "UpdateLayoutTree" and begun < one["ts"] < ended]
    counts = [args["elementCount"] for args in styled if "elementCount" in args]
    assert counts and max(counts) < there / 4, f"of {there} elements {counts} are styled"


def _time_of(events: list[dict[str, Any]], name: str) -> float:
    (time,) = [one["ts"] for one in events if one["name"] == "TimeStamp" and one["args"]["data"]["message"] == name]
    return float(time)
