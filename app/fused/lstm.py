"""The LSTM of ``app.core.cells.lstm``, a whole sequence in one call; see there for the equations.

Each timestep is finished while its numbers are still in the processor's cache: slopes, cell state
and weight gradient too, which NumPy computes faster for all timesteps at once. Loops are kept to
one written array each, because LLVM vectorises them only if it can tell that nothing overlaps.
"""

import numpy as np

from app.core.arrays import Array, Params
from app.core.cells import LSTM, Gradients, Trace
from app.core.cells.base import begin, check_dhs, split_stacked, stack_weights
from app.fused.pointwise import compiled, sigmoid, tanh
from app.fused.product import multiply, padded
from app.fused.signal import (
    LOOK_EVERY,
    add_weight_gradient,
    largest_magnitude,
    lifting_power,
    room_for_inputs,
    scale,
)

FREE = -1.0  # a gate that is not clamped; clamped gates are in 0 … 1


def forward(cell: LSTM, params: Params, xs: Array, trace: Trace | None) -> Trace:
    """Run over a batch of sequences, as ``LSTM.forward`` does from a zero state."""
    trace = begin(cell, params, xs, None, trace)
    trace.kept["c"][0] = 0
    _forward(
        stack_weights(params),
        trace.stacked,
        trace.gates,
        trace.kept["c"],
        trace.kept["phi_c"],
        cell.activation == "relu",
        FREE if cell.clamp_input is None else cell.clamp_input,
        FREE if cell.clamp_forget is None else cell.clamp_forget,
        FREE if cell.clamp_output is None else cell.clamp_output,
        cell.coupled,
    )
    return trace


def backward(
    cell: LSTM, params: Params, trace: Trace, dhs: Array, *, lift_small: bool
) -> Gradients:
    """Backpropagate through time, as ``LSTM.backward`` does."""
    check_dhs(dhs, trace)
    rows, width = trace.gates.shape[1], trace.stacked.shape[1]
    gradient = np.zeros((rows, padded(width, trace.dh.itemsize)), trace.dh.dtype)
    np.copyto(trace.dh, dhs.transpose(0, 2, 1))
    _backward(
        np.ascontiguousarray(params["W_h"].T),
        trace.stacked,
        trace.gates,
        trace.kept["c"],
        trace.kept["phi_c"],
        trace.dh,
        trace.kept["dc"],
        trace.dz,
        trace.exponent,
        gradient,
        lift_small and not dhs[:-1].any(),
        cell.activation == "relu",
        cell.clamp_input is not None,
        cell.clamp_forget is not None,
        cell.clamp_output is not None,
        cell.coupled,
    )
    return Gradients(
        params=split_stacked(gradient[:, :width], cell.hidden_size),
        dhs_total=trace.dh.transpose(0, 2, 1),
        dcs_total=trace.kept["dc"].transpose(0, 2, 1),
        exponent=trace.exponent,
    )


@compiled
def _squash(z, clamp):
    """Turn the pre-activations of a gate into the gate."""
    if clamp >= 0:
        z[:] = clamp
    else:
        for k in range(z.size):
            z[k] = sigmoid(z[k])


@compiled
def _activate(z, y, relu):
    """y = φ(z)."""
    if relu:
        zero = z.dtype.type(0)
        for k in range(z.size):
            y[k] = zero if z[k] < zero else z[k]  # NaN stays NaN
    else:
        for k in range(z.size):
            y[k] = tanh(z[k])


@compiled
def _forward(weights, stacked, gates, c, phi_c, relu, clamp_i, clamp_f, clamp_o, coupled):
    steps, hidden, batch_size = phi_c.shape
    one = gates.dtype.type(1)
    for t in range(steps):
        multiply(weights, stacked[t], gates[t], False)
        z = gates[t].reshape(4, hidden * batch_size)
        i, f, g, o = z[0], z[1], z[2], z[3]
        c_before, c_t = c[t].reshape(-1), c[t + 1].reshape(-1)
        phi_c_t, h = phi_c[t].reshape(-1), stacked[t + 1, :hidden].reshape(-1)
        _squash(f, clamp_f)
        if coupled:
            for k in range(i.size):
                i[k] = one - f[k]
        else:
            _squash(i, clamp_i)
        _activate(g, g, relu)
        _squash(o, clamp_o)
        for k in range(c_t.size):
            c_t[k] = f[k] * c_before[k] + i[k] * g[k]
        _activate(c_t, phi_c_t, relu)
        for k in range(h.size):
            h[k] = o[k] * phi_c_t[k]


@compiled
def _through_gate(d_out, factor, gate, dz):
    """dz = d_out ⊙ factor ⊙ gate (1 - gate)."""
    one = gate.dtype.type(1)
    for k in range(dz.size):
        dz[k] = d_out[k] * factor[k] * (gate[k] * (one - gate[k]))


@compiled
def _through_activation(d_out, factor, y, dz, relu):
    """dz = d_out ⊙ factor ⊙ φ'(z), with φ' from y = φ(z)."""
    zero, one = y.dtype.type(0), y.dtype.type(1)
    if relu:
        for k in range(dz.size):
            dz[k] = d_out[k] * (factor[k] * (one if y[k] > zero else zero))
    else:
        for k in range(dz.size):
            dz[k] = d_out[k] * (factor[k] * (one - y[k] * y[k]))


@compiled
def _backward(
    w_h_transposed, stacked, gates, c, phi_c, dh, dc, dz, exponent, gradient,
    lifting, relu, clamped_i, clamped_f, clamped_o, coupled,
):  # fmt: skip
    steps, hidden, batch_size = dh.shape
    size = hidden * batch_size
    one = dh.dtype.type(1)
    transposed, scaled = room_for_inputs(gradient, batch_size)
    for t in range(steps - 1, -1, -1):
        exponent[t] = 0
        if t + 1 < steps:
            multiply(w_h_transposed, dz[t + 1], dh[t], True)
            exponent[t] = exponent[t + 1]
        z, d_z = gates[t].reshape(4, size), dz[t].reshape(4, size)
        i, f, g, o = z[0], z[1], z[2], z[3]
        d_i, d_f, d_g, d_o = d_z[0], d_z[1], d_z[2], d_z[3]
        dh_t, dc_t = dh[t].reshape(-1), dc[t].reshape(-1)
        c_before, phi_c_t = c[t].reshape(-1), phi_c[t].reshape(-1)
        _through_activation(dh_t, o, phi_c_t, dc_t, relu)
        if t + 1 < steps:  # the carousel
            dc_after, f_after = dc[t + 1].reshape(-1), gates[t + 1].reshape(4, size)[1]
            for k in range(size):
                dc_t[k] += dc_after[k] * f_after[k]
        if coupled or clamped_i:
            d_i[:] = 0
        else:
            _through_gate(dc_t, g, i, d_i)
        if clamped_f:
            d_f[:] = 0
        elif coupled:  # i = 1 - f follows f
            for k in range(size):
                d_f[k] = dc_t[k] * (c_before[k] - g[k]) * (f[k] * (one - f[k]))
        else:
            _through_gate(dc_t, c_before, f, d_f)
        _through_activation(dc_t, i, g, d_g, relu)
        if clamped_o:
            d_o[:] = 0
        else:
            _through_gate(dh_t, phi_c_t, o, d_o)
        if lifting and t % LOOK_EVERY == 0:
            largest = max(
                largest_magnitude(dh[t]), largest_magnitude(dc[t]), largest_magnitude(dz[t])
            )
            power = lifting_power(largest, exponent[t], dh.itemsize)
            if power != 0:
                scale(dh[t], power, dh[t])
                scale(dc[t], power, dc[t])
                scale(dz[t], power, dz[t])
                exponent[t] += power
        add_weight_gradient(dz[t], stacked[t], exponent[t], transposed, scaled, gradient)
