"""The GRU of ``app.core.cells.gru``, a whole sequence in one call; see there for the equations.

The rows r z u see the columns [h; x; 1], the rows n only [x; 1]: two products per timestep.
"""

import numpy as np

from app.core.arrays import Array, Params
from app.core.cells import GRU, Gradients, Trace
from app.core.cells.base import begin, check_dhs
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


def forward(cell: GRU, params: Params, xs: Array, trace: Trace | None) -> Trace:
    """Run over a batch of sequences, as ``GRU.forward`` does from a zero state."""
    trace = begin(cell, params, xs, None, trace)
    hidden = cell.hidden_size
    weights = cell.stack_weights(params)
    _forward(
        weights[: 3 * hidden],
        np.ascontiguousarray(weights[3 * hidden :, hidden:]),
        trace.stacked,
        trace.gates,
        trace.kept["change"],
    )
    return trace


def backward(cell: GRU, params: Params, trace: Trace, dhs: Array, *, lift_small: bool) -> Gradients:
    """Backpropagate through time, as ``GRU.backward`` does."""
    check_dhs(dhs, trace)
    hidden, width, dtype = cell.hidden_size, trace.stacked.shape[1], trace.dh.dtype
    of_r_z_u = np.zeros((3 * hidden, padded(width, dtype.itemsize)), dtype)
    of_n = np.zeros((hidden, padded(width - hidden, dtype.itemsize)), dtype)
    np.copyto(trace.dh, dhs.transpose(0, 2, 1))
    _backward(
        np.ascontiguousarray(params["W_h"].T),
        trace.stacked,
        trace.gates,
        trace.kept["change"],
        trace.dh,
        trace.dz,
        trace.exponent,
        of_r_z_u,
        of_n,
        lift_small and not dhs[:-1].any(),
    )
    inputs = width - hidden - 1
    of_r_z = of_r_z_u[: 2 * hidden, hidden:width]
    of_x_1 = np.vstack([of_r_z, of_n[:, : inputs + 1]])  # r z n over [x; 1]
    return Gradients(
        params={
            "W_x": of_x_1[:, :inputs],
            "W_h": of_r_z_u[:, :hidden],
            "b": of_x_1[:, inputs],
            "b_hn": of_r_z_u[2 * hidden :, width - 1],
        },
        dhs_total=trace.dh.transpose(0, 2, 1),
        dcs_total=None,
        exponent=trace.exponent,
    )


@compiled
def _forward(weights, weights_n, stacked, gates, change):
    steps, hidden, batch_size = change.shape
    for t in range(steps):
        multiply(weights, stacked[t], gates[t, : 3 * hidden], False)
        multiply(weights_n, stacked[t, hidden:], gates[t, 3 * hidden :], False)
        rows = gates[t].reshape(4, hidden * batch_size)
        r, z, u, n = rows[0], rows[1], rows[2], rows[3]
        change_t = change[t].reshape(-1)
        h_before, h = stacked[t, :hidden].reshape(-1), stacked[t + 1, :hidden].reshape(-1)
        for k in range(r.size):
            r[k] = sigmoid(r[k])
        for k in range(z.size):
            z[k] = sigmoid(z[k])
        for k in range(n.size):
            n[k] = tanh(n[k] + r[k] * u[k])
        for k in range(h.size):
            change_t[k] = h_before[k] - n[k]
        for k in range(h.size):
            h[k] = n[k] + z[k] * change_t[k]


@compiled
def _backward(
    w_h_transposed, stacked, gates, change, dh, dz, exponent, of_r_z_u, of_n, lifting
):  # fmt: skip
    steps, hidden, batch_size = dh.shape
    size = hidden * batch_size
    one = dh.dtype.type(1)
    room, room_n = room_for_inputs(of_r_z_u, batch_size), room_for_inputs(of_n, batch_size)
    for t in range(steps - 1, -1, -1):
        dh_t = dh[t].reshape(-1)
        exponent[t] = 0
        if t + 1 < steps:
            multiply(w_h_transposed, dz[t + 1, : 3 * hidden], dh[t], True)
            dh_after, z_after = dh[t + 1].reshape(-1), gates[t + 1].reshape(4, size)[1]
            for k in range(size):
                dh_t[k] += z_after[k] * dh_after[k]
            exponent[t] = exponent[t + 1]
        rows, d_rows = gates[t].reshape(4, size), dz[t].reshape(4, size)
        r, z, u, n = rows[0], rows[1], rows[2], rows[3]
        d_r, d_z, d_u, d_n = d_rows[0], d_rows[1], d_rows[2], d_rows[3]
        change_t = change[t].reshape(-1)
        for k in range(size):
            d_n[k] = dh_t[k] * ((one - n[k] * n[k]) * (one - z[k]))
        for k in range(size):
            d_z[k] = dh_t[k] * (change_t[k] * (z[k] * (one - z[k])))
        for k in range(size):
            d_u[k] = d_n[k] * r[k]
        for k in range(size):
            d_r[k] = d_n[k] * (u[k] * (r[k] * (one - r[k])))
        if lifting and t % LOOK_EVERY == 0:
            largest = max(largest_magnitude(dh[t]), largest_magnitude(dz[t]))
            power = lifting_power(largest, exponent[t], dh.itemsize)
            if power != 0:
                scale(dh[t], power, dh[t])
                scale(dz[t], power, dz[t])
                exponent[t] += power
        r_z_u, n_rows = dz[t, : 3 * hidden], dz[t, 3 * hidden :]
        add_weight_gradient(r_z_u, stacked[t], exponent[t], room[0], room[1], of_r_z_u)
        add_weight_gradient(n_rows, stacked[t, hidden:], exponent[t], room_n[0], room_n[1], of_n)
