"""Make the golden files of tests/core/golden with PyTorch's automatic differentiation.

    make golden        (or: python scripts/make_golden.py, where torch is installed)

PyTorch's own cells (nn.RNNCell, nn.LSTMCell, nn.GRUCell) are run step by step in float64, so that
autograd can differentiate by every h_t and c_t; the same steps through nn.RNN, nn.LSTM and nn.GRU
must agree before anything is written. Nothing of app/ is imported: the numbers are PyTorch's alone.
Each file says which versions made it, under ``made_with``.

How our layout maps onto PyTorch's: weight_ih = W_x, weight_hh = W_h, bias_ih = b, bias_hh = 0; for
the GRU, bias_hh = (0, 0, b_hn). The zero parts are constants, not weights that are trained.

Keys of a file::

    made_with, sizes (T B D H O), xs, weights/<name>
    <readout>/<loss>/targets, outputs, losses
    <readout>/<loss>/d/<name>      gradient of the mean over the batch of the losses
    <readout>/<loss>/dhs, dcs      gradient of the sum of the losses: row b is that of sequence b
    <readout>/<loss>/training/<optimiser>   losses of ten steps on this one batch, clipped
"""

import json
import platform
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch.func import functional_call
from torch.nn import functional

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "core" / "golden"
SEED = 1997
STEPS_OF_TRAINING = 10
CLIP_NORM = 0.4


class Peer(NamedTuple):
    """PyTorch's classes for one cell, their options, and the number of blocks in W_h."""

    cell: type[torch.nn.Module]
    layer: type[torch.nn.Module]
    options: dict
    blocks: int


PEERS = {
    "rnn_tanh": Peer(torch.nn.RNNCell, torch.nn.RNN, {"nonlinearity": "tanh"}, 1),
    "rnn_relu": Peer(torch.nn.RNNCell, torch.nn.RNN, {"nonlinearity": "relu"}, 1),
    "lstm": Peer(torch.nn.LSTMCell, torch.nn.LSTM, {}, 4),
    "gru": Peer(torch.nn.GRUCell, torch.nn.GRU, {}, 3),
}
READOUTS = ("last", "every")
LOSSES = ("mse", "cross_entropy")

# Our RMSprop has ρ = 0.9; Adam and SGD are as PyTorch has them by default.
OPTIMISERS = {
    "adam": lambda w: torch.optim.Adam(w, lr=0.05),
    "sgd": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9),
    "rmsprop": lambda w: torch.optim.RMSprop(w, lr=0.01, alpha=0.9, eps=1e-8),
}


class Sizes(NamedTuple):
    steps: int
    batch_size: int
    input_size: int
    hidden_size: int
    output_size: int


def draw_weights(rng: np.random.Generator, name: str, sizes: Sizes) -> dict[str, np.ndarray]:
    """Draw weights large enough that gradients are far from zero at every step."""
    hidden, rows = sizes.hidden_size, PEERS[name].blocks * sizes.hidden_size
    shapes = {
        "W_x": (rows, sizes.input_size),
        "W_h": (rows, hidden),
        "b": (rows,),
        **({"b_hn": (hidden,)} if name == "gru" else {}),
        "W_y": (sizes.output_size, hidden),
        "b_y": (sizes.output_size,),
    }
    return {key: rng.normal(0.0, 1.2 / np.sqrt(hidden), shape) for key, shape in shapes.items()}


def draw_targets(rng: np.random.Generator, readout: str, loss: str, sizes: Sizes) -> np.ndarray:
    """Draw numbers (…, O) or classes (…)."""
    lead = (sizes.batch_size,) if readout == "last" else (sizes.steps, sizes.batch_size)
    if loss == "mse":
        return rng.normal(0.0, 1.0, (*lead, sizes.output_size))
    return rng.integers(0, sizes.output_size, lead)


def _torch_weights(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Name our weights as PyTorch's cells do."""
    zeros = torch.zeros_like(weights["b"])
    b_hh = zeros
    if "b_hn" in weights:
        b_hh = torch.cat([zeros[: -len(weights["b_hn"])], weights["b_hn"]])
    return {
        "weight_ih": weights["W_x"],
        "weight_hh": weights["W_h"],
        "bias_ih": weights["b"],
        "bias_hh": b_hh,
    }


def _run(
    name: str, weights: dict[str, torch.Tensor], xs: torch.Tensor, readout: str
) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
    """Return outputs (N, B, O), h_1 … h_T and c_1 … c_T (empty without a cell state)."""
    peer, hidden = PEERS[name], weights["W_h"].shape[1]
    cell = peer.cell(xs.shape[2], hidden, dtype=torch.float64, **peer.options)
    named = _torch_weights(weights)
    h = torch.zeros(xs.shape[1], hidden, dtype=torch.float64)
    c = torch.zeros_like(h)
    hs, cs = [], []
    for x in xs:
        if name == "lstm":
            h, c = functional_call(cell, named, (x, (h, c)))
            cs.append(c)
        else:
            h = functional_call(cell, named, (x, h))
        hs.append(h)
    read = torch.stack(hs[-1:] if readout == "last" else hs)
    return read @ weights["W_y"].T + weights["b_y"], hs, cs


def _losses(outputs: torch.Tensor, targets: torch.Tensor, loss: str) -> torch.Tensor:
    """Return the loss of each sequence, a mean over its steps and outputs."""
    if loss == "mse":
        return ((outputs - targets) ** 2).mean(dim=(0, 2))
    return functional.cross_entropy(
        outputs.permute(0, 2, 1), targets.reshape(outputs.shape[:2]), reduction="none"
    ).mean(dim=0)


def reference(
    name: str,
    weights: dict[str, np.ndarray],
    xs: np.ndarray,
    targets: np.ndarray,
    readout: str,
    loss: str,
) -> dict[str, np.ndarray]:
    """Return everything that autograd knows about one pass."""
    leaves = {key: torch.tensor(w, requires_grad=True) for key, w in weights.items()}
    outputs, hs, cs = _run(name, leaves, torch.tensor(xs), readout)
    losses = _losses(outputs, torch.tensor(targets), loss)
    of_weights = torch.autograd.grad(losses.mean(), list(leaves.values()), retain_graph=True)
    of_states = torch.autograd.grad(losses.sum(), [*hs, *cs])
    found = {
        "targets": targets,
        "outputs": (outputs[0] if readout == "last" else outputs).detach().numpy(),
        "losses": losses.detach().numpy(),
        "dhs": torch.stack(of_states[: len(hs)]).numpy(),
        **{f"d/{key}": d.numpy() for key, d in zip(leaves, of_weights, strict=True)},
    }
    if cs:
        found["dcs"] = torch.stack(of_states[len(hs) :]).numpy()
    return found


def training(
    name: str,
    weights: dict[str, np.ndarray],
    xs: np.ndarray,
    targets: np.ndarray,
    readout: str,
    loss: str,
    optimiser: str,
) -> np.ndarray:
    """Return the losses of ten steps of descent, each before its update."""
    leaves = {key: torch.tensor(w, requires_grad=True) for key, w in weights.items()}
    descent = OPTIMISERS[optimiser](leaves.values())
    history = []
    for _ in range(STEPS_OF_TRAINING):
        descent.zero_grad()
        outputs, _, _ = _run(name, leaves, torch.tensor(xs), readout)
        total = _losses(outputs, torch.tensor(targets), loss).mean()
        total.backward()
        history.append(total.item())
        # Pascanu's rule by hand: torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm.
        norm = torch.cat([w.grad.ravel() for w in leaves.values()]).norm().item()
        if norm > CLIP_NORM:
            for w in leaves.values():
                w.grad *= CLIP_NORM / norm
        descent.step()
    return np.array(history)


def layer_outputs(name: str, weights: dict[str, np.ndarray], xs: np.ndarray) -> np.ndarray:
    """Return h_1 … h_T of PyTorch's whole-sequence layer."""
    peer, hidden = PEERS[name], weights["W_h"].shape[1]
    layer = peer.layer(xs.shape[2], hidden, dtype=torch.float64, **peer.options)
    named = _torch_weights({key: torch.tensor(w) for key, w in weights.items()})
    with torch.no_grad():
        hs, _ = functional_call(
            layer, {f"{key}_l0": w for key, w in named.items()}, (torch.tensor(xs),)
        )
    return hs.numpy()


def make(name: str, seed: int, sizes: Sizes) -> dict[str, np.ndarray]:
    """Return the content of one golden file."""
    rng = np.random.default_rng(seed)
    weights = draw_weights(rng, name, sizes)
    xs = rng.normal(0.0, 1.0, (sizes.steps, sizes.batch_size, sizes.input_size))
    made_with = {
        "command": "python scripts/make_golden.py",
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "seed": seed,
        "clip_norm": CLIP_NORM,
    }
    found: dict[str, np.ndarray] = {
        "made_with": np.array(json.dumps(made_with)),
        "sizes": np.array(sizes),
        "xs": xs,
        **{f"weights/{key}": w for key, w in weights.items()},
    }
    for readout in READOUTS:
        for loss in LOSSES:
            case = (name, weights, xs, draw_targets(rng, readout, loss, sizes), readout, loss)
            results = reference(*case)
            for optimiser in OPTIMISERS:
                results[f"training/{optimiser}"] = training(*case, optimiser)
            found |= {f"{readout}/{loss}/{key}": value for key, value in results.items()}
    hs = layer_outputs(name, weights, xs)
    read = found["every/mse/outputs"]
    if not np.allclose(hs @ weights["W_y"].T + weights["b_y"], read, rtol=0, atol=1e-13):
        raise AssertionError(f"{name}: PyTorch's cell and layer do not agree")
    return found


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(PEERS):
        path = FOLDER / f"{name}.npz"
        np.savez_compressed(path, **make(name, SEED + number, Sizes(9, 3, 2, 4, 3)))
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
