import numpy as np
import pytest

from app.core.cells import GRU, LSTM, RNN
from app.core.jacobian import SPECTRA, chain, lyapunov_exponents, transport
from app.core.spec import RunSpec
from app.core.trainer import network_of, streams

CELLS = {"rnn": RNN(hidden_size=5), "lstm": LSTM(hidden_size=5), "gru": GRU(hidden_size=5)}


def untrained_chain(model, seed):
    """H = 32, T = 100, the adding problem."""
    spec = RunSpec.from_dict({"task": {"length": 100}, "model": model, "seed": seed})
    weights_rng, sequences_rng, _ = streams(seed)
    network = network_of(spec)
    params = network.init_params(weights_rng)
    _, trace = network.forward(params, spec.task.sample(sequences_rng, 1).xs)
    return chain(spec.model, params, trace)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_transport_is_the_spectrum_of_the_product(cell, run):
    passed = run(cell, steps=12, batch_size=2, drawn=True)
    jacobians = chain(cell, passed.params, passed.trace)
    found = transport(jacobians)
    assert found.timesteps.tolist() == list(range(1, 13))
    for row, t in enumerate(found.timesteps):
        product = np.eye(len(jacobians[0]))
        for k in range(t + 1, 13):  # J_{t+1} first, J_12 last
            product = jacobians[k - 1] @ product
        values = np.linalg.svd(product, compute_uv=False)
        assert found.largest[row] == pytest.approx(values[0], rel=1e-10)
        assert found.rms[row] == pytest.approx(np.sqrt(np.mean(values**2)), rel=1e-10)
    assert found.largest[-1] == found.rms[-1] == 1  # P_T is the identity


@pytest.mark.parametrize("name", ["rnn", "gru"])
def test_the_spectrum_multiplies_to_the_determinant(name, run):
    passed = run(CELLS[name], steps=12, batch_size=2, drawn=True)
    jacobians = chain(CELLS[name], passed.params, passed.trace)
    expected = np.linalg.slogdet(jacobians[1:])[1].sum()
    spectrum = transport(jacobians).first_spectrum
    assert np.log(spectrum).sum() == pytest.approx(expected, rel=1e-6)
    assert (np.diff(spectrum) <= 0).all()


@pytest.mark.parametrize("model", [{}, {"chrono_t_max": 100.0}], ids=str)
def test_what_float64_cannot_tell_is_not_a_number(model):
    jacobians = untrained_chain({"cell": "lstm", **model}, seed=0)
    spectrum = transport(jacobians).first_spectrum
    kept = np.isfinite(spectrum)
    assert (np.diff(kept.astype(int)) <= 0).all()  # the large ones are kept
    assert 0 < kept.sum() < len(spectrum)
    assert spectrum[kept].min() >= len(spectrum) * np.finfo(float).eps * spectrum[0]
    # All of them multiply to the determinant, so the others must lie below what is kept.
    rest = np.linalg.slogdet(jacobians[1:])[1].sum() - np.log(spectrum[kept]).sum()
    assert rest / (~kept).sum() < np.log(spectrum[kept].min())


def test_no_gradient_passes_more_than_the_largest_singular_value(run):
    passed = run(CELLS["rnn"], steps=30, batch_size=1)
    found = transport(chain(CELLS["rnn"], passed.params, passed.trace))
    norms = np.linalg.norm(passed.gradients.dhs_total[:, 0], axis=1)
    assert (norms[found.timesteps - 1] <= found.largest * norms[-1] * (1 + 1e-12)).all()


def test_a_long_chain_does_not_underflow():
    jacobians = np.broadcast_to(0.1 * np.eye(3), (300, 3, 3))
    found = transport(jacobians)
    assert len(found.timesteps) == SPECTRA
    assert found.timesteps[0] == 1
    np.testing.assert_allclose(found.largest, 0.1 ** (300.0 - found.timesteps), rtol=1e-10)
    np.testing.assert_allclose(found.rms, found.largest)


def test_an_explosion_is_infinite_and_not_an_error():
    with np.errstate(all="ignore"):
        found = transport(np.broadcast_to(1e200 * np.eye(2), (5, 2, 2)))
    assert np.isinf(found.largest).all()


class TestLyapunovExponents:
    def test_of_a_constant_chain_are_the_logarithms_of_its_eigenvalues(self):
        rng = np.random.default_rng(0)
        basis = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        matrix = basis @ np.diag([2.0, 0.5, 0.01]) @ basis.T
        found = lyapunov_exponents(np.broadcast_to(matrix, (4000, 3, 3)))
        np.testing.assert_allclose(found, np.log([2.0, 0.5, 0.01]), atol=2e-3)

    @pytest.mark.parametrize(
        "model",
        [
            {"cell": "rnn"},
            {"cell": "gru"},
            {"cell": "lstm"},
            {"cell": "lstm", "init": "pytorch"},
            {"cell": "lstm", "chrono_t_max": 100.0},
        ],
        ids=str,
    )
    def test_their_sum_is_the_mean_logarithm_of_the_determinant(self, model):
        jacobians = untrained_chain(model, seed=0)
        expected = np.mean(np.linalg.slogdet(jacobians)[1])
        assert lyapunov_exponents(jacobians).sum() == pytest.approx(expected, rel=1e-11)

    def test_of_a_lost_direction_is_minus_infinity(self):
        found = lyapunov_exponents(np.broadcast_to(np.diag([1.0, 0.0]), (8, 2, 2)))
        assert found.tolist() == [0, -np.inf]

    def test_of_a_broken_chain_are_not_numbers(self):
        assert np.isnan(lyapunov_exponents(np.full((3, 2, 2), np.inf))).all()


@pytest.mark.parametrize(
    ("model", "exponent"),
    [
        ({"cell": "rnn", "init": "pytorch"}, -0.548),
        ({"cell": "rnn"}, -0.088),
        ({"cell": "lstm", "init": "pytorch", "forget_bias": 0.0}, -0.442),
        ({"cell": "lstm"}, -0.167),
        ({"cell": "lstm", "chrono_t_max": 100.0}, -0.029),
        ({"cell": "gru", "init": "pytorch"}, -0.405),
        ({"cell": "gru"}, -0.435),
    ],
    ids=str,
)
def test_the_largest_exponent_of_untrained_networks(model, exponent):
    """H = 32, T = 100, the adding problem: means of a throw-away prototype over ten seeds."""
    found = [lyapunov_exponents(untrained_chain(model, seed))[0] for seed in range(3)]
    assert np.mean(found) == pytest.approx(exponent, abs=0.05)
