"""The default model as it is set up, beside the bare engines: what the program promises of it, in one run.

Started by `python -m tests.benchmarks.engines`. Each row is a process of its own; what is done is said on standard
error, the numbers come on standard output, each beside what it is to reach.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.engines import FIRST_START, ROOT, Measured

ROWS: dict[str, tuple[int, ...]] = {
    "bare-llamacpp": (1,),
    "default": (),
    "bare-q8_0": (1, 8, 30),
    "default+seed": (),
    "bare-q8_0-exact": (1, 8, 30),
    FIRST_START: (),
}
"""With the streams of the bare ones. The first one that is set up measures its engines, where that was not done."""


def measured(home: Path, row: str, streams: tuple[int, ...], given: Sequence[str]) -> Measured:
    """A row, in a process of its own."""
    start = time.perf_counter()
    sys.stderr.write(f"{row} …")
    sys.stderr.flush()
    command = [sys.executable, "-m", "tests.benchmarks.engines", "--row", row, "--home", str(home), *given]
    command += ["--streams", *map(str, streams)] if streams else []
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    sys.stderr.write(f" {time.perf_counter() - start:.0f} s\n")
    found: Measured = json.loads(said.splitlines()[-1])
    return found


def rates(found: Measured) -> str:
    return " · ".join(f"{rate:.0f}" for rate in found["rates"].values())


def lines(found: dict[str, Measured]) -> list[str]:
    """The table's rows: what, this computer's number, what is asked for."""
    llama, bare, exact = found["bare-llamacpp"], found["bare-q8_0"], found["bare-q8_0-exact"]
    public, seeded, first = found["default"], found["default+seed"], found[FIRST_START]
    one, kept = public["rates"]["1"], ", ".join(name.partition("@")[2] for name in public["loaded"])
    rows = [
        ("one reply, tokens/s, public · bare llama.cpp", f"{one:.0f} · {llama['rates']['1']:.0f}", ""),
        ("public / bare llama.cpp", f"{one / llama['rates']['1']:.2f}", "≥ 0.95"),
        ("public / bare OpenVINO", f"{one / bare['rates']['1']:.2f}", "≥ 1.6"),
        ("1 · 8 · 30 replies, public", rates(public), "8 and 30 ≥ the next"),
        ("1 · 8 · 30 replies, bare OpenVINO", rates(bare), ""),
        ("first token after 800, public · bare OpenVINO", f"{public['first']:.2f} · {bare['first']:.2f} s", "≤"),
        ("1 · 8 · 30 replies with a seed, public", rates(seeded), "≥ 78 · 219 · 226"),
        ("1 · 8 · 30 replies with a seed, bare", rates(exact), ""),
        ("first token after 800 with a seed", f"{seeded['first']:.2f} s", ""),
        (f"with a seed, a conversation of {seeded['conversation']} tokens read anew", f"{seeded['anew']:.2f} s", ""),
        ("… its next message", f"{seeded['next']:.2f} s", "≤ 1.0 s"),
        ("without a seed, the same next message", f"{public['next']:.2f} s", ""),
        ("memory (PSS): the default variant alone", f"{public['alone']:,.0f} MB", ""),
        (
            f"memory (PSS), all that is kept, after use: {kept}",
            f"{public['memory']:,.0f} MB",
            "",
        ),
        ("until the default variant is ready, from the disk", f"{public['ready']:.1f} s", ""),
        ("first start: fetched · made ready", f"{first['fetched']:.0f} · {first['made']:.0f} s", "35 s in all"),
        ("on the disk", f"{first['disk']:,.0f} MB", "≤ 750"),
        ("engines that answered without a seed", str(public["answered"]), ""),
    ]
    return [f"| {' | '.join(row)} |" for row in rows]


def report(home: Path, given: Sequence[str]) -> None:
    """`given`: options of every row."""
    found = {row: measured(home, row, streams, given) for row, streams in ROWS.items()}
    print("\n".join(["| | here | asked for |", "|---|---|---|", *lines(found)]))
