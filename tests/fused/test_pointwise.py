"""exp, tanh and sigmoid in compiled code: errors in units in the last place, and the ends."""

import importlib.util
import os

import numpy as np
import pytest

if importlib.util.find_spec("numba") is None and not os.environ.get("CI"):
    pytest.skip("the fused kernels need Numba, which is optional", allow_module_level=True)

from app.fused import kernels_for

kernels_for("fused")  # says where compiled code is kept

from app.fused.pointwise import compiled, exp, sigmoid, tanh  # noqa: E402


@compiled
def exp_all(x, y):
    for k in range(x.size):
        y[k] = exp(x[k])


@compiled
def tanh_all(x, y):
    for k in range(x.size):
        y[k] = tanh(x[k])


@compiled
def sigmoid_all(x, y):
    for k in range(x.size):
        y[k] = sigmoid(x[k])


def error_in_ulp(loop, reference, x):
    y = np.empty_like(x)
    loop(x, y)
    wanted = reference(x.astype(np.longdouble))
    return float((np.abs(y - wanted) / np.spacing(np.abs(wanted.astype(x.dtype)))).max())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_errors_are_a_few_units_in_the_last_place(dtype):
    far = 700.0 if dtype == "float64" else 86.0
    small = np.logspace(-30, 0, 50001)
    around_zero = np.concatenate([np.linspace(-25, 25, 100001), small, -small]).astype(dtype)
    everywhere = np.linspace(-far, far, 200001).astype(dtype)
    gates = np.linspace(-40, 40, 100001).astype(dtype)
    assert error_in_ulp(exp_all, np.exp, everywhere) < 1.1
    assert error_in_ulp(tanh_all, np.tanh, around_zero) < 3
    assert error_in_ulp(sigmoid_all, lambda x: 1 / (1 + np.exp(-x)), gates) < 3


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_ends_of_the_number_range(dtype):
    x = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 0.0], dtype)
    y = np.empty_like(x)
    tanh_all(x, y)
    np.testing.assert_array_equal(y, np.array([np.nan, 1, -1, 1, -1, 0], dtype))
    sigmoid_all(x, y)
    np.testing.assert_allclose(y, [np.nan, 1, 0, 1, 0, 0.5], atol=1e-37)
    exp_all(x, y)
    assert np.isnan(y[0])
    assert y[1] == y[3] > 1e37
    assert 0 <= y[2] == y[4] < 1e-37
