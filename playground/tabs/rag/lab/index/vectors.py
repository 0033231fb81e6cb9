"""The vectors, in Chroma: a folder of this computer's, or a Chroma server. Nothing in it that the texts cannot restore.

Every visitor, embedding model and cut has a collection of its own, named by hashes. Only databases that this program
itself has made are opened, and no embedding function is ever taken from one.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from playground.asking.threads import run_to_end
from playground.sqlite import StorageFailed
from playground.tabs.rag.lab.errors import IndexFailed
from playground.tabs.rag.lab.retrieval.lexical import Lexicons

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection as Chroma
    from chromadb.api.types import Where

T = TypeVar("T")
Vectors = NDArray[np.float32]
"""Shape (n, dimensions), each of length 1."""

BATCH = 1000
"""Vectors written or read at once."""
_PREFIX = "aula-"
"""How the names of this program's collections begin: a Chroma server may hold others."""
_FREE = 8 * 2**20
"""Bytes: with less on the disk, a database that does not open is taken for a victim of that."""


@dataclass(frozen=True, slots=True)
class Key:
    """Whose collection, and of which space."""

    owner: str
    space: str

    @property
    def name(self) -> str:
        return f"{owner_prefix(self.owner)}{sha256(self.space.encode()).hexdigest()[:16]}"


def owner_prefix(owner: str) -> str:
    """How the names of all collections of a visitor begin. A hash: names are listed in logs and by servers."""
    return f"{_PREFIX}{sha256(owner.encode()).hexdigest()[:24]}-"


class VectorIndex:
    """The connection, shared by all visitors. Made at its first use. All of it raises `StorageFailed`.

    Reasons: "index" (it is damaged), "index_server" (a server that does not answer), "full".
    """

    def __init__(self, folder: Path | None, url: str | None) -> None:
        self.folder, self.url = folder, url
        self.lexicons = Lexicons()
        self._client: Client | None = None
        self._opening = threading.Lock()
        self._locks: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    def at(cls, folder: Path) -> VectorIndex:
        """In this folder. One program at a time: Chroma's files are not made for several."""
        return cls(folder, None)

    @classmethod
    def server(cls, url: str) -> VectorIndex:
        """By `http://host:port`."""
        return cls(None, url)

    def lock(self, folder: Path) -> asyncio.Lock:
        """Held by whoever changes the documents of this folder."""
        return self._locks.setdefault(folder.absolute(), asyncio.Lock())

    async def add(self, key: Key, ids: Sequence[str], vectors: Vectors, documents: Sequence[str]) -> None:
        """Write vectors (replacing those of the same ids). On return they survive a kill. `documents`: digests."""

        def write() -> None:
            chroma = self._collection(key)
            for start in range(0, len(ids), BATCH):
                part = slice(start, start + BATCH)
                described = [{"document": digest} for digest in documents[part]]
                chroma.upsert(ids=list(ids[part]), embeddings=vectors[part], metadatas=list(described))

        await self._do(write)

    async def delete(self, key: Key, ids: Sequence[str]) -> None:
        def write() -> None:
            chroma = self._collection(key)
            for start in range(0, len(ids), BATCH):
                chroma.delete(ids=list(ids[start : start + BATCH]))

        await self._do(write)

    async def delete_document(self, key: Key, digest: str) -> None:
        await self._do(lambda: self._collection(key).delete(where={"document": digest}))

    async def drop(self, key: Key) -> None:
        """The whole collection; it may not be there."""
        from chromadb.errors import NotFoundError

        def write() -> None:
            try:
                self._open().delete_collection(key.name)
            except NotFoundError:
                return

        await self._do(write)

    async def forget(self, owner: str) -> None:
        """All collections of a visitor."""

        def write() -> None:
            client, prefix = self._open(), owner_prefix(owner)
            for name in _names(client):
                if name.startswith(prefix):
                    client.delete_collection(name)

        await self._do(write)

    async def keep(self, owners: Collection[str]) -> int:
        """Forget the collections of all visitors but these; how many there were."""

        def write() -> int:
            client, kept = self._open(), tuple(owner_prefix(owner) for owner in owners)
            gone = [name for name in _names(client) if name.startswith(_PREFIX) and not name.startswith(kept)]
            for name in gone:
                client.delete_collection(name)
            return len(gone)

        return await self._do(write)

    async def ids(self, key: Key) -> set[str]:
        return await self._do(lambda: set(self._collection(key).get(include=[])["ids"]))

    async def vectors(self, key: Key, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Those that are there."""

        def read() -> dict[str, NDArray[np.float32]]:
            chroma, found = self._collection(key), dict[str, NDArray[np.float32]]()
            for start in range(0, len(ids), BATCH):
                got = chroma.get(ids=list(ids[start : start + BATCH]), include=["embeddings"])
                rows = got["embeddings"]
                if rows is not None:
                    found |= {one: np.asarray(row, np.float32) for one, row in zip(got["ids"], rows, strict=True)}
            return found

        return await self._do(read)

    async def nearest(
        self, key: Key, vector: Vectors, n: int, within: Sequence[str] = (), without: Sequence[str] = ()
    ) -> list[tuple[str, float]]:
        """The n nearest by cosine, best first. `within`, `without`: digests of documents. `vector`: (dimensions,)."""
        wanted = [one for one in within if one not in without]
        if within and not wanted:
            return []
        where = {"document": {"$in": wanted} if within else {"$nin": list(without)}} if within or without else None

        def read() -> list[tuple[str, float]]:
            found = self._collection(key).query(
                query_embeddings=vector[None].astype(np.float32),
                n_results=n,
                where=cast("Where | None", where),
                include=["distances"],
            )
            distances = found["distances"] or [[]]
            return [(one, 1 - float(far)) for one, far in zip(found["ids"][0], distances[0], strict=True)]

        return await self._do(read)

    async def renew(self) -> None:
        """A database that is damaged as a whole is set aside, and a new one begun. A server's is left as it is."""

        def work() -> None:
            with self._opening:
                if self.folder is None:
                    raise IndexFailed("index")
                self._client = _opened(_next(self.folder))

        await self._do(work)

    def close(self) -> None:
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _open(self) -> Client:
        with self._opening:
            if self._client is None:
                self._client = _at(self.folder) if self.folder is not None else _server(self.url or "")
            return self._client

    def _collection(self, key: Key) -> Chroma:
        configuration: CreateCollectionConfiguration = {
            "hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 200}
        }
        # Not kept: it may be dropped and made anew meanwhile, and asking costs less than a millisecond.
        return self._open().get_or_create_collection(key.name, embedding_function=None, configuration=configuration)

    async def _do(self, work: Callable[[], T]) -> T:
        def guarded() -> T:
            with _failures(server=self.url is not None):
                return work()

        return await run_to_end(guarded)


def _names(client: Client) -> Iterator[str]:
    offset = 0
    while some := client.list_collections(limit=BATCH, offset=offset):
        names = [one.name for one in some]
        offset += len(names)
        yield from names


def _at(folder: Path) -> Client:
    """The newest database below the folder; where it does not open, a new one beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = _numbers(folder)
    try:
        return _opened(folder / str(max(numbers, default=1)))
    except BaseException as error:  # Chroma's part in Rust raises many kinds, panics too, that mean: no database (now)
        if not numbers or isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        if shutil.disk_usage(folder).free < _FREE:
            raise IndexFailed("full") from error
        return _opened(_next(folder))


def _numbers(folder: Path) -> list[int]:
    return sorted(int(one.name) for one in folder.iterdir() if one.name.isdecimal())


def _next(folder: Path) -> Path:
    """A place for a new database. The damaged one stays, for whoever wants to look into it; older ones go.

    A new name and not the old one: Chroma remembers, by its path, a database that it failed to open.
    """
    numbers = _numbers(folder)
    for old in numbers[:-1]:
        shutil.rmtree(folder / str(old), ignore_errors=True)
    return folder / str(max(numbers, default=0) + 1)


def _opened(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    return cast("Client", client)  # only the class has `close`


def _server(url: str) -> Client:
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 8000)
    settings = Settings(anonymized_telemetry=False)
    client = chromadb.HttpClient(parts.hostname or "localhost", port, ssl=secure, settings=settings)
    return cast("Client", client)


@contextmanager
def _failures(server: bool) -> Iterator[None]:
    """Whatever Chroma raises, as `StorageFailed`: a server's transport errors, its own, and panics of its Rust part."""
    from chromadb.errors import ChromaError

    try:
        yield
    except StorageFailed:
        raise
    except ChromaError as error:
        full = "disk is full" in str(error) or "No space left" in str(error)
        raise IndexFailed("full" if full else "index") from error
    except Exception as error:  # the transport's, of a package that is Chroma's own choice
        raise IndexFailed("index_server" if server else "index") from error
    except BaseException as error:  # a panic of its part in Rust is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise IndexFailed("index") from error
