"""What version 0.1.0 left behind: a data folder, and one of its runs as files. See `tests/data/README.md`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playground.web.secret import kept_secret
from playground.web.visitor import Seal

DATA = Path(__file__).parents[1] / "data"
Name = Literal["ana", "ben"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A data folder, its visitors' cookies, Ana's assistant and runs by name, and the folder of exported files."""

    home: Path
    cookies: Mapping[Name, str]
    assistant: str
    runs: Mapping[Literal["whole", "half", "likelihood"], str]
    files: Path

    @staticmethod
    def read(folder: Path) -> Left:
        """What `unpack` has laid out there."""
        written = json.loads((folder / "written.json").read_text("utf-8"))
        return Left(home=folder / "home", files=folder, **written)

    def visitor(self, name: Name) -> str:
        """The id that the server reads from the visitor's cookie."""
        found = Seal(kept_secret(self.home)).visitor(self.cookies[name])
        assert found is not None
        return found


def unpack(folder: Path) -> Left:
    """Lay it out in a folder of the test's own, as if it had been used today."""
    with zipfile.ZipFile(DATA / "home-0.1.0.zip") as archive:
        archive.extractall(folder)
    return Left.read(folder)
