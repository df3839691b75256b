import numpy as np

from app.core.arrays import flatten


def test_the_views_are_the_vector():
    params = {"W": np.arange(6.0).reshape(2, 3), "b": np.array([7.0, 8.0])}
    flat, views = flatten(params)
    np.testing.assert_array_equal(flat, [0, 1, 2, 3, 4, 5, 7, 8])
    flat *= 2
    np.testing.assert_array_equal(views["W"], [[0, 2, 4], [6, 8, 10]])
    np.testing.assert_array_equal(views["b"], [14, 16])
    np.testing.assert_array_equal(params["b"], [7, 8])  # a copy: the original stays


def test_arrays_of_any_memory_order_keep_their_entries():
    params = {"W": np.arange(6.0).reshape(2, 3).T}
    _, views = flatten(params)
    np.testing.assert_array_equal(views["W"], params["W"])
