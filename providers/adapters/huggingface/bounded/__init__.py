"""What comes with a model and means harm, kept away from the page: read and rendered in processes that can be killed.

`limits` bounds a process, `rendering` renders chat templates in one for each (`render_program`), `inspecting` looks at
a model's files before anything loads them (`inspect_program`, by `checks` and `splitting`), and has models built
without their numbers (`building`, `build_program`).
"""
