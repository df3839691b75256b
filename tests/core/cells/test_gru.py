"""The GRU: its equations, and how its weights begin."""

import numpy as np
import pytest

from app.core import quantities
from app.core.cells import GRU

H = 4


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_its_equations(run):
    passed = run(GRU(hidden_size=H), steps=7, drawn=True)
    params = passed.params
    (w_rx, w_zx, w_nx), (w_rh, w_zh, w_nh) = np.split(params["W_x"], 3), np.split(params["W_h"], 3)
    b_r, b_z, b_n = np.split(params["b"], 3)
    for sequence in range(3):
        h = np.zeros(H)
        for t, x in enumerate(passed.xs[:, sequence]):
            r = sigmoid(w_rx @ x + w_rh @ h + b_r)
            z = sigmoid(w_zx @ x + w_zh @ h + b_z)
            n = np.tanh(w_nx @ x + b_n + r * (w_nh @ h + params["b_hn"]))  # reset after the product
            h = z * h + (1 - z) * n
            np.testing.assert_allclose(passed.trace.hs[t, sequence], h, rtol=1e-12, atol=1e-14)
            for name, gate in {"reset_gate": r, "update_gate": z, "candidate": n}.items():
                ours = passed.cell.gates(passed.trace)[name][t, sequence]
                np.testing.assert_allclose(ours, gate, rtol=1e-12, atol=1e-14)


def test_the_direct_path_is_the_product_of_update_gates(run):
    passed = run(GRU(hidden_size=H), steps=12, drawn=True)
    z = passed.cell.gates(passed.trace)["update_gate"]
    direct = quantities.direct_path(passed.cell, passed.trace, passed.gradients)
    for t in range(12):
        path = np.prod(z[t + 1 :], axis=0) * passed.dhs[-1]
        assert direct[t] == pytest.approx(np.linalg.norm(path, axis=1).mean(), rel=1e-12)


def initial(**options):
    return GRU(hidden_size=32, **options).init_params(np.random.default_rng(0), 3)


def test_keras_weights():
    params = initial(init="keras")
    np.testing.assert_allclose(params["W_h"].T @ params["W_h"], np.eye(32), atol=1e-12)
    limit = np.sqrt(6 / (3 + 3 * 32))
    assert 0.9 * limit < np.abs(params["W_x"]).max() <= limit
    assert not (params["b"].any() or params["b_hn"].any())


def test_pytorch_weights():
    """b_in and b_hn do not merge: r ⊙ b_hn. Each is one draw; b_r and b_z are sums of two."""
    params = initial(init="pytorch")
    limit = 1 / np.sqrt(32)
    assert np.abs(params["b"][:64]).max() > limit
    for single in (params["W_x"], params["W_h"], params["b"][64:], params["b_hn"]):
        assert 0.8 * limit < np.abs(single).max() <= limit


def test_the_update_bias_moves_the_update_rows_only():
    moved = initial(update_bias=3.0)["b"] - initial()["b"]
    np.testing.assert_array_equal(moved, np.repeat([0.0, 3.0, 0.0], 32))


def test_chrono_sets_the_update_bias():
    b = initial(chrono_t_max=100.0, update_bias=5.0)["b"]
    assert (b[32:64] > 0).all()
    assert (b[32:64] <= np.log(99)).all()
    assert not b[:32].any()
