"""Run in a process of its own: reads a collection of a Chroma database into a file of NumPy's.

`old_chroma_program.py DATABASE COLLECTION FILE`. It may die of what it reads.
"""

from __future__ import annotations

import sys

import chromadb
import numpy as np
from chromadb.config import Settings

BATCH = 1000


def main(database: str, name: str, written: str) -> None:
    client = chromadb.PersistentClient(database, settings=Settings(anonymized_telemetry=False))
    collection = client.get_collection(name, embedding_function=None)
    ids, documents, vectors = list[str](), list[str](), list[object]()
    every = collection.get(include=[])["ids"]
    for start in range(0, len(every), BATCH):
        got = collection.get(ids=every[start : start + BATCH], include=["embeddings", "metadatas"])
        rows, described = got["embeddings"], got["metadatas"]
        if rows is None or described is None:
            continue
        for one, row, about in zip(got["ids"], rows, described, strict=True):
            ids.append(one)
            documents.append(str(about["document"]))
            vectors.append(row)
    matrix = np.asarray(vectors, np.float32).reshape(len(ids), -1) if ids else np.zeros((0, 0), np.float32)
    np.savez(written, ids=np.array(ids, np.str_), documents=np.array(documents, np.str_), vectors=matrix)


if __name__ == "__main__":
    main(*sys.argv[1:])
