"""How soon a Spanish class has a model that speaks Spanish: `python -m tests.benchmarks.gemma [--home FOLDER]`.

Needs Debian's Chromium and a package index; asks no Hub. A visitor of a Spanish page, whose default model is here,
chooses Gemma 3 270M and accepts its terms in a real browser. Printed are the seconds from that click until the model is
ready, until a Spanish text was gone on with and until a few-shot answer is there (aimed at: 120), the tokens a second
of three continuations (aimed at: 30), with the browser on the same cores and asked by a script, and what was said. The
four packages are fetched anew: 240 MB.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from gradio_client import Client
from playwright.sync_api import expect, sync_playwright

from playground.asking.text_language import detect_language
from tests.browser.spanish_visit import BEGUN, GEMMA, SHOTS, SpanishVisit, without_the_second_model
from tests.chromium import open_chromium
from tests.conftest import default_home

LONGER = (
    "En un lugar de la Mancha vivía",
    "El agua hierve a cien grados porque",
    "La fotosíntesis es el proceso por el que las plantas",
)


def visit(home: Path, folder: Path) -> None:
    with without_the_second_model(home, folder) as served, sync_playwright() as play:
        browser = open_chromium(play)
        visitor = SpanishVisit.open(served, browser)
        print(f"load of the machine: {os.getloadavg()[0]:.1f}", flush=True)
        visitor.choose_from_list()
        visitor.accept()
        tell(visitor)
        said, _ = visitor.chat(BEGUN, "a Spanish text gone on with")
        tell(visitor)
        answer, _ = visitor.chat(SHOTS, "a few-shot answer")
        tell(visitor)
        print(f"{detect_language(said) or 'no language'}: {said!r}\nfew-shot: {answer!r}", flush=True)
        speeds = [visitor.chat(text, text)[1] for text in LONGER]
        print(f"{statistics.median(speeds):.0f} tokens/s, the median of {len(speeds)}: {speeds}")
        cookies = "; ".join(f"{one.get('name')}={one.get('value')}" for one in visitor.page.context.cookies())
        browser.close()
        client = Client(served.url, headers={"Cookie": cookies}, verbose=False)
        speeds = [written(client, text) for text in LONGER]
        print(f"{statistics.median(speeds):.0f} tokens/s asked by a script, no browser beside it: {speeds}")
        print(f"load of the machine: {os.getloadavg()[0]:.1f}")


def written(client: Client, text: str) -> float:
    """Tokens a second of 60, by the program's own clock, after the first."""
    *_, last = client.submit(text, None, GEMMA.ref, temperature=0, max_tokens=60, api_name="/chat")
    timing = last["timing"]
    tokens, seconds = int(last["usage"]["output_tokens"]) - 1, float(timing["total"] - timing["first_token"])
    return round(tokens / seconds, 1)


def tell(visitor: SpanishVisit) -> None:
    """The last of what was waited for."""
    name, seconds = list(visitor.took.items())[-1]
    print(f"{name}: {seconds:.1f} s after the terms were accepted", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=default_home(), help="whose folders hold the default models")
    expect.set_options(timeout=600_000)
    with tempfile.TemporaryDirectory(prefix="gemma-") as folder:
        visit(parser.parse_args().home, Path(folder))


if __name__ == "__main__":
    main()
