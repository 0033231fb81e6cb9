"""The README says what is true."""

from __future__ import annotations

import re
from pathlib import Path

from playground.settings import variables
from tests.test_contributing import examples
from tests.write_configuration import FILE, configuration

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_commands_stand_there() -> None:
    assert "pip install -r requirements.txt && python app.py" in README
    assert "\npip install -r requirements-dev.txt && pytest\n" in README


def test_every_setting_is_in_its_page() -> None:
    """Written by `python -m tests.write_configuration`."""
    assert FILE.read_text("utf-8") == configuration()
    for name, purpose in variables().items():
        assert f"| `{name}` | {purpose} |" in configuration()


def test_it_is_read_in_one_sitting() -> None:
    assert len(README.splitlines()) <= 150


def test_what_the_documents_link_to_and_name_is_there() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        text = page.read_text("utf-8")
        linked = [one for one in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in one]
        named = re.findall(r"`((?:assets|playground|providers|tests|docs)/[\w./]+)`", text)
        assert linked + named or page.name in ("configuration.md",)
        assert not [one for one in linked if not (page.parent / one).exists()]
        made_up = {example.path for example in examples()}
        assert not [one for one in named if one not in made_up and not (ROOT / one).exists()], page.name


def test_the_space_front_matter() -> None:
    front = README.split("---\n")[1]
    pinned = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("gradio=="))
    assert f"sdk_version: {pinned.split('==')[1].split()[0]}\n" in front
    assert "app_file: app.py" in front and 'python_version: "3.11"' in front


def test_every_file_it_names_exists() -> None:
    for name in ("assets/models.toml", "assets/endpoints.toml", "assets/screenshots/chat.png", "LICENSE"):
        assert (ROOT / name).exists()
