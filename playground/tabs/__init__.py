"""The tabs. A folder here is a tab, and the page's shell finds it: nothing else names it.

A tab has three floors, each importing only what lies below it: `lab`, what the tab does, `visit`, a visitor's work in
it, both without Gradio, and `page`, what is seen. A small tab leaves out what it does not need. In every `page`:

- `tab.py` has `NAME`, `ORDER`, `open`, `build`, `publish` and, where the tab keeps things, `tidy`; where its models
  follow the sidebar's parameters, `SAMPLES = True`. `build` lays the tab out and then calls each `wire_…`, and does
  nothing else.
- `layout` has the components: dataclasses named after the tab and the part of it (`RagLayout`, `RagAskLayout`), made by
  functions `lay_out_…(page)`. Their `fields` are what an event is given, their `outputs` what it updates, in the order
  of the screen that it yields. `layout/tab.py` is the whole tab where there are several files.
- `fields.py` has what the components hold, as it was typed (`…Fields`), and what it means: functions `checked_…`, which
  raise `InputError`, and `parse_…`.
- `events` has a module for each part of the tab. It begins with the screen, a subclass of `Screen` in
  `playground.page.parts.screen` that is named as its layout is (`RagAskScreen`): what the events of that part may
  change. Then comes `wire_…(page, layout)`, which connects components to handlers. A handler is a function within it,
  named `on_…` after the event: it turns the request and the components' values into plain ones, and calls one of the
  functions below it. Those are imperatives of plain values (`ask(app, who, …)`), tested without a browser: they return
  or yield screens, or updates where one component alone changes. An error stands where the result would have been.
- A result stays when the page is read again in another language: its place is `kept`, its HTML ends with a mark
  (`playground.page.parts.redrawn`), and `on_restored`, wired by `page.on_restored` (where it streams, to
  `page.restored.change`), draws it anew; what only has to be asked for once more is wired by `ask_again`. What is
  chosen, written and unfolded stays by itself, but for lists that are filled in when they are seen: `hold` them
  (`playground.page.parts.held`). What names something on the screen is a hidden component with an id, and no
  `gr.State`. What only a script knows it adds on the event `aula-keep`.
- What is under way goes on when the page is read again in another language: a place where an event streams is made by
  `goes_on` (`playground.page.parts.under_way`), the event yields what its `show` yields, and what is drawn from comes
  through `app.going.keep`. A test finds the tab that forgets it.
- `drawing` has the functions of a `Renderer` and a value, which know no event: `draw_…(show, value)` returns HTML in
  which everything from outside is escaped, `plot_…` a figure, and a noun what is neither (`messages`, `columns`,
  `picture_choices`). Functions that one module keeps to itself are named after the piece that they return (`_row`).
- `api.py` has `publish(app)`, the named endpoints, each within `caller` of `playground.page.parts.endpoints`, and what
  makes plain JSON values of their results.

Every component and every event is one more thing that the browser keeps, drawn or not: what does the same is one event
(`gr.on`, which button it was being the event's target), and what is not seen is a `hidden_text`
(`playground.page.parts.places`).

What two tabs need is in `playground.page.parts`: buttons and places, notices, pace, downloads, stops, tables and plots
of measurements. A file grows into a folder of the same name when it has more than about 250 lines.
"""
