"""What comes with a model and means harm, kept away from the page by processes that can be killed.

`limits` bounds a process. `inspecting` looks at a model's files before anything loads them (`inspect_program`, by
`checks` and `splitting`), has models built without their numbers, and tokenizers opened (`building`, `build_program`).
`answering` keeps processes that answer: `rendering` renders chat templates in them (`render_program`), `trying` cuts
texts in them before the page does (`try_program`, but for those of which `splitting` and `expressions` see that they
come back). `library` puts both into transformers.
"""
