"""The first time that a vendor is asked, its SDK is imported: by a thread, not in the event loop."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
PROGRAM = """
import asyncio, sys
from pathlib import Path
from playground.visitors import KeyVault
from playground.visitors.reach import Reach
from providers import catalog
from providers.base import Options
from tests.loop_thread import watched

async def main():
    reach = Reach(catalog.load(), Options(home=Path(sys.argv[1])), KeyVault(60, {"openai": "sk-none"}))
    await asyncio.to_thread(int)
    assert "openai" not in sys.modules
    with watched(raising=False) as watch:
        async with reach.open("", "openai/gpt-5.5"):
            pass
    assert "openai" in sys.modules and "genai_prices.data" in sys.modules
    print(*watch.found, sep="\\n")

asyncio.run(main())
"""


def test_an_sdk_is_imported_outside_of_the_event_loop(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr
