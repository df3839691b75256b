"""Weights in the layout of this project, of PyTorch and of Keras, and back.

==============  =====================  =========================  ===========================
                here                   PyTorch                    Keras
==============  =====================  =========================  ===========================
input weights   W_x (G·H, D)           weight_ih_l0, the same     kernel (D, G·H)
recurrent       W_h (G·H, H)           weight_hh_l0, the same     recurrent_kernel (H, G·H)
bias            b (G·H,)               bias_ih_l0 + bias_hh_l0    bias (G·H,)
LSTM gates      i f g o                i f g o                    i f c o
GRU gates       r z n                  r z n                      z r h
GRU b_hn        b_hn (H,)              last third of bias_hh_l0   last third of bias[1]
==============  =====================  =========================  ===========================

PyTorch adds its two biases, so all of b stands in the first and zero in the second. The GRU's
candidate is the exception: its recurrent bias is inside the reset gate and cannot be merged.
"""

import numpy as np

from app.core.arrays import Array, Params
from app.core.cells.base import Cell


class UnsupportedError(ValueError):
    """A library has no layer that computes this cell.

    Parameters
    ----------
    framework : str
    reason : str
        What is missing there.
    """

    def __init__(self, framework: str, reason: str) -> None:
        super().__init__(f"{framework}: {reason}")
        self.framework, self.reason = framework, reason


def check_supported(cell: Cell, framework: str) -> None:
    """Refuse a cell that the library cannot compute with its own layers.

    Raises
    ------
    UnsupportedError
    """
    for gate in ("clamp_forget", "clamp_input", "clamp_output"):
        if getattr(cell, gate, None) is not None:
            raise UnsupportedError(framework, f"has no LSTM with a gate held constant ({gate})")
    if getattr(cell, "coupled", False):
        raise UnsupportedError(framework, "has no LSTM with coupled input and forget gates")
    activation = getattr(cell, "activation", "tanh")
    if framework == "pytorch" and cell.cell == "rnn" and activation not in ("tanh", "relu"):
        raise UnsupportedError(framework, f"nn.RNN has no {activation} activation")
    if framework == "pytorch" and cell.cell == "lstm" and activation != "tanh":
        raise UnsupportedError(framework, f"nn.LSTM has no {activation} activation")


def to_pytorch(cell: str, params: Params) -> Params:
    """Return the weights under the names of ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU``.

    The recurrent layer is called ``recurrent`` and the linear one ``readout``.
    """
    b = params["b"]
    b_hh = 0 * b
    if cell == "gru":
        b_hh[-len(params["b_hn"]) :] = params["b_hn"]
    return {
        "recurrent.weight_ih_l0": params["W_x"],
        "recurrent.weight_hh_l0": params["W_h"],
        "recurrent.bias_ih_l0": b,
        "recurrent.bias_hh_l0": b_hh,
        "readout.weight": params["W_y"],
        "readout.bias": params["b_y"],
    }


def from_pytorch(cell: str, weights: Params) -> Params:
    """Return PyTorch weights under the names of this project; inverse of ``to_pytorch``."""
    b_ih, b_hh = weights["recurrent.bias_ih_l0"], weights["recurrent.bias_hh_l0"]
    params = {
        "W_x": weights["recurrent.weight_ih_l0"],
        "W_h": weights["recurrent.weight_hh_l0"],
        "b": b_ih + b_hh,
    }
    if cell == "gru":
        third = len(b_ih) // 3
        params["b"][-third:] = b_ih[-third:]
        params["b_hn"] = b_hh[-third:].copy()
    return {**params, "W_y": weights["readout.weight"], "b_y": weights["readout.bias"]}


def swap_reset_and_update(rows: Array) -> Array:
    """Exchange the first two of three stacked gates, r z n ↔ z r h; its own inverse."""
    first, second, third = np.split(rows, 3)
    return np.concatenate([second, first, third])


def to_keras(cell: str, params: Params) -> Params:
    """Return the weights under the names of ``SimpleRNN``, ``LSTM`` or ``GRU``.

    The recurrent layer is called ``recurrent`` and the dense one ``readout``; Keras's GRU keeps
    two rows of biases, of which the second one acts inside the reset gate.
    """
    w_x, w_h, b = params["W_x"], params["W_h"], params["b"]
    if cell == "gru":
        w_x, w_h = swap_reset_and_update(w_x), swap_reset_and_update(w_h)
        b = np.stack([swap_reset_and_update(b), np.zeros_like(b)])
        b[1, -len(params["b_hn"]) :] = params["b_hn"]
    return {
        "recurrent/kernel": w_x.T,
        "recurrent/recurrent_kernel": w_h.T,
        "recurrent/bias": b,
        "readout/kernel": params["W_y"].T,
        "readout/bias": params["b_y"],
    }


def from_keras(cell: str, weights: Params) -> Params:
    """Return Keras weights under the names of this project; inverse of ``to_keras``."""
    w_x, w_h = weights["recurrent/kernel"].T, weights["recurrent/recurrent_kernel"].T
    b = weights["recurrent/bias"]
    params = {"W_x": w_x, "W_h": w_h, "b": b}
    if cell == "gru":
        third = b.shape[1] // 3
        params = {
            "W_x": swap_reset_and_update(w_x),
            "W_h": swap_reset_and_update(w_h),
            # Outside the candidate the two rows only ever appear as their sum.
            "b": swap_reset_and_update(np.r_[b[0, : 2 * third] + b[1, : 2 * third], b[0, -third:]]),
            "b_hn": b[1, -third:],
        }
    return {**params, "W_y": weights["readout/kernel"].T, "b_y": weights["readout/bias"]}
