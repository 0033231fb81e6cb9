"""Vectors in the plane, and their neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from playground.tabs.rag.lab.index.projection import neighbours, project


def drawn(rows: int, dimensions: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(0).normal(size=(rows, dimensions)) * np.linspace(5, 1, dimensions)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize(("rows", "dimensions"), [(200, 8), (10, 40)])
def test_the_map_has_the_most_variance_that_a_plane_can_have(rows: int, dimensions: int) -> None:
    vectors = drawn(rows, dimensions)
    flat = project(vectors)
    centred = vectors - vectors.mean(axis=0)
    squares = np.linalg.svd(centred, compute_uv=False) ** 2
    np.testing.assert_allclose(flat.explained, squares[:2] / squares.sum(), rtol=1e-4)
    np.testing.assert_allclose([flat.x @ flat.x, flat.y @ flat.y], squares[:2], rtol=1e-4)
    assert abs(flat.x @ flat.y) < 1e-3 * squares[0]
    assert flat.x.shape == flat.y.shape == (rows,)


def test_the_same_vectors_give_the_same_picture_in_any_order() -> None:
    vectors = drawn(50, 8)
    order = np.random.default_rng(1).permutation(50)
    first, second = project(vectors), project(vectors[order])
    np.testing.assert_allclose(first.x[order], second.x, atol=1e-5)
    np.testing.assert_allclose(first.y[order], second.y, atol=1e-5)


def test_the_question_stands_where_its_vector_is_and_turns_nothing() -> None:
    vectors = drawn(50, 8)
    flat = project(vectors, vectors[7])
    assert flat.question == pytest.approx((flat.x[7], flat.y[7]), abs=1e-5)
    np.testing.assert_array_equal(flat.x, project(vectors).x)


def test_few_or_equal_vectors() -> None:
    one = project(drawn(1, 8), drawn(2, 8)[1])
    assert (one.x.tolist(), one.explained) == ([0.0], (0.0, 0.0))
    same = project(np.repeat(drawn(1, 8), 5, axis=0))
    assert np.abs(same.x).max() < 1e-6 and same.explained == (0.0, 0.0)
    two = project(drawn(2, 8))
    assert two.explained == pytest.approx((1, 0))
    assert project(np.zeros((0, 8), dtype=np.float32)).x.shape == (0,)


def test_neighbours_are_ordered_and_leave_the_row_out() -> None:
    vectors = drawn(30, 4)
    near = neighbours(vectors, 3, 5)
    cosines = vectors @ vectors[3]
    assert [row for row, _ in near] == [int(row) for row in np.argsort(-cosines) if row != 3][:5]
    assert [cosine for _, cosine in near] == pytest.approx([float(cosines[row]) for row, _ in near])
    assert len(neighbours(vectors, 0, 100)) == 29
