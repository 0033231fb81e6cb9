"""Writes `docs/configuration.md` from the settings: `python -m tests.write_configuration`."""

from __future__ import annotations

from pathlib import Path

from playground.settings import variables

FILE = Path(__file__).parent.parent / "docs" / "configuration.md"
_BEFORE = """# Configuration

Generated from `playground/settings.py` by `python -m tests.write_configuration`; change it there.

`python app.py --help` explains the flags (`--host`, `--port`, `--model`, `--hosted`, `--open`). Everything else is an
environment variable or a line of a file `.env`:

| variable | what it sets |
|---|---|
"""
_AFTER = """
API keys are read from `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `HF_TOKEN` (gated models of the Hub) and the
`key_variable` of each row in `assets/endpoints.toml`. In a hosted page they are used only with
`PLAYGROUND_ENVIRONMENT_KEYS=true`: every visitor could spend them.
"""


def configuration() -> str:
    """The page, in Markdown."""
    return _BEFORE + "".join(f"| `{name}` | {purpose} |\n" for name, purpose in variables().items()) + _AFTER


if __name__ == "__main__":
    FILE.write_text(configuration(), "utf-8")
