import numpy as np
import pytest

from app.core import initialisers


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_glorot_uniform_fills_its_range(rng):
    w = initialisers.glorot_uniform(rng, 128, 32)
    limit = np.sqrt(6 / 160)
    assert w.shape == (128, 32)
    assert 0.99 * limit < np.abs(w).max() <= limit
    assert w.var() == pytest.approx(limit**2 / 3, rel=0.05)


def test_torch_uniform_fills_its_range(rng):
    w = initialisers.torch_uniform(rng, (64, 64), 64)
    assert 0.99 / 8 < np.abs(w).max() <= 1 / 8
    assert w.var() == pytest.approx(1 / 64 / 3, rel=0.05)


@pytest.mark.parametrize("rows", [1, 16, 64])
def test_orthogonal_has_orthonormal_columns(rng, rows):
    columns = min(rows, 16)
    w = initialisers.orthogonal(rng, rows, columns)
    np.testing.assert_allclose(w.T @ w, np.eye(columns), atol=1e-13)


def test_orthogonal_is_uniform_over_rotations(rng):
    """Without the correction of signs the first entry would be negative nearly always."""
    first = np.array([initialisers.orthogonal(rng, 4, 4)[0, 0] for _ in range(400)])
    assert abs(first.mean()) < 3 * first.std() / 20
    assert (first**2).mean() == pytest.approx(1 / 4, rel=0.15)


@pytest.mark.parametrize("kind", initialisers.RECURRENT)
@pytest.mark.parametrize("preset", ["keras", "pytorch"])
@pytest.mark.parametrize("gates", [1, 3, 4])
def test_every_kind_gives_its_shape(rng, kind, preset, gates):
    assert initialisers.recurrent_matrix(rng, kind, gates, 8, preset).shape == (8 * gates, 8)


def test_keras_draws_one_orthogonal_matrix_over_all_gates(rng):
    w = initialisers.recurrent_matrix(rng, "default", 4, 8, "keras")
    np.testing.assert_allclose(w.T @ w, np.eye(8), atol=1e-13)
    assert np.linalg.norm(w[:8].T @ w[:8] - np.eye(8)) > 0.5  # no gate alone is orthogonal


def test_identity_is_one_per_gate(rng):
    w = initialisers.recurrent_matrix(rng, "identity", 3, 4, "keras")
    np.testing.assert_array_equal(w, np.vstack([np.eye(4)] * 3))


def test_gaussian_has_a_spectral_radius_near_one(rng):
    w = initialisers.recurrent_matrix(rng, "gaussian", 1, 200, "keras")
    assert initialisers.spectral_radius(w) == pytest.approx(1.0, abs=0.1)


def test_the_uniform_of_pytorch_has_a_spectral_radius_near_one_over_root_three(rng):
    """The standard deviation of U(±1/√H) is 1/√(3H)."""
    w = initialisers.recurrent_matrix(rng, "default", 1, 200, "pytorch")
    assert initialisers.spectral_radius(w) == pytest.approx(1 / np.sqrt(3), abs=0.06)


def test_spectral_radius_sees_complex_eigenvalues():
    rotation = np.array([[0.0, -2.0], [2.0, 0.0]])
    assert initialisers.spectral_radius(rotation) == pytest.approx(2.0)


def test_chrono_spreads_the_memories_evenly_up_to_t_max(rng):
    b = initialisers.chrono_bias(rng, 4000, 100.0)
    memory = np.exp(b)  # u of log u
    assert 1 <= memory.min() < 2
    assert 98 < memory.max() <= 99
    assert np.quantile(memory, [0.25, 0.5, 0.75]) == pytest.approx([25.5, 50, 74.5], rel=0.06)


def test_chrono_at_the_smallest_t_max_is_zero(rng):
    assert initialisers.chrono_bias(rng, 3, 2.0).tolist() == [0, 0, 0]


def test_an_unknown_name_is_refused(rng):
    with pytest.raises(ValueError, match="no such initial matrix"):
        initialisers.recurrent_matrix(rng, "ones", 1, 8, "keras")
    with pytest.raises(ValueError, match="no such initial weights"):
        initialisers.input_weights_and_bias(rng, "ones", 8, 2, 8)
