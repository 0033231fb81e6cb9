"""The README says what is true."""

from __future__ import annotations

from pathlib import Path

from playground.settings import variables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_commands_stand_there() -> None:
    assert "pip install -r requirements.txt && python app.py" in README
    assert "\npip install -r requirements-dev.txt && pytest\n" in README


def test_every_setting_is_in_the_table() -> None:
    for name, purpose in variables().items():
        assert f"| `{name}` | {purpose} |" in README


def test_the_space_front_matter() -> None:
    front = README.split("---\n")[1]
    pinned = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("gradio=="))
    assert f"sdk_version: {pinned.split('==')[1].split()[0]}\n" in front
    assert "app_file: app.py" in front and 'python_version: "3.11"' in front


def test_every_file_it_names_exists() -> None:
    for name in ("assets/models.toml", "assets/endpoints.toml", "assets/screenshots/chat.png", "LICENSE"):
        assert (ROOT / name).exists()
