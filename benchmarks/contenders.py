"""One training step of the same model, as each library's user would write it.

Model: one recurrent layer, a linear readout at the last step, mean squared error, gradient clipped
to norm 1, Adam. Every function returns a ``step()`` that performs one whole update on one batch and
returns when the new weights are there. PyTorch, JAX and Keras are needed only here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from app.core import quantities
from app.core.arrays import flatten
from app.core.kernels import Kernels
from app.core.optimisers import Adam, clip_by_global_norm
from app.core.spec import RunSpec
from app.core.tasks.base import Batch
from app.core.trainer import network_of

Step = Callable[[], Any]
LEARNING_RATE = 1e-4


def ours(
    kernels: Kernels, cell: str, batch: Batch, hidden: int, dtype: str, *, norms: bool = True
) -> Step:
    """This project: with the norm of ∂ℓ/∂h_t (and ∂ℓ/∂c_t) at every timestep."""
    network = network_of(
        RunSpec.from_dict({"model": {"cell": cell, "hidden_size": hidden}, "dtype": dtype}), kernels
    )
    initial = network.init_params(np.random.default_rng(0))
    flat, params = flatten({name: w.astype(dtype) for name, w in initial.items()})
    optimiser = Adam(flat, LEARNING_RATE)
    trace = None

    def step() -> Any:
        nonlocal trace
        passed = network.forward_backward(params, batch, trace)
        trace = passed.trace
        gradients = passed.gradients
        profiles = []
        if norms:
            profiles.append(quantities.profile(gradients.dhs_total, gradients.exponent))
            if gradients.dcs_total is not None:
                profiles.append(quantities.profile(gradients.dcs_total, gradients.exponent))
        gradient, _ = flatten({name: gradients.params[name] for name in params})
        norm = float(np.linalg.norm(gradient.astype(np.float64)))
        clip_by_global_norm(gradient, norm, 1.0)
        optimiser.update(flat, gradient)
        return profiles

    return step


def torch_plain(cell: str, batch: Batch, hidden: int, dtype: str) -> Step:
    """PyTorch's fused layer, without any norm per timestep: it does not offer them."""
    import torch

    torch.set_num_threads(1)
    number = getattr(torch, dtype)
    layer = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](
        batch.xs.shape[2], hidden, dtype=number
    )
    readout = torch.nn.Linear(hidden, 1, dtype=number)
    weights = [*layer.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(weights, lr=LEARNING_RATE)
    xs, targets = torch.from_numpy(batch.xs), torch.from_numpy(batch.targets)

    def step() -> Any:
        adam.zero_grad()
        hs, _ = layer(xs)
        loss = torch.nn.functional.mse_loss(readout(hs[-1]), targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        adam.step()

    return step


def torch_retained(cell: str, batch: Batch, hidden: int, dtype: str) -> Step:
    """PyTorch's cell in a Python loop, every state's gradient retained: the usual way to norms."""
    import torch

    torch.set_num_threads(1)
    number = getattr(torch, dtype)
    layer = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[cell](
        batch.xs.shape[2], hidden, dtype=number
    )
    readout = torch.nn.Linear(hidden, 1, dtype=number)
    weights = [*layer.parameters(), *readout.parameters()]
    adam = torch.optim.Adam(weights, lr=LEARNING_RATE)
    xs, targets = torch.from_numpy(batch.xs), torch.from_numpy(batch.targets)
    zero = torch.zeros(xs.shape[1], hidden, dtype=number)

    def step() -> Any:
        adam.zero_grad()
        kept: list[list[Any]] = []
        state = (zero, zero) if cell == "lstm" else zero
        for x in xs:
            state = layer(x, state)
            kept.append(list(state) if cell == "lstm" else [state])
            for tensor in kept[-1]:
                tensor.retain_grad()
        loss = torch.nn.functional.mse_loss(readout(kept[-1][0]), targets)
        loss.backward()
        profiles = []
        for part in zip(*kept, strict=True):
            # At the last step c_T is reached through h_T alone, or not at all.
            gradients = [t.grad if t.grad is not None else torch.zeros_like(t) for t in part]
            profiles.append(torch.stack(gradients).norm(dim=-1).mean(dim=-1).numpy())
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        adam.step()
        return profiles

    return step


def jax_scan(cell: str, batch: Batch, hidden: int, dtype: str) -> Step:
    """JAX: one jitted function with lax.scan, the norms, clipping and Adam inside.

    The total derivative of a state is that of a zero which is added to it.
    """
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    rows = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * hidden
    rng = np.random.default_rng(0)
    sizes = {"x": batch.xs.shape[2], "h": hidden}
    params = {
        name: jnp.asarray(rng.uniform(-1, 1, (size, rows)) / np.sqrt(hidden), dtype)
        for name, size in sizes.items()
    }
    params |= {
        "b": jnp.zeros(rows, dtype),
        "b_n": jnp.zeros(hidden, dtype),
        "y": jnp.asarray(rng.uniform(-1, 1, (hidden, 1)) / np.sqrt(hidden), dtype),
        "b_y": jnp.zeros(1, dtype),
    }
    xs, targets = jnp.asarray(batch.xs), jnp.asarray(batch.targets)
    steps, batch_size, _ = xs.shape
    zeros = jnp.zeros((steps, batch_size, hidden), dtype)

    def advance(params: Any, state: Any, inputs: Any) -> Any:
        projected, extra_h, extra_c = inputs
        h, c = state
        if cell == "rnn":
            return (jnp.tanh(projected + h @ params["h"]) + extra_h, c), None
        if cell == "lstm":
            i, f, g, o = jnp.split(projected + h @ params["h"], 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g) + extra_c
            return (jax.nn.sigmoid(o) * jnp.tanh(c) + extra_h, c), None
        x_r, x_z, x_n = jnp.split(projected, 3, axis=-1)
        h_r, h_z, h_n = jnp.split(h @ params["h"], 3, axis=-1)
        z = jax.nn.sigmoid(x_z + h_z)
        n = jnp.tanh(x_n + jax.nn.sigmoid(x_r + h_r) * (h_n + params["b_n"]))
        return (n + z * (h - n) + extra_h, c), None

    def loss(params: Any, extra_h: Any, extra_c: Any) -> Any:
        projected = xs @ params["x"] + params["b"]
        start = (zeros[0], zeros[0])
        (h, _), _ = jax.lax.scan(
            lambda state, inputs: advance(params, state, inputs),
            start,
            (projected, extra_h, extra_c),
        )
        return jnp.mean((h @ params["y"] + params["b_y"] - targets) ** 2)

    def profile(derivative: Any) -> Any:
        return batch_size * jnp.linalg.norm(derivative, axis=-1).mean(axis=-1)

    @jax.jit
    def update(params: Any, mean: Any, square: Any, count: Any) -> Any:
        gradient, d_h, d_c = jax.grad(loss, argnums=(0, 1, 2))(params, zeros, zeros)
        profiles = (profile(d_h), profile(d_c)) if cell == "lstm" else (profile(d_h),)
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in gradient.values()))
        factor = jnp.minimum(1.0, 1.0 / norm).astype(dtype)
        gradient = {name: factor * g for name, g in gradient.items()}
        count = count + 1
        mean = {n: m + 0.1 * (gradient[n] - m) for n, m in mean.items()}
        square = {n: s + 0.001 * (gradient[n] ** 2 - s) for n, s in square.items()}
        rate = (LEARNING_RATE * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)).astype(dtype)
        params = {n: p - rate * mean[n] / (jnp.sqrt(square[n]) + 1e-8) for n, p in params.items()}
        return (params, mean, square, count), profiles

    none = {name: jnp.zeros_like(value) for name, value in params.items()}
    state = (params, none, none, jnp.asarray(0.0, dtype))

    def step() -> Any:
        nonlocal state
        state, profiles = update(*state)
        return [np.asarray(p) for p in jax.block_until_ready((profiles, state))[0]]

    return step


def keras_batch(cell: str, batch: Batch, hidden: int, dtype: str) -> Step:
    """Keras: ``train_on_batch`` of a compiled Sequential, without any norm per timestep.

    On JAX, Keras 3.15 computes its own tanh in float32 even in a float64 model, and its SimpleRNN
    then refuses; JAX's tanh as the activation keeps float64, and makes SimpleRNN run.
    """
    import jax
    import keras

    jax.config.update("jax_enable_x64", True)
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    layer = {
        "rnn": keras.layers.SimpleRNN,
        "lstm": keras.layers.LSTM,
        "gru": keras.layers.GRU,
    }[cell]
    recurrent = layer(hidden, activation=jax.numpy.tanh if dtype == "float64" else "tanh")
    steps, _, inputs = batch.xs.shape
    model = keras.Sequential(
        [keras.Input((steps, inputs), dtype=dtype), recurrent, keras.layers.Dense(1)]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=1.0),
        loss="mse",
        jit_compile=True,
    )
    if any(weight.dtype != dtype for weight in model.weights):
        raise RuntimeError(f"Keras did not build a {dtype} model")
    xs = np.ascontiguousarray(batch.xs.transpose(1, 0, 2))
    targets = batch.targets

    def step() -> Any:
        return model.train_on_batch(xs, targets)

    return step


PEERS: dict[str, Callable[[str, Batch, int, str], Step]] = {
    "torch": torch_plain,
    "torch_retained": torch_retained,
    "jax": jax_scan,
    "keras": keras_batch,
}
