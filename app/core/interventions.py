"""Measure a network without training it, after changing one thing about it."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.core.arrays import Params
from app.core.frames import Frame
from app.core.initialisers import spectral_radius
from app.core.jacobian import Transport, chain, lyapunov_exponents, transport
from app.core.measure import measure_frame
from app.core.optimisers import global_norm
from app.core.options import OptionError, check_options, option
from app.core.spec import RunSpec
from app.core.tasks.base import Batch
from app.core.trainer import cast, network_of, streams

SEQUENCES = 8  # of the batch whose norms are averaged
# T × S² numbers of the chain of Jacobians, 32 MB: beyond it only the gradients are measured.
MOST_JACOBIAN_VALUES = 4_000_000


@dataclass(frozen=True)
class Interventions:
    """What is changed before measuring; None leaves a thing as it is.

    Unlike the options of the model, these also act on weights that have been trained.
    """

    forget_bias: float | None = option(
        None, low=-10.0, high=10.0, step=0.1, doc="Set every bias of the retention gate to this."
    )
    clamp_forget: float | None = option(
        None, low=0.0, high=1.0, step=0.01, doc="Hold the LSTM's forget gate at this value."
    )
    clamp_input: float | None = option(
        None, low=0.0, high=1.0, step=0.01, doc="Hold the LSTM's input gate at this value."
    )
    clamp_output: float | None = option(
        None, low=0.0, high=1.0, step=0.01, doc="Hold the LSTM's output gate at this value."
    )
    spectral_radius: float | None = option(
        None, low=0.0, high=5.0, step=0.01, doc="Rescale the plain RNN's W_h to this radius."
    )
    length: int | None = option(
        None, low=1, high=1000, scale="log", unit="steps", doc="Length of the task's sequences."
    )
    activation: str | None = option(
        None, choices=("tanh", "relu", "sigmoid", "linear"), doc="Activation φ of the cell."
    )
    input_scale: float = option(
        1.0, low=1e-3, high=1000.0, scale="log", doc="Factor on the inputs."
    )

    def __post_init__(self) -> None:
        check_options("interventions", self)


@dataclass(frozen=True)
class Probed:
    """A frame of a network that is not trained here, and its loss-free transport."""

    frame: Frame
    transport: Transport | None
    lyapunov: np.ndarray | None


def probe(spec: RunSpec, change: Interventions, params: Params | None = None) -> Probed:
    """Measure the network of a spec.

    Parameters
    ----------
    spec : RunSpec
    change : Interventions
    params : dict, optional
        Trained weights; by default the initial weights of the spec.

    Raises
    ------
    OptionError
        If a change does not fit the cell or the task.
    """
    spec = changed_spec(spec, change)
    network = network_of(spec)
    weights_rng, sequences_rng, probe_rng = streams(spec.seed)
    if params is None:
        params = network.init_params(weights_rng)
    dtype = np.dtype(spec.dtype)
    params = {name: w.astype(dtype) for name, w in params.items()}
    _change_params(params, spec, change)

    def scaled(batch: Batch) -> Batch:
        return cast(Batch(change.input_scale * batch.xs, batch.targets), dtype)

    with np.errstate(all="ignore"):  # overflow is a result
        batch = scaled(spec.task.sample(sequences_rng, SEQUENCES))
        passed = network.forward_backward(params, batch)
        inputs = scaled(spec.task.sample(probe_rng, 1)).xs
        _, trace = network.forward(params, inputs)
        flat = np.concatenate([d.ravel() for d in passed.gradients.params.values()])
        frame = measure_frame(
            spec.model,
            params,
            passed,
            trace,
            inputs,
            seq=0,
            step=0,
            state="running",
            metric=float(spec.task.score(passed.outputs, batch.targets).mean()),
            grad_norm=global_norm(flat),
            clip_norm=None,
            with_units=True,
        )
        states = spec.model.hidden_size * (1 if trace.cs is None else 2)
        if len(inputs) * states**2 > MOST_JACOBIAN_VALUES:
            return Probed(frame, None, None)
        jacobians = chain(spec.model, params, trace).astype(np.float64)
        return Probed(frame, transport(jacobians), lyapunov_exponents(jacobians))


def changed_spec(spec: RunSpec, change: Interventions) -> RunSpec:
    """Return the spec with the changes that are options of the model or the task."""
    model: dict[str, Any] = {}
    fields = {field.name for field in dataclasses.fields(spec.model)}  # type: ignore[arg-type]
    for name in ("clamp_forget", "clamp_input", "clamp_output", "activation"):
        value = getattr(change, name)
        if value is None:
            continue
        if name not in fields:
            raise OptionError(f"interventions.{name}", f"does not apply to {spec.model.cell}")
        model[name] = value
    body = spec.to_dict()
    body["model"].update(model)
    if change.length is not None:
        body["task"]["length"] = change.length
    try:
        return RunSpec.from_dict(body)
    except OptionError as error:  # told where it was asked; of the task only the length changes
        section, _, name = error.path.partition(".")
        name = "length" if section == "task" else name
        raise OptionError(f"interventions.{name}", error.message, error.limit) from None


def _change_params(params: Params, spec: RunSpec, change: Interventions) -> None:
    """Apply the changes that act on weights, in place."""
    cell, hidden = spec.model, spec.model.hidden_size
    if change.forget_bias is not None:
        if cell.retention_gate is None:
            raise OptionError("interventions.forget_bias", f"does not apply to {cell.cell}")
        params["b"][hidden : 2 * hidden] = (
            change.forget_bias
        )  # second block: f of i f g o, z of r z n
    if change.spectral_radius is not None:
        if cell.gate_names:
            raise OptionError("interventions.spectral_radius", f"does not apply to {cell.cell}")
        radius = spectral_radius(params["W_h"])
        params["W_h"] *= change.spectral_radius / radius if radius > 0 else 0.0
