import dataclasses

import numpy as np
import pytest

from app.core import quantities
from app.core.cells import GRU, LSTM, RNN
from app.core.cells.base import Gradients

H = 6
CELLS = {"rnn": RNN(hidden_size=H), "lstm": LSTM(hidden_size=H), "gru": GRU(hidden_size=H)}


@pytest.fixture(params=CELLS.values(), ids=CELLS)
def cell(request):
    return request.param


class TestProfile:
    def test_is_the_mean_of_norms_and_not_the_norm_of_the_mean(self):
        derivatives = np.zeros((1, 2, 3))
        derivatives[0, 0], derivatives[0, 1] = [3, 4, 0], [-3, -4, 0]  # would cancel
        assert quantities.profile(derivatives, np.zeros(1, int)).tolist() == [5]

    @pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e300])
    def test_squares_neither_underflow_nor_overflow(self, scale):
        derivatives = scale * np.array([[[3.0, 4.0]]])
        np.testing.assert_allclose(quantities.profile(derivatives, np.zeros(1, int)), 5 * scale)

    def test_takes_the_power_of_two_back(self):
        derivatives = np.full((2, 1, 1), 1.5, dtype=np.float32)
        norms = quantities.profile(derivatives, np.array([200, 0]))
        assert norms.dtype == np.float64
        np.testing.assert_array_equal(norms, [1.5 * 2.0**-200, 1.5])

    def test_zero_is_zero_and_infinity_is_infinity(self):
        derivatives = np.array([[[0.0]], [[np.inf]], [[np.nan]]])
        norms = quantities.profile(derivatives, np.zeros(3, int))
        assert norms[0] == 0
        assert norms[1] == np.inf
        assert np.isnan(norms[2])


class TestRetention:
    def test_is_a_ratio_of_ends_in_powers_of_ten(self):
        assert quantities.retention(np.array([1e-7, 5.0, 1e-2])) == pytest.approx(-5)

    def test_does_not_underflow(self):
        assert quantities.retention(np.array([1e-300, 1e300])) == pytest.approx(-600)

    @pytest.mark.parametrize("norms", [None, [0.0, 1.0], [1.0, 0.0], [np.nan, 1.0], [1.0, np.inf]])
    def test_is_none_where_there_is_no_ratio(self, norms):
        assert quantities.retention(None if norms is None else np.array(norms)) is None


class TestDirectPath:
    def test_ends_with_the_whole_gradient(self, cell, run):
        passed = run(cell, drawn=True)
        direct = quantities.direct_path(cell, passed.trace, passed.gradients)
        if cell.cell == "rnn":
            assert direct is None
            return
        arrived = passed.gradients.dcs_total if cell.cell == "lstm" else passed.gradients.dhs_total
        whole = quantities.profile(arrived, passed.gradients.exponent)
        assert direct[-1] == pytest.approx(whole[-1])

    def test_is_the_product_of_forget_gates_times_what_arrives_at_the_end(self, run):
        passed = run(CELLS["lstm"], steps=9, drawn=True)
        f = CELLS["lstm"].gates(passed.trace)["forget_gate"]
        direct = quantities.direct_path(CELLS["lstm"], passed.trace, passed.gradients)
        for t in range(9):
            path = np.prod(f[t + 1 :], axis=0) * passed.gradients.dcs_total[-1]
            assert direct[t] == pytest.approx(np.linalg.norm(path, axis=1).mean(), rel=1e-12)

    def test_is_all_there_is_without_recurrent_weights(self, run):
        """The other paths from c_T to c_t lead through W_h: close them, and ∏f is the total."""
        closed = LSTM(hidden_size=H, gain=0.0)
        passed = run(closed, steps=30)
        direct = quantities.direct_path(closed, passed.trace, passed.gradients)
        total = quantities.profile(passed.gradients.dcs_total, passed.gradients.exponent)
        np.testing.assert_allclose(direct, total, rtol=1e-12)

    def test_is_a_small_part_of_the_total_at_the_initial_weights_of_keras(self, run):
        keras = LSTM(hidden_size=32)
        passed = run(keras, steps=100, batch_size=8)
        direct = quantities.direct_path(keras, passed.trace, passed.gradients)
        total = quantities.profile(passed.gradients.dcs_total, passed.gradients.exponent)
        assert direct[0] < 0.1 * total[0]


class TestPascanuBound:
    @pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
    @pytest.mark.parametrize("gain", [0.3, 1.0, 3.0])
    @pytest.mark.parametrize("init", ["keras", "pytorch"])
    def test_is_never_exceeded(self, activation, gain, init, run):
        plain = RNN(hidden_size=H, activation=activation, gain=gain, init=init)
        for seed in range(5):
            passed = run(plain, steps=60, seed=seed)
            measured = quantities.profile(passed.gradients.dhs_total, passed.gradients.exponent)
            bound = quantities.pascanu_bound(plain, passed.params, measured)
            assert (measured <= bound * (1 + 1e-10)).all()
            assert bound[-1] == measured[-1]

    def test_is_reached_by_a_linear_network_with_orthogonal_weights(self, run):
        plain = RNN(hidden_size=H, activation="linear", gain=0.9)
        passed = run(plain, steps=60)
        measured = quantities.profile(passed.gradients.dhs_total, passed.gradients.exponent)
        bound = quantities.pascanu_bound(plain, passed.params, measured)
        np.testing.assert_allclose(measured, bound, rtol=1e-10)

    def test_belongs_to_the_plain_cell_only(self, run):
        for gated in (CELLS["lstm"], CELLS["gru"]):
            assert quantities.pascanu_bound(gated, run(gated).params, np.ones(3)) is None


class TestLongRangeShare:
    @pytest.mark.parametrize("every", [False, True])
    @pytest.mark.parametrize("steps", [11, 24])
    def test_equals_central_differences(self, cell, run, steps, every):
        """Move W_h in the first tenth of the steps only: that derivative is the contribution."""
        small = dataclasses.replace(cell, hidden_size=3)
        passed = run(small, steps=steps, drawn=True, every=every)
        whole, early_steps = passed.gradients.params["W_h"].copy(), -(-steps // 10)
        share = quantities.long_range_share(passed.trace, whole)

        def loss(early_w_h):
            """Σ dhs · h, with other recurrent weights in the first steps."""
            moved = {**passed.params, "W_h": early_w_h}
            head = small.forward(moved, passed.xs[:early_steps])
            state = (head.hs[-1],) if head.cs is None else (head.hs[-1], head.cs[-1])
            tail = small.forward(passed.params, passed.xs[early_steps:], state=state)
            return np.vdot(passed.dhs, np.concatenate([head.hs, tail.hs]))

        w_h = passed.params["W_h"]
        early = np.empty_like(w_h)
        for index in np.ndindex(w_h.shape):
            step = np.zeros_like(w_h)
            step[index] = 1e-5
            early[index] = (loss(w_h + step) - loss(w_h - step)) / 2e-5
        expected = np.linalg.norm(early) / np.linalg.norm(whole)
        assert share == pytest.approx(expected, rel=1e-5, abs=1e-9)

    def test_equals_a_naive_loop(self, cell, run):
        passed = run(cell, steps=40, drawn=True)
        whole = passed.gradients.params["W_h"].copy()
        early = np.zeros_like(whole)
        hs = np.concatenate([np.zeros((1, 3, H)), passed.trace.hs])
        for t in range(4):
            for b in range(3):  # dz: of i f g o, of r z u, or of the one of the RNN
                early += np.outer(passed.trace.dz[t, : len(whole), b], hs[t, b])
        share = quantities.long_range_share(passed.trace, whole)
        assert share == pytest.approx(np.linalg.norm(early) / np.linalg.norm(whole), rel=1e-12)

    def test_of_a_short_sequence_is_not_defined(self, cell, run):
        """Up to T = 10 the first tenth is the first step, where W_h meets h_0 = 0."""
        passed = run(cell, steps=10, drawn=True)
        assert quantities.long_range_share(passed.trace, passed.gradients.params["W_h"]) is None

    def test_is_none_without_a_gradient(self, cell, run):
        passed = run(cell)
        whole = passed.gradients.params["W_h"]
        assert quantities.long_range_share(passed.trace, np.zeros_like(whole)) is None
        assert quantities.long_range_share(passed.trace, np.full_like(whole, np.nan)) is None


class TestHalfLife:
    @pytest.mark.parametrize(
        ("forget_bias", "steps"), [(0, 1.00), (1, 2.21), (2, 5.46), (3, 14.3), (5, 103)]
    )
    def test_of_a_forget_bias(self, forget_bias, steps, run):
        """With zero weights f = σ(b_f) at every step, whatever the input."""
        passed = run(LSTM(hidden_size=H, forget_bias=forget_bias))
        for name in ("W_x", "W_h"):
            passed.params[name][:] = 0
        trace = passed.cell.forward(passed.params, passed.xs)
        kept = passed.cell.gates(trace)["forget_gate"]
        assert quantities.half_life(kept) == pytest.approx(steps, rel=3e-3)

    def test_takes_the_geometric_mean(self):
        """After 0.5 and 0.125 a quarter is left per step on average."""
        assert quantities.half_life(np.array([0.5, 0.125])) == pytest.approx(0.5)

    def test_of_a_gate_that_never_forgets_is_infinite(self):
        assert quantities.half_life(np.ones((4, 1, 2))) == float("inf")

    def test_of_a_gate_that_forgets_all_is_zero(self):
        assert quantities.half_life(np.array([0.0, 1.0])) == 0

    def test_of_a_cell_without_a_gate_is_none(self):
        assert quantities.half_life(None) is None


class TestSaturation:
    def test_counts_the_shares(self, run):
        passed = run(LSTM(hidden_size=2), steps=1, batch_size=2)
        gates = passed.trace.gates.reshape(4, 2, 2)
        gates[0] = [[0.05, 0.5], [0.95, 0.99]]
        gates[1], gates[3] = 0.5, 0.001
        gates[2] = [[0.0, 0.5], [0.96, -0.99]]  # slopes 1, 0.75, 0.08, 0.02
        shares = quantities.saturation(passed.cell, passed.trace)
        assert shares == {
            "input_gate": {"low": 0.25, "high": 0.5},
            "forget_gate": {"low": 0.0, "high": 0.0},
            "output_gate": {"low": 1.0, "high": 0.0},
            "candidate": {"flat": 0.5},
        }

    def test_names(self, cell, run):
        shares = quantities.saturation(cell, run(cell).trace)
        names = {
            "rnn": ["hidden"],
            "lstm": ["candidate", "forget_gate", "input_gate", "output_gate"],
            "gru": ["candidate", "reset_gate", "update_gate"],
        }
        assert sorted(shares) == names[cell.cell]
        assert all(0 <= s <= 1 for part in shares.values() for s in part.values())

    def test_a_linear_cell_is_never_flat(self, run):
        linear = RNN(hidden_size=H, activation="linear")
        assert quantities.saturation(linear, run(linear).trace) == {"hidden": {"flat": 0.0}}


def test_a_clipped_gradient_has_the_same_profile_up_to_one_factor(cell, run):
    """Clipping is one scalar: the shape over time, and so the retention, does not change."""
    passed = run(cell, drawn=True)
    scaled: Gradients = dataclasses.replace(
        passed.gradients, dhs_total=passed.gradients.dhs_total * 1e-3
    )
    before, after = (
        quantities.profile(g.dhs_total, g.exponent) for g in (passed.gradients, scaled)
    )
    assert quantities.retention(after) == pytest.approx(quantities.retention(before), rel=1e-12)
