"""The fused kernels as one object that a network can be given. Importing this compiles nothing."""

from typing import cast

from app.core.arrays import Array, Params
from app.core.cells import GRU, LSTM, RNN, Cell, Gradients, Trace
from app.fused import gru, lstm, rnn


class Fused:
    """Whole sequences in compiled code, over the same traces as the cells."""

    name = "fused"

    def forward(self, cell: Cell, params: Params, xs: Array, trace: Trace | None) -> Trace:
        match cell:
            case LSTM():
                return lstm.forward(cell, params, xs, trace)
            case GRU():
                return gru.forward(cell, params, xs, trace)
            case _:
                return rnn.forward(cast(RNN, cell), params, xs, trace)

    def backward(
        self, cell: Cell, params: Params, trace: Trace, dhs: Array, *, lift_small: bool
    ) -> Gradients:
        match cell:
            case LSTM():
                return lstm.backward(cell, params, trace, dhs, lift_small=lift_small)
            case GRU():
                return gru.backward(cell, params, trace, dhs, lift_small=lift_small)
            case _:
                return rnn.backward(cast(RNN, cell), params, trace, dhs, lift_small=lift_small)
