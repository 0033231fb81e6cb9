"""Documents as version 0.1.0 kept them, their vectors in a database of Chroma's in the folder.

`python -m tests.playground.tabs.rag.lab.old_chroma FOLDER CHUNKS`, as a process of its own: whoever has opened such a
database has parts of it in memory.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

import chromadb
from chromadb.config import Settings

from playground.tabs.rag.lab.index.vectors import VectorIndex
from tests.playground.tabs.rag.lab.stores import added, collection, long_document

BATCH = 32


async def write(folder: Path, chunks: int) -> None:
    kept = collection(folder, VectorIndex.at(folder / "index"))
    await added(kept, long_document("word", chunks))
    there, vectors = await kept.vectors()
    shutil.rmtree(folder / "index")
    client = chromadb.PersistentClient(str(folder / "index" / "1"), settings=Settings(anonymized_telemetry=False))
    chroma = client.get_or_create_collection(
        kept._key.name,
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 200}},
    )
    for start in range(0, chunks, BATCH):
        part = there[start : start + BATCH]
        chroma.upsert(
            ids=[one.id for one in part],
            embeddings=vectors[start : start + BATCH],
            metadatas=[{"document": one.document} for one in part],
        )


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2])))
