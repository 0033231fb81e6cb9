"""Documents and indexes for the tests of the store: Chroma in a folder, and a real Chroma server."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from playground.tabs.rag.lab.documents import Document, DocumentPage, Heading
from playground.tabs.rag.lab.index.collection import Collection, IndexProgress
from playground.tabs.rag.lab.index.vectors import VectorIndex
from providers.adapters.scripted import ScriptedEmbedder

_WORDS = [
    first + second
    for first in ("sea", "sun", "ice", "oak", "fog", "ash")
    for second in ("fall", "bird", "stone", "light")
]


def document(name: str, *texts: str, language: str = "en") -> Document:
    """A text a page."""
    pages = tuple(DocumentPage(number=number, text=text) for number, text in enumerate(texts, 1))
    digest = sha256("\f".join((name, *texts)).encode()).hexdigest()
    return Document(
        name=name, format="text", digest=digest, size=sum(map(len, texts)), pages=pages, language=language
    )  # fmt: skip


def long_document(name: str, paragraphs: int = 60) -> Document:
    """A chunk a page, each with a word of its own (`name0`, `name1` …) and many others drawn by lot."""
    lot = random.Random(name)
    drawn = (" ".join(lot.choices(_WORDS, k=120)) for _ in range(paragraphs))
    return document(
        name, *(f"The word {name}{number} is found here only. {words}" for number, words in enumerate(drawn))
    )


def headed(name: str, sections: dict[str, str]) -> Document:
    text, headings = "", list[Heading]()
    for title, body in sections.items():
        headings.append(Heading(start=len(text), text=title))
        text += f"{title}\n{body}\n\n"
    page = DocumentPage(number=1, text=text, headings=tuple(headings))
    return Document(
        name=name, format="markdown", digest=sha256(text.encode()).hexdigest(), size=len(text), pages=(page,)
    )


def collection(
    folder: Path, index: VectorIndex, owner: str = "ana", embedder: ScriptedEmbedder | None = None
) -> Collection:
    return Collection(folder / owner, index, owner, embedder or ScriptedEmbedder())


async def added(to: Collection, *documents: Document) -> list[IndexProgress]:
    """The last progress of each document."""
    return [[progress async for progress in to.add(one)][-1] for one in documents]


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """The address of a real `chroma run` on a free port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).parent / "chroma"
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url + "/api/v2/heartbeat", server)
            yield url
        finally:
            server.kill()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the Chroma server has ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the Chroma server did not start")
