"""The vectors on a Chroma server. Only collections that this program itself has made are opened, and no embedding
function is ever taken from one."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from playground.sqlite import StorageFailed
from playground.tabs.rag.lab.errors import IndexFailed
from playground.tabs.rag.lab.index.store import PREFIX, Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection as Chroma
    from chromadb.api.types import Where

BATCH = 1000
"""Vectors written or read at once."""


class ChromaServer:
    """See `VectorStore`. Connects at its first use."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: Client | None = None
        self._opening = threading.Lock()

    def add(self, name: str, ids: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None:
        with _failures():
            chroma = self._collection(name)
            for start in range(0, len(ids), BATCH):
                part = slice(start, start + BATCH)
                described = [{"document": digest} for digest in documents[part]]
                chroma.upsert(ids=list(ids[part]), embeddings=vectors[part], metadatas=list(described))

    def delete(self, name: str, ids: Sequence[str]) -> None:
        with _failures():
            chroma = self._collection(name)
            for start in range(0, len(ids), BATCH):
                chroma.delete(ids=list(ids[start : start + BATCH]))

    def delete_document(self, name: str, digest: str) -> None:
        with _failures():
            self._collection(name).delete(where={"document": digest})

    def renew(self, name: str) -> None:
        with _failures():
            from chromadb.errors import NotFoundError

            try:
                self._open().delete_collection(name)
            except NotFoundError:
                return

    def forget(self, prefix: str) -> None:
        with _failures():
            client = self._open()
            for name in _names(client):
                if name.startswith(prefix):
                    client.delete_collection(name)

    def keep(self, prefixes: Collection[str]) -> int:
        with _failures():
            client, kept = self._open(), tuple(prefixes)
            gone = [name for name in _names(client) if name.startswith(PREFIX) and not name.startswith(kept)]
            for name in gone:
                client.delete_collection(name)
            return len(gone)

    def size(self, prefix: str) -> int:
        """Nothing of this computer's disk."""
        return 0

    def ids(self, name: str) -> set[str]:
        with _failures():
            return set(self._collection(name).get(include=[])["ids"])

    def vectors(self, name: str, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        with _failures():
            chroma, found = self._collection(name), dict[str, NDArray[np.float32]]()
            for start in range(0, len(ids), BATCH):
                got = chroma.get(ids=list(ids[start : start + BATCH]), include=["embeddings"])
                rows = got["embeddings"]
                if rows is not None:
                    found |= {one: np.asarray(row, np.float32) for one, row in zip(got["ids"], rows, strict=True)}
            return found

    def nearest(
        self, name: str, vector: Vectors, n: int, within: Sequence[str], without: Sequence[str]
    ) -> list[tuple[str, float]]:
        where = (
            {"document": {"$in": list(within)} if within else {"$nin": list(without)}} if within or without else None
        )
        with _failures():
            found = self._collection(name).query(
                query_embeddings=vector[None].astype(np.float32),
                n_results=n,
                where=cast("Where | None", where),
                include=["distances"],
            )
            distances = found["distances"] or [[]]
            return [(one, 1 - float(far)) for one, far in zip(found["ids"][0], distances[0], strict=True)]

    def close(self) -> None:
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _open(self) -> Client:
        with self._opening:
            if self._client is None:
                self._client = _connect(self.url)
            return self._client

    def _collection(self, name: str) -> Chroma:
        configuration: CreateCollectionConfiguration = {
            "hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 200}
        }
        # Not kept: it may be dropped and made anew meanwhile, and asking costs less than a millisecond.
        return self._open().get_or_create_collection(name, embedding_function=None, configuration=configuration)


def _names(client: Client) -> Iterator[str]:
    offset = 0
    while some := client.list_collections(limit=BATCH, offset=offset):
        names = [one.name for one in some]
        offset += len(names)
        yield from names


def _connect(url: str) -> Client:
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 8000)
    settings = Settings(anonymized_telemetry=False)
    client = chromadb.HttpClient(parts.hostname or "localhost", port, ssl=secure, settings=settings)
    return cast("Client", client)  # only the class has `close`


@contextmanager
def _failures() -> Iterator[None]:
    """Whatever Chroma raises, as `StorageFailed`: its own errors, and those of its transport."""
    from chromadb.errors import ChromaError

    try:
        yield
    except StorageFailed:
        raise
    except ChromaError as error:
        full = "disk is full" in str(error) or "No space left" in str(error)
        raise IndexFailed("full" if full else "index") from error
    except Exception as error:  # the transport's, of a package that is Chroma's own choice
        raise IndexFailed("index_server") from error
