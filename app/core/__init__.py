"""The part a student reads: cells, backpropagation through time, probes and the trainer.

Only NumPy and the standard library are used here: no input or output, no clock, no logging and
no global state, so every function can be understood, tested and trusted alone.

Legend of symbols, used by every file, equation and figure of the project
-------------------------------------------------------------------------
``T B D H O``   time steps, batch, input size, hidden size, output size
``x_t``         input, (D,)            ``h_t``  hidden state, (H,)        ``c_t``  cell state, (H,)
``i f g o``     LSTM input gate, forget gate, candidate, output gate, (H,) each
``r z n``       GRU reset gate, update gate, candidate, (H,) each
``W_x W_h b``   input weights, recurrent weights, bias; stacked over the gates in the order above
``W_y b_y``     readout weights and bias
``φ σ ⊙``       activation, logistic sigmoid, product element by element
``ℓ``           loss of one sequence (never divided by B)
``d_``          a derivative of ℓ: ``dh`` is ∂ℓ/∂h_t, total, over every path
``J_t``         Jacobian of the state, ∂s_t/∂s_{t-1}; s = h, and s = (h, c) for the LSTM

Timesteps run t = 1 … T in the text, and index 0 … T-1 in arrays. Arrays are time-major,
(T, B, ·). Inside the loops they are feature-major, (T, ·, B), so that the rows of one gate lie
together in memory; the (T, B, ·) arrays that leave a cell are views of those.
"""
