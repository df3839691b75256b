"""Complete programs that build and train the model of a run with PyTorch or Keras."""

import ast
from typing import Any

import jinja2

from app.core.network import init_readout
from app.core.spec import RunSpec
from app.interop import layouts
from app.interop.inline import Inliner
from app.interop.layouts import check_supported

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("app.interop", "programs"),
    autoescape=False,  # the output is Python; every value in it is a number or one of our names
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
)
_TORCH_LAYERS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
_KERAS_LAYERS = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


def program(spec: RunSpec, framework: str) -> str:
    """Write the program of a run.

    Its definitions of the task and of the initial weights are copied from this project's own
    source, so that it sees the same sequences and starts from the same weights.

    Parameters
    ----------
    spec : RunSpec
    framework : {"pytorch", "keras"}

    Raises
    ------
    UnsupportedError
        If the library has no layer that computes the cell.
    """
    check_supported(spec.model, framework)
    inliner = Inliner()
    inliner.instance(spec.task)
    inliner.instance(spec.model, methods=("init_params",))
    inliner.function(init_readout)
    inliner.function(layouts.to_pytorch if framework == "pytorch" else layouts.to_keras)
    training, task, model = spec.training, spec.task, spec.model
    describe: Any = _torch if framework == "pytorch" else _keras
    text = _TEMPLATES.get_template(f"{framework}.py.jinja").render(
        title=f"{model.cell.upper()} on the task {task.name!r}, seed {spec.seed}",
        run_id=spec.run_id,
        file_name=f"{spec.run_id}_{framework}.py",
        definitions=inliner.source(),
        training=training,
        seed=spec.seed,
        frame_every=spec.frame_every,
        dtype=spec.dtype,
        every=task.readout == "every",
        loss=task.loss,
        task=type(task).__name__,
        cell=model.cell,
        cell_class=type(model).__name__,
        init=model.init,
        input_size=task.input_size,
        output_size=task.output_size,
        hidden_size=model.hidden_size,
        **describe(spec),
    )
    ast.parse(text)  # a program that does not even parse never leaves the house
    return text


def _activation(spec: RunSpec) -> str:
    return str(getattr(spec.model, "activation", "tanh"))


def _torch(spec: RunSpec) -> dict[str, str]:
    model, training = spec.model, spec.training
    arguments = f"{spec.task.input_size}, {model.hidden_size}"
    if model.cell == "rnn":
        arguments += f", nonlinearity={_activation(spec)!r}"
    rate = f"lr={training.learning_rate}"
    optimiser = {
        "adam": f"torch.optim.Adam(model.parameters(), {rate}, betas=(0.9, 0.999), eps=1e-8)",
        "rmsprop": f"torch.optim.RMSprop(model.parameters(), {rate}, alpha=0.9, eps=1e-8)",
        "sgd": f"torch.optim.SGD(model.parameters(), {rate}, momentum={training.momentum})",
    }[training.optimiser]
    return {"layer": f"{_TORCH_LAYERS[model.cell]}({arguments})", "optimiser": optimiser}


def _keras(spec: RunSpec) -> dict[str, str]:
    model, training = spec.model, spec.training
    arguments = f"{model.hidden_size}, activation={_activation(spec)!r}"
    if spec.task.readout == "every":
        arguments += ", return_sequences=True"
    arguments += ', name="recurrent"'
    shared = f"learning_rate={training.learning_rate}"
    if training.clip_norm is not None:
        shared += f", global_clipnorm={training.clip_norm}"
    optimiser = {
        "adam": f"keras.optimizers.Adam({shared}, beta_1=0.9, beta_2=0.999, epsilon=1e-8)",
        # Keras adds ε to the mean square, we to its root.
        "rmsprop": f"keras.optimizers.RMSprop({shared}, rho=0.9, epsilon=1e-16)",
        "sgd": f"keras.optimizers.SGD({shared}, momentum={training.momentum})",
    }[training.optimiser]
    return {
        "layer": f"keras.layers.{_KERAS_LAYERS[model.cell]}({arguments})",
        "optimiser": optimiser,
    }
