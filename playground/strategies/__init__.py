"""One file a strategy, found by its folder; the folders beside them are what strategies are made with.

Each file has `NAME`, `ORDER` (its place on a page), `PAPER`, `OPTIONS` (knobs), `calls(values)` (at most so many calls
of the model for a question) and `async solve(record, question, values, tools)`, which writes steps into the record and
returns the text that answers, or `None` where it found none.
"""
