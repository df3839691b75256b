"""Lifting a vanishing signal by powers of two: nothing is lost, and nothing is changed."""

import numpy as np
import pytest

from app.core import quantities
from app.core.cells import GRU, LSTM, RNN
from app.core.rescaling import lift

FORGETFUL = {
    "rnn": RNN(init="pytorch"),
    "lstm": LSTM(init="pytorch", forget_bias=0.0),
    "gru": GRU(init="pytorch"),
}


class TestLift:
    def test_brings_the_largest_entry_near_one_exactly(self):
        signals = [np.float32([3e-9, 1e-20]), np.float32([-5e-8])]
        before = [s.astype(np.float64) for s in signals]
        power = lift(signals)
        assert 0.5 <= np.abs(signals[1]).max() < 1
        for now, then in zip(signals, before, strict=True):
            np.testing.assert_array_equal(np.ldexp(now.astype(np.float64), -power), then)

    @pytest.mark.parametrize(
        ("values", "dtype"),
        [
            ([1e-3, 0.0], "float32"),
            ([1e30], "float32"),
            ([0.0, 0.0], "float32"),
            ([np.nan], "float32"),
            ([np.inf], "float32"),
            ([1e-100], "float64"),
        ],
    )
    def test_leaves_the_rest_alone(self, values, dtype):
        signal = np.array(values, dtype)
        assert lift([signal]) == 0
        np.testing.assert_array_equal(signal, np.array(values, dtype))

    def test_takes_back_at_most_what_was_given(self):
        signal = np.float32([2.0**40])
        assert lift([signal], lifted=30) == -30
        assert signal[0] == 2.0**10
        signal = np.float32([2.0**40])
        assert lift([signal], lifted=100) == -41
        assert signal[0] == 0.5

    def test_subnormal_numbers_come_back(self):
        signal = np.array([5e-324])
        power = lift([signal])
        assert np.ldexp(signal[0], -power) == 5e-324
        assert signal[0] == 0.5


@pytest.mark.parametrize("cell", FORGETFUL.values(), ids=FORGETFUL)
class TestStronglyVanishing:
    def test_float32_measures_what_float64_measures(self, cell, run):
        exact, single = (run(cell, steps=400, dtype=d) for d in ("float64", "float32"))
        wanted, got = (
            quantities.profile(p.gradients.dhs_total, p.gradients.exponent) for p in (exact, single)
        )
        assert wanted[0] < 1e-60 * wanted[-1]  # float32 ends at 1e-45
        assert (got > 0).all()
        np.testing.assert_allclose(got, wanted, rtol=1e-4)
        if exact.gradients.dcs_total is not None:
            wanted, got = (
                quantities.profile(p.gradients.dcs_total, p.gradients.exponent)
                for p in (exact, single)
            )
            np.testing.assert_allclose(got, wanted, rtol=1e-4)

    def test_the_long_range_share_too(self, cell, run):
        exact, single = (run(cell, steps=400, dtype=d) for d in ("float64", "float32"))
        wanted, got = (
            quantities.long_range_share(p.trace, p.gradients.params["W_h"]) for p in (exact, single)
        )
        assert 0 < wanted < 1e-45
        assert got == pytest.approx(wanted, rel=1e-4)

    def test_the_weight_gradients_are_those_of_plain_float32(self, cell, run):
        lifted, plain = (
            run(cell, steps=400, dtype="float32", lift_small=on) for on in (True, False)
        )
        assert lifted.gradients.exponent.any()
        assert not plain.gradients.exponent.any()
        for name, d in plain.gradients.params.items():
            # The products add up in another order, so entries differ by the last digit of float32
            # relative to the terms of their sum, not to what is left of it.
            rounding = 4 * np.finfo(np.float32).eps * np.abs(d).max()
            np.testing.assert_allclose(lifted.gradients.params[name], d, rtol=0, atol=rounding)

    def test_plain_float32_loses_the_past(self, cell, run):
        plain = run(cell, steps=400, dtype="float32", lift_small=False)
        measured = quantities.profile(plain.gradients.dhs_total, plain.gradients.exponent)
        assert measured[0] == 0 < measured[-1]

    def test_float64_is_lifted_too_where_it_would_end(self, cell, run):
        """Below 1e-120 the exponent is used; a chain of halves shows that nothing is lost."""
        lifted, plain = (run(cell, steps=1000, lift_small=on) for on in (True, False))
        assert lifted.gradients.exponent.max() >= 400
        wanted, got = (
            quantities.profile(p.gradients.dhs_total, p.gradients.exponent) for p in (plain, lifted)
        )
        np.testing.assert_allclose(got, wanted, rtol=1e-9)
        shares = [
            quantities.long_range_share(p.trace, p.gradients.params["W_h"]) for p in (plain, lifted)
        ]
        assert shares[1] == pytest.approx(shares[0], rel=1e-6)


def test_with_losses_on_many_steps_nothing_is_lifted(run):
    passed = run(FORGETFUL["rnn"], steps=400, dtype="float32", every=True)
    assert not passed.gradients.exponent.any()


def vanish_then_grow(dtype):
    """Saturated units over the last 60 steps, then 100 at rest with a gain of 3 per step."""
    rng = np.random.default_rng(0)
    cell = RNN(hidden_size=8, gain=3.0)
    params = {name: w.astype(dtype) for name, w in cell.init_params(rng, 1).items()}
    params["W_x"] = np.sign(params["W_x"])
    xs = np.zeros((160, 2, 1))
    xs[100:] = 4 * rng.choice([-1, 1], (60, 2, 1))
    dhs = np.zeros((160, 2, 8), dtype)
    dhs[-1] = 1
    trace = cell.forward(params, xs)
    return trace, cell.backward(params, trace, dhs)


def test_a_signal_that_was_lifted_may_grow_again():
    (_, exact), (_, single) = vanish_then_grow("float64"), vanish_then_grow("float32")
    wanted, got = (quantities.profile(g.dhs_total, g.exponent) for g in (exact, single))
    assert wanted.min() < 1e-20
    assert wanted[0] > 1e20
    assert single.exponent[100] > single.exponent[0] >= 0  # it was lifted, and let down again
    np.testing.assert_allclose(got, wanted, rtol=1e-3)
    for name, d in exact.params.items():
        np.testing.assert_allclose(single.params[name], d, rtol=1e-3, err_msg=name)
