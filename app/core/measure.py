"""Turn a pass and the probe sequence into a frame."""

import numpy as np

from app.core import quantities
from app.core.arrays import Array, Params
from app.core.cells.base import Cell, Trace
from app.core.frames import PROBE_UNITS, Frame, FrameState, GateBand, ProbeUnits
from app.core.network import Pass


def measure_frame(
    cell: Cell,
    params: Params,
    passed: Pass,
    probe: Trace,
    probe_inputs: Array,
    *,
    seq: int,
    step: int,
    state: FrameState,
    metric: float,
    grad_norm: float,
    clip_norm: float | None,
    with_units: bool,
) -> Frame:
    """Measure everything that a frame shows.

    Parameters
    ----------
    passed : Pass
        Forward and backward pass over a batch: the norms, the shares, the loss.
    probe : Trace
        Forward pass over the one probe sequence: the gates.
    probe_inputs : ndarray of shape (T, 1, D)
    with_units : bool
        Whether the frame carries single units and a copy of the weights.
    """
    trace, gradients = passed.trace, passed.gradients
    grad_h = quantities.profile(gradients.dhs_total, gradients.exponent)
    grad_c = None
    if gradients.dcs_total is not None:
        grad_c = quantities.profile(gradients.dcs_total, gradients.exponent)
    whole = gradients.params["W_h"] * len(passed.losses)  # back to the sum over the batch
    kept = cell.gates(trace).get(cell.retention_gate or "")
    probe_gates = {name: gate[:, 0] for name, gate in cell.gates(probe).items()}  # (T, H)
    return Frame(
        seq=seq,
        step=step,
        state=state,
        loss=float(passed.losses.mean()),
        metric=metric,
        grad_norm=grad_norm,
        clipped=clip_norm is not None and grad_norm > clip_norm,
        grad_h=grad_h,
        grad_c=grad_c,
        direct=quantities.direct_path(cell, trace, gradients),
        bound=quantities.pascanu_bound(cell, params, grad_h),
        retention_h=quantities.retention(grad_h),
        retention_c=quantities.retention(grad_c),
        long_range_share=quantities.long_range_share(trace, whole),
        half_life=quantities.half_life(kept),
        saturation=quantities.saturation(cell, trace),
        gates=_bands(probe_gates),
        probe=_units(cell, params, probe, probe_inputs) if with_units else None,
        weights={name: w.copy() for name, w in params.items()} if with_units else None,
    )


def _bands(gates: dict[str, Array]) -> dict[str, GateBand]:
    if not gates:
        return {}
    stacked = np.stack(list(gates.values()))  # (gates, T, H): one call for all percentiles
    mean, p10, p90 = stacked.mean(axis=2), *_percentiles(stacked, (0.1, 0.9))
    return {name: GateBand(mean[k], p10[k], p90[k]) for k, name in enumerate(gates)}


def _percentiles(values: Array, shares: tuple[float, ...]) -> list[Array]:
    """Return percentiles over the last axis, linear between its sorted values.

    The same as ``np.percentile``, which takes ten times longer for rows as short as these.
    """
    ascending = np.sort(values, axis=-1)  # NaN sorts last
    found = []
    for share in shares:
        position = share * (values.shape[-1] - 1)
        below = int(position)
        above = min(below + 1, values.shape[-1] - 1)
        step = ascending[..., above] - ascending[..., below]
        at = ascending[..., below] + (position - below) * step
        found.append(np.where(np.isnan(ascending[..., -1]), np.nan, at))
    return found


def _units(cell: Cell, params: Params, probe: Trace, inputs: Array) -> ProbeUnits:
    shown = {
        **cell.gates(probe),
        "hidden_state": probe.hs,
        "cell_state": probe.cs,
        "pre_activation": quantities.pre_activation(cell, params, probe, PROBE_UNITS),
    }
    return ProbeUnits(
        inputs=inputs[:, 0].copy(),
        units={
            name: values[:, 0, :PROBE_UNITS].copy()
            for name, values in shown.items()
            if values is not None
        },
    )
