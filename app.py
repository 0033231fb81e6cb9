"""Aula, the LLM playground for the classroom. `python app.py --help` explains every flag."""

import gc

from playground.command_line import command_line
from playground.web import launch, prepare
from providers.importing import importing


def main() -> None:
    """Settings, then the page, then wait."""
    settings = command_line()
    with importing():
        prepare(settings)
        from playground.page import create  # Gradio reads its environment when it is imported

        page = create(settings)
    gc.freeze()  # what is there now stays: looking through it for garbage would stop every visitor for a moment
    launch(page.blocks, settings, page.look, work=page.live, sessions=page.program.sessions)


if __name__ == "__main__":
    main()
