"""What the answers hold that are written as they are stored or measured: for OpenAPI alone.

Nothing is validated here on its way out; ``tests/api/test_openapi.py`` holds the answers against
these models.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.api.described import RUN_ID, told
from app.api.schemas import RunState

Numbers = list[float | None]
# Where JSON has no number: not finite (then the field is in ``nonfinite``), or not defined there.
Value = float | None


class Described(BaseModel):
    """Base: nothing is left out of an answer, and nothing else is in it."""

    model_config = ConfigDict(extra="forbid")


class TypedArray(Described):
    """An array, two bytes per entry: ``low + (high − low)·u2/65535``, little-endian, base64."""

    dtype: Literal["u2"] = told("Type of an entry.", "u2")
    shape: str = told("Lengths of the axes, with commas.", "50, 16")
    bdata: str = told("The entries in base64.", "AAD//w==")
    low: Value = told("Value of entry 0.", -0.98)
    high: Value = told("Value of entry 65535.", 0.97)


class ProbeSequence(Described):
    """One fixed sequence, and what the first units do on it."""

    inputs: TypedArray = told("The inputs, time × features.", {"dtype": "u2", "shape": "50, 2"})
    units: dict[str, TypedArray] = told(
        "Gates and states by name, time × units, 16 units at most.",
        {"forget_gate": {"dtype": "u2"}},
    )


class Band(Described):
    """A gate over time, over the units."""

    mean: Numbers = told("Mean over the units at each timestep.", [0.73, 0.71])
    p10: Numbers = told("10th percentile over the units.", [0.6, 0.58])
    p90: Numbers = told("90th percentile over the units.", [0.84, 0.82])


class Frame(Described):
    """Everything measured at one training step, before its update; index 0 of a list is t = 1.

    A null is not finite (then its field is named in ``nonfinite``), or not defined: the cell has no
    such thing, a ratio has a zero in it, or the sequence is too short for a first tenth.
    """

    run: str = told("Id of the run.", RUN_ID)
    seq: int = told("Number of the frame, from 0.", 3)
    step: int = told("Training step; 0 is the untrained network.", 30, "steps")
    state: Literal["running", "solved", "finished", "diverged"] = told(
        "How the run ended, if this is its last frame.", "running"
    )
    loss: Value = told("Mean loss of a fresh batch.", 0.17, "loss of the task")
    metric: Value = told("Score, averaged over the last steps.", 0.17, "metric of the task")
    grad_norm: Value = told("Norm of the weights' gradient before clipping.", 0.8)
    clipped: bool = told("Whether the gradient was scaled down.", False)
    grad_h: Numbers | None = told("Mean norm of ∂ℓ/∂h_t at each timestep.", [1.2e-7, 0.4])
    grad_c: Numbers | None = told("Mean norm of ∂ℓ/∂c_t; LSTM only.", [0.02, 0.3])
    direct: Numbers | None = told("What travels by the retention path alone.", [0.01, 0.3])
    bound: Numbers | None = told("Pascanu's bound; RNN only.", [0.5, 0.4])
    retention_h: Value = told("log10 of grad_h at t = 1 over that at t = T.", -6.5, "decades")
    retention_c: Value = told("log10 of grad_c at t = 1 over that at t = T.", -1.2, "decades")
    long_range_share: Value = told(
        "Norm of what the first tenth of the steps gives to the gradient of the recurrent weights, "
        "over the norm of that gradient; null for T up to 10.",
        0.03,
    )
    half_life: Value = told("Steps in which the mean gate halves a memory.", 5.5, "timesteps")
    saturation: dict[str, dict[str, Value]] = told(
        "Of each gate the share below 0.1 and above 0.9; of a tanh that with a slope below 0.1.",
        {"forget_gate": {"low": 0.0, "high": 0.2}},
    )
    gates: dict[str, Band] = told(
        "Every gate on the probe sequence.",
        {"forget_gate": {"mean": [0.73], "p10": [0.6], "p90": [0.84]}},
    )
    probe: ProbeSequence | None = told("Unit by unit, on some frames.", None)
    nonfinite: list[str] = told("Fields in which a number was not finite.", ["loss"])


class FramePage(Described):
    """Frames of a run, by position."""

    run: str = told("Id of the run.", RUN_ID)
    state: RunState = told("State of the run.", "running")
    frames: list[Frame] = told("The frames, ascending.", [])
    next: int | None = told("``after`` of the next page; null on the last.", 999)


class Transport(Described):
    """Singular values of ∂s_T/∂s_t, without any loss."""

    timesteps: list[int] = told("The timesteps t.", [1, 25, 49], "timesteps")
    largest: Numbers = told("Largest singular value at each of them.", [0.01, 0.2, 0.9])
    rms: Numbers = told("Root of the mean square of the singular values.", [0.002, 0.05, 0.6])
    first_spectrum: Numbers = told(
        "The singular values at the first of them; null where float64 holds only rounding.",
        [0.01, 0.001, None],
    )


class Probed(Frame):
    """A frame of a network that was not trained for it, and its Jacobians."""

    transport: Transport | None = told("Null where it would be too large.", None)
    lyapunov: Numbers | None = told("Exponents, descending.", [-0.09, -0.2], "nats per timestep")


class Result(Described):
    """What came out of a run; before is its first frame, after its last."""

    run: str = told("Id of the run.", RUN_ID)
    label: str = told("Short name among the runs of the experiment.", "lstm seed=1")
    state: RunState = told("State of the run.", "solved")
    step: int = told("Training step of the last frame.", 840, "steps")
    loss: Value = told("Last loss.", 0.009, "loss of the task")
    metric: Value = told("Last score.", 0.009, "metric of the task")
    solved_step: int | None = told("Step at which it was solved.", 840, "steps")
    diverged_step: int | None = told("Step at which it diverged.", None, "steps")
    retention_h_before: Value = told("retention_h of the untrained network.", -8.3, "decades")
    retention_h_after: Value = told("retention_h at the end.", -1.1, "decades")
    retention_c_before: Value = told("retention_c of the untrained network.", -6.0, "decades")
    retention_c_after: Value = told("retention_c at the end.", -0.4, "decades")
    long_range_share: Value = told("At the end.", 0.21)
    seconds: float | None = told("From its start to its end.", 12.3, "s")
    attempts: int = told("How often it was started.", 1)
    spec: dict[str, Any] = told("Its spec by dotted path.", {"task.length": 50, "seed": 1})


class Results(Described):
    """One row per run, in the order of the experiment."""

    results: list[Result] = told("The rows.", [])


class OptionBody(Described):
    """One thing that can be chosen, with its range."""

    name: str = told("Name of the field.", "hidden_size")
    path: str = told("How ``vary`` names it.", "model.hidden_size")
    kind: str = told("integer, number, boolean or choice.", "integer")
    default: Any = told("What it is if left out.", 32)
    low: float | None = told("Smallest value.", 1)
    high: float | None = told("Largest value.", 256)
    step: float | None = told("Step of a control.", 1)
    scale: str | None = told("Scale of a control.", "log")
    nullable: bool = told("Whether null is a value.", False)
    choices: list[Any] | None = told("What can be chosen.", None)
    unit: str | None = told("Unit of the value.", "units")
    doc: str = told("What it does.", "Hidden units H.")
    source: str | None = told("Publication it comes from.", None)


class TaskBody(Described):
    """A task, its options and how it is judged."""

    name: str = told("Name in a spec.", "adding")
    options: list[OptionBody] = told("Its options.", [])
    metric: str = told("Name of its score.", "mse")
    threshold: float = told("Score at which it counts as solved.", 0.01, "metric of the task")
    higher_is_better: bool = told("Direction of the score.", False)
    readout: str = told("Where the output is read: last or all timesteps.", "last")
    loss: str = told("Name of its loss.", "mse")
    source: str | None = told("Publication it comes from.", "Hochreiter & Schmidhuber (1997)")
    baseline: float = told("Loss of the best answer without memory.", 0.16667, "loss of the task")


class CellBody(Described):
    """A cell and its options."""

    name: str = told("Name in a spec.", "lstm")
    options: list[OptionBody] = told("Its options.", [])


class PresetBody(Described):
    """An experiment with a question."""

    id: str = told("Its name.", "classic")
    topic: str = told("What it is about.", "memory")
    experiment: dict[str, Any] = told("What to post.", {"runs": [{}]})
    keys: list[str] = told("Its models, in order.", ["rnn", "lstm", "gru"])
    controls: list[str] = told("Paths of the options to offer first.", ["task.length"])
    prediction_options: list[str] = told("What a reader may predict.", ["rnn", "lstm"])
    answer: str | None = told("Which prediction is right.", "lstm")
    verified: dict[str, Any] | None = told("What ten seeds showed.", None)


class LimitsBody(Described):
    """What this server takes."""

    max_cost: float = told("Largest T·(H²·B + 20 000)·steps of a run.", 2e11)
    max_values: float = told("Largest number of values that a run may record.", 5e7, "values")
    max_runs_per_experiment: int = told("Largest number of runs.", 500, "runs")
    max_body: int = told("Largest body.", 1_000_000, "bytes")
    live_runs: int = told("Runs whose frames one stream carries.", 12, "runs")


class Catalogue(Described):
    """Everything from which a client can build its controls."""

    engine_version: str = told("Results of one version are equal.", "1")
    tasks: list[TaskBody] = told("The tasks.", [])
    cells: list[CellBody] = told("The cells.", [])
    training: list[OptionBody] = told("Options of the training.", [])
    run: list[OptionBody] = told("Options of a run as a whole.", [])
    presets: list[PresetBody] = told("The presets.", [])
    limits: LimitsBody = told("Where this server says no.", {"max_runs_per_experiment": 500})


class CriterionBody(Described):
    """What a run must show."""

    quantity: str = told("What is looked at.", "retention_h")
    sign: str = told("How it is compared.", ">=")
    value: Any = told("With what.", -2)


class VerdictBody(CriterionBody):
    """What a run has shown."""

    found: Any = told("What it is in this run; null where it is not known.", -1.4)
    passed: bool = told("Whether that is enough.", True)


class ChallengeBody(Described):
    """A task for a student."""

    id: str = told("Its name.", "keep-one-percent")
    level: int = told("How hard it is, from 1.", 1)
    start: dict[str, Any] = told("The run it begins with.", {"model": {"cell": "rnn"}})
    controls: list[str] = told("Paths of what may be changed.", ["model.hidden_size"])
    criteria: list[CriterionBody] = told("What the run must show.", [])


class Challenges(Described):
    """All challenges, in order."""

    challenges: list[ChallengeBody] = told("The challenges.", [])


class Grade(Described):
    """The grade of a run."""

    challenge: str = told("Name of the challenge.", "keep-one-percent")
    run: str = told("Id of the run.", RUN_ID)
    state: RunState = told("State of the run.", "finished")
    over: bool = told("Whether the run has come to its own end.", True)
    passed: bool = told("Whether everything was shown.", True)
    verdicts: list[VerdictBody] = told("One by one.", [])


class Alive(Described):
    """The process answers."""

    status: Literal["ok"] = told("Always the same.", "ok")


class Ready(Described):
    """Experiments are taken and computed."""

    status: Literal["ready"] = told("Always the same.", "ready")
    viewers: int = told("Open event streams.", 12, "streams")
