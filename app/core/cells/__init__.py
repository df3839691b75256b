"""Recurrent cells; one file per cell, equations on top."""

from app.core.cells.base import Cell, Gradients, Trace
from app.core.cells.gru import GRU
from app.core.cells.lstm import LSTM
from app.core.cells.rnn import RNN

CELLS: dict[str, type[Cell]] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}

__all__ = ["CELLS", "GRU", "LSTM", "RNN", "Cell", "Gradients", "Trace"]
