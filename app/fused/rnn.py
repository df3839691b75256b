"""The plain RNN of ``app.core.cells.rnn``, a whole sequence in one call; equations there."""

import numpy as np

from app.core.arrays import Array, Params
from app.core.cells import RNN, Gradients, Trace
from app.core.cells.base import begin, check_dhs, split_stacked, stack_weights
from app.fused.pointwise import compiled, tanh
from app.fused.product import multiply, padded
from app.fused.signal import (
    LOOK_EVERY,
    add_weight_gradient,
    largest_magnitude,
    lifting_power,
    room_for_inputs,
    scale,
)

TANH, RELU, SIGMOID, LINEAR = range(4)
ACTIVATIONS = {"tanh": TANH, "relu": RELU, "sigmoid": SIGMOID, "linear": LINEAR}


def forward(cell: RNN, params: Params, xs: Array, trace: Trace | None) -> Trace:
    """Run over a batch of sequences, as ``RNN.forward`` does from a zero state."""
    trace = begin(cell, params, xs, None, trace)
    weights = stack_weights(params)
    _forward(weights, trace.stacked, cell.hidden_size, ACTIVATIONS[cell.activation])
    return trace


def backward(cell: RNN, params: Params, trace: Trace, dhs: Array, *, lift_small: bool) -> Gradients:
    """Backpropagate through time, as ``RNN.backward`` does."""
    check_dhs(dhs, trace)
    width = trace.stacked.shape[1]
    gradient = np.zeros((cell.hidden_size, padded(width, trace.dh.itemsize)), trace.dh.dtype)
    np.copyto(trace.dh, dhs.transpose(0, 2, 1))
    _backward(
        np.ascontiguousarray(params["W_h"].T),
        trace.stacked,
        trace.dh,
        trace.dz,
        trace.exponent,
        gradient,
        lift_small and not dhs[:-1].any(),
        ACTIVATIONS[cell.activation],
    )
    return Gradients(
        params=split_stacked(gradient[:, :width], cell.hidden_size),
        dhs_total=trace.dh.transpose(0, 2, 1),
        dcs_total=None,
        exponent=trace.exponent,
    )


@compiled
def _activate(h, activation):
    """h = φ(z), in place."""
    zero, half = h.dtype.type(0), h.dtype.type(0.5)
    if activation == TANH:
        for k in range(h.size):
            h[k] = tanh(h[k])
    elif activation == RELU:
        for k in range(h.size):
            h[k] = zero if h[k] < zero else h[k]  # NaN stays NaN
    elif activation == SIGMOID:
        for k in range(h.size):
            h[k] = half * tanh(half * h[k]) + half


@compiled
def _through_activation(dh, h, dz, activation):
    """dz = dh ⊙ φ'(z), with φ' from h = φ(z)."""
    zero, one = h.dtype.type(0), h.dtype.type(1)
    if activation == TANH:
        for k in range(dz.size):
            dz[k] = dh[k] * (one - h[k] * h[k])
    elif activation == RELU:
        for k in range(dz.size):
            dz[k] = dh[k] * (one if h[k] > zero else zero)
    elif activation == SIGMOID:
        for k in range(dz.size):
            dz[k] = dh[k] * (h[k] - h[k] * h[k])
    else:
        dz[:] = dh


@compiled
def _forward(weights, stacked, hidden, activation):
    for t in range(len(stacked) - 1):
        h = stacked[t + 1, :hidden]
        multiply(weights, stacked[t], h, False)
        _activate(h.reshape(-1), activation)


@compiled
def _backward(
    w_h_transposed, stacked, dh, dz, exponent, gradient, lifting, activation
):  # fmt: skip
    steps, hidden, batch_size = dh.shape
    transposed, scaled = room_for_inputs(gradient, batch_size)
    for t in range(steps - 1, -1, -1):
        exponent[t] = 0
        if t + 1 < steps:
            multiply(w_h_transposed, dz[t + 1], dh[t], True)
            exponent[t] = exponent[t + 1]
        h = stacked[t + 1, :hidden].reshape(-1)
        _through_activation(dh[t].reshape(-1), h, dz[t].reshape(-1), activation)
        if lifting and t % LOOK_EVERY == 0:
            largest = max(largest_magnitude(dh[t]), largest_magnitude(dz[t]))
            power = lifting_power(largest, exponent[t], dh.itemsize)
            if power != 0:
                scale(dh[t], power, dh[t])
                scale(dz[t], power, dz[t])
                exponent[t] += power
        add_weight_gradient(dz[t], stacked[t], exponent[t], transposed, scaled, gradient)
