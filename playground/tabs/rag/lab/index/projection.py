"""Embedding vectors projected onto a plane, and the nearest neighbours of one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """`x` and `y`, each of shape (n,): the vectors along their first two principal components. `question`: (x, y).

    `explained`: the part of the variance along each of the two, 0 to 1. The rest is not in the picture.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    question: tuple[float, float] | None
    explained: tuple[float, float]


def project(vectors: Vectors, question: Vectors | None = None) -> Projection:
    """Vectors of shape (n, d) in the plane; the question, of shape (d,), is put in it and does not turn it.

    Principal component analysis, Pearson 1901, "On lines and planes of closest fit to systems of points in space", by
    the singular values of the centred vectors. A component's sign is free: its largest weight is made positive, so that
    the same vectors give the same picture.
    """
    rows, dimensions = vectors.shape
    mean = vectors.mean(axis=0, dtype=np.float64) if rows else np.zeros(dimensions)
    centred = vectors.astype(np.float64) - mean
    components, shares = _components(centred)
    flat = centred @ components.T
    asked = None
    if question is not None:
        x, y = (question.astype(np.float64) - mean) @ components.T
        asked = (float(x), float(y))
    return Projection(x=flat[:, 0], y=flat[:, 1], question=asked, explained=shares)


def neighbours(vectors: Vectors, row: int, k: int) -> tuple[tuple[int, float], ...]:
    """The `k` rows nearest to a row, itself left out, with their cosines, nearest first. Vectors have length 1."""
    cosines = vectors @ vectors[row]
    order = [int(one) for one in np.argsort(-cosines, kind="stable") if one != row]
    return tuple((one, float(np.clip(cosines[one], -1, 1))) for one in order[:k])


def _components(centred: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Two directions, shape (2, d), zero where there is no second (or first) one, and their parts of the variance."""
    rows, dimensions = centred.shape
    components, shares = np.zeros((2, dimensions)), [0.0, 0.0]
    # Of many rows, the d × d matrix of their products is the smaller thing to take apart, and has the same directions.
    if rows > dimensions:
        values, vectors = np.linalg.eigh(centred.T @ centred)
        squares, directions = values[::-1], vectors[:, ::-1].T
    else:
        _, singular, directions = np.linalg.svd(centred, full_matrices=False)
        squares = singular**2
    total = float(squares.clip(0).sum())
    for place in range(min(2, len(squares))):
        if squares[place] > 1e-12 * max(total, 1e-12) and total > 1e-12:
            direction = directions[place]
            components[place] = direction * np.sign(direction[np.argmax(np.abs(direction))])
            shares[place] = float(squares[place]) / total
    return components, (shares[0], shares[1])
