"""Settings from flags, from the environment and from a file `.env`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from playground.settings import PREFIX, Settings, variables


def command_line(argv: Sequence[str] | None = None) -> Settings:
    """Settings from the environment, overridden by flags. Exits with a message on a value that is none."""
    parser = argparse.ArgumentParser(
        description="Aula, an LLM playground for the classroom.",
        epilog="Everything else is set by environment variables or in a file .env:\n\n"
        + "\n".join(f"  {name}\n      {purpose}" for name, purpose in variables().items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    fields = Settings.model_fields
    for name in ("host", "port", "model"):
        parser.add_argument(f"--{name}", help=_purpose(fields[name].description, name))
    for name in ("hosted", "open"):
        action = argparse.BooleanOptionalAction
        parser.add_argument(f"--{name}", action=action, help=_purpose(fields[name].description, name))
    flags = {name: value for name, value in vars(parser.parse_args(argv)).items() if value is not None}
    try:
        return Settings(**flags)
    except ValueError as error:
        parser.error(_complaint(error))


def _purpose(description: str | None, name: str) -> str:
    return f"{description} ({PREFIX}{name.upper()})".replace("%", "%%")


def _complaint(error: ValueError) -> str:
    """Names of the fields and what is wrong with them, without the values."""
    rows: list[dict[str, Any]] = getattr(error, "errors", list)()
    return "; ".join(f"{'.'.join(map(str, row['loc']))}: {row['msg']}" for row in rows) or "a setting is malformed"
