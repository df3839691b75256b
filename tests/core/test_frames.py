import base64
import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.core.frames import Frame, GateBand, ProbeUnits
from app.core.wire import LEVELS, frame_to_dict, frame_to_json, significant
from app.core.wire import typed_array as encode

steady = settings(derandomize=True, deadline=None)


def decode(typed):
    levels = np.frombuffer(base64.b64decode(typed["bdata"]), dtype="<" + typed["dtype"])
    shape = [int(n) for n in typed["shape"].split(",")]
    return typed["low"] + (typed["high"] - typed["low"]) * levels.reshape(shape) / LEVELS


@pytest.fixture
def frame():
    return Frame(
        seq=3,
        step=30,
        state="running",
        loss=0.123456789,
        metric=0.5,
        grad_norm=1.5,
        clipped=True,
        grad_h=np.array([1.23456789e-200, 2.0]),
        grad_c=None,
        direct=np.array([1e-3, 1.0], dtype=np.float32),
        bound=None,
        retention_h=-200.20954321,
        retention_c=None,
        long_range_share=1e-9,
        half_life=2.21,
        saturation={"forget_gate": {"low": 0.25, "high": 1 / 3}, "candidate": {"flat": 0.0}},
        gates={"forget_gate": GateBand(*np.arange(6.0).reshape(3, 2))},
    )


KEYS = {
    "run", "seq", "step", "state", "loss", "metric", "grad_norm", "clipped", "grad_h", "grad_c",
    "direct", "bound", "retention_h", "retention_c", "long_range_share", "half_life", "saturation",
    "gates", "nonfinite", "probe",
}  # fmt: skip


def test_the_fields_of_the_wire(frame):
    body = frame_to_dict(frame, "0123456789abcdef")
    assert body.keys() == KEYS
    assert body["run"] == "0123456789abcdef"
    assert (body["seq"], body["step"], body["state"], body["clipped"]) == (3, 30, "running", True)
    assert body["grad_c"] is body["bound"] is body["retention_c"] is body["probe"] is None
    assert body["gates"] == {"forget_gate": {"mean": [0, 1], "p10": [2, 3], "p90": [4, 5]}}
    assert body["nonfinite"] == []


def test_five_significant_digits(frame):
    body = frame_to_dict(frame, "r")
    assert body["loss"] == 0.12346
    assert body["grad_h"] == [1.2346e-200, 2.0]
    assert body["retention_h"] == -200.21
    assert body["saturation"]["forget_gate"] == {"low": 0.25, "high": 0.33333}
    assert body["direct"] == [0.001, 1.0]  # float32 shows no digits of its own


def test_bands_have_the_digits_that_a_picture_shows(frame):
    value = np.array([0.123456])
    gates = {"forget_gate": GateBand(value, value, value)}
    body = frame_to_dict(dataclasses.replace(frame, gates=gates), "r")
    assert body["gates"] == {"forget_gate": {"mean": [0.1235], "p10": [0.123], "p90": [0.123]}}


def test_one_line_of_json(frame):
    text = frame_to_json(frame, "r")
    assert "\n" not in text
    assert json.loads(text) == frame_to_dict(frame, "r")


def test_what_is_not_finite_is_null_and_named(frame):
    nan, inf = float("nan"), float("inf")
    broken = dataclasses.replace(
        frame,
        state="diverged",
        loss=nan,
        grad_norm=inf,
        grad_h=np.array([nan, 1.0, -inf]),
        half_life=inf,
        saturation={"hidden": {"flat": nan}},
        gates={"forget_gate": GateBand(np.array([nan]), np.array([0.0]), np.array([1.0]))},
    )
    body = json.loads(frame_to_json(broken, "r"))
    assert body["loss"] is None
    assert body["grad_h"] == [None, 1.0, None]
    assert body["nonfinite"] == ["loss", "grad_norm", "grad_h", "half_life", "saturation", "gates"]


def test_a_frame_without_gates_of_a_plain_cell(frame):
    body = frame_to_dict(dataclasses.replace(frame, gates={}, direct=None), "r")
    assert body["gates"] == {}
    assert body["direct"] is None


def test_units_of_the_probe_can_be_decoded(frame):
    rng = np.random.default_rng(0)
    inputs, h = rng.normal(0.0, 1.0, (5, 2)), rng.uniform(-1, 1, (5, 16))
    shown = dataclasses.replace(frame, probe=ProbeUnits(inputs, {"hidden_state": h}))
    probe = json.loads(frame_to_json(shown, "r"))["probe"]
    assert probe["inputs"]["shape"] == "5, 2"
    for typed, values in ((probe["inputs"], inputs), (probe["units"]["hidden_state"], h)):
        step = (values.max() - values.min()) / LEVELS
        ends = 5e-6 * np.abs(values).max()  # low and high have five digits
        np.testing.assert_allclose(decode(typed), values, atol=0.51 * step + ends)


class TestTypedArray:
    def test_its_ends_are_exact(self):
        typed = encode(np.array([[-1.0, 0.25], [0.5, 1.0]]))
        assert (typed["low"], typed["high"], typed["shape"]) == (-1.0, 1.0, "2, 2")
        decoded = decode(typed)
        assert decoded[0, 0] == -1
        assert decoded[1, 1] == 1

    def test_a_constant_keeps_its_value(self):
        np.testing.assert_array_equal(decode(encode(np.full((3, 2), 0.5))), 0.5)

    def test_nothing_finite_is_zero(self):
        np.testing.assert_array_equal(decode(encode(np.array([np.nan, np.inf]))), 0)

    def test_infinities_count_as_the_ends(self):
        np.testing.assert_allclose(decode(encode(np.array([-np.inf, 1.0, 3.0, np.inf]))),
                                   [1, 1, 3, 3])  # fmt: skip

    @steady
    @given(
        st.sampled_from([(np.float32, 32), (np.float64, 64)]).flatmap(
            lambda kind: arrays.arrays(
                kind[0],
                arrays.array_shapes(min_dims=1, max_dims=2, max_side=4),
                elements=st.floats(width=kind[1]),
            )
        )
    )
    def test_any_array_can_be_written(self, values):
        typed = encode(values)
        json.dumps(typed, allow_nan=False)
        with np.errstate(over="ignore"):  # high - low may be infinite
            assert decode(typed).shape == values.shape


@steady
@given(st.floats())
def test_any_number_is_null_or_close(value):
    rounded = significant(value)
    if not np.isfinite(value):
        assert rounded is None
    else:
        assert abs(rounded - value) <= 5e-5 * abs(value) + 5e-324


def test_the_largest_float_is_not_rounded_to_infinity():
    largest = float(np.finfo(float).max)
    assert significant(largest) == largest
