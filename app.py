"""Aula, the LLM playground for the classroom. `python app.py --help` explains every flag."""

from playground.command_line import command_line
from playground.web import launch, prepare


def main() -> None:
    """Settings, then the page, then wait."""
    settings = command_line()
    prepare(settings)
    from playground.page import create  # Gradio reads its environment when it is imported

    page = create(settings)
    launch(page.blocks, settings, page.look, work=page.live, sessions=page.program.sessions)


if __name__ == "__main__":
    main()
