"""What every cell promises: traces that can be used again, refusals, Jacobians."""

import numpy as np
import pytest

from app.core.cells import CELLS, GRU, LSTM, RNN
from app.core.options import OptionError

H = 5
VARIANTS = {
    **{f"rnn-{a}": RNN(hidden_size=H, activation=a) for a in ("tanh", "relu", "sigmoid", "linear")},
    "lstm": LSTM(hidden_size=H),
    "lstm-relu": LSTM(hidden_size=H, activation="relu"),
    "lstm-coupled": LSTM(hidden_size=H, coupled=True),
    "lstm-clamped": LSTM(hidden_size=H, clamp_forget=0.9, clamp_input=0.5, clamp_output=0.7),
    "gru": GRU(hidden_size=H),
}


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS)
def cell(request):
    return request.param


def test_the_registry_knows_each_cell_by_its_name():
    assert {name: cls().cell for name, cls in CELLS.items()} == {n: n for n in CELLS}


class TestJacobian:
    def test_its_chain_is_backpropagation(self, cell, run):
        """(J_T … J_{t+1})ᵀ dh_T = dh_t, and the same for c_t, to 1e-10."""
        passed = run(cell, steps=25, drawn=True)
        dhs, dcs = passed.gradients.dhs_total, passed.gradients.dcs_total
        arrived = np.zeros((3, H if dcs is None else 2 * H))
        arrived[:, :H] = dhs[-1]  # ∂ℓ/∂s_T; the loss does not see c_T itself
        for t in range(24, 0, -1):
            jacobian = cell.jacobian(passed.params, passed.trace, t)
            arrived = np.einsum("bij,bi->bj", jacobian, arrived)
            np.testing.assert_allclose(arrived[:, :H], dhs[t - 1], rtol=1e-10, atol=1e-10)
            if dcs is not None:
                # arrived[:, H:] holds h fixed. The total derivative moves h_t = o ⊙ φ(c_t) too.
                output_gate = cell.gates(passed.trace)["output_gate"][t - 1]
                c = passed.trace.cs[t - 1]
                slope = 1 - np.tanh(c) ** 2 if cell.activation == "tanh" else 1.0 * (c > 0)
                total = arrived[:, H:] + output_gate * slope * arrived[:, :H]
                np.testing.assert_allclose(total, dcs[t - 1], rtol=1e-10, atol=1e-10)

    def test_is_the_derivative_of_one_step(self, cell, run):
        """Against central differences of the state after one step by the state before it."""
        for seed in range(100):  # off the kinks of relu
            passed = run(cell, steps=3, seed=seed, drawn=True)
            z = passed.trace.stacked[2, :H] if passed.trace.cs is None else passed.trace.cs[2].T
            if getattr(cell, "activation", "") != "relu" or np.abs(z).min() > 1e-3:
                break
        trace, size = passed.trace, H if passed.trace.cs is None else 2 * H
        before = [trace.hs[1].copy()] + ([] if trace.cs is None else [trace.cs[1].copy()])
        jacobian = cell.jacobian(passed.params, trace, 2)
        assert jacobian.shape == (3, size, size)

        def after(unit, by):
            state = np.concatenate(before, axis=1)
            state[:, unit] += by
            parts = tuple(np.split(state, len(before), axis=1))
            last = cell.forward(passed.params, passed.xs[2:], state=parts)
            return np.concatenate([last.hs[0]] + ([] if last.cs is None else [last.cs[0]]), axis=1)

        for unit in range(size):
            numeric = (after(unit, 1e-6) - after(unit, -1e-6)) / 2e-6
            np.testing.assert_allclose(jacobian[:, :, unit], numeric, atol=1e-8)

    def test_leaves_the_backward_pass_as_it_was(self, cell, run):
        passed = run(cell)
        dz = passed.trace.dz.copy()
        for t in range(20):
            cell.jacobian(passed.params, passed.trace, t)
        np.testing.assert_array_equal(passed.trace.dz, dz)


class TestTrace:
    def test_shapes(self, cell, run):
        passed = run(cell, steps=4, batch_size=3, input_size=2)
        assert passed.trace.hs.shape == passed.gradients.dhs_total.shape == (4, 3, H)
        assert all(gate.shape == (4, 3, H) for gate in cell.gates(passed.trace).values())
        assert tuple(cell.gates(passed.trace)) == cell.gate_names
        has_cell_state = cell.cell == "lstm"
        assert (passed.trace.cs is not None) == has_cell_state
        assert (passed.gradients.dcs_total is not None) == has_cell_state
        shapes = {name: w.shape for name, w in passed.params.items()}
        assert {name: d.shape for name, d in passed.gradients.params.items()} == shapes

    def test_used_again_gives_what_a_new_one_gives(self, cell, run):
        first, second = run(cell, seed=1, every=True), run(cell, seed=2)
        again = cell.forward(second.params, second.xs, trace=first.trace)
        assert again is first.trace
        gradients = cell.backward(second.params, again, second.dhs)
        np.testing.assert_array_equal(again.hs, second.trace.hs)
        np.testing.assert_array_equal(gradients.dhs_total, second.gradients.dhs_total)
        for name, d in second.gradients.params.items():
            np.testing.assert_array_equal(gradients.params[name], d)

    @pytest.mark.parametrize("change", [{"steps": 7}, {"batch_size": 2}, {"dtype": "float32"}])
    def test_of_another_size_is_not_used(self, cell, run, change):
        old, new = run(cell), run(cell, **change)
        trace = cell.forward(new.params, new.xs, trace=old.trace)
        assert trace is not old.trace
        np.testing.assert_array_equal(trace.hs, new.trace.hs)

    def test_a_state_continues_a_sequence(self, cell, run):
        passed = run(cell, steps=10, drawn=True)
        head = cell.forward(passed.params, passed.xs[:6])
        state = (head.hs[-1],) if head.cs is None else (head.hs[-1], head.cs[-1])
        tail = cell.forward(passed.params, passed.xs[6:], state=state)
        np.testing.assert_allclose(tail.hs, passed.trace.hs[6:], rtol=1e-13, atol=1e-15)


def test_sequences_of_a_batch_do_not_touch_each_other(cell, run):
    passed = run(cell, batch_size=4, drawn=True, every=True)
    for b in range(4):
        one = cell.forward(passed.params, passed.xs[:, b : b + 1])
        alone = cell.backward(passed.params, one, passed.dhs[:, b : b + 1])
        expected = passed.gradients.dhs_total[:, b]
        np.testing.assert_allclose(alone.dhs_total[:, 0], expected, rtol=1e-11, atol=1e-13)


def test_one_step_is_a_sequence(cell, run):
    passed = run(cell, steps=1)
    np.testing.assert_array_equal(passed.gradients.dhs_total, passed.dhs)


def test_float32_stays_float32(cell, run):
    passed = run(cell, dtype="float32")
    assert passed.trace.hs.dtype == passed.gradients.dhs_total.dtype == np.float32
    assert {d.dtype for d in passed.gradients.params.values()} == {np.dtype(np.float32)}
    exact = run(cell)
    np.testing.assert_allclose(passed.trace.hs, exact.trace.hs, atol=1e-5)


def test_a_gradient_of_another_shape_is_refused(cell, run):
    passed = run(cell)
    with pytest.raises(ValueError, match=r"dhs must have the shape of the trace, \(20, 3, 5\)"):
        cell.backward(passed.params, passed.trace, passed.dhs[:-1])


@pytest.mark.parametrize("cls", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize(
    ("field", "value"), [("hidden_size", 0), ("gain", -0.1), ("init", "jax"), ("hidden_size", 2.5)]
)
def test_an_option_out_of_range_is_refused(cls, field, value):
    with pytest.raises(OptionError, match=rf"^model\.{field}: must be"):
        cls(**{field: value})


@pytest.mark.parametrize("name", ["rnn-tanh", "rnn-sigmoid", "lstm", "lstm-coupled", "gru"])
def test_saturated_units_overflow_nowhere(name, run):
    """exp(-z) of a gate at -1e4 is infinite; the gate is 0, and no warning is raised."""
    cell = VARIANTS[name]
    passed = run(cell, steps=3, drawn=True)
    trace = cell.forward(passed.params, 1e4 * passed.xs)
    gradients = cell.backward(passed.params, trace, passed.dhs)
    assert np.isfinite(trace.hs).all()
    assert np.isfinite(gradients.dhs_total).all()
